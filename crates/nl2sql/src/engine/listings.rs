//! Puts lists that speak of rows by pronouns into plain lists: "each album with its artist's name", "teams and how many players
//! they have", "and when it was sold".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::stem;
use super::text::{self, Shape, Token, word_at};

const PRONOUNS: &[&str] = &["its", "their", "his", "her"];
const LEADS: &[&str] = &[
    "list", "show", "give", "me", "get", "display", "find", "each", "every", "all", "the", "of", "please",
    "a", "for",
];

/// The question as a plain list, when it is said otherwise.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[other_row, when, who_did, with_theirs, how_many_each, with_figure];
    in_turn(STEPS, lexicon, tokens)
}

/// The table that a few words name outright.
pub(super) fn table_of(namer: &Namer<'_, '_>, words: &[Token]) -> Option<TableId> {
    let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
    let mention = namer.mention(&said.join(" "));
    let hit = mention.tables.first()?;
    (hit.score >= 0.8 && hit.score >= mention.column_score()).then_some(hit.id)
}

fn named(lexicon: &Lexicon<'_>, id: ColumnId) -> Token {
    Token::new(lexicon.column(id).column.name.clone(), Shape::Word)
}

/// `each album with its artist's name` is the title and the artist's name of all albums.
fn with_theirs(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let with = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "and" | "together"))?;
    let rest = &tokens[with + 1..];
    let plain = |token: &Token| token.is_word() || token.text == ",";
    let owned = rest.iter().any(|token| token.owns);
    let named_of = (0..rest.len()).find(|at| {
        word_at(rest, *at) == "of"
            && PRONOUNS.contains(&word_at(rest, at + 1))
            && *at > 0
            && *at + 3 == rest.len()
    });
    let pointed = rest.iter().any(|token| PRONOUNS.contains(&token.lower.as_str()));
    // "with a price above the average of their type" compares, and lists nothing.
    let compared = rest.iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "above" | "below" | "than" | "over" | "under" | "average" | "exceeding"
        )
    });
    if compared
        || !(pointed && (owned || named_of.is_some()))
        || !rest.iter().all(plain)
        || tokens[with].lower == "and" && !owned
    {
        return None;
    }
    let skipped = tokens[..with]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = &tokens[skipped..with];
    if head.is_empty() || head.len() > 3 {
        return None;
    }
    let namer = Namer::new(lexicon);
    let (shown, of) = match table_of(&namer, head) {
        Some(table) => {
            let labels = roles::label(lexicon, table);
            // A name that several tables have goes with its table.
            let shared = labels.iter().any(|id| {
                let name = &lexicon.column(*id).column.name;
                let same =
                    |entry: &&super::lexicon::ColumnEntry<'_>| entry.column.name.eq_ignore_ascii_case(name);
                lexicon.columns.iter().filter(same).count() > 1
            });
            if shared {
                let mut question = Vec::new();
                for id in labels {
                    question.extend_from_slice(head);
                    question.push(named(lexicon, id));
                    question.extend(text::tokens(","));
                }
                question.extend(bare(rest, named_of));
                return Some(question);
            }
            let shown: Vec<Token> = labels.into_iter().map(|id| named(lexicon, id)).collect();
            (shown, head)
        }
        // "each item description with …"
        None => {
            table_of(&namer, &head[..1]).filter(|_| head.len() > 1)?;
            (head.to_vec(), &head[..1])
        }
    };
    let first = shown.first()?.clone();
    let mut question = vec![first];
    for token in &shown[1..] {
        if of.len() == head.len() {
            question.extend(text::tokens(","));
        }
        question.push(token.clone());
    }
    question.extend(text::tokens(","));
    question.extend(bare(rest, named_of));
    question.extend(text::tokens("of all"));
    question.extend_from_slice(of);
    Some(question)
}

/// What is listed of the others, without words that only point: `the name of their club` as `club name`.
fn bare(rest: &[Token], named_of: Option<usize>) -> Vec<Token> {
    let listed: Vec<&Token> = match named_of {
        Some(at) => rest[at + 2..].iter().chain(&rest[..at]).collect(),
        None => rest.iter().collect(),
    };
    let points = |token: &&Token| {
        PRONOUNS.contains(&token.lower.as_str())
            || matches!(token.lower.as_str(), "the" | "a" | "an" | "with")
    };
    listed
        .into_iter()
        .filter(|token| !points(token))
        .map(|token| Token {
            owns: false,
            ..token.clone()
        })
        .collect()
}

/// `teams and how many players they have` is the number of players per team.
fn how_many_each(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(2)).find(|at| {
        matches!(tokens[*at].lower.as_str(), "and" | "with")
            && word_at(tokens, at + 1) == "how"
            && word_at(tokens, at + 2) == "many"
    })?;
    let tail = (at + 4..tokens.len()).find(|i| {
        matches!(
            word_at(tokens, *i),
            "they"
                | "each"
                | "it"
                | "he"
                | "she"
                | "are"
                | "were"
                | "have"
                | "has"
                | "belong"
                | "report"
                | "work"
        )
    })?;
    let refers = tokens[tail..].iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "they" | "each" | "them" | "it" | "he" | "she"
        )
    });
    let plain = tokens[tail..]
        .iter()
        .all(|token| token.shape == Shape::Word && token.lower != "and" && token.lower != "or");
    let skipped = tokens[..at]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = &tokens[skipped..at];
    let is_short = (1..=2).contains(&head.len()) && tokens.len() - tail <= 6;
    if !refers || !plain || !is_short {
        return None;
    }
    table_of(&Namer::new(lexicon), head)?;
    let mut question = text::tokens("number of");
    question.extend_from_slice(&tokens[at + 3..tail]);
    question.extend(text::tokens("per"));
    question.extend_from_slice(head);
    Some(question)
}

/// `each clerk and the name of their manager`, where the manager is another row of the same table: `clerks and their manager`.
fn other_row(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let with = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "and"))?;
    let skipped = tokens[..with]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = tokens[skipped..with].last()?;
    let namer = Namer::new(lexicon);
    // "subcategory": a row of the categories too.
    let bare = head
        .lower
        .strip_prefix("sub")
        .map(|rest| Token::new(rest.trim_start_matches('-'), Shape::Word));
    let (table, head) = match table_of(&namer, std::slice::from_ref(head)) {
        Some(table) => (table, head.clone()),
        None => {
            let bare = bare?;
            (table_of(&namer, std::slice::from_ref(&bare))?, bare)
        }
    };
    let (key, _) = lexicon
        .graph
        .own
        .iter()
        .find(|(key, _)| lexicon.column(*key).table == table)?;
    let named = usize::from(word_at(tokens, with + 1) == "the");
    let of = match (
        word_at(tokens, with + 1 + named),
        word_at(tokens, with + 2 + named),
    ) {
        ("name" | "names" | "title", "of") => with + 3 + named,
        _ => with + 1,
    };
    let pointed = PRONOUNS.contains(&word_at(tokens, of)) || word_at(tokens, of) == "the" && of > with + 1;
    let rest = tokens.get(of + 1..)?;
    let said = &lexicon.column(*key).words;
    let role = rest
        .first()
        .filter(|token| pointed && said.iter().any(|known| stem(known) == token.stem))?;
    let names = |token: &Token| {
        matches!(token.lower.as_str(), "name" | "names")
            || table_of(&namer, std::slice::from_ref(token)).is_some_and(|other| other == table)
    };
    if with - skipped != 1 || !rest[1..].iter().all(names) {
        return None;
    }
    let mut question = vec![head];
    question.extend(text::tokens("and their"));
    question.push(Token {
        owns: false,
        ..role.clone()
    });
    Some(question)
}

/// `every order with the name of the client who placed it`: who did it needs no verb.
fn who_did(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let [.., named, who, verb, it] = tokens else {
        return None;
    };
    let (body, _) = tokens.split_at(tokens.len() - 3);
    let plain = matches!(who.lower.as_str(), "who" | "that" | "which")
        && matches!(it.lower.as_str(), "it" | "them" | "each")
        && verb.is_word();
    let namer = Namer::new(lexicon);
    let doer = table_of(&namer, std::slice::from_ref(named)).filter(|_| plain)?;
    let with = body
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "and"))?;
    let skipped = body[..with]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let thing = table_of(&namer, &body[skipped..with])?;
    let linked = lexicon
        .graph
        .links
        .iter()
        .any(|link| link.from == thing && link.to == doer && thing != doer);
    let mut shown = roles::label(lexicon, thing);
    // The key of rows without a name, unless other tables have a column that is called so.
    let referred = lexicon.graph.links.iter().any(|link| link.to == thing);
    if shown.is_empty() && !referred {
        shown.extend(lexicon.primary_key(thing));
    }
    let labels = roles::label(lexicon, doer);
    if !linked || shown.is_empty() || labels.is_empty() {
        return None;
    }
    // What is shown of the doer: what is said of them, else the name.
    let said: Vec<Token> = body[with + 1..body.len() - 1]
        .iter()
        .filter(|token| !matches!(token.lower.as_str(), "the" | "of" | "name" | "names"))
        .cloned()
        .collect();
    if !said.is_empty() {
        return None;
    }
    let owned = |head: &[Token], id: ColumnId| {
        let mut one = head.to_vec();
        one.push(self::named(lexicon, id));
        one.extend(text::tokens(","));
        one
    };
    let mut question: Vec<Token> = shown
        .into_iter()
        .flat_map(|id| owned(&body[skipped..with], id))
        .chain(
            labels
                .into_iter()
                .flat_map(|id| owned(std::slice::from_ref(named), id)),
        )
        .collect();
    question.pop();
    question.extend(text::tokens("of all"));
    question.extend_from_slice(&body[skipped..with]);
    Some(question)
}

/// `trainers with the number of classes they teach` is the number of classes per trainer.
fn with_figure(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const NOT: &[&str] = &[
        "than", "above", "over", "under", "below", "between", "least", "most", "exactly", "and", "per", "by",
        "highest", "lowest", "largest", "smallest",
    ];
    let with = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "and"))?;
    let start = with + 1;
    let figure = start + 1;
    let pointed = matches!(word_at(tokens, start), "the" | "their" | "its");
    let counts = matches!(word_at(tokens, figure), "number" | "count") && word_at(tokens, figure + 1) == "of";
    let figures =
        matches!(word_at(tokens, figure), "average" | "total" | "avg") && word_at(tokens, start) != "the";
    let skipped = tokens[..with]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = &tokens[skipped..with];
    if !pointed || !(counts || figures) || !(1..=2).contains(&head.len()) {
        return None;
    }
    let rest = &tokens[figure..];
    let end = rest
        .iter()
        .position(|token| token.text == ",")
        .unwrap_or(rest.len());
    let tail = rest[..end]
        .iter()
        .position(|token| matches!(token.lower.as_str(), "they" | "it" | "he" | "she" | "each"))
        .unwrap_or(end);
    let compared = rest
        .iter()
        .any(|token| token.shape == Shape::Number || NOT.contains(&token.lower.as_str()));
    if compared || end - tail > 4 {
        return None;
    }
    let table = table_of(&Namer::new(lexicon), head)?;
    roles::label(lexicon, table).first()?;
    let mut question = rest[..tail].to_vec();
    question.extend(text::tokens("per"));
    question.extend_from_slice(head);
    question.extend_from_slice(&rest[end..]);
    Some(question)
}

/// `and when it was sold` is the moment of that, and `when was each car sold` the name and the moment.
fn when(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const BE: &[&str] = &[
        "was", "were", "is", "are", "has", "have", "had", "been", "did", "got",
    ];
    let at = tokens.iter().position(|token| token.lower == "when")?;
    let namer = Namer::new(lexicon);
    if at == 0 {
        let each = matches!(word_at(tokens, 1), "was" | "were" | "did" | "has")
            && matches!(word_at(tokens, 2), "each" | "every" | "all");
        let (verb, head) = tokens.get(3..)?.split_last()?;
        let table = table_of(&namer, head).filter(|_| each)?;
        let moment = moment_of(lexicon, &[table], &verb.lower)?;
        let mut question = Vec::new();
        let mut labels = roles::label(lexicon, table);
        if labels.is_empty() {
            labels.extend(lexicon.primary_key(table));
        }
        for id in labels {
            question.push(named(lexicon, id));
            question.extend(text::tokens("and"));
        }
        question.push(named(lexicon, moment));
        question.extend(text::tokens("of all"));
        question.extend_from_slice(head);
        return Some(question);
    }
    let follows = matches!(word_at(tokens, at - 1), "and" | "," | "with" | "plus");
    let pronoun = matches!(
        word_at(tokens, at + 1),
        "it" | "they" | "he" | "she" | "this" | "these" | "each"
    );
    if !(follows && pronoun) {
        return None;
    }
    let mut verb = at + 2;
    while BE.contains(&word_at(tokens, verb)) {
        verb += 1;
    }
    let said = tokens.get(verb).filter(|token| token.is_word())?;
    let tables: Vec<TableId> = (0..at).filter_map(|i| table_of(&namer, &tokens[i..=i])).collect();
    let moment = moment_of(lexicon, &tables, &said.lower)?;
    let mut question = tokens[..at].to_vec();
    question.extend(text::tokens("their"));
    question.push(named(lexicon, moment));
    question.extend_from_slice(&tokens[verb + 1..]);
    Some(question)
}

/// The moment of one of the tables that a verb names, or that dates the rows of the first.
fn moment_of(lexicon: &Lexicon<'_>, tables: &[TableId], verb: &str) -> Option<ColumnId> {
    const BEGINS: &[&str] = &[
        "posted",
        "created",
        "made",
        "added",
        "opened",
        "placed",
        "ordered",
        "written",
        "published",
        "uploaded",
        "submitted",
        "booked",
        "registered",
        "joined",
        "join",
        "started",
        "start",
        "hired",
        "signed",
        "filed",
        "happened",
        "happen",
        "occurred",
        "took",
    ];
    let root = stem(verb);
    let said = tables.iter().find_map(|table| {
        lexicon.columns_of(*table).find(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. } | Sort::Year)
                && entry.words.iter().any(|word| stem(word) == root)
        })
    });
    said.or_else(|| {
        let first = tables.first().filter(|_| BEGINS.contains(&verb))?;
        roles::moment(lexicon, *first)
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn another_row_and_who_did_it_are_listed_beside_the_rows() {
        let office = schema(&[
            "clerks: clerk_id int, name text, manager_clerk_id int",
            "letters: id int, clerk_id int > clerks, sent_on date",
        ]);
        check(
            &office,
            &[
                (
                    "list each clerk and the name of their manager",
                    "SELECT name, (SELECT other.name FROM clerks AS other WHERE other.clerk_id = clerks.manager_clerk_id) FROM clerks",
                ),
                (
                    "every letter with the name of the clerk who wrote it",
                    "SELECT letters.id, clerks.name FROM letters JOIN clerks ON letters.clerk_id = clerks.clerk_id",
                ),
            ],
        );
    }

    #[test]
    fn lists_that_speak_by_pronouns_are_plain_lists() {
        let music = schema(&[
            "artists: id int, name text, country text",
            "labels: id int, name text",
            "albums: id int, title text, artist_id int > artists, label_id int > labels, released_on date",
        ]);
        check(
            &music,
            &[
                (
                    "each album with its artist's name",
                    "SELECT albums.title, artists.name FROM albums JOIN artists ON albums.artist_id = artists.id",
                ),
                (
                    "list every album with the name of its label",
                    "SELECT albums.title, labels.name FROM albums JOIN labels ON albums.label_id = labels.id",
                ),
                (
                    "title of each album and when it was released",
                    "SELECT title, released_on FROM albums",
                ),
                (
                    "when was each album released",
                    "SELECT title, released_on FROM albums",
                ),
                (
                    "artists with the number of albums they made",
                    "SELECT artists.name, COUNT(*) FROM albums JOIN artists ON albums.artist_id = artists.id \
                     GROUP BY artists.id, artists.name",
                ),
                (
                    "artists and how many albums they have",
                    "SELECT artists.name, COUNT(*) FROM albums JOIN artists ON albums.artist_id = artists.id \
                     GROUP BY artists.id, artists.name",
                ),
            ],
        );
    }
}
