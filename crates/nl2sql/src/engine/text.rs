//! Cuts a question into tokens that remember where they stood.

use super::stem;

/// The longest question that is read, in bytes; a longer one is refused rather than cut, since its end may hold the condition.
pub(crate) const MAX_BYTES: usize = 4_000;
/// The most tokens that are read: linking is quadratic in phrases, so the bound keeps the time of an answer bounded.
pub(crate) const MAX_TOKENS: usize = 240;

/// What a token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Letters, perhaps with digits or inner punctuation.
    Word,
    /// A number: `text` holds its plain digits.
    Number,
    /// Something the user put in quotes: `text` holds the inside.
    Quoted,
    /// A day written `2025-06-01`.
    Date,
    /// `,`, `;`, `(`, `)`, or a comparison sign.
    Sign,
}

/// One token of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// As written, without quotes and possessive endings.
    pub text: String,
    /// In lower case.
    pub lower: String,
    /// The stem of `lower`.
    pub stem: String,
    /// What it looks like.
    pub shape: Shape,
    /// Whether it was written with a possessive ending: `Ann's`.
    pub owns: bool,
}

impl Token {
    pub(crate) fn new(text: impl Into<String>, shape: Shape) -> Token {
        let text = text.into();
        let lower = text.to_lowercase();
        let stem = if shape == Shape::Word {
            stem::stem(&lower)
        } else {
            lower.clone()
        };
        Token {
            text,
            lower,
            stem,
            shape,
            owns: false,
        }
    }

    /// Whether it begins with a capital letter.
    pub(crate) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether it is a word.
    pub(crate) fn is_word(&self) -> bool {
        self.shape == Shape::Word
    }
}

/// The word at a place, in small letters; nothing beyond the last.
pub(crate) fn word_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.lower.as_str())
}

/// A question with other words in the place of some.
pub(crate) fn replaced(tokens: &[Token], from: usize, to: usize, by: &str) -> Vec<Token> {
    let mut spelled = tokens[..from].to_vec();
    spelled.extend(self::tokens(by));
    spelled.extend_from_slice(tokens.get(to..).unwrap_or_default());
    spelled
}

/// The tokens of a question; control characters and marks that carry no meaning are left out.
pub(crate) fn tokens(question: &str) -> Vec<Token> {
    let chars: Vec<char> = question.chars().map(plain_char).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() && found.len() <= MAX_TOKENS {
        let c = chars[at];
        if let Some(end) = quote_end(&chars, at) {
            let inside: String = chars[at + 1..end].iter().collect();
            found.push(Token::new(inside.trim(), Shape::Quoted));
            at = end + 1;
        } else if c.is_ascii_digit() || (c == '-' && starts_negative(&chars, at)) {
            let sign = at.checked_sub(1).and_then(|before| currency(chars[before]));
            at = number(&chars, at, &mut found);
            // "$50" is read as "50 dollars".
            found.extend(sign.map(|name| Token::new(name, Shape::Word)));
        } else if c.is_alphabetic() || c == '_' {
            at = word(&chars, at, &mut found);
        } else {
            at = sign(&chars, at, &mut found);
        }
    }
    found
}

/// The currency of a sign before a number.
fn currency(sign: char) -> Option<&'static str> {
    match sign {
        '$' => Some("dollars"),
        '€' => Some("euros"),
        '£' => Some("pounds"),
        '¥' | '￥' => Some("yuan"),
        _ => None,
    }
}

/// Typographic quotes and blanks as their plain forms.
fn plain_char(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2013}' | '\u{2212}' => '-',
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    }
}

/// The index of the closing quote when a quotation opens at `at`.
fn quote_end(chars: &[char], at: usize) -> Option<usize> {
    let quote = chars[at];
    if !matches!(quote, '"' | '\'' | '`') {
        return None;
    }
    let opens = at == 0 || !chars[at - 1].is_alphanumeric();
    if !opens {
        return None;
    }
    let closes = |i: usize| {
        chars[i] == quote && (quote != '\'' || chars.get(i + 1).is_none_or(|next| !next.is_alphanumeric()))
    };
    (at + 1..chars.len())
        .find(|&i| closes(i))
        .filter(|&end| end > at + 1)
}

fn starts_negative(chars: &[char], at: usize) -> bool {
    chars.get(at + 1).is_some_and(char::is_ascii_digit)
        && (at == 0 || matches!(chars[at - 1], ' ' | '(' | '='))
}

/// Reads a number, a date, an ordinal or a code such as `747-400`; gives the index after it.
fn number(chars: &[char], start: usize, found: &mut Vec<Token>) -> usize {
    let run = |from: usize| {
        (from..chars.len())
            .find(|&i| !chars[i].is_ascii_digit())
            .unwrap_or(chars.len())
    };
    let text = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    if let Some(end) = date_end(chars, start) {
        found.push(Token::new(text(start, end), Shape::Date));
        return end;
    }
    let mut end = run(start + usize::from(chars[start] == '-'));
    while chars.get(end) == Some(&',') && run(end + 1) == end + 4 {
        end += 4;
    }
    if chars.get(end) == Some(&'.') && chars.get(end + 1).is_some_and(char::is_ascii_digit) {
        end = run(end + 1);
    }
    let digits: String = text(start, end).replace(',', "");
    let tail_end = (end..chars.len())
        .find(|&i| !is_word_char(chars, i))
        .unwrap_or(chars.len());
    let tail = text(end, tail_end).to_lowercase();
    match tail.as_str() {
        "" => {
            // "1.5 million"
            if let Some((by, end)) = magnitude(chars, tail_end) {
                found.push(Token::new(scaled(&digits, by), Shape::Number));
                return end;
            }
            found.push(Token::new(digits, Shape::Number));
        }
        "st" | "nd" | "rd" | "th" => found.push(Token::new(digits, Shape::Number)),
        "usd" | "eur" => {
            found.push(Token::new(digits, Shape::Number));
            found.push(Token::new(tail, Shape::Word));
        }
        "k" => found.push(Token::new(scaled(&digits, 1_000), Shape::Number)),
        "m" if !digits.contains('.') => found.push(Token::new(scaled(&digits, 1_000_000), Shape::Number)),
        _ => found.push(Token::new(text(start, tail_end), Shape::Word)),
    }
    tail_end
}

/// What the word after a number makes of it, and where the word ends.
fn magnitude(chars: &[char], after: usize) -> Option<(u64, usize)> {
    let start = (after..chars.len())
        .find(|&i| chars[i] != ' ')
        .filter(|start| *start > after)?;
    let end = (start..chars.len())
        .find(|&i| !chars[i].is_alphabetic())
        .unwrap_or(chars.len());
    let word: String = chars[start..end].iter().collect::<String>().to_lowercase();
    let by = match word.as_str() {
        "hundred" => 100,
        "thousand" => 1_000,
        "lakh" => 100_000,
        "million" | "mio" | "mn" => 1_000_000,
        "crore" => 10_000_000,
        "billion" | "bn" => 1_000_000_000,
        _ => return None,
    };
    Some((by, end))
}

fn scaled(digits: &str, by: u64) -> String {
    match digits.parse::<f64>() {
        Ok(value) if value.abs() < 1e9 => format!("{}", value * by as f64),
        _ => digits.to_owned(),
    }
}

/// The end of `YYYY-MM-DD` at `start`, a time of day after it left out.
fn date_end(chars: &[char], start: usize) -> Option<usize> {
    let shape = chars.get(start..start + 10)?;
    let fits = shape.iter().enumerate().all(|(i, c)| match i {
        4 | 7 => *c == '-' || *c == '/',
        _ => c.is_ascii_digit(),
    });
    (fits && chars.get(start + 10).is_none_or(|c| !c.is_alphanumeric())).then_some(start + 10)
}

/// Whether `i` continues a word: a letter or digit, or inner punctuation between two of them.
fn is_word_char(chars: &[char], i: usize) -> bool {
    let c = chars[i];
    c.is_alphanumeric()
        || c == '_'
        || (matches!(c, '.' | '@' | '-' | '\'' | '&' | '/')
            && i > 0
            && chars[i - 1].is_alphanumeric()
            && chars.get(i + 1).is_some_and(|next| next.is_alphanumeric()))
}

/// Whether a sign at `end` belongs to a short code: `A+`, `AB-`.
fn is_graded(chars: &[char], start: usize, end: usize) -> bool {
    matches!(chars.get(end), Some('+' | '-'))
        && end - start <= 2
        && chars[start..end].iter().all(char::is_ascii_uppercase)
        && chars
            .get(end + 1)
            .is_none_or(|next| matches!(next, ' ' | ',' | '?' | '.' | ')' | ';' | '!'))
}

fn word(chars: &[char], start: usize, found: &mut Vec<Token>) -> usize {
    let end = (start..chars.len())
        .find(|&i| !is_word_char(chars, i))
        .unwrap_or(chars.len());
    let end = end + usize::from(is_graded(chars, start, end));
    let text: String = chars[start..end].iter().collect();
    let lower = text.to_lowercase();
    if let Some(stump) = lower.strip_suffix("n't") {
        if !matches!(stump, "ca" | "wo") && !stump.is_empty() {
            found.push(Token::new(stump, Shape::Word));
        }
        found.push(Token::new("not", Shape::Word));
        return end;
    }
    let bare = match lower.rfind('\'') {
        Some(cut) if matches!(&lower[cut..], "'s" | "'re" | "'ve" | "'m" | "'d" | "'ll") => {
            text.get(..cut).map_or_else(|| text.clone(), str::to_owned)
        }
        _ => text,
    };
    let owns = lower.ends_with("'s");
    found.push(Token {
        owns,
        ..Token::new(bare, Shape::Word)
    });
    end
}

/// Whether a sentence ends here and another follows.
fn goes_on(chars: &[char], at: usize) -> bool {
    let letters = chars[..at]
        .iter()
        .rev()
        .take_while(|c| c.is_alphanumeric())
        .count();
    // "St. Helena", "No. 5": a short word before a full stop is cut short itself.
    let whole = chars[at] != '.' || letters > 3 || (letters > 0 && chars[at - 1].is_ascii_digit());
    chars.get(at + 1) == Some(&' ') && whole && chars[at + 1..].iter().any(|c| c.is_alphanumeric())
}

fn sign(chars: &[char], at: usize, found: &mut Vec<Token>) -> usize {
    let two: String = chars[at..chars.len().min(at + 2)].iter().collect();
    if matches!(two.as_str(), ">=" | "<=" | "!=" | "<>" | "==") {
        found.push(Token::new(two, Shape::Sign));
        return at + 2;
    }
    let one = match chars[at] {
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '>' => ">",
        '<' => "<",
        '=' => "=",
        ',' => ",",
        ';' => ";",
        '(' => "(",
        ')' => ")",
        '*' => "*",
        // "what % of orders"; "50%" is a figure as it is.
        '%' if at == 0 || !chars[at - 1].is_ascii_digit() => {
            found.push(Token::new("percent", Shape::Word));
            return at + 1;
        }
        '.' | '?' | '!' if goes_on(chars, at) => ".",
        _ => return at + 1,
    };
    found.push(Token::new(one, Shape::Sign));
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(question: &str) -> Vec<String> {
        tokens(question)
            .into_iter()
            .map(|token| format!("{:?}:{}", token.shape, token.text))
            .collect()
    }

    #[test]
    fn quotes_dates_numbers_and_signs_are_kept_whole() {
        assert_eq!(
            shown("visits of “Ann Lee” after 2025-06-01 with fee >= 1,250.50"),
            [
                "Word:visits",
                "Word:of",
                "Quoted:Ann Lee",
                "Word:after",
                "Date:2025-06-01",
                "Word:with",
                "Word:fee",
                "Sign:>=",
                "Number:1250.50"
            ]
        );
    }

    #[test]
    fn apostrophes_are_possessives_or_negations() {
        assert_eq!(
            shown("the doctor's visits that weren't paid"),
            [
                "Word:the",
                "Word:doctor",
                "Word:visits",
                "Word:that",
                "Word:were",
                "Word:not",
                "Word:paid"
            ]
        );
    }

    #[test]
    fn the_sign_of_a_short_code_is_part_of_it() {
        assert_eq!(
            shown("type O-, AB+ or B - A"),
            [
                "Word:type",
                "Word:O-",
                "Sign:,",
                "Word:AB+",
                "Word:or",
                "Word:B",
                "Word:A"
            ]
        );
    }

    #[test]
    fn short_scales_are_numbers_and_codes_are_words() {
        assert_eq!(
            shown("over 10k for A-12 and 747-400 on the 3rd"),
            [
                "Word:over",
                "Number:10000",
                "Word:for",
                "Word:A-12",
                "Word:and",
                "Word:747-400",
                "Word:on",
                "Word:the",
                "Number:3"
            ]
        );
    }
}
