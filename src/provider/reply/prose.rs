//! Finds SQL in text that is no JSON: in a fence, after a label, or bare.

mod statement;

use std::ops::Range;

use nl2sql::Dialect;

/// What models write before SQL: the Go plugin asked for `sql:`, and others come from habit.
const SQL_LABELS: [&str; 3] = ["sql", "sql query", "query"];

/// What models write before an explanation.
const EXPLANATION_LABELS: [&str; 2] = ["explanation", "explain"];

/// Languages of a fence that hold SQL.
const SQL_FENCES: [&str; 9] = [
    "sql",
    "mysql",
    "mariadb",
    "postgresql",
    "postgres",
    "pgsql",
    "psql",
    "sqlite",
    "sqlite3",
];

/// Where in the text the parts of an answer stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub sql: Range<usize>,
    pub explanation: Option<Range<usize>>,
}

/// Looks in fences, then after labels, then for the first statement.
pub(super) fn find(text: &str, dialect: Dialect) -> Option<Found> {
    in_fence(text)
        .or_else(|| after_label(text, dialect))
        .or_else(|| bare(text, dialect))
}

/// The first fenced block that begins like a query; else the first that is marked as SQL, so that what is wrong with
/// it can be said.
fn in_fence(text: &str) -> Option<Found> {
    let blocks = fences(text);
    let is_query = |block: &&Block<'_>| block.is_sql() && statement::is_query(&text[block.inside.clone()]);
    let marked = |block: &&Block<'_>| SQL_FENCES.contains(&block.language.to_ascii_lowercase().as_str());
    let block = blocks
        .iter()
        .find(is_query)
        .or_else(|| blocks.iter().find(marked))?;
    let sql = trimmed(text, block.inside.clone());
    // A label may have slipped into the block.
    let sql = match label_end(&text[sql.clone()], &SQL_LABELS) {
        Some(end) => trimmed(text, sql.start + end..sql.end),
        None => sql,
    };
    let explanation = explanation_after(text, block.end).or_else(|| prose_after(text, block.end));
    (!sql.is_empty()).then_some(Found { sql, explanation })
}

struct Block<'t> {
    language: &'t str,
    inside: Range<usize>,
    /// After the closing fence.
    end: usize,
}

impl Block<'_> {
    /// Whether SQL may be in it: marked as such, or not marked at all.
    fn is_sql(&self) -> bool {
        self.language.is_empty() || SQL_FENCES.contains(&self.language.to_ascii_lowercase().as_str())
    }
}

/// The fenced blocks from the left; the last may lack its end.
fn fences(text: &str) -> Vec<Block<'_>> {
    const FENCE: &str = "```";
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(FENCE).map(|at| from + at) {
        let after = &text[start..];
        let open = start + (after.len() - after.trim_start_matches('`').len());
        let line = text[open..].find('\n').map_or(text.len(), |at| open + at);
        // ```sql SELECT 1``` on one line has its language before the first blank.
        let close_on_line = text[open..line].find(FENCE).map(|at| open + at);
        let head_end = close_on_line.unwrap_or(line);
        let head = &text[open..head_end];
        let word = head.split_whitespace().next().unwrap_or_default();
        let is_language = word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '_'))
            && !statement::is_query(head);
        let language = if is_language { word } else { "" };
        let inside_start = if is_language {
            open + (head.len() - head.trim_start().len()) + word.len()
        } else {
            open
        };
        let close = text[inside_start..].find(FENCE).map(|at| inside_start + at);
        let inside_end = close.unwrap_or(text.len());
        let end = close.map_or(text.len(), |at| at + FENCE.len());
        blocks.push(Block {
            language,
            inside: inside_start..inside_end,
            end,
        });
        from = end;
    }
    blocks
}

/// `sql: …` and `explanation: …`, as the Go plugin asked for them, in any case.
fn after_label(text: &str, dialect: Dialect) -> Option<Found> {
    let start = line_starts(text).find_map(|line| Some(line + label_end(&text[line..], &SQL_LABELS)?))?;
    let explanation = explanation_after(text, start);
    let limit = explanation
        .as_ref()
        .map_or(text.len(), |_| label_start(text, start));
    let rest = trimmed(text, start..limit);
    if rest.is_empty() {
        return None;
    }
    let ends = statement::end(&text[..limit], rest.start, dialect);
    let sql = trimmed(text, rest.start..ends.min(rest.end));
    (!sql.is_empty()).then_some(Found { sql, explanation })
}

fn bare(text: &str, dialect: Dialect) -> Option<Found> {
    let start = statement::start(text)?;
    let limit = label_start(text, start);
    let end = statement::end(&text[..limit], start, dialect);
    let sql = trimmed(text, start..end);
    let explanation = explanation_after(text, sql.end);
    (!sql.is_empty()).then_some(Found { sql, explanation })
}

/// The first byte of each line.
fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}

/// Where the text after one of the labels begins, when the line begins with it, perhaps decorated: `**SQL:**`.
pub(super) fn label_end(line: &str, labels: &[&str]) -> Option<usize> {
    let is_mark = |c: char| matches!(c, '*' | '#' | '-' | '>' | '_' | '`') || c == ' ' || c == '\t';
    let bare = line.trim_start_matches(is_mark);
    for label in labels {
        let Some(head) = bare
            .get(..label.len())
            .filter(|head| head.eq_ignore_ascii_case(label))
        else {
            continue;
        };
        let rest = &bare[head.len()..];
        let rest = rest.trim_start_matches(['*', '_', '`', ' ']);
        let Some(after) = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：')) else {
            continue;
        };
        let after = after.trim_start_matches(['*', '_', ' ']);
        return Some(line.len() - after.len());
    }
    None
}

/// Where an `explanation:` begins after a place: at a line's start, else within a line after a blank; the end of the
/// text when there is none.
fn label_start(text: &str, from: usize) -> usize {
    explanation_label(text, from).map_or(text.len(), |(start, _)| start)
}

/// Where the label begins, and where what it labels does.
fn explanation_label(text: &str, from: usize) -> Option<(usize, usize)> {
    let lines = text[from..].match_indices('\n').map(|(at, _)| from + at + 1);
    for line in lines.chain(std::iter::once(from)) {
        if let Some(end) = label_end(&text[line..], &EXPLANATION_LABELS) {
            return Some((line, line + end));
        }
    }
    let lower = text[from..].to_ascii_lowercase();
    let at = from + lower.find(" explanation:")?;
    Some((at, at + " explanation:".len()))
}

/// The paragraph after `explanation:`.
fn explanation_after(text: &str, from: usize) -> Option<Range<usize>> {
    let (_, start) = explanation_label(text, from)?;
    let rest = trimmed(text, start..text.len());
    Some(first_paragraph(text, rest)).filter(|place| !place.is_empty())
}

/// The paragraph after a fence, when it is a sentence rather than a heading.
fn prose_after(text: &str, from: usize) -> Option<Range<usize>> {
    let place = first_paragraph(text, trimmed(text, from..text.len()));
    let words = &text[place.clone()];
    let is_sentence = words.split_whitespace().nth(2).is_some() && !words.trim_end().ends_with(':');
    (is_sentence && !words.starts_with("```")).then_some(place)
}

/// Up to a blank line or a fence.
fn first_paragraph(text: &str, place: Range<usize>) -> Range<usize> {
    let words = &text[place.clone()];
    let ends = ["\n\n", "\r\n\r\n", "\n \n", "\n```"].map(|end| words.find(end).unwrap_or(words.len()));
    let end = ends.into_iter().min().unwrap_or(words.len());
    trimmed(text, place.start..place.start + end)
}

/// The range without blanks at its ends.
fn trimmed(text: &str, place: Range<usize>) -> Range<usize> {
    let inside = &text[place.clone()];
    let start = place.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}
