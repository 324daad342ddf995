//! What can be told by the shape of characters alone: quotations, days, full-width letters.

/// Full-width letters and digits as plain ones.
pub(super) fn plain(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    }
}

/// How many characters a quotation takes, its marks included.
pub(super) fn quoted(chars: &[char]) -> Option<usize> {
    let close = match chars[0] {
        '“' => '”',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '‘' => '’',
        '"' => '"',
        '\'' => '\'',
        '【' => '】',
        _ => return None,
    };
    let end = chars.iter().skip(1).position(|c| *c == close)? + 1;
    (end > 1).then_some(end + 1)
}

pub(super) fn iso_day(chars: &[char]) -> Option<(String, usize)> {
    let shape = chars.get(..10)?;
    let fits = shape.iter().enumerate().all(|(i, c)| match i {
        4 | 7 => *c == '-' || *c == '/',
        _ => c.is_ascii_digit(),
    });
    fits.then(|| (shape.iter().collect(), 10))
}
