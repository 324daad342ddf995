//! Cuts a question into words, numbers and quotations.

/// A piece of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'q> {
    Word(&'q str),
    /// With its separators of thousands and perhaps a `k` or `m`.
    Number(&'q str),
    /// Without its quotes.
    Quoted(&'q str),
}

/// Cuts a question, in lower case, into pieces.
pub(super) struct Pieces<'q> {
    rest: &'q str,
    after_word: bool,
}

impl<'q> Pieces<'q> {
    pub(super) fn new(question: &'q str) -> Pieces<'q> {
        Pieces {
            rest: question,
            after_word: false,
        }
    }

    /// What stands between this quote and the next of its kind, and the length with both.
    fn quoted(&self) -> Option<(&'q str, usize)> {
        let open = self.rest.chars().next()?;
        let close = match open {
            '"' | '`' => open,
            // Within a word it is an apostrophe.
            '\'' if !self.after_word => open,
            '“' => '”',
            '‘' => '’',
            '「' => '」',
            '«' => '»',
            _ => return None,
        };
        let inside = &self.rest[open.len_utf8()..];
        let end = inside.find(close)?;
        (end > 0).then(|| (&inside[..end], open.len_utf8() + end + close.len_utf8()))
    }
}

impl<'q> Iterator for Pieces<'q> {
    type Item = Piece<'q>;

    fn next(&mut self) -> Option<Piece<'q>> {
        loop {
            let first = self.rest.chars().next()?;
            if let Some((inside, length)) = self.quoted() {
                self.rest = &self.rest[length..];
                self.after_word = false;
                return Some(Piece::Quoted(inside.trim()));
            }
            if !first.is_alphanumeric() {
                self.rest = &self.rest[first.len_utf8()..];
                self.after_word = false;
                continue;
            }
            let is_number = first.is_ascii_digit();
            let mut length = 0;
            let mut chars = self.rest.char_indices().peekable();
            while let Some((at, c)) = chars.next() {
                let inner = is_number
                    && matches!(c, '.' | ',' | '-' | ':')
                    && chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
                if !(c.is_alphanumeric() || c == '_' || inner) {
                    break;
                }
                length = at + c.len_utf8();
            }
            let (piece, rest) = self.rest.split_at(length);
            self.rest = rest;
            self.after_word = true;
            return Some(if is_number {
                Piece::Number(piece)
            } else {
                Piece::Word(piece)
            });
        }
    }
}
