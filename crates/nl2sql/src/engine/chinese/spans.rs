//! Reads Chinese phrases of time as English ones: 2024年3月, 最近7天, 上个月.

use jiff::civil::Date;

use super::numerals;
use crate::engine::period::month_name;

/// Phrases that are one of the engine's own as they stand.
#[rustfmt::skip]
const FIXED: &[(&str, &str)] = &[
    ("今天", "today"), ("今日", "today"), ("当天", "today"), ("昨天", "yesterday"), ("昨日", "yesterday"), ("明天", "tomorrow"),
    ("本周", "this week"), ("这周", "this week"), ("这个星期", "this week"), ("本星期", "this week"), ("上周", "last week"),
    ("上个星期", "last week"), ("上星期", "last week"), ("下周", "next week"), ("本月", "this month"), ("这个月", "this month"),
    ("当月", "this month"), ("上个月", "last month"), ("上月", "last month"), ("下个月", "next month"), ("下月", "next month"),
    ("本季度", "this quarter"), ("上季度", "last quarter"), ("上个季度", "last quarter"), ("今年以来", "year to date"), ("年初以来", "year to date"), ("今年", "this year"),
    ("本年", "this year"), ("本年度", "this year"), ("去年", "last year"), ("上一年", "last year"), ("明年", "next year"),
    ("即将举行", "upcoming"), ("即将举办", "upcoming"), ("即将召开", "upcoming"), ("即将开始", "upcoming"), ("即将开演", "upcoming"), ("即将上映", "upcoming"),
    ("即将到来", "upcoming"), ("即将进行", "upcoming"), ("即将出发", "upcoming"), ("将要举行", "upcoming"), ("未来的", "upcoming"), ("还没举行", "upcoming"),
    ("尚未举行", "upcoming"), ("还未举行", "upcoming"), ("未举行", "upcoming"), ("已经举行", "past"), ("已举行", "past"), ("过去的", "past"),
    ("每周一", "on mondays"), ("每星期一", "on mondays"), ("星期一", "on mondays"), ("礼拜一", "on mondays"), ("周一", "on mondays"), ("每周二", "on tuesdays"),
    ("每星期二", "on tuesdays"), ("星期二", "on tuesdays"), ("礼拜二", "on tuesdays"), ("周二", "on tuesdays"), ("每周三", "on wednesdays"), ("每星期三", "on wednesdays"),
    ("星期三", "on wednesdays"), ("礼拜三", "on wednesdays"), ("周三", "on wednesdays"), ("每周四", "on thursdays"), ("每星期四", "on thursdays"), ("星期四", "on thursdays"),
    ("礼拜四", "on thursdays"), ("周四", "on thursdays"), ("每周五", "on fridays"), ("每星期五", "on fridays"), ("星期五", "on fridays"), ("礼拜五", "on fridays"),
    ("周五", "on fridays"), ("每周六", "on saturdays"), ("每星期六", "on saturdays"), ("星期六", "on saturdays"), ("礼拜六", "on saturdays"), ("周六", "on saturdays"),
    ("每周日", "on sundays"), ("每星期日", "on sundays"), ("星期日", "on sundays"), ("礼拜日", "on sundays"), ("周日", "on sundays"), ("每星期天", "on sundays"),
    ("星期天", "on sundays"), ("礼拜天", "on sundays"), ("周末", "on weekends"), ("每周末", "on weekends"), ("双休日", "on weekends"), ("周六日", "on weekends"),
    ("工作日", "on weekdays"), ("平日", "on weekdays"),
];

/// The phrase of time that begins at `chars[0]`, in English, and how many characters it takes.
pub(crate) fn span(chars: &[char], today: Date) -> Option<(String, usize)> {
    recent(chars)
        .or_else(|| dated(chars, today))
        .or_else(|| fixed(chars))
}

fn fixed(chars: &[char]) -> Option<(String, usize)> {
    coming(chars).or_else(|| listed(chars))
}

/// 即将放映的: what is to happen is to come, but what is to end is not.
fn coming(chars: &[char]) -> Option<(String, usize)> {
    const OVER: &[[char; 2]] = &[
        ['到', '期'],
        ['过', '期'],
        ['结', '束'],
        ['截', '止'],
        ['退', '休'],
        ['完', '成'],
        ['满', '期'],
        ['失', '效'],
        ['毕', '业'],
    ];
    match chars {
        ['即', '将', one, other, '的', ..] if !OVER.contains(&[*one, *other]) => {
            Some(("upcoming".to_owned(), 4))
        }
        _ => None,
    }
}

fn listed(chars: &[char]) -> Option<(String, usize)> {
    FIXED
        .iter()
        .filter(|(said, _)| starts(chars, said))
        .max_by_key(|(said, _)| said.chars().count())
        .map(|(said, english)| ((*english).to_owned(), said.chars().count()))
}

fn starts(chars: &[char], said: &str) -> bool {
    let mut at = 0;
    said.chars().all(|c| {
        at += 1;
        chars.get(at - 1) == Some(&c)
    })
}

/// 最近7天, 过去三个月, 近一年, 未来7天, 30天前.
fn recent(chars: &[char]) -> Option<(String, usize)> {
    const LEADS: &[(&str, &str)] = &[
        ("最近的", "last"),
        ("最近", "last"),
        ("过去", "last"),
        ("近", "last"),
        ("未来", "next"),
        ("接下来", "next"),
    ];
    let (lead, english) = LEADS.iter().find(|(said, _)| starts(chars, said))?;
    let mut at = lead.chars().count();
    at += usize::from(chars.get(at) == Some(&'的'));
    let (amount, taken) = numerals::number(chars.get(at..)?)?;
    at += taken;
    at += usize::from(chars.get(at) == Some(&'个'));
    let (unit, taken) = unit(chars.get(at..)?)?;
    at += taken;
    at += usize::from(matches!(chars.get(at), Some('内' | '里')));
    Some((format!("the {english} {amount} {unit}"), at))
}

fn unit(chars: &[char]) -> Option<(&'static str, usize)> {
    match chars {
        ['小', '时', ..] => Some(("hours", 2)),
        ['天' | '日', ..] => Some(("days", 1)),
        ['星', '期', ..] => Some(("weeks", 2)),
        ['周', ..] => Some(("weeks", 1)),
        ['月', ..] => Some(("months", 1)),
        ['季', '度', ..] => Some(("quarters", 2)),
        ['年', ..] => Some(("years", 1)),
        _ => None,
    }
}

/// 2024年, 2024年3月, 2024年3月5日, 今年一月, 3月, 第二季度.
fn dated(chars: &[char], today: Date) -> Option<(String, usize)> {
    let (year, mut at) = match year(chars, today) {
        Some((year, taken)) => (Some(year), taken),
        None => (None, 0),
    };
    let rest = &chars[at..];
    if let Some(half) = half(rest) {
        let of = year.unwrap_or(today.year());
        return Some((
            format!("between {of:04}-{} and {of:04}-{}", half.0, half.1),
            at + 3,
        ));
    }
    if let Some((quarter, taken)) = quarter(rest) {
        let of = year.unwrap_or(today.year());
        return Some((format!("q{quarter} {of}"), at + taken));
    }
    let month = numerals::number(rest).and_then(|(digits, taken)| {
        let number: i8 = digits.parse().ok()?;
        let month = month_name(number)?;
        (rest.get(taken) == Some(&'月')).then_some((number, month, taken + 1))
    });
    let Some((number, name, taken)) = month else {
        return year.map(|year| (year.to_string(), at));
    };
    at += taken;
    at += usize::from(chars.get(at) == Some(&'份'));
    let of = year.unwrap_or(today.year());
    if let Some((digits, taken)) = chars.get(at..).and_then(numerals::number)
        && let (Some('日' | '号'), Ok(day)) = (chars.get(at + taken), digits.parse::<u8>())
        && (1..=31).contains(&day)
    {
        return Some((format!("{of:04}-{number:02}-{day:02}"), at + taken + 1));
    }
    Some((format!("{name} {of}"), at))
}

/// 上半年, 下半年: the first and last day.
fn half(chars: &[char]) -> Option<(&'static str, &'static str)> {
    match chars {
        ['上', '半', '年', ..] => Some(("01-01", "06-30")),
        ['下', '半', '年', ..] => Some(("07-01", "12-31")),
        _ => None,
    }
}

fn year(chars: &[char], today: Date) -> Option<(i16, usize)> {
    let digits: String = chars.iter().take_while(|c| c.is_ascii_digit()).collect();
    if let ("年", Ok(year)) = (
        chars
            .get(digits.len())
            .map_or("", |c| if *c == '年' { "年" } else { "" }),
        digits.parse::<i16>(),
    ) && digits.len() == 4
    {
        let more = usize::from(chars.get(5) == Some(&'度'));
        return Some((year, 5 + more));
    }
    // 今年一月 is a month of this year; 今年 alone is read from the list.
    let dated = |offset: i16| (today.year() + offset, 2);
    let follows = chars.get(2).is_some_and(|c| {
        c.is_ascii_digit() || numerals::numeral(*c).is_some() || matches!(c, '十' | '第' | 'Q' | '上' | '下')
    });
    match chars {
        ['今', '年', ..] if follows => Some(dated(0)),
        ['去', '年', ..] if follows => Some(dated(-1)),
        ['明', '年', ..] if follows => Some(dated(1)),
        _ => None,
    }
}

fn quarter(chars: &[char]) -> Option<(u64, usize)> {
    match chars {
        ['第', c, '季', '度', ..] => numerals::numeral(*c)
            .or_else(|| c.to_digit(10).map(u64::from))
            .map(|n| (n, 4)),
        ['Q' | 'q', c, ..] => c.to_digit(10).map(|n| (u64::from(n), 2)),
        [c, '季', '度', ..] => numerals::numeral(*c)
            .or_else(|| c.to_digit(10).map(u64::from))
            .map(|n| (n, 3)),
        _ => None,
    }
    .filter(|(n, _)| (1..=4).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_english() {
        for (said, english) in [
            ("2024年", "2024"),
            ("2024年6月", "june 2024"),
            ("2024年3月5日之后", "2024-03-05"),
            ("今年一月", "january 2025"),
            ("去年十二月", "december 2024"),
            ("最近7天", "the last 7 days"),
            ("过去三个月", "the last 3 months"),
            ("上个月", "last month"),
            ("2024年第二季度", "q2 2024"),
            ("今年", "this year"),
        ] {
            let chars: Vec<char> = said.chars().collect();
            let today = jiff::civil::date(2025, 8, 20);
            assert_eq!(
                span(&chars, today).map(|(text, _)| text).as_deref(),
                Some(english),
                "{said}"
            );
        }
        assert_eq!(span(&['客', '户'], jiff::civil::date(2025, 8, 20)), None);
    }
}
