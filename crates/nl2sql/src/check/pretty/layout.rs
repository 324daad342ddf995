//! Breaks and indents lines.

use super::{Role, Token};

/// Longest clause that stays on one line, in bytes.
const MAX_CLAUSE: usize = 80;

/// Longest block that stays on one line, in bytes, with its parentheses.
const MAX_BLOCK: usize = 60;

/// What indents a line by one level.
const INDENT: &str = "  ";

/// Writes the tokens on as many lines as they need.
pub(super) fn write(tokens: &[Token<'_>]) -> String {
    let length: usize = tokens.iter().map(|token| token.text.len() + 2).sum();
    let mut layout = Layout {
        tokens,
        out: String::with_capacity(length),
        levels: Vec::new(),
        clauses: Vec::new(),
        inline: 0,
    };
    for at in 0..tokens.len() {
        layout.token(at);
    }
    layout.trim();
    layout.out
}

/// What lies around the place that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// A clause on several lines, of this length.
    Clause(usize),
    Block,
    /// A block that begins in the line of its clause and is not indented beyond it.
    Folded,
}

/// What a clause holds.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// In bytes.
    length: usize,
    blocks: usize,
    entries: usize,
}

struct Layout<'t> {
    tokens: &'t [Token<'t>],
    out: String,
    levels: Vec<Level>,
    /// The latest clause of each level.
    clauses: Vec<Option<Span>>,
    /// How deep within a block that stays on one line.
    inline: usize,
}

impl<'t> Layout<'t> {
    fn token(&mut self, at: usize) {
        let token = self.tokens[at];
        match token.role {
            Role::Clause | Role::Between => self.clause(at, token),
            Role::Condition => self.condition(token),
            Role::Open => self.open(at, token),
            Role::Close => self.close(token),
            Role::Comma => self.comma(),
            Role::Tight => {
                self.trim();
                self.out.push_str(token.text);
            }
            Role::Joint | Role::Operator | Role::Other => self.word(token),
        }
    }

    fn word(&mut self, token: Token<'t>) {
        self.out.push_str(token.text);
        self.out.push(' ');
    }

    fn clause(&mut self, at: usize, token: Token<'t>) {
        let span = self.span(at);
        if self.inline == 0 {
            self.leave_clause();
            self.line(0);
        }
        self.out.push_str(token.text);
        if span.length > MAX_CLAUSE {
            if token.role == Role::Clause {
                self.levels.push(Level::Clause(span.length));
            }
            self.line(0);
        } else {
            self.out.push(' ');
        }
        match self.clauses.last_mut() {
            Some(latest) => *latest = Some(span),
            None => self.clauses.push(Some(span)),
        }
    }

    fn condition(&mut self, token: Token<'t>) {
        let around = self.levels.iter().rev().find_map(|level| match level {
            Level::Clause(length) => Some(*length),
            Level::Block | Level::Folded => None,
        });
        if self.inline == 0 && around.is_some_and(|length| length > MAX_CLAUSE) {
            if let Some(span) = self.latest().filter(|span| span.length <= MAX_CLAUSE) {
                self.levels.push(Level::Clause(span.length));
            }
            self.line(0);
        } else {
            self.trim();
            self.out.push(' ');
        }
        self.word(token);
    }

    fn open(&mut self, at: usize, token: Token<'t>) {
        if self.inline > 0 || self.block_length(at) <= MAX_BLOCK {
            self.inline += 1;
        }
        let before = at.checked_sub(1).map(|before| self.tokens[before].role);
        let is_folded = self.inline == 0
            && before == Some(Role::Clause)
            && self
                .latest()
                .is_some_and(|span| span.blocks <= 2 && span.length > MAX_CLAUSE && span.entries == 1);
        let is_bracket = token.text == "[";
        let keeps_blank = token.is_apart || before == Some(Role::Open);
        if !keeps_blank || (is_bracket && matches!(before, Some(Role::Close | Role::Joint | Role::Other))) {
            self.trim();
        }
        if !is_bracket && matches!(before, Some(Role::Close | Role::Joint)) {
            self.trim();
            self.out.push(' ');
        }
        if is_folded {
            self.out.truncate(self.out.trim_end().len());
            self.out.push(' ');
        }
        self.levels
            .push(if is_folded { Level::Folded } else { Level::Block });
        self.clauses.push(None);
        self.out.push_str(token.text);
        if self.inline == 0 {
            self.line(0);
        } else if token.text.len() > 1 {
            self.out.push(' ');
        }
    }

    fn close(&mut self, token: Token<'t>) {
        let is_folded = self.leave_block();
        if self.inline == 0 {
            self.line(usize::from(is_folded));
        } else {
            self.inline -= 1;
            self.trim();
            if token.text.len() > 1 {
                self.out.push(' ');
            }
        }
        self.word(token);
    }

    fn comma(&mut self) {
        self.trim();
        self.out.push_str(", ");
        if self.inline == 0 && self.latest().is_none_or(|span| span.length > MAX_CLAUSE) {
            self.line(0);
        }
    }

    fn latest(&self) -> Option<Span> {
        self.clauses.last().copied().flatten()
    }

    fn leave_clause(&mut self) {
        if matches!(self.levels.last(), Some(Level::Clause(_))) {
            self.levels.pop();
            self.clauses.pop();
        }
    }

    /// Leaves the innermost block and the clauses in it; tells whether it was folded.
    fn leave_block(&mut self) -> bool {
        while let Some(level) = self.levels.pop() {
            self.clauses.pop();
            if !matches!(level, Level::Clause(_)) {
                return level == Level::Folded;
            }
        }
        false
    }

    /// Begins a line, `less` levels further left.
    fn line(&mut self, less: usize) {
        self.trim();
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        let deep = self
            .levels
            .iter()
            .filter(|level| **level != Level::Folded)
            .count();
        self.out
            .extend(std::iter::repeat_n(INDENT, deep.saturating_sub(less)));
    }

    fn trim(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }

    /// What lies between the word that begins a clause and the end of the clause.
    fn span(&self, at: usize) -> Span {
        let mut span = Span {
            length: 0,
            blocks: 0,
            entries: 0,
        };
        let mut depth = 0_usize;
        for token in &self.tokens[at + 1..] {
            span.length += usize::from(token.is_apart);
            match token.role {
                Role::Open => {
                    span.blocks += usize::from(depth == 0);
                    depth += 1;
                }
                Role::Close if depth == 0 => break,
                Role::Close => depth -= 1,
                Role::Clause | Role::Between if depth == 0 => break,
                Role::Comma => span.entries += usize::from(depth == 0),
                Role::Clause | Role::Between => {}
                _ => span.entries = span.entries.max(1),
            }
            span.length += token.text.len();
        }
        span
    }

    /// Length of a block with its parentheses, as far as it matters.
    fn block_length(&self, at: usize) -> usize {
        let (mut length, mut depth) = (0, 0_usize);
        for token in &self.tokens[at..] {
            length += usize::from(token.is_apart && length > 0) + token.text.len();
            match token.role {
                Role::Open => depth += 1,
                Role::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 || length > MAX_BLOCK {
                break;
            }
        }
        length
    }
}
