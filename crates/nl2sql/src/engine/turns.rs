//! Puts what is said loosely into words that are read: "soonest first", "no email or phone", "check-ins", "how long does a
//! visit last", "people who left the company".

use super::lexicon::{Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::samples::key;
use super::shorthand;
use super::stem::stem;
use super::text::{self, Shape, Token, replaced, word_at};

/// The question in words that are read, when it has others.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| without_apostrophe(tokens),
        hyphenated,
        opposed,
        by_the_night,
        planned,
        as_of_now,
        no_shows,
        single_most,
        totals_of,
        |_, tokens| works_in(tokens),
        came_in,
        ordered_by_people,
        with_some,
        range_of,
        payroll,
        in_our_company,
        superlative_first,
        |_, tokens| neither_nor(tokens),
        lacking_either,
        how_long_it_lasts,
        left_us,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `whats`, `todays`: the apostrophe is often left out.
fn without_apostrophe(tokens: &[Token]) -> Option<Vec<Token>> {
    const SHORT: &[(&str, &str)] = &[
        ("whats", "what is"),
        ("whos", "who is"),
        ("wheres", "where is"),
        ("hows", "how is"),
        ("todays", "today's"),
        ("yesterdays", "yesterday's"),
        ("tomorrows", "tomorrow's"),
    ];
    let full = |token: &Token| {
        let known = SHORT.iter().find(|(short, _)| *short == token.lower);
        known.filter(|_| token.is_word()).map(|(_, full)| *full)
    };
    tokens.iter().any(|token| full(token).is_some()).then(|| {
        tokens
            .iter()
            .flat_map(|token| match full(token) {
                Some(full) => text::tokens(full),
                None => vec![token.clone()],
            })
            .collect()
    })
}

/// `check-ins` are check ins, and `full-time` is full time, where the schema has a name of these words.
fn hyphenated(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let namer = Namer::new(lexicon);
    let parted = |token: &Token| -> Option<Vec<Token>> {
        let letters = |part: &str| part.len() >= 2 && part.chars().all(char::is_alphabetic);
        let parts: Vec<&str> = token.text.split('-').collect();
        // "2-bedroom flats"
        if let [number, thing] = &parts[..]
            && !number.is_empty()
            && number.len() <= 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && letters(thing)
            && namer.mention(thing).column_score() >= 0.8
        {
            return Some(text::tokens(&format!("{number} {thing}")));
        }
        if !token.is_word() || parts.len() < 2 || !parts.iter().all(|part| letters(part)) {
            return None;
        }
        let sampled = lexicon.columns.iter().any(|entry| {
            let samples = entry.column.samples.iter();
            let mut same = samples.filter(|sample| sample.eq_ignore_ascii_case(&token.text));
            same.next().is_some()
        });
        let (negated, rest) = match &parts[..] {
            [first, rest @ ..] if first.eq_ignore_ascii_case("non") => (true, rest.join(" ")),
            parts => (false, parts.join(" ")),
        };
        let mention = namer.mention(&rest);
        let truth = mention
            .columns
            .first()
            .is_some_and(|hit| lexicon.column(hit.id).sort == Sort::Truth)
            || negated
                && lexicon.columns.iter().any(|entry| {
                    let mut words = entry.words.iter();
                    entry.sort == Sort::Truth
                        && words.any(|word| stem(word) == stem(&rest) || shorthand::may_shorten(word, &rest))
                });
        let named = negated || mention.table_score().max(mention.column_score()) >= 0.8;
        if sampled || !named || negated && !truth {
            return None;
        }
        let lead = if negated { "not " } else { "" };
        Some(text::tokens(&format!("{lead}{rest}")))
    };
    let found: Vec<Option<Vec<Token>>> = tokens.iter().map(parted).collect();
    found.iter().any(Option::is_some).then(|| {
        tokens
            .iter()
            .zip(found)
            .flat_map(|(token, parts)| parts.unwrap_or_else(|| vec![token.clone()]))
            .collect()
    })
}

/// `part-time staff` are not full time, where a column of yes and no tells who is.
fn opposed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const OPPOSED: &[(&[&str], &[&str])] = &[
        (&["part", "time"], &["full", "time"]),
        (&["full", "time"], &["part", "time"]),
        (&["on", "site"], &["remote"]),
        (&["in", "office"], &["remote"]),
        (&["off", "site"], &["on", "site"]),
        (&["smoke", "free"], &["smoking"]),
    ];
    let flag = |words: &[&str]| {
        lexicon.columns.iter().any(|entry| {
            let whole = entry.words.concat();
            entry.sort == Sort::Truth && whole.strip_prefix("is").unwrap_or(&whole) == words.concat()
        })
    };
    let known = |said: &[&str]| {
        let joined = [said.join(" "), said.join("-"), said.join("_"), said.concat()];
        lexicon.columns.iter().any(|entry| {
            let samples = entry.column.samples.iter();
            let mut same = samples.filter(|sample| joined.iter().any(|one| sample.eq_ignore_ascii_case(one)));
            same.next().is_some()
        })
    };
    let parts: Vec<(usize, &str)> = tokens
        .iter()
        .enumerate()
        .flat_map(|(at, token)| token.lower.split('-').map(move |part| (at, part)))
        .collect();
    OPPOSED.iter().find_map(|(said, held)| {
        let found = parts
            .windows(said.len())
            .find(|window| window.iter().zip(*said).all(|((_, part), word)| part == word))?;
        let (from, to) = (found.first()?.0, found.last()?.0 + 1);
        let whole = tokens[from..to]
            .iter()
            .map(|token| token.lower.split('-').count())
            .sum::<usize>()
            == said.len();
        let fits = whole && flag(held) && !flag(said) && !known(said);
        fits.then(|| replaced(tokens, from, to, &format!("not {}", held.join(" "))))
    })
}

/// `nightly rate` is the rate, where the schema has no nights.
fn by_the_night(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| {
        matches!(token.lower.as_str(), "nightly" | "hourly" | "daily")
            && lexicon.senses(&token.lower, &token.stem).is_empty()
    })?;
    let rate = matches!(
        word_at(tokens, at + 1),
        "rate" | "rates" | "price" | "prices" | "fee" | "fees" | "cost"
    );
    rate.then(|| replaced(tokens, at, at + 1, ""))
}

/// `sessions scheduled for tomorrow` are those of tomorrow, where nothing is called so.
fn planned(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "scheduled" | "planned" | "booked" | "due")
            && matches!(word_at(tokens, at + 1), "for" | "on" | "in")
    })?;
    let timed = tokens.get(at + 2).is_some_and(|token| {
        token.shape == Shape::Date
            || matches!(
                token.lower.as_str(),
                "today" | "tomorrow" | "next" | "this" | "yesterday" | "last"
            )
    });
    let held = lexicon.has_word(word_at(tokens, at))
        || lexicon
            .columns
            .iter()
            .flat_map(|entry| &entry.column.samples)
            .any(|sample| sample.eq_ignore_ascii_case(word_at(tokens, at)));
    (timed && !held && word_at(tokens, at) != "booked" && word_at(tokens, at) != "due")
        .then(|| replaced(tokens, at, at + 2, ""))
}

/// Whether a column of states has a sample that reads so.
fn is_state(lexicon: &Lexicon<'_>, said: &str) -> bool {
    lexicon.columns.iter().any(|entry| {
        let stateful = entry
            .words
            .iter()
            .any(|word| matches!(word.as_str(), "status" | "state" | "stage" | "phase"));
        let mut samples = entry.column.samples.iter();
        stateful && samples.any(|sample| key(sample) == said)
    })
}

/// `employees on leave today` are on leave: a state is as of now.
fn as_of_now(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let last = tokens.len().checked_sub(1)?;
    let from = match (word_at(tokens, last), word_at(tokens, last.saturating_sub(1))) {
        ("now", "right") => last - 1,
        ("today" | "now" | "currently", _) => last,
        _ => return None,
    };
    let state = (1..=3usize.min(from)).any(|length| {
        let said: Vec<&str> = tokens[from - length..from]
            .iter()
            .map(|token| token.lower.as_str())
            .collect();
        is_state(lexicon, &said.join(" "))
    });
    (state && from > 1).then(|| tokens[..from].to_vec())
}

/// `total no shows`: how many rows have that state.
fn no_shows(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .windows(2)
        .position(|two| two[0].lower == "no" && matches!(two[1].lower.as_str(), "show" | "shows"))?;
    if lexicon.has_word("show") || lexicon.has_word("shows") {
        return None;
    }
    let mut held = lexicon.columns.iter().filter(|entry| {
        let stateful = entry
            .words
            .iter()
            .any(|word| matches!(word.as_str(), "status" | "state"));
        let mut samples = entry.column.samples.iter();
        stateful && samples.any(|sample| matches!(key(sample).as_str(), "n" | "ns" | "no show" | "noshow"))
    });
    let entry = held.next().filter(|_| held.next().is_none())?;
    let spelled_so = entry.column.samples.iter().any(|sample| key(sample) == "no show");
    let namer = Namer::new(lexicon);
    let things = tokens.iter().any(|token| {
        let mention = namer.mention(&token.text);
        mention
            .tables
            .first()
            .is_some_and(|hit| hit.id == entry.table && hit.score >= 0.8)
    });
    if things && spelled_so {
        return None;
    }
    let rows = lexicon.table(entry.table).words.join(" ");
    let after = tokens
        .get(at + 2)
        .is_none_or(|next| !next.is_word() || table_of(&namer, std::slice::from_ref(next)).is_none());
    let noun = if !things && after {
        format!("no-show {rows}")
    } else {
        "no-show".to_owned()
    };
    Some(replaced(tokens, at, at + 2, &noun))
}

/// `who works in Sales`: everyone who works there.
fn works_in(tokens: &[Token]) -> Option<Vec<Token>> {
    let end = match (word_at(tokens, 0), word_at(tokens, 1), word_at(tokens, 2)) {
        ("who", "works" | "work" | "worked", _) => 2,
        ("who", "is" | "are", "working" | "employed") => 3,
        _ => return None,
    };
    matches!(word_at(tokens, end), "in" | "at" | "for" | "with")
        .then(|| replaced(tokens, 0, end + 1, "everyone working at"))
}

/// `who joined this year`: the one kind of people that there are.
fn came_in(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let verb = 1 + usize::from(matches!(word_at(tokens, 1), "has" | "have"));
    let came = matches!(word_at(tokens, verb), "joined" | "started")
        || word_at(tokens, verb) == "signed" && word_at(tokens, verb + 1) == "up";
    let after = verb + if word_at(tokens, verb) == "signed" { 2 } else { 1 };
    let timed = matches!(
        word_at(tokens, after),
        "this"
            | "last"
            | "in"
            | "today"
            | "yesterday"
            | "since"
            | "after"
            | "before"
            | "on"
            | "within"
            | "during"
    );
    if word_at(tokens, 0) != "who" || !came || !timed {
        return None;
    }
    let mut people = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table));
    let only = people.next().filter(|_| people.next().is_none())?;
    Some(replaced(
        tokens,
        0,
        1,
        &format!("{} who", lexicon.table(only).words.join(" ")),
    ))
}

/// `services ordered by vip guests` were ordered by them: people are nothing to sort by.
fn ordered_by_people(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at =
        (1..tokens.len()).find(|at| word_at(tokens, *at) == "ordered" && word_at(tokens, at + 1) == "by")?;
    let last = tokens.len().checked_sub(1)?;
    let namer = Namer::new(lexicon);
    let people = table_of(&namer, &tokens[last..])?;
    let things = table_of(&namer, &tokens[at - 1..at])?;
    let several = tokens[last].lower.ends_with('s') && last > at + 1;
    (several && people != things && roles::names_people(lexicon, people) && last <= at + 4)
        .then(|| replaced(tokens, at, at + 2, "made by"))
}

/// `bookings with children` have more than none of them, where a column counts them.
fn with_some(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| matches!(word_at(tokens, *at), "with" | "having" | "including"))?;
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, &tokens[at - 1..at])?;
    let thing = tokens.get(at + 1..at + 2)?;
    let ends = tokens.get(at + 2).is_none_or(|next| {
        matches!(
            next.lower.as_str(),
            "in" | "from" | "this" | "last" | "," | "and" | "that" | "who"
        )
    });
    let mention = namer.mention(&thing[0].text);
    let counted = mention.columns.iter().any(|hit| {
        let entry = lexicon.column(hit.id);
        let counts = entry
            .words
            .last()
            .is_some_and(|last| matches!(last.as_str(), "count" | "quantity" | "number"));
        entry.table == table && entry.sort == Sort::Number && counts && hit.score >= 0.6
    });
    (counted && ends && mention.table_score() < 0.6 && thing[0].lower.ends_with(['s', 'n']))
        .then(|| replaced(tokens, at, at + 1, "with more than 0"))
}

/// `salary range per title`: the least and the most.
fn range_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "range")?;
    if lexicon.has_word("range") {
        return None;
    }
    let namer = Namer::new(lexicon);
    let figure = |from: usize, to: usize| {
        let said: Vec<&str> = tokens
            .get(from..to)?
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        let mention = namer.mention(&said.join(" "));
        let hit = mention.columns.first()?;
        (hit.score >= 0.6 && lexicon.column(hit.id).sort == Sort::Number).then(|| said.join(" "))
    };
    if let Some(said) = at.checked_sub(1).and_then(|from| figure(from, at)) {
        return Some(replaced(
            tokens,
            at - 1,
            at + 1,
            &format!("minimum and maximum {said}"),
        ));
    }
    let of = at + 1 + usize::from(word_at(tokens, at + 1) == "of");
    let of = of + usize::from(matches!(word_at(tokens, of), "the" | "all"));
    let said = figure(of, of + 1).filter(|_| word_at(tokens, at + 1) == "of")?;
    let from = at - usize::from(at > 0 && matches!(word_at(tokens, at - 1), "the" | "a"));
    Some(replaced(
        tokens,
        from,
        of + 1,
        &format!("minimum and maximum {said}"),
    ))
}

/// `total payroll` is the sum of the salaries, where nothing else is called so.
fn payroll(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "payroll")?;
    let mut pay = lexicon.columns.iter().filter(|entry| {
        let mut words = entry.words.iter();
        entry.sort == Sort::Number && words.any(|word| matches!(word.as_str(), "salary" | "wage" | "wages"))
    });
    let entry = pay
        .next()
        .filter(|_| pay.next().is_none() && !lexicon.has_word("payroll"))?;
    let from = at
        - usize::from(
            at > 0
                && matches!(
                    word_at(tokens, at - 1),
                    "total" | "our" | "monthly" | "annual" | "whole"
                ),
        );
    Some(replaced(
        tokens,
        from,
        at + 1,
        &format!(
            "total {} of {}",
            entry.words.join(" "),
            lexicon.table(entry.table).words.join(" ")
        ),
    ))
}

/// `single biggest claim` is the biggest one.
fn single_most(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "single" | "very" | "absolute")
            && (order_of(&two[1].lower).is_some() || two[1].lower == "most")
    })?;
    lexicon
        .senses(&tokens[at].lower, &tokens[at].stem)
        .is_empty()
        .then(|| replaced(tokens, at, at + 1, ""))
}

/// `monthly expense totals`, `payment totals by method`: the total amount of them.
fn totals_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "totals")?;
    let namer = Namer::new(lexicon);
    let (from, length) = (1..=2usize.min(at))
        .rev()
        .find_map(|length| table_of(&namer, tokens.get(at - length..at)?).map(|_| (at - length, length)))?;
    let table = table_of(&namer, &tokens[from..at])?;
    let held = lexicon
        .columns_of(table)
        .any(|id| lexicon.column(id).words.iter().any(|word| word == "total"));
    let compared = matches!(
        word_at(tokens, at + 1),
        "over"
            | "under"
            | "above"
            | "below"
            | "larger"
            | "greater"
            | "more"
            | "less"
            | "exceeding"
            | "between"
    );
    let money = roles::measure(lexicon, table).filter(|_| !held && !compared)?;
    let words = &lexicon.column(money).words;
    let amount = words
        .iter()
        .filter(|word| *word != "total" && *word != "cents")
        .cloned();
    let amount: Vec<String> = amount.collect();
    let things: Vec<&str> = tokens[from..from + length]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let plain = format!("total {} of {}", amount.join(" "), things.join(" "));
    Some(replaced(tokens, from, at + 1, &plain))
}

/// `people in the company`, `all members we have in the system`: all of them, where nothing is called so.
fn in_our_company(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const PLACES: &[&str] = &[
        "company",
        "organization",
        "organisation",
        "firm",
        "database",
        "db",
        "system",
        "business",
    ];
    let place = tokens
        .iter()
        .position(|token| PLACES.contains(&token.lower.as_str()))?;
    let pointed = matches!(word_at(tokens, place.checked_sub(1)?), "the" | "our" | "this");
    let joint = place.checked_sub(2)?;
    let within = matches!(word_at(tokens, joint), "in" | "at" | "of" | "within" | "across");
    let free = lexicon
        .senses(&tokens[place].lower, &tokens[place].stem)
        .is_empty();
    let ends = tokens
        .get(place + 1)
        .is_none_or(|next| !next.is_word() || !next.text.chars().all(char::is_uppercase));
    // "above the average of the company" is the average of all.
    let compared = tokens[..joint]
        .last()
        .is_some_and(|before| matches!(before.lower.as_str(), "average" | "mean" | "median"));
    (joint > 0 && pointed && within && free && ends && !compared)
        .then(|| replaced(tokens, joint, place + 1, ""))
}

/// What an order is called by the superlative that its first rows have.
fn order_of(superlative: &str) -> Option<&'static str> {
    Some(match superlative {
        "soonest" => "earliest first",
        "oldest" => "oldest first",
        "newest" | "latest" | "freshest" => "newest first",
        "earliest" => "earliest first",
        "largest" | "biggest" | "greatest" | "most" | "highest" | "top" | "best" | "strongest" => {
            "highest first"
        }
        "smallest" | "least" | "fewest" | "lowest" | "worst" | "tiniest" => "lowest first",
        "cheapest" => "cheapest first",
        "priciest" | "costliest" | "dearest" => "most expensive first",
        "longest" => "longest first",
        "shortest" => "shortest first",
        "youngest" => "youngest first",
        _ => return None,
    })
}

/// `soonest first`, `biggest group first`, `best rated on top`, `most common type at the top`: an order, said last. A noun
/// that is a column of its own is what is sorted by, and left to others.
fn superlative_first(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |at: usize| word_at(tokens, at);
    let end = tokens.len();
    let top = match (end.checked_sub(1).map(word)?, end.checked_sub(2).map(word)) {
        ("first", _) => end - 1,
        ("top", Some("on")) => end - 2,
        ("top", Some("the")) if end >= 3 && matches!(word(end - 3), "at" | "on") => end - 3,
        _ => return None,
    };
    let at = (top.saturating_sub(4)..top)
        .rev()
        .find(|at| order_of(word(*at)).is_some())?;
    let named = &tokens[at + 1..top];
    let order = order_of(word(at))?;
    if at == 0 || named.iter().any(|token| !token.is_word()) {
        return None;
    }
    // "most recent first" is said in full.
    let adjective = matches!(word(at), "most" | "least")
        && matches!(named, [one] if matches!(
            one.lower.as_str(),
            "recent" | "expensive" | "costly" | "urgent" | "popular" | "valuable" | "recently"
        ));
    let already = adjective || named.is_empty() && top + 1 == end && word(at) != "soonest";
    let namer = Namer::new(lexicon);
    let said: Vec<&str> = named.iter().map(|token| token.text.as_str()).collect();
    let mention = namer.mention(&said.join(" "));
    let figure = mention.columns.iter().any(|hit| {
        let sort = lexicon.column(hit.id).sort;
        hit.score >= 0.75
            && matches!(sort, Sort::Number | Sort::Day { .. } | Sort::Year)
            && !lexicon.is_key(hit.id)
    });
    let ranked = matches!(
        word(at),
        "oldest" | "newest" | "latest" | "earliest" | "most" | "best" | "biggest" | "largest"
    );
    let noun = ranked
        || matches!(named, [one] if matches!(one.lower.as_str(), "rated" | "paid" | "priced" | "ones" | "one"));
    if already || figure && !ranked || !named.is_empty() && !noun {
        return None;
    }
    let grouped =
        matches!(named, [one] if matches!(one.lower.as_str(), "group" | "groups" | "category" | "count"));
    let by = tokens[..at]
        .iter()
        .position(|token| matches!(token.lower.as_str(), "by" | "per"));
    let things = by.and_then(|by| table_of(&namer, &tokens[..by]));
    // "guests by country, biggest group first": how many there are of each.
    let mut spelled = if grouped && things.is_some() {
        text::tokens("number of")
    } else {
        Vec::new()
    };
    spelled.extend_from_slice(&tokens[..at]);
    while spelled
        .last()
        .is_some_and(|token| matches!(token.lower.as_str(), "with" | "the" | "and" | ","))
    {
        spelled.pop();
    }
    spelled.extend(text::tokens(&format!(", {order}")));
    Some(spelled)
}

/// `neither email nor mobile` is no email and no mobile.
fn neither_nor(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "neither")?;
    let nor = (at + 2..tokens.len().min(at + 6)).find(|nor| word_at(tokens, *nor) == "nor")?;
    let last = (nor + 1..tokens.len())
        .find(|i| !tokens[*i].is_word())
        .unwrap_or(tokens.len());
    let bare = |from: usize, to: usize| {
        let article = usize::from(matches!(word_at(tokens, from), "a" | "an" | "any" | "the"));
        tokens[from + article..to].to_vec()
    };
    let (one, other) = (bare(at + 1, nor), bare(nor + 1, last));
    if one.is_empty() || other.is_empty() || other.len() > 3 {
        return None;
    }
    // "who have neither …", "with neither …", "(neither … nor …)"
    let lead = (0..at)
        .rev()
        .take_while(|i| {
            matches!(
                word_at(tokens, *i),
                "have"
                    | "has"
                    | "having"
                    | "with"
                    | "who"
                    | "that"
                    | "gave"
                    | "("
                    | ","
                    | "left"
                    | "provided"
                    | "are"
                    | "is"
            )
        })
        .last()
        .unwrap_or(at);
    if lead == 0 {
        return None;
    }
    let mut spelled = tokens[..lead].to_vec();
    spelled.extend(text::tokens("without"));
    spelled.extend(one);
    spelled.extend(text::tokens("and without"));
    spelled.extend(other);
    spelled.extend(tokens[last..].iter().filter(|token| token.text != ")").cloned());
    Some(spelled)
}

/// `with no email or no phone` lack the one or the other.
fn lacking_either(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len())
        .find(|at| matches!(word_at(tokens, *at), "no" | "without" | "missing" | "lacking"))?;
    let or = (at + 2..tokens.len().min(at + 6)).find(|or| word_at(tokens, *or) == "or")?;
    let namer = Namer::new(lexicon);
    let column = |from: usize, to: usize| -> Option<String> {
        let skip = |at: &usize| {
            matches!(
                word_at(tokens, *at),
                "a" | "an" | "any" | "no" | "without" | "their" | "the"
            )
        };
        let from = (from..to).find(|at| !skip(at))?;
        let words: Vec<&str> = tokens[from..to].iter().map(|token| token.text.as_str()).collect();
        let said = words.join(" ");
        let mention = namer.mention(&said);
        let hit = mention.columns.first()?;
        let sure = hit.score >= 0.8 && mention.table_score() < hit.score;
        (sure && !matches!(lexicon.column(hit.id).sort, Sort::Truth)).then_some(said)
    };
    let end = (or + 1..tokens.len())
        .find(|i| !tokens[*i].is_word())
        .unwrap_or(tokens.len());
    let (one, other) = (column(at + 1, or)?, column(or + 1, end)?);
    let lead = at
        - usize::from(matches!(
            word_at(tokens, at - 1),
            "with" | "have" | "has" | "having"
        ));
    let lead = lead - usize::from(lead > 1 && matches!(word_at(tokens, lead - 1), "who" | "that" | "which"));
    Some(replaced(
        tokens,
        lead,
        end,
        &format!("whose {one} is missing or whose {other} is missing"),
    ))
}

/// `how long does a visit last`, `how long does the average visit take`: how long the visits are, on average.
fn how_long_it_lasts(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        word_at(tokens, *at) == "how"
            && word_at(tokens, at + 1) == "long"
            && matches!(word_at(tokens, at + 2), "does" | "do" | "did")
    })?;
    let last = (at + 4..tokens.len()).find(|i| matches!(word_at(tokens, *i), "last" | "take" | "run"))?;
    let mut from = at + 3;
    let mut mean = false;
    while matches!(
        word_at(tokens, from),
        "the" | "a" | "an" | "average" | "typical" | "our" | "usual"
    ) {
        mean = true;
        from += 1;
    }
    let things = tokens
        .get(from..last)
        .filter(|things| (1..=3).contains(&things.len()))?;
    let Some(table) = table_of(&Namer::new(lexicon), things) else {
        // "last" is what it does, and no wish for the latest one.
        return (word_at(tokens, last) == "last").then(|| replaced(tokens, last, last + 1, "take"));
    };
    let follows = word_at(tokens, last + 1);
    let on_average = matches!(follows, "on") && matches!(word_at(tokens, last + 2), "average" | "avg")
        || matches!(follows, "usually" | "typically")
        || tokens[..at].iter().any(|token| token.lower == "average");
    // "does it last until", "take to …" says more than a length.
    let rest = last
        + 1
        + if on_average && follows == "on" {
            2
        } else {
            usize::from(on_average)
        };
    if !(mean || on_average) || matches!(word_at(tokens, rest), "to" | "for" | "until" | "before" | "from") {
        return None;
    }
    let length = duration_of(lexicon, table)?;
    let mut spelled = text::tokens(&format!("average {length}"));
    spelled.extend(text::tokens(&lexicon.table(table).words.join(" ")));
    let tail = tokens[rest..]
        .iter()
        .skip_while(|token| matches!(token.lower.as_str(), "," | "in" | "minutes" | "hours" | "days"));
    spelled.extend(tail.cloned());
    Some(spelled)
}

/// How the length of a table's rows is asked for: by its column, or by the two moments it is between.
fn duration_of(lexicon: &Lexicon<'_>, table: TableId) -> Option<String> {
    const LENGTHS: &[&str] = &["duration", "length", "minutes", "hours", "runtime", "seconds"];
    let own = lexicon.columns_of(table).find(|id| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Number && entry.words.iter().any(|word| LENGTHS.contains(&word.as_str()))
    });
    if let Some(own) = own {
        return Some(format!("{} of", lexicon.column(own).words.join(" ")));
    }
    let days: Vec<_> = lexicon
        .columns_of(table)
        .filter(|id| matches!(lexicon.column(*id).sort, Sort::Day { .. }))
        .collect();
    match &days[..] {
        [from, to] => Some(format!(
            "time between {} and {} of",
            lexicon.column(*from).words.join(" "),
            lexicon.column(*to).words.join(" ")
        )),
        _ => None,
    }
}

/// `people who left last month`: the moment that they went, where they have one.
fn left_us(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const GOING: &[&str] = &[
        "termination",
        "terminated",
        "exit",
        "leaving",
        "leave",
        "left",
        "separation",
        "departure",
        "resignation",
        "resigned",
        "quit",
        "offboarded",
        "offboarding",
    ];
    let at = (1..tokens.len()).find(|at| matches!(word_at(tokens, *at), "left" | "quit" | "resigned"))?;
    let who = at
        .checked_sub(1)
        .filter(|who| matches!(word_at(tokens, *who), "who" | "that" | "have" | "has"))?;
    let who = who
        - usize::from(
            who > 0
                && matches!(word_at(tokens, who), "have" | "has")
                && matches!(word_at(tokens, who - 1), "who" | "that"),
        );
    let whom = match (word_at(tokens, at + 1), word_at(tokens, at + 2)) {
        ("the" | "our", "company" | "firm" | "organization" | "organisation" | "team" | "business") => 2,
        ("us", _) => 1,
        _ => 0,
    };
    let after = at + 1 + whom;
    let timed = tokens.get(after).is_some_and(|next| {
        matches!(
            next.lower.as_str(),
            "last"
                | "this"
                | "in"
                | "since"
                | "before"
                | "after"
                | "during"
                | "between"
                | "today"
                | "yesterday"
                | "within"
        ) || next.shape == Shape::Date
    });
    let mut found = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table))
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. })
                && entry
                    .words
                    .iter()
                    .any(|word| GOING.contains(&word.as_str()) || stem(word) == stem(word_at(tokens, at)))
        });
    let column = found.next().filter(|_| found.next().is_none())?;
    let entry = lexicon.column(column);
    let said = entry.words.join(" ");
    let mut spelled = tokens[..who].to_vec();
    let people = spelled.last().is_none_or(|token| {
        matches!(
            token.lower.as_str(),
            "people" | "everyone" | "everybody" | "persons" | "those" | "list" | "show"
        )
    });
    if people {
        if spelled
            .last()
            .is_some_and(|token| !matches!(token.lower.as_str(), "list" | "show"))
        {
            spelled.pop();
        }
        spelled.extend(text::tokens(&lexicon.table(entry.table).words.join(" ")));
    }
    spelled.extend(text::tokens(&if timed {
        format!("with {said}")
    } else {
        format!("whose {said} is not null")
    }));
    spelled.extend_from_slice(&tokens[after..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_said_loosely_is_read() {
        let mut pool = schema(&[
            "swimmers: id int, full_name text, email text, phone text, joined_on date, left_on date, is_fulltime boolean",
            "drop_ins: id int, swimmer_id int > swimmers, came_at timestamp, went_at timestamp",
            "lessons: id int, title text, level text, starts_at timestamp, duration_minutes int, fee decimal(8,2)",
        ]);
        pool.tables[2].columns[2].samples = vec!["beginner".into(), "expert".into()];
        check(
            &pool,
            &[
                (
                    "number of drop-ins this month",
                    "SELECT COUNT(*) FROM drop_ins WHERE came_at >= CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE) AND came_at < CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE) + INTERVAL 1 MONTH",
                ),
                (
                    "lessons, soonest first",
                    "SELECT * FROM lessons ORDER BY starts_at",
                ),
                (
                    "lessons with the soonest first",
                    "SELECT * FROM lessons ORDER BY starts_at",
                ),
                (
                    "number of lessons per level, most common level first",
                    "SELECT level, COUNT(*) FROM lessons GROUP BY level ORDER BY COUNT(*) DESC",
                ),
                (
                    "swimmers with no email or no phone",
                    "SELECT * FROM swimmers WHERE (email IS NULL OR phone IS NULL)",
                ),
                (
                    "swimmers without an email or a phone",
                    "SELECT * FROM swimmers WHERE (email IS NULL OR phone IS NULL)",
                ),
                (
                    "swimmers who have neither an email nor a phone",
                    "SELECT * FROM swimmers WHERE email IS NULL AND phone IS NULL",
                ),
                (
                    "how long does a lesson last on average",
                    "SELECT AVG(duration_minutes) FROM lessons",
                ),
                ("whats the average fee of lessons", "SELECT AVG(fee) FROM lessons"),
                (
                    "full-time swimmers",
                    "SELECT * FROM swimmers WHERE is_fulltime = 1",
                ),
                (
                    "swimmers who left in 2024",
                    "SELECT * FROM swimmers WHERE left_on >= '2024-01-01' AND left_on < '2025-01-01'",
                ),
                (
                    "how many swimmers are there in our company",
                    "SELECT COUNT(*) FROM swimmers",
                ),
            ],
        );
    }
}
