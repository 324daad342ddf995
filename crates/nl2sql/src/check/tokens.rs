//! Hands the lexemes to the parser as its own tokens, so that ordinary text is split once.
//!
//! Only what both splitters read alike in every dialect is translated: ASCII words, plain numbers and strings, and
//! operators that nothing can be glued to. For everything else the parser's own tokenizer reads the one-line text, and
//! [`agree`] compares.

use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use super::canon::{Canonical, Piece};
use super::parse::{ParseFault, fault_at};
use crate::lex::{Kind, Lexeme};

/// The tokens of the one-line text, with their places; `None` when something is in it that is not plain.
pub(super) fn plain(lexemes: &[Lexeme<'_>], canonical: &Canonical) -> Option<Vec<TokenWithSpan>> {
    let text = canonical.text.as_bytes();
    if lexemes.len() != canonical.pieces.len() || !text.is_ascii() {
        return None;
    }
    let mut tokens = Vec::with_capacity(2 * lexemes.len());
    let (mut end, mut after_number) = (0, false);
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        let start = usize::try_from(canonical.pieces[at].column).ok()? - 1;
        if start > end {
            tokens.push(placed(Token::Whitespace(Whitespace::Space), end, start));
        }
        let (token, length, count) = match lexeme.kind {
            Kind::Word => (word(&lexeme.value)?, lexeme.value.len(), 1),
            Kind::Quoted(_) => {
                let (quote, name) = (char::from(text[start]), lexeme.value.as_ref());
                let is_plain = !name.contains(quote);
                let token = is_plain.then(|| Token::make_word(name, Some(quote)))?;
                (token, name.len() + 2, 1)
            }
            Kind::Number => (number(&lexeme.value)?, lexeme.value.len(), 1),
            Kind::Text => (string(&lexeme.value)?, lexeme.value.len() + 2, 1),
            Kind::Bits => return None,
            // `1.` and `.5` begin or end within a number.
            Kind::Symbol if text[start] == b'.' && after_number => return None,
            Kind::Symbol => symbol(&text[start..])?,
        };
        end = start + length;
        tokens.push(placed(token, start, end));
        after_number = lexeme.kind == Kind::Number;
        at += count;
    }
    Some(tokens)
}

fn placed(token: Token, start: usize, end: usize) -> TokenWithSpan {
    let location = |at: usize| Location {
        line: 1,
        column: at as u64 + 1,
    };
    TokenWithSpan {
        token,
        span: Span::new(location(start), location(end)),
    }
}

/// A lenient reading takes words that begin with a digit.
fn word(word: &str) -> Option<Token> {
    let is_plain = !word.contains('$') && !word.starts_with(|first: char| first.is_ascii_digit());
    is_plain.then(|| Token::make_word(word, None))
}

/// Digits, and perhaps a fraction.
fn number(number: &str) -> Option<Token> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (are_digits(whole) && are_digits(fraction)).then(|| Token::Number(number.to_owned(), false))
}

/// A string whose spelling is its value in quotes.
fn string(value: &str) -> Option<Token> {
    let is_plain = |byte: u8| !matches!(byte, b'\'' | b'\\') && !byte.is_ascii_control();
    value
        .bytes()
        .all(is_plain)
        .then(|| Token::SingleQuotedString(value.to_owned()))
}

/// The operator or punctuation that the text begins with, its length in bytes, and how many lexemes it is.
fn symbol(text: &[u8]) -> Option<(Token, usize, usize)> {
    let at = |at: usize| text.get(at).copied().unwrap_or(b' ');
    let stands_alone = |end: usize| !b"+-*/<>=~!@#%^&|`?:".contains(&at(end));
    let one = match at(0) {
        b'(' => Some(Token::LParen),
        b')' => Some(Token::RParen),
        b',' => Some(Token::Comma),
        b'*' => Some(Token::Mul),
        b'.' if at(1).is_ascii_alphabetic() || b"\"`* ".contains(&at(1)) => Some(Token::Period),
        b'+' if stands_alone(1) => Some(Token::Plus),
        b'-' if stands_alone(1) => Some(Token::Minus),
        b'/' if stands_alone(1) => Some(Token::Div),
        b'=' if stands_alone(1) => Some(Token::Eq),
        b'<' if stands_alone(1) => Some(Token::Lt),
        b'>' if stands_alone(1) => Some(Token::Gt),
        _ => None,
    };
    if let Some(token) = one {
        return Some((token, 1, 1));
    }
    let two = match [at(0), at(1)] {
        [b'<', b'='] => Token::LtEq,
        [b'>', b'='] => Token::GtEq,
        [b'<', b'>'] | [b'!', b'='] => Token::Neq,
        [b'|', b'|'] => Token::StringConcat,
        [b':', b':'] => Token::DoubleColon,
        _ => return None,
    };
    stands_alone(2).then_some((two, 2, 2))
}

/// Every name and string must be one token to the parser too, with the same beginning and the same end; else the two
/// would disagree on what is text and what is SQL.
pub(super) fn agree(canonical: &Canonical, tokens: &[TokenWithSpan]) -> Result<(), ParseFault> {
    let mut tokens = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let mut quoted_or_named = canonical
        .pieces
        .iter()
        .filter(|piece| shape_of_piece(piece).is_some());
    loop {
        let token = tokens.find(|token| shape_of_token(&token.token).is_some());
        match (quoted_or_named.next(), token) {
            (None, None) => return Ok(()),
            (Some(piece), Some(token))
                if piece.column == token.span.start.column
                    && shape_of_piece(piece) == shape_of_token(&token.token) => {}
            (piece, token) => {
                let column = piece
                    .map(|piece| piece.column)
                    .or(token.map(|token| token.span.start.column));
                let message = "this can be read in more than one way".to_owned();
                return Err(fault_at(canonical, column.unwrap_or(1), message));
            }
        }
    }
}

/// The two kinds of tokens whose borders matter.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Name,
    Literal,
}

fn shape_of_piece(piece: &Piece) -> Option<Shape> {
    match piece.kind {
        Kind::Word | Kind::Quoted(_) => Some(Shape::Name),
        Kind::Text | Kind::Bits => Some(Shape::Literal),
        Kind::Number | Kind::Symbol => None,
    }
}

fn shape_of_token(token: &Token) -> Option<Shape> {
    match token {
        Token::Word(_) => Some(Shape::Name),
        Token::SingleQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedString(_)
        | Token::NationalStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::DollarQuotedString(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::TripleSingleQuotedString(_) => Some(Shape::Literal),
        _ => None,
    }
}
