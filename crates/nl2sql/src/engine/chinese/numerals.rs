//! Reads Chinese numbers: 三, 十五, 两千, 1.5万.

/// The number that begins at `chars[0]`, as plain digits, and how many characters it takes.
pub(crate) fn number(chars: &[char]) -> Option<(String, usize)> {
    let mut end = 0;
    while end < chars.len() && is_digit(chars, end) {
        end += 1;
    }
    if end > 0 {
        let digits: String = chars[..end].iter().filter(|c| **c != ',').collect();
        let (scale, taken) = scale(&chars[end..]);
        return Some((scaled(&digits, scale), end + taken));
    }
    let mut total: u64 = 0;
    let mut section: u64 = 0;
    let mut digit: Option<u64> = None;
    let mut at = 0;
    while at < chars.len() && at < 16 {
        let c = chars[at];
        if let Some(value) = numeral(c) {
            // 三一: two numerals side by side are no number.
            if digit.is_some_and(|digit| digit > 0) {
                return None;
            }
            digit = Some(value);
        } else if let Some(unit) = unit(c) {
            // 五千瓦 are five of them, 三千米 three thousand, 五十千米 fifty.
            let counted = digit.is_some() && chars.get(at + 1) == Some(&'米');
            if at > 0 && !counted && is_unit(&chars[at..]) {
                break;
            }
            if unit >= 10_000 {
                section += digit.unwrap_or(0);
                total = total.saturating_add(section.max(1).saturating_mul(unit));
                section = 0;
            } else {
                section += digit.unwrap_or(1) * unit;
            }
            digit = None;
        } else {
            break;
        }
        at += 1;
    }
    let value = total.saturating_add(section).saturating_add(digit.unwrap_or(0));
    // A unit alone is no number: 千 in a name, 万 as a surname.
    let bare = at == 1 && unit(chars[0]).is_some_and(|unit| unit > 10);
    (at > 0 && !bare).then(|| (value.to_string(), at))
}

/// A digit, a decimal point between digits, or a comma between thousands.
fn is_digit(chars: &[char], at: usize) -> bool {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let thousands = chars[at] == ',' && digit(at + 1) && digit(at + 2) && digit(at + 3) && !digit(at + 4);
    digit(at) || (at > 0 && digit(at - 1) && (chars[at] == '.' && digit(at + 1) || thousands))
}

/// Whether a unit of measure, not a numeral, begins here: 千瓦时, kg.
fn is_unit(chars: &[char]) -> bool {
    match chars {
        ['千', '字', '节', ..] | ['千', '比', '特', ..] | ['千', '牛', '顿', ..] | ['百', '帕', ..] => {
            true
        }
        ['千', next, ..] => "瓦克伏卡帕赫焦米".contains(*next),
        ['k' | 'K' | 'w' | 'W', next, ..] => next.is_ascii_alphanumeric(),
        _ => false,
    }
}

fn scale(chars: &[char]) -> (u64, usize) {
    if is_unit(chars) {
        return (1, 0);
    }
    match chars {
        ['百', '万', ..] => (1_000_000, 2),
        ['千', '万', ..] => (10_000_000, 2),
        ['万', '亿', ..] => (1_000_000_000_000, 2),
        ['亿', ..] => (100_000_000, 1),
        ['万' | 'w' | 'W', ..] => (10_000, 1),
        ['千' | 'k' | 'K', ..] => (1_000, 1),
        ['百', ..] => (100, 1),
        _ => (1, 0),
    }
}

fn scaled(digits: &str, scale: u64) -> String {
    match digits.parse::<f64>() {
        Ok(value) if scale > 1 && value.abs() < 1e9 => format!("{}", value * scale as f64),
        _ => digits.to_owned(),
    }
}

/// The value of one numeral.
pub(crate) fn numeral(c: char) -> Option<u64> {
    const NUMERALS: &str = "零一二三四五六七八九";
    match c {
        '两' => Some(2),
        '〇' => Some(0),
        _ => NUMERALS
            .chars()
            .position(|known| known == c)
            .and_then(|at| u64::try_from(at).ok()),
    }
}

fn unit(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_and_digits_with_units_are_numbers() {
        for (said, value) in [
            ("三", "3"),
            ("十", "10"),
            ("十五个", "15"),
            ("二十", "20"),
            ("一百零五", "105"),
            ("两千", "2000"),
            ("五万三千", "53000"),
            ("1.5万", "15000"),
            ("10,000元", "10000"),
            ("30岁", "30"),
            ("3百万", "3000000"),
            ("800千瓦时", "800"),
            ("1.5千克", "1.5"),
            ("5千米", "5"),
            ("5千元", "5000"),
            ("100km", "100"),
            ("20k", "20000"),
            ("三千米", "3000"),
            ("五十千米", "50"),
            ("五百千瓦", "500"),
            ("1000百帕", "1000"),
        ] {
            let chars: Vec<char> = said.chars().collect();
            assert_eq!(
                number(&chars).map(|(digits, _)| digits).as_deref(),
                Some(value),
                "{said}"
            );
        }
        assert_eq!(number(&['千', '克']), None);
        assert_eq!(number(&['客', '户']), None);
    }
}
