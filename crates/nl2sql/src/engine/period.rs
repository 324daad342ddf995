//! Reads phrases of time: days, months, quarters, years, and spans that end or begin today.

use jiff::ToSpan;
use jiff::civil::Date;

use super::text::{Shape, Token};
use super::words::number_word;

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// Whether it is less than a day, so that the time of day counts.
    pub(crate) fn is_of_clock(self) -> bool {
        matches!(self, Unit::Minute | Unit::Hour)
    }
}

/// A part of the calendar that rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Of(Unit),
    /// From Sunday, which is 0, whatever the week.
    DayOfWeek,
    /// Whatever the day.
    HourOfDay,
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A calendar day.
    Fixed(Date),
    /// So many units from now (negative: ago), counted from today's date.
    FromNow { amount: i32, unit: Unit },
    /// The first day of the unit that is so many units from the current one.
    StartOf { offset: i32, unit: Unit },
}

/// A span of time, from `from` (included) to `to` (excluded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    /// The year, when the phrase was a year and nothing else.
    pub year: Option<i16>,
    /// Whether the phrase was one calendar day.
    pub single_day: bool,
}

/// The beginning of today.
const TODAY: Moment = Moment::StartOf {
    offset: 0,
    unit: Unit::Day,
};

impl Period {
    /// Whether it is all that is to come, or all that has been.
    pub(crate) fn is_open(&self) -> bool {
        matches!((self.from, self.to), (Some(TODAY), None) | (None, Some(TODAY)))
    }
}

const MONTHS: &[(&str, i8)] = &[
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
];

/// The period that begins at `tokens[0]` and the number of tokens it takes.
pub(crate) fn read(tokens: &[Token], before: Option<&Token>, today: Date) -> Option<(Period, usize)> {
    let first = tokens.first()?;
    if first.shape == Shape::Date {
        let day = parse_day(&first.text)?;
        return Some((one_day(day), 1));
    }
    if let Some(decade) = decade(&first.text) {
        return Some((decade, 1));
    }
    relative(tokens, before.is_some_and(|token| token.lower == "the"))
        .or_else(|| quarter(tokens, today))
        .or_else(|| named_month(tokens, before, today))
        .or_else(|| year(tokens, before))
}

/// `1950s`: ten years.
fn decade(text: &str) -> Option<Period> {
    let first: i16 = text.strip_suffix('s')?.trim_end_matches('\'').parse().ok()?;
    let is_decade = (1500..2100).contains(&first) && first % 10 == 0;
    is_decade.then(|| {
        Some(between(
            Date::new(first, 1, 1).ok()?,
            Date::new(first + 10, 1, 1).ok(),
        ))
    })?
}

/// A single day.
fn one_day(day: Date) -> Period {
    let next = day.checked_add(1.day()).ok();
    Period {
        from: Some(Moment::Fixed(day)),
        to: next.map(Moment::Fixed),
        year: None,
        single_day: true,
    }
}

fn between(from: Date, to: Option<Date>) -> Period {
    Period {
        from: Some(Moment::Fixed(from)),
        to: to.map(Moment::Fixed),
        year: None,
        single_day: false,
    }
}

fn parse_day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']);
    let (year, month, day) = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    Date::new(year, month, day).ok()
}

/// A number token's value, digits or word.
/// The number of the month that a word names.
pub(crate) fn month(word: &str) -> Option<i8> {
    MONTHS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number)
}

/// What a month is called in full.
pub(crate) fn month_name(number: i8) -> Option<&'static str> {
    MONTHS
        .iter()
        .find(|(_, known)| *known == number)
        .map(|(name, _)| *name)
}

pub(crate) fn count(token: &Token) -> Option<u32> {
    match token.shape {
        Shape::Number => token.text.parse().ok(),
        Shape::Word => number_word(&token.lower),
        _ => None,
    }
}

fn unit(token: &Token) -> Option<Unit> {
    match token.lower.as_str() {
        "minute" | "minutes" | "mins" => Some(Unit::Minute),
        "hour" | "hours" | "hrs" => Some(Unit::Hour),
        "day" | "days" => Some(Unit::Day),
        "week" | "weeks" => Some(Unit::Week),
        "month" | "months" => Some(Unit::Month),
        "quarter" | "quarters" => Some(Unit::Quarter),
        "year" | "years" => Some(Unit::Year),
        _ => None,
    }
}

/// `today`, `last 30 days`, `this month`, `3 weeks ago`, `next 7 days`, `year to date`.
fn relative(tokens: &[Token], the: bool) -> Option<(Period, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let calendar = |offset: i32, unit: Unit| Period {
        from: Some(Moment::StartOf { offset, unit }),
        to: Some(Moment::StartOf {
            offset: offset + 1,
            unit,
        }),
        year: None,
        single_day: unit == Unit::Day,
    };
    match word(0) {
        "today" => return Some((calendar(0, Unit::Day), 1)),
        "yesterday" => return Some((calendar(-1, Unit::Day), 1)),
        "tomorrow" => return Some((calendar(1, Unit::Day), 1)),
        "year" if word(1) == "to" && word(2) == "date" => return Some((since(0, Unit::Year), 3)),
        "month" if word(1) == "to" && word(2) == "date" => return Some((since(0, Unit::Month), 3)),
        "the" => return relative(&tokens[1..], true).map(|(period, taken)| (period, taken + 1)),
        _ => {}
    }
    if let Some(amount) = tokens.first().and_then(count) {
        let unit = unit(tokens.get(1)?)?;
        if word(2) != "ago" {
            return None;
        }
        let amount = -i32::try_from(amount.min(10_000)).ok()?;
        let to = (unit == Unit::Day).then_some(Moment::FromNow {
            amount: amount + 1,
            unit,
        });
        return Some((
            Period {
                from: Some(Moment::FromNow { amount, unit }),
                to,
                year: None,
                single_day: true,
            },
            3,
        ));
    }
    // "upcoming concerts", "past concerts": from today on, or before it.
    let is_span = tokens.get(1).is_some_and(|next| {
        unit(next).is_some() || count(next).is_some() || matches!(next.lower.as_str(), "few" | "due")
    });
    let open = match word(0) {
        "upcoming" | "future" if !is_span => Some((Some(TODAY), None)),
        "past" if !is_span && tokens.len() > 1 => Some((None, Some(TODAY))),
        _ => None,
    };
    if let Some((from, to)) = open {
        return Some((
            Period {
                from,
                to,
                year: None,
                single_day: false,
            },
            1,
        ));
    }
    let offset = match word(0) {
        "this" | "current" => 0,
        "last" | "past" | "previous" | "recent" | "preceding" => -1,
        "next" | "coming" | "upcoming" | "following" => 1,
        _ => return None,
    };
    let (amount, at) = match tokens.get(1).and_then(count) {
        Some(amount) => (Some(i32::try_from(amount.min(10_000)).ok()?), 2),
        None if word(1) == "few" => (Some(3), 2),
        None => (None, 1),
    };
    let unit = unit(tokens.get(at)?)?;
    let period = match (amount, offset) {
        (Some(amount), -1) => Period {
            from: Some(Moment::FromNow {
                amount: -amount,
                unit,
            }),
            to: None,
            year: None,
            single_day: false,
        },
        (Some(amount), 1) => Period {
            from: Some(Moment::StartOf {
                offset: 0,
                unit: Unit::Day,
            }),
            to: Some(Moment::FromNow {
                amount: amount + 1,
                unit,
            }),
            year: None,
            single_day: false,
        },
        (Some(_), _) => return None,
        (None, -1) if word(0) == "past" && !unit.is_of_clock() => Period {
            from: Some(Moment::FromNow { amount: -1, unit }),
            to: None,
            year: None,
            single_day: false,
        },
        // "in the last year" rolls, "last year" is the calendar's.
        (None, -1) if the && word(0) == "last" => Period {
            from: Some(Moment::FromNow { amount: -1, unit }),
            to: None,
            year: None,
            single_day: false,
        },
        (None, _) if unit.is_of_clock() => Period {
            from: Some(Moment::FromNow { amount: -1, unit }),
            to: None,
            year: None,
            single_day: false,
        },
        (None, offset) => calendar(offset, unit),
    };
    Some((period, at + 1))
}

fn since(offset: i32, unit: Unit) -> Period {
    Period {
        from: Some(Moment::StartOf { offset, unit }),
        to: None,
        year: None,
        single_day: false,
    }
}

/// `Q1 2024`, `first quarter of 2024`.
fn quarter(tokens: &[Token], today: Date) -> Option<(Period, usize)> {
    const ORDINALS: &[&str] = &["first", "second", "third", "fourth"];
    let first = tokens.first()?.lower.as_str();
    let (number, mut taken) = match first.strip_prefix('q').and_then(|digit| digit.parse::<i8>().ok()) {
        Some(number) => (number, 1),
        None => {
            let number = ORDINALS.iter().position(|word| *word == first)?;
            if tokens.get(1)?.lower != "quarter" {
                return None;
            }
            (i8::try_from(number + 1).ok()?, 2)
        }
    };
    if !(1..=4).contains(&number) {
        return None;
    }
    let year = trailing_year(&tokens[taken..]).map(|(year, more)| {
        taken += more;
        year
    });
    let from = Date::new(year.unwrap_or(today.year()), number * 3 - 2, 1).ok()?;
    Some((between(from, from.checked_add(3.months()).ok()), taken))
}

/// A year after `of`, `in`, a comma or nothing.
fn trailing_year(tokens: &[Token]) -> Option<(i16, usize)> {
    let skipped = usize::from(
        tokens
            .first()
            .is_some_and(|token| matches!(token.lower.as_str(), "of" | "in" | ",")),
    );
    let year = plain_year(tokens.get(skipped)?)?;
    Some((year, skipped + 1))
}

fn plain_year(token: &Token) -> Option<i16> {
    if token.shape != Shape::Number || token.text.len() != 4 {
        return None;
    }
    token
        .text
        .parse::<i16>()
        .ok()
        .filter(|year| (1900..=2099).contains(year))
}

/// `March 2024`, `in June`, `June 1st, 2025`, `1 June 2025`.
fn named_month(tokens: &[Token], before: Option<&Token>, today: Date) -> Option<(Period, usize)> {
    let month_at = |at: usize| month(&tokens.get(at)?.lower);
    if let Some(day) = tokens
        .first()
        .filter(|token| token.shape == Shape::Number)
        .and_then(|token| token.text.parse::<i8>().ok())
    {
        let skipped = usize::from(tokens.get(1).is_some_and(|token| token.lower == "of"));
        let month = month_at(1 + skipped)?;
        let taken = 2 + skipped;
        let (year, more) = trailing_year(&tokens[taken..]).unwrap_or((today.year(), 0));
        return Some((one_day(Date::new(year, month, day).ok()?), taken + more));
    }
    let month = month_at(0)?;
    let day = tokens
        .get(1)
        .filter(|token| token.shape == Shape::Number && token.text.len() <= 2)
        .and_then(|token| token.text.parse::<i8>().ok());
    if let Some(day) = day {
        let (year, more) = trailing_year(&tokens[2..]).unwrap_or((today.year(), 0));
        return Some((one_day(Date::new(year, month, day).ok()?), 2 + more));
    }
    let year = trailing_year(&tokens[1..]);
    // "may" is a verb and "march" a noun unless a year or a preposition of time says otherwise.
    let prepared = before.is_some_and(|token| {
        matches!(
            token.lower.as_str(),
            "in" | "during"
                | "since"
                | "of"
                | "for"
                | "after"
                | "before"
                | "until"
                | "from"
                | "last"
                | "this"
        )
    });
    if year.is_none() && !prepared && !tokens[0].is_capital() {
        return None;
    }
    let (year, more) = year.unwrap_or((today.year(), 0));
    let from = Date::new(year, month, 1).ok()?;
    Some((between(from, from.checked_add(1.month()).ok()), 1 + more))
}

/// `2024` where a year is likely: after a preposition of time or the word year.
fn year(tokens: &[Token], before: Option<&Token>) -> Option<(Period, usize)> {
    const LEADS: &[&str] = &[
        "in",
        "of",
        "during",
        "since",
        "before",
        "after",
        "until",
        "from",
        "for",
        "by",
        "year",
        "years",
        "between",
        "and",
        "to",
        "through",
        "or",
        "the",
        "throughout",
        "within",
        "till",
    ];
    let (at, lead) = match tokens.first()?.lower.as_str() {
        "year" => (1, true),
        _ => (
            0,
            before.is_none_or(|token| LEADS.contains(&token.lower.as_str())),
        ),
    };
    let year = plain_year(tokens.get(at)?).filter(|_| lead)?;
    Some((whole_year(year)?, at + 1))
}

/// A calendar year.
pub(crate) fn whole_year(year: i16) -> Option<Period> {
    let from = Date::new(year, 1, 1).ok()?;
    let mut period = between(from, Date::new(year + 1, 1, 1).ok());
    period.year = Some(year);
    Some(period)
}

#[cfg(test)]
mod tests {
    use super::super::text::tokens;
    use super::*;

    fn read_after(before: &str, phrase: &str) -> Option<(Period, usize)> {
        let before = tokens(before);
        read(&tokens(phrase), before.last(), jiff::civil::date(2025, 8, 20))
    }

    fn fixed(period: Option<(Period, usize)>) -> Option<String> {
        match period?.0 {
            Period {
                from: Some(Moment::Fixed(from)),
                to: Some(Moment::Fixed(to)),
                ..
            } => Some(format!("{from} {to}")),
            _ => None,
        }
    }

    #[test]
    fn months_quarters_and_days_become_half_open_ranges() {
        for (phrase, range) in [
            ("March 2024", "2024-03-01 2024-04-01"),
            ("December", "2025-12-01 2026-01-01"),
            ("q2 of 2024", "2024-04-01 2024-07-01"),
            ("fourth quarter of 2024", "2024-10-01 2025-01-01"),
            ("June 1st, 2025", "2025-06-01 2025-06-02"),
            ("31 december 2024", "2024-12-31 2025-01-01"),
            ("2024", "2024-01-01 2025-01-01"),
        ] {
            assert_eq!(
                fixed(read_after("in", phrase)).as_deref(),
                Some(range),
                "{phrase}"
            );
        }
    }

    #[test]
    fn a_verb_or_a_plain_number_is_no_time() {
        assert_eq!(read_after("they", "may"), None);
        assert_eq!(read_after("price", "2024"), None);
        assert_eq!(read_after("in", "31 february 2024"), None);
    }

    #[test]
    fn spans_from_now_keep_their_unit() {
        let (period, taken) = read_after("from", "the last 30 days").unwrap();
        assert_eq!(taken, 4);
        assert_eq!(
            period.from,
            Some(Moment::FromNow {
                amount: -30,
                unit: Unit::Day
            })
        );
        assert_eq!(period.to, None);
    }
}
