//! Reads JSON as models write it, and remembers where its texts stand.
//!
//! Beyond the standard it takes: single quotes, backticks and triple quotes, names without quotes, commas too many or
//! too few, `//` comments, `True` and `None`, line breaks inside texts, quotes inside texts that were not escaped, and
//! an end that comes too early.

use std::ops::Range;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 16;

/// Most places at which an object is looked for.
const MAX_STARTS: usize = 64;

/// Longest object, in bytes: many times what an answer needs, and little enough to read it at every place.
const MAX_BYTES: usize = 256 * 1024;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// A text, decoded.
    Text {
        value: String,
        /// Between the quotes.
        bytes: Range<usize>,
        /// The input ended before the closing quote.
        is_cut: bool,
    },
    /// `true`, `null`, a number, or another bare word.
    Word(String),
    List(Vec<Node>),
    /// With names in lower case, without `_`, `-` and blanks.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The first of these names that an object has.
    pub(super) fn first(&self, names: &[&str]) -> Option<&Node> {
        let Node::Object(entries) = self else { return None };
        let entry = |name: &&str| entries.iter().find(|(key, _)| key == name);
        names.iter().find_map(entry).map(|(_, node)| node)
    }

    /// True or false, also as a text.
    pub(super) fn truth(&self) -> Option<bool> {
        let (Node::Word(word) | Node::Text { value: word, .. }) = self else {
            return None;
        };
        match word.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        }
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Node::Text {
                value, is_cut: false, ..
            } => vec![value],
            Node::List(nodes) => nodes.iter().flat_map(Node::texts).collect(),
            Node::Text { .. } | Node::Word(_) | Node::Object(_) => Vec::new(),
        }
    }

    /// A text, or a list of its lines, and where it stands.
    pub(super) fn lines(&self) -> Option<(String, Range<usize>)> {
        match self {
            Node::Text { value, bytes, .. } => Some((value.clone(), bytes.clone())),
            Node::List(nodes) => {
                let mut lines = nodes.iter().map(Node::lines);
                let (mut text, mut bytes) = lines.next()??;
                for line in lines {
                    let (next, place) = line?;
                    text.push('\n');
                    text.push_str(&next);
                    bytes.end = place.end;
                }
                Some((text, bytes))
            }
            Node::Word(_) | Node::Object(_) => None,
        }
    }

    /// Whether the input ended inside it.
    pub(super) fn is_cut(&self) -> bool {
        match self {
            Node::Text { is_cut, .. } => *is_cut,
            Node::List(nodes) => nodes.last().is_some_and(Node::is_cut),
            Node::Word(_) | Node::Object(_) => false,
        }
    }
}

/// The object that the text begins with, whatever follows it.
pub(super) fn whole(text: &str) -> Option<Node> {
    let start = text.find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
    text[start..]
        .starts_with('{')
        .then(|| object_at(text, start))
        .flatten()
}

/// The text inside a JSON string that is all there is.
pub(super) fn whole_string(text: &str) -> Option<String> {
    let start = text.find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
    if !text[start..].starts_with('"') {
        return None;
    }
    let mut reader = Reader::new(text, start, false);
    match reader.text('"')? {
        Node::Text {
            value, is_cut: false, ..
        } if text[reader.at..].trim().is_empty() => Some(value),
        _ => None,
    }
}

/// Every object in the text, from the left, also those inside others.
pub(super) fn objects(text: &str) -> impl Iterator<Item = Node> {
    let starts = text.match_indices('{').take(MAX_STARTS);
    starts.filter_map(|(start, _)| object_at(text, start))
}

fn object_at(text: &str, start: usize) -> Option<Node> {
    let end = text.len().min(start + MAX_BYTES);
    let end = (start..=end).rev().find(|at| text.is_char_boundary(*at))?;
    let text = &text[..end];
    Reader::new(text, start, false)
        .value(0)
        .or_else(|| Reader::new(text, start, true).value(0))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// A quote ends a text only where something can follow it.
    is_loose: bool,
    /// What is read now is an entry of a list.
    in_list: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, at: usize, is_loose: bool) -> Reader<'t> {
        Reader {
            text,
            at,
            is_loose,
            in_list: false,
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Passes over blanks and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            self.at += blanks;
            let comment = match self.rest() {
                rest if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                rest if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
                _ => return,
            };
            self.at += comment;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip();
        match self.peek()? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            quote @ ('"' | '\'' | '`') => self.text(quote),
            _ => self.word().map(Node::Word),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Node> {
        self.take('{');
        let mut entries = Vec::new();
        loop {
            self.skip();
            while self.take(',') {
                self.skip();
            }
            if self.take('}') || self.rest().is_empty() {
                return Some(Node::Object(entries));
            }
            let name = self.name()?;
            self.skip();
            if self.rest().is_empty() {
                return Some(Node::Object(entries));
            }
            if !self.take(':') {
                return None;
            }
            self.skip();
            if self.rest().is_empty() {
                return Some(Node::Object(entries));
            }
            self.in_list = false;
            entries.push((name, self.value(depth + 1)?));
        }
    }

    fn list(&mut self, depth: usize) -> Option<Node> {
        self.take('[');
        let mut nodes = Vec::new();
        loop {
            self.skip();
            while self.take(',') {
                self.skip();
            }
            if self.take(']') || self.rest().is_empty() {
                return Some(Node::List(nodes));
            }
            self.in_list = true;
            nodes.push(self.value(depth + 1)?);
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = match self.peek()? {
            quote @ ('"' | '\'' | '`') => match self.text(quote)? {
                Node::Text { value, .. } => value,
                _ => return None,
            },
            _ => self.word()?,
        };
        let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
        Some(letters.flat_map(char::to_lowercase).collect())
    }

    fn word(&mut self) -> Option<String> {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        let rest = self.rest();
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| rest[..length].to_owned())
    }

    fn text(&mut self, quote: char) -> Option<Node> {
        let three = match quote {
            '"' => "\"\"\"",
            '\'' => "'''",
            _ => "```",
        };
        if self.rest().starts_with(three) {
            self.at += three.len();
            return Some(self.until(three));
        }
        self.take(quote);
        let start = self.at;
        // Up to the first quote or backslash there is nothing to decode, which in most answers is everything.
        let ends = |c: char| c == quote || c == '\\';
        let mut value = String::with_capacity(self.rest().find(quote).unwrap_or_default());
        while !self.rest().is_empty() {
            let rest = self.rest();
            let plain = rest.find(ends).unwrap_or(rest.len());
            value.push_str(&rest[..plain]);
            self.at += plain;
            let place = self.at;
            let Some(c) = self.peek() else { break };
            self.at += c.len_utf8();
            if c == quote && (!self.is_loose || self.may_end()) {
                return Some(Node::Text {
                    value,
                    bytes: start..place,
                    is_cut: false,
                });
            }
            match c {
                '\\' => self.escape(&mut value),
                c => value.push(c),
            }
        }
        Some(Node::Text {
            value,
            bytes: start..self.at,
            is_cut: true,
        })
    }

    /// Text as it stands, up to three quotes.
    fn until(&mut self, end: &str) -> Node {
        let start = self.at;
        let found = self.rest().find(end);
        let stop = start + found.unwrap_or(self.rest().len());
        self.at = stop + found.map_or(0, |_| end.len());
        Node::Text {
            value: self.text[start..stop].to_owned(),
            bytes: start..stop,
            is_cut: found.is_none(),
        }
    }

    /// Whether what follows a quote can follow the end of a text: `}`, `]`, `:`, the end, or a comma and the next name
    /// or list entry.
    fn may_end(&self) -> bool {
        let rest = self.rest().trim_start();
        let Some(first) = rest.chars().next() else {
            return true;
        };
        match first {
            '}' | ']' | ':' => true,
            ',' => {
                let next = rest[1..].trim_start();
                let Some(quote @ ('"' | '\'' | '`' | '}' | ']')) = next.chars().next() else {
                    return false;
                };
                if matches!(quote, '}' | ']') {
                    return true;
                }
                let name = &next[1..];
                let end = name.find(quote).unwrap_or(name.len());
                let after = name[end..].trim_start_matches(quote).trim_start();
                after.starts_with(':') || (self.in_list && after.starts_with([',', ']']))
            }
            _ => false,
        }
    }

    /// What stands after a backslash. One that JSON does not know is kept with its backslash, which is SQL's then.
    fn escape(&mut self, value: &mut String) {
        let Some(c) = self.peek() else { return };
        self.at += c.len_utf8();
        match c {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            '"' | '\'' | '`' | '\\' | '/' | '\n' => value.push(c),
            'u' => match self.code_point() {
                Some(c) => value.push(c),
                None => value.push_str("\\u"),
            },
            c => value.extend(['\\', c]),
        }
    }

    /// The character of `\uXXXX`, or of two of them that make one.
    fn code_point(&mut self) -> Option<char> {
        let first = self.unit(0)?;
        let (code, length) = match first {
            0xd800..=0xdbff if self.rest().get(4..6) == Some("\\u") => {
                let second = self.unit(6).filter(|unit| (0xdc00..=0xdfff).contains(unit))?;
                (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 10)
            }
            _ => (first, 4),
        };
        let c = char::from_u32(code)?;
        self.at += length;
        Some(c)
    }

    fn unit(&self, from: usize) -> Option<u32> {
        let digits = self.rest().get(from..from + 4)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }
}
