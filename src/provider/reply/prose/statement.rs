//! Where a bare statement begins and ends in prose.

use nl2sql::Dialect;

/// Words that begin a line of prose after SQL, and never one of SQL.
const PROSE: [&str; 12] = [
    "This ",
    "The ",
    "Note",
    "Here ",
    "It ",
    "That ",
    "Explanation",
    "You ",
    "I ",
    "**",
    "# ",
    "Please ",
];

/// Whether text begins like a query, after comments.
pub(super) fn is_query(text: &str) -> bool {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    while rest.starts_with("--") || rest.starts_with('#') {
        let line = rest.find('\n').unwrap_or(rest.len());
        rest = rest[line..].trim_start();
    }
    while rest.starts_with("/*") {
        let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
        rest = rest[end..].trim_start();
    }
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    begins_with_word(rest, "SELECT") || begins_named_query(rest)
}

/// Where the first query begins: SELECT or WITH at a line's start, else SELECT in capitals within a line.
pub(super) fn start(text: &str) -> Option<usize> {
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let mark = |c: char| c.is_whitespace() || matches!(c, '`' | '>' | '*' | '(' | '-');
        let bare = line.trim_start_matches(mark);
        let at = line_start + (line.len() - bare.len());
        let reads = begins_with_word(bare, "SELECT") && (is_loud(bare) || has_from(&text[at..]));
        if reads || begins_named_query(&text[at..]) {
            return Some(at);
        }
        line_start += line.len();
    }
    let is_word_before = |at: usize| text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let mut places = text.match_indices("SELECT").map(|(at, _)| at);
    let begins = |at: usize| {
        matches!(
            text.as_bytes().get(at + "SELECT".len()),
            Some(b' ' | b'\n' | b'\t' | b'*')
        )
    };
    places.find(|at| !is_word_before(*at) && begins(*at))
}

/// Whether SELECT is written in capitals, as nobody does in prose.
fn is_loud(text: &str) -> bool {
    text.starts_with("SELECT")
}

/// Whether FROM comes before the next blank line: "select users by name" is prose.
fn has_from(text: &str) -> bool {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let mut words = paragraph.split_whitespace();
    words.any(|word| word.eq_ignore_ascii_case("from"))
}

fn begins_with_word(text: &str, word: &str) -> bool {
    let Some(head) = text.get(..word.len()) else {
        return false;
    };
    let after = text[head.len()..].chars().next();
    head.eq_ignore_ascii_case(word)
        && after.is_some_and(|c| c.is_whitespace() || matches!(c, '*' | '(' | '\'' | '"' | '`'))
}

/// `WITH name AS (`, `WITH name (a, b) AS (`, `WITH RECURSIVE …`: with less, "with" is a word of prose.
fn begins_named_query(text: &str) -> bool {
    if !begins_with_word(text, "WITH") {
        return false;
    }
    let mut words = text["WITH".len()..].split_whitespace();
    let first = words.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("recursive") {
        return true;
    }
    words.take(12).any(|word| {
        let lower = word.to_ascii_lowercase();
        lower == "as" || lower.starts_with("as(") || lower.ends_with(")as(")
    }) && text.contains('(')
}

/// Where the statement that begins at `start` ends: at `;`, a blank line, a line of prose, a fence, a mark of the model,
/// or the end. Nothing inside quotes or comments counts.
pub(super) fn end(text: &str, start: usize, dialect: Dialect) -> usize {
    scan(text, start, dialect).unwrap_or_else(|| {
        // A quote that never closes is an apostrophe in prose: take the paragraph.
        let rest = &text[start..];
        let semicolon = rest.find(';').unwrap_or(rest.len());
        let blank = rest.find("\n\n").unwrap_or(rest.len());
        start + semicolon.min(blank)
    })
}

/// `None` when a quote never closes.
fn scan(text: &str, start: usize, dialect: Dialect) -> Option<usize> {
    let bytes = text.as_bytes();
    // `SELECT 1` in a line of prose ends at its backtick; for MySQL, where that quotes names, at the line's last.
    let is_inline = text[..start].ends_with('`') && !text[..start].ends_with("```");
    if is_inline && dialect == Dialect::MySql {
        let line = text[start..].lines().next().unwrap_or_default();
        return line.rfind('`').map(|last| start + last);
    }
    let mut at = start;
    while at < bytes.len() {
        let rest = &text[at..];
        match bytes[at] {
            b'`' if rest.starts_with("```") => return Some(at),
            b'`' if is_inline => return Some(at),
            quote @ (b'\'' | b'"' | b'`') => at += quoted(rest, quote, dialect)?,
            b'-' if rest.starts_with("--") => at += rest.find('\n').unwrap_or(rest.len()),
            b'#' if dialect == Dialect::MySql => at += rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => at += rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'$' if dialect == Dialect::PostgreSql => at += dollar_quoted(rest),
            b';' => return Some(at),
            b'<' if rest.starts_with("</") || rest.starts_with("<|") => return Some(at),
            b'\n' if ends_paragraph(&rest[1..]) => return Some(at),
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    Some(bytes.len())
}

/// Whether a line that comes after SQL is blank or prose.
fn ends_paragraph(after: &str) -> bool {
    let line = after.lines().next().unwrap_or_default();
    line.trim().is_empty() || PROSE.iter().any(|word| line.trim_start().starts_with(word))
}

/// Length of a quoted text or name, quotes included; `None` when it never closes.
fn quoted(rest: &str, quote: u8, dialect: Dialect) -> Option<usize> {
    let escapes = dialect == Dialect::MySql && quote != b'`';
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Length of `$tag$ … $tag$`, or of the dollar alone.
fn dollar_quoted(rest: &str) -> usize {
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let Some(tag_end) = rest[1..].find(|c: char| !is_tag(c)) else {
        return 1;
    };
    if !rest[1 + tag_end..].starts_with('$') {
        return 1;
    }
    let tag = &rest[..tag_end + 2];
    let body = &rest[tag.len()..];
    body.find(tag).map_or(1, |end| tag.len() + end + tag.len())
}
