//! Puts numbers that are codes beside the column that holds them: "came back with a 404", "a 5xx status", "status 400 and above".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::stem::singular;
use super::text::{Shape, Token, replaced, word_at};

/// Words that speak of the code that something ended with.
const CODES: &[&str] = &[
    "status",
    "statuses",
    "code",
    "codes",
    "response",
    "responses",
    "result",
    "results",
    "error",
    "errors",
];
/// What something does that gives a code.
const GIVES: &[&str] = &[
    "return",
    "returns",
    "returned",
    "returning",
    "gave",
    "give",
    "got",
    "responded",
    "answered",
    "resulted",
    "failed",
    "ended",
    "finished",
    "came",
    "come",
    "comes",
    "back",
    "with",
    "in",
    "a",
    "an",
    "exited",
];

/// The question with its codes in a comparison, when it has one.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| and_above(tokens),
        |_, tokens| not_number(tokens),
        defined,
        class,
        given,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `400 and above` is 400 or above.
fn and_above(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        let ends = tokens
            .get(at + 2)
            .is_none_or(|next| next.shape != Shape::Number && next.lower != "than");
        word_at(tokens, *at) == "and"
            && tokens[at - 1].shape == Shape::Number
            && matches!(
                word_at(tokens, at + 1),
                "above"
                    | "up"
                    | "over"
                    | "higher"
                    | "more"
                    | "below"
                    | "less"
                    | "lower"
                    | "under"
                    | "older"
                    | "younger"
            )
            && ends
    })?;
    let meant = match word_at(tokens, at + 1) {
        "up" | "over" => "or above",
        "under" => "or below",
        other => return Some(replaced(tokens, at, at + 2, &format!("or {other}"))),
    };
    Some(replaced(tokens, at, at + 2, meant))
}

/// `whose floor is not 0` is a floor other than that.
fn not_number(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (2..tokens.len()).find(|at| {
        let ends = tokens
            .get(at + 1)
            .is_none_or(|next| matches!(next.lower.as_str(), "and" | "or" | ","));
        tokens[*at].shape == Shape::Number
            && word_at(tokens, at - 1) == "not"
            && matches!(word_at(tokens, at - 2), "is" | "are" | "was" | "were")
            && ends
    })?;
    Some(replaced(tokens, at - 1, at, "not equal to"))
}

/// The one column of numbers that are codes of what came of something, in the tables that the question names where several have one.
fn code_column(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<ColumnId> {
    const OF: &[&str] = &["status", "http", "response", "exit", "return", "error", "result"];
    let coded = |id: &ColumnId| {
        let entry = lexicon.column(*id);
        let coded = match entry.words.last().map_or("", String::as_str) {
            "status" => true,
            "code" => entry.words.len() == 1 || entry.words.iter().any(|word| OF.contains(&word.as_str())),
            _ => false,
        };
        coded && entry.sort == Sort::Number && !lexicon.is_key(*id)
    };
    let mut found: Vec<ColumnId> = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(coded)
        .collect();
    if found.len() > 1 {
        let namer = Namer::new(lexicon);
        let named: Vec<TableId> = tokens
            .iter()
            .flat_map(|token| namer.mention(&token.text).tables)
            .filter(|hit| hit.score >= 0.8)
            .map(|hit| hit.id)
            .collect();
        let by_path = |id: &ColumnId| {
            tokens
                .iter()
                .filter(|token| !CODES.contains(&token.lower.as_str()))
                .any(|token| token.is_word() && said_in(lexicon, lexicon.column(*id).table, token))
        };
        if named.is_empty() {
            found.retain(by_path);
        } else {
            found.retain(|id| named.contains(&lexicon.column(*id).table));
        }
    }
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// Whether a word is all that a column of the table is called by.
fn said_in(lexicon: &Lexicon<'_>, table: TableId, token: &Token) -> bool {
    let one = singular(&token.lower);
    lexicon
        .columns_of(table)
        .any(|id| matches!(&lexicon.column(id).words[..], [only] if *only == one))
}

/// Whether a column holds what a web server answers with.
fn is_http(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    let entry = lexicon.column(id);
    let web = |words: &[String]| {
        words.iter().any(|word| {
            matches!(
                word.as_str(),
                "http" | "request" | "response" | "url" | "path" | "endpoint" | "api" | "route" | "call"
            )
        })
    };
    web(&entry.words)
        || web(&lexicon.table(entry.table).words)
        || lexicon
            .columns_of(entry.table)
            .any(|other| web(&lexicon.column(other).words))
}

/// The number of a token that may be a code of the column.
fn is_code(lexicon: &Lexicon<'_>, id: ColumnId, token: &Token) -> bool {
    token.shape == Shape::Number
        && token.text.parse::<u32>().is_ok_and(|code| {
            if is_http(lexicon, id) {
                (100..600).contains(&code)
            } else {
                code < 1000
            }
        })
}

/// `5xx`, in one token or two.
fn class_at(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let first = tokens.get(at)?;
    let digit = |text: &str| text.parse::<u32>().ok().filter(|digit| (1..6).contains(digit));
    if let Some(class) = first.lower.strip_suffix("xx").and_then(digit) {
        return Some((class, 1));
    }
    let class = digit(&first.text).filter(|_| word_at(tokens, at + 1) == "xx")?;
    Some((class, 2))
}

/// Where a clause about a code begins and ends around it: the words that only say that it is one belong to it.
fn around(tokens: &[Token], at: usize, end: usize) -> (usize, usize) {
    let mut from = at;
    while from > 1
        && (GIVES.contains(&word_at(tokens, from - 1)) || CODES.contains(&word_at(tokens, from - 1)))
    {
        from -= 1;
    }
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that" | "which" | "have" | "has" | "had"
        )
    {
        from -= 1;
    }
    let mut to = end;
    while CODES.contains(&word_at(tokens, to)) {
        to += 1;
    }
    (from, to)
}

fn name(lexicon: &Lexicon<'_>, id: ColumnId) -> String {
    lexicon.column(id).words.join(" ")
}

/// `a 4xx status`: all codes of that hundred.
fn class(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| class_at(tokens, *at).is_some())?;
    let (class, length) = class_at(tokens, at)?;
    let id = code_column(lexicon, tokens).filter(|id| is_http(lexicon, *id))?;
    let (from, to) = around(tokens, at, at + length);
    let column = name(lexicon, id);
    let meant = format!(
        "whose {column} is at least {class}00 and {column} is below {}00",
        class + 1
    );
    // "5xx hits": the rows come after it.
    let rows = tokens
        .get(to)
        .filter(|_| from == at && to == at + length)
        .filter(|token| Namer::new(lexicon).mention(&token.text).table_score() >= 0.8);
    let Some(rows) = rows else {
        // "number of 5xx responses": the rows of the table that has the code.
        let bare = to > at + length
            && at.checked_sub(1).is_none_or(|i| {
                matches!(
                    word_at(tokens, i),
                    "of" | "many" | "all" | "the" | "list" | "show" | "total"
                )
            });
        let table = lexicon.title(lexicon.column(id).table);
        let lead = if bare { format!("{table} ") } else { String::new() };
        let from = if bare { at } else { from };
        return Some(replaced(tokens, from, to, &format!("{lead}{meant}")));
    };
    Some(replaced(tokens, from, to + 1, &format!("{} {meant}", rows.text)))
}

/// `returned 404`, `with a 500`, `with status 400`: a bare number after what gives a code.
fn given(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let id = code_column(lexicon, tokens)?;
    let at = (1..tokens.len()).find(|at| is_code(lexicon, id, &tokens[*at]))?;
    let (from, to) = around(tokens, at, at + 1);
    let before = &tokens[from..at];
    let said = |list: &[&str]| before.iter().any(|token| list.contains(&token.lower.as_str()));
    let gives = said(&[
        "return",
        "returns",
        "returned",
        "returning",
        "responded",
        "answered",
        "resulted",
        "exited",
        "back",
    ]);
    let a = word_at(tokens, at - 1);
    let one = matches!(a, "a" | "an") && said(&["with", "got", "gave", "in"]);
    let named = to > at + 1 && said(&["with", "got", "gave"]);
    // What is said in the words of the schema needs no help, and what is compared is read as it stands.
    let compared = matches!(word_at(tokens, to), "or" | "and" | "to")
        && to == at + 1
        && word_at(tokens, at + 1) != "and";
    let held = CODES.contains(&a) || !(gives || one || named) || compared;
    let counted = tokens
        .get(to)
        .is_some_and(|next| next.is_word() && !is_joint(&next.lower));
    if from == 0 || held || counted {
        return None;
    }
    Some(replaced(
        tokens,
        from,
        to,
        &format!("whose {} is {}", name(lexicon, id), tokens[at].text),
    ))
}

/// Words that may follow a clause.
fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "per"
            | "by"
            | "for"
            | "in"
            | "on"
            | "since"
            | "during"
            | "this"
            | "last"
            | "yesterday"
            | "today"
            | "from"
            | "and"
            | "or"
            | "are"
            | "is"
            | "were"
            | "was"
            | "there"
            | "did"
            | "do"
            | "we"
            | "grouped"
            | "sorted"
            | "between"
            | "after"
            | "before"
            | "at"
            | "have"
            | "as"
            | "within"
            | "over"
    )
}

/// `errors (status 400 or above) by path`, `error rate by path, counting codes of 400 or higher as errors`: a word that the
/// question itself defines by a code.
fn defined(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let id = code_column(lexicon, tokens)?;
    let table = lexicon.title(lexicon.column(id).table);
    let open = tokens
        .iter()
        .position(|token| token.text == "(" || token.lower == "counting")?;
    let number = (open + 1..tokens.len()).find(|at| tokens[*at].shape == Shape::Number)?;
    let inside = &tokens[open + 1..number];
    let about = inside.iter().any(|token| CODES.contains(&token.lower.as_str()));
    let more = match (word_at(tokens, number + 1), word_at(tokens, number + 2)) {
        ("or", "above" | "higher" | "more" | "greater") => "at least ",
        ("or", "below" | "lower" | "less") => "at most ",
        _ => "",
    };
    let before = inside.iter().find_map(|token| match token.lower.as_str() {
        "over" | "above" | ">" => Some("above "),
        "least" | ">=" => Some("at least "),
        "not" | "other" | "!=" | "<>" | "non" => Some("not equal to "),
        _ => None,
    });
    let mut end = number + 1 + if more.is_empty() { 0 } else { 2 };
    let closed = tokens[open].text == "(";
    if closed {
        (word_at(tokens, end) == ")").then_some(())?;
        end += 1;
    } else {
        (word_at(tokens, end) == "as" && tokens.get(end + 1).is_some()).then_some(())?;
        end += 2;
    }
    if !about || !is_code(lexicon, id, &tokens[number]) {
        return None;
    }
    let rows = format!(
        "{table} whose {} is {}{}",
        name(lexicon, id),
        before.unwrap_or(more),
        tokens[number].text
    );
    let mut rest: Vec<Token> = tokens[..open].to_vec();
    while rest.last().is_some_and(|last| last.text == ",") {
        rest.pop();
    }
    rest.extend_from_slice(&tokens[end..]);
    let rest: Vec<Token> = rest.into_iter().filter(|token| token.text != ",").collect();
    let at = rest.iter().position(|token| {
        matches!(
            token.lower.as_str(),
            "error" | "errors" | "failure" | "failures" | "failed"
        )
    })?;
    let rate = matches!(word_at(&rest, at + 1), "rate" | "rates" | "percentage" | "share");
    let counts = at > 0 && matches!(word_at(&rest, at - 1), "many" | "of");
    let meant = match (rate, counts) {
        (true, _) => format!("percentage of {rows}"),
        (_, true) => rows,
        _ if word_at(&rest, at + 1) == "by" || word_at(&rest, at + 1) == "per" => format!("number of {rows}"),
        _ => rows,
    };
    // "failed runs (exit code above 0)": the rows are named beside it.
    let rows_named = (at + 1..rest.len().min(at + 2))
        .any(|i| !rate && Namer::new(lexicon).mention(&rest[i].text).table_score() >= 0.8);
    let end = at + 1 + usize::from(rate || rows_named);
    let mut spelled = replaced(&rest, at, end, &meant);
    if rate {
        let percent = spelled.windows(2).position(|two| {
            two[0].lower == "in" && matches!(two[1].lower.as_str(), "percent" | "percentage" | "%")
        });
        if let Some(percent) = percent {
            spelled.drain(percent..percent + 2);
        }
    }
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_bare_number_may_be_a_code() {
        let web = schema(&[
            "apps: id int, title text",
            "hits: id int, app_id int > apps, path text, http_status int, bytes int",
        ]);
        check(
            &web,
            &[
                (
                    "hits that came back with a 404",
                    "SELECT * FROM hits WHERE http_status = 404",
                ),
                (
                    "how many hits returned 200",
                    "SELECT COUNT(*) FROM hits WHERE http_status = 200",
                ),
                (
                    "hits with a 4xx status",
                    "SELECT * FROM hits WHERE http_status >= 400 AND http_status < 500",
                ),
                (
                    "number of hits with http status 500 and above by path",
                    "SELECT path, COUNT(*) FROM hits WHERE http_status >= 500 GROUP BY path",
                ),
                (
                    "failures (status 500 or above) by path",
                    "SELECT path, COUNT(*) FROM hits WHERE http_status >= 500 GROUP BY path",
                ),
                (
                    "failure rate per path in percent, counting codes of 500 or higher as failures",
                    "SELECT path, AVG(CASE WHEN http_status >= 500 THEN 100.0 ELSE 0 END) FROM hits GROUP BY path",
                ),
                (
                    "what percentage of hits returned 200",
                    "SELECT 100.0 * (SELECT COUNT(*) FROM hits WHERE http_status = 200) / NULLIF((SELECT COUNT(*) FROM hits), 0)",
                ),
                (
                    "failed hits (http status not 200)",
                    "SELECT * FROM hits WHERE http_status <> 200",
                ),
                (
                    "5xx hits by path",
                    "SELECT path, COUNT(*) FROM hits WHERE http_status >= 500 AND http_status < 600 GROUP BY path",
                ),
                (
                    "hits whose http status is not 200",
                    "SELECT * FROM hits WHERE http_status <> 200",
                ),
                ("hits with 500 bytes", "SELECT * FROM hits WHERE bytes = 500"),
            ],
        );
    }
}
