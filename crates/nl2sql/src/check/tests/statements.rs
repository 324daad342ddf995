//! Reads tables of statements: a header `--- MPS Why: topic` says for which dialects and what must come of them, then
//! every line is a statement. Signs stand for what has no place on a line: `␊` line feed, `␍` carriage return, `␉` tab, `␀` NUL,
//! `⍽` a blank that does not break. A line `--! M: reason` says that the server of that dialect does not take the next one.
//!
//! Only the standard library, because tests against real servers read the same tables.

/// One statement.
#[allow(dead_code, reason = "what servers take is asked elsewhere")]
#[derive(Debug, Clone)]
pub struct Statement {
    /// Letters of the dialects: M, P, S.
    pub dialects: String,
    /// What must come of it.
    pub why: String,
    /// Itself.
    pub sql: String,
    /// Letters of the dialects whose server refuses it all the same.
    pub not_on_servers: String,
}

impl Statement {
    /// Whether it is of the dialect with this letter.
    pub fn is_of(&self, dialect: char) -> bool {
        self.dialects.contains(dialect)
    }
}

/// The statements of a table.
pub fn read(table: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let (mut dialects, mut why) = (String::new(), String::new());
    let mut not_on_servers = String::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        if let Some(header) = line.strip_prefix("--- ") {
            let (head, _topic) = header.split_once(": ").expect("a header has a topic");
            let (letters, word) = head.split_once(' ').expect("a header has letters and a word");
            (dialects, why) = (letters.to_owned(), word.to_owned());
        } else if let Some(mark) = line.strip_prefix("--! ") {
            let (letters, _reason) = mark.split_once(": ").expect("a mark has a reason");
            not_on_servers.push_str(letters);
        } else {
            found.push(Statement {
                dialects: dialects.clone(),
                why: why.clone(),
                sql: plain(line),
                not_on_servers: std::mem::take(&mut not_on_servers),
            });
        }
    }
    found
}

fn plain(line: &str) -> String {
    let signs = [
        ('␊', "\n"),
        ('␍', "\r"),
        ('␉', "\t"),
        ('␀', "\0"),
        ('⍽', "\u{a0}"),
    ];
    signs
        .iter()
        .fold(line.to_owned(), |line, (sign, meant)| line.replace(*sign, meant))
}
