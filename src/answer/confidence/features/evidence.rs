//! What of the SQL and its schema can account for the words of a question.

use nl2sql::{CheckedSql, Schema};

use super::pieces::Piece;

/// Words that ask, join and fill, in order.
#[rustfmt::skip]
const FILLERS: [&str; 105] = [
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "belong", "belonging", "but",
    "by", "can", "contain", "could", "data", "did", "display", "do", "does", "done", "each", "every", "fetch", "find", "for",
    "from", "get", "give", "had", "has", "have", "how", "i", "in", "information", "into", "is", "it", "its", "just", "kind", "let",
    "like", "list", "look", "many", "me", "much", "must", "my", "need", "no", "not", "of", "on", "only", "or", "our", "out",
    "over", "per", "please", "query", "record", "records", "result", "results", "return", "row", "rows", "select", "should",
    "show", "so", "some", "such", "tell", "than", "that", "the", "their", "them", "there", "these", "they", "this", "those", "to",
    "us", "want", "was", "we", "were", "what", "which", "who", "with", "would",
];

/// Words of SQL that are also words of questions.
const KEYWORDS: [&str; 10] = [
    "order", "group", "count", "limit", "join", "left", "right", "when", "end", "values",
];

/// Endings that do not change what an English word names.
const ENDINGS: [&str; 13] = [
    "", "s", "es", "y", "ies", "e", "d", "ed", "ing", "er", "ers", "ly", "al",
];

/// Words for what SQL does, and the SQL that does it.
const OPERATIONS: [(&[&str], &[&str]); 8] = [
    (&["count", "number", "amount"], &["count("]),
    (&["average", "avg", "mean"], &["avg("]),
    (&["sum", "total", "overall"], &["sum("]),
    (
        &[
            "maximum", "max", "highest", "largest", "biggest", "most", "top", "best", "longest", "greatest",
        ],
        &["max(", " desc"],
    ),
    (
        &[
            "minimum", "min", "lowest", "smallest", "least", "fewest", "cheapest", "shortest", "worst",
        ],
        &["min(", "order by"],
    ),
    (
        &[
            "latest",
            "newest",
            "recent",
            "last",
            "oldest",
            "earliest",
            "first",
            "sorted",
            "ordered",
            "alphabetically",
        ],
        &["order by", "max(", "min("],
    ),
    (&["distinct", "different", "unique"], &["distinct", "group by"]),
    (
        &[
            "greater", "more", "above", "less", "fewer", "below", "under", "between", "before", "after",
            "since", "until",
        ],
        &[">", "<", "between"],
    ),
];

/// What a piece says of the SQL.
pub(super) enum Verdict {
    Filler,
    /// Whether the number or quotation is used.
    Constant(bool),
    /// How many of how many words are accounted for.
    Word(u32, u32),
}

/// What of the SQL and its schema can account for a word.
pub(super) struct Evidence<'s> {
    /// In lower case.
    sql: &'s str,
    /// Words of names and literals, in lower case.
    words: Vec<String>,
    /// Names, comments and literals with other than Latin letters.
    foreign: Vec<String>,
}

impl<'s> Evidence<'s> {
    pub(super) fn new(sql: &'s str, checked: &CheckedSql) -> Evidence<'s> {
        let mut evidence = Evidence {
            sql,
            words: Vec::with_capacity(24),
            foreign: Vec::new(),
        };
        for table in checked.tables() {
            evidence.add_name(table);
        }
        for literal in sql.split('\'').skip(1).step_by(2) {
            evidence.add_name(literal);
        }
        for column in checked.columns() {
            evidence.add_name(&column.column);
        }
        if !checked.bound() {
            // Nothing tells columns from other words then, but for capitals.
            let words = checked.sql().split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let is_name = |word: &&str| word.chars().any(char::is_lowercase) && !KEYWORDS.contains(word);
            for word in words.filter(is_name) {
                evidence.add_name(word);
            }
        }
        evidence
    }

    /// Adds the words of a name such as `orderItemId` or `order_item_id`, or of a text.
    fn add_name(&mut self, name: &str) {
        if !name.is_ascii() {
            self.foreign.push(name.to_lowercase());
        }
        let (mut word, mut was_lower) = (String::new(), false);
        for c in name.chars() {
            let hump = c.is_uppercase() && was_lower;
            if (!c.is_alphanumeric() || hump) && !word.is_empty() {
                self.words.push(std::mem::take(&mut word));
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            was_lower = c.is_lowercase();
        }
        if !word.is_empty() {
            self.words.push(word);
        }
    }

    /// Adds the comments of the tables and columns that are read.
    pub(super) fn add_comments(&mut self, schema: &Schema, checked: &CheckedSql) {
        for name in checked.tables() {
            let comment = schema.table(name).and_then(|table| table.comment.as_deref());
            self.add_comment(comment);
        }
        for read in checked.columns() {
            let table = schema.table(&read.table);
            let column = table.and_then(|table| table.column(&read.column));
            self.add_comment(column.and_then(|column| column.comment.as_deref()));
        }
    }

    fn add_comment(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.add_name(comment);
        }
    }

    pub(super) fn judge(&self, piece: Piece<'_>) -> Verdict {
        match piece {
            Piece::Number(number) => Verdict::Constant(self.has_number(number)),
            Piece::Quoted(text) => Verdict::Constant(self.sql.contains(text) || self.has_doubled(text)),
            Piece::Word(word) if FILLERS.binary_search(&word).is_ok() => match word {
                // Beside "many" and "much", these say what is done.
                "many" => self.operation("count"),
                _ => Verdict::Filler,
            },
            Piece::Word(word) if word.chars().any(is_without_blanks) => self.pairs(word),
            Piece::Word(word) => match self.operation(word) {
                Verdict::Word(0, 1) | Verdict::Filler => Verdict::Word(u32::from(self.has_word(word)), 1),
                known => known,
            },
        }
    }

    /// Whether a word for an operation is accounted for; `Filler` when it is none.
    fn operation(&self, word: &str) -> Verdict {
        let found = OPERATIONS.iter().find(|(words, _)| words.contains(&word));
        let Some((_, signs)) = found else {
            return Verdict::Filler;
        };
        let is_done = signs.iter().any(|sign| self.sql.contains(sign));
        Verdict::Word(u32::from(is_done), 1)
    }

    fn has_word(&self, word: &str) -> bool {
        word.split('_')
            .all(|part| part.is_empty() || self.words.iter().any(|known| same_word(part, known)))
    }

    /// Text with an apostrophe, which SQL doubles.
    fn has_doubled(&self, text: &str) -> bool {
        text.contains('\'') && self.sql.contains(&text.replace('\'', "''"))
    }

    /// Whether the number is in the SQL, also as part of a date.
    fn has_number(&self, number: &str) -> bool {
        let plain: String = number.chars().filter(|c| *c != ',').collect();
        if self.has_digits(&plain) {
            return true;
        }
        let digits = plain.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = &plain[digits.len()..];
        let by = match unit {
            "k" => 1e3,
            "m" | "mio" => 1e6,
            "bn" => 1e9,
            _ => return !unit.is_empty() && self.has_digits(digits),
        };
        let scaled = digits.parse::<f64>().map(|value| format!("{}", value * by));
        scaled.is_ok_and(|scaled| self.has_digits(&scaled)) || self.has_digits(digits)
    }

    /// Whether these digits stand in the SQL and are not part of a longer row.
    fn has_digits(&self, digits: &str) -> bool {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let mut places = self.sql.match_indices(digits);
        places.any(|(at, _)| {
            let before = self.sql[..at].chars().next_back();
            let after = self.sql[at + digits.len()..].chars().next();
            !digits.is_empty() && !is_digit(before) && !is_digit(after)
        })
    }

    /// Of a script without blanks between words, each pair of characters counts; none does when nothing that the SQL
    /// reads is written in it.
    fn pairs(&self, word: &str) -> Verdict {
        if self.foreign.is_empty() {
            return Verdict::Filler;
        }
        let mut ends = word.char_indices().map(|(at, c)| at..at + c.len_utf8());
        let (mut known, mut of) = (0, 0);
        let Some(mut last) = ends.next() else {
            return Verdict::Filler;
        };
        for end in ends {
            let pair = &word[last.start..end.end];
            known += u32::from(self.foreign.iter().any(|text| text.contains(pair)));
            of += 1;
            last = end;
        }
        if of == 0 {
            Verdict::Filler
        } else {
            Verdict::Word(known, of)
        }
    }
}

/// Whether a script writes words without blanks between them: Chinese, Japanese, Korean, Thai.
fn is_without_blanks(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{323af}')
}

/// Whether two words in lower case differ in their endings at most.
pub(super) fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    // Most pairs end here; the rest is ten times the work.
    if a.as_bytes().first() != b.as_bytes().first() {
        return false;
    }
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let tails = (a.get(shared..), b.get(shared..));
    let (Some(a_tail), Some(b_tail)) = tails else {
        return false;
    };
    shared >= 3 && ENDINGS.contains(&a_tail) && ENDINGS.contains(&b_tail)
}
