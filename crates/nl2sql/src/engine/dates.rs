//! Writes moments, periods and buckets of time in each dialect.

use super::lexicon::Sort;
use super::period::{Moment, Period, Slot, Unit};
use crate::dialect::Dialect;
use crate::schema::ColumnKind;

fn plural(unit: Unit) -> &'static str {
    match unit {
        Unit::Minute => "minutes",
        Unit::Hour => "hours",
        Unit::Day => "days",
        Unit::Week => "weeks",
        Unit::Month => "months",
        Unit::Quarter => "quarters",
        Unit::Year => "years",
    }
}

fn sql_unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Minute => "MINUTE",
        Unit::Hour => "HOUR",
        Unit::Day => "DAY",
        Unit::Week => "WEEK",
        Unit::Month => "MONTH",
        Unit::Quarter => "QUARTER",
        Unit::Year => "YEAR",
    }
}

/// A moment as an expression that a column of days (or of moments, when `timed`) compares with.
pub(crate) fn moment(moment: Moment, timed: bool, dialect: Dialect) -> String {
    match moment {
        Moment::Fixed(day) => format!("'{day}'"),
        Moment::FromNow { amount, unit } => from_now(amount, unit, timed, dialect),
        Moment::StartOf { offset, unit } => start_of(offset, unit, dialect),
    }
}

fn from_now(amount: i32, unit: Unit, timed: bool, dialect: Dialect) -> String {
    let sign = if amount < 0 { '-' } else { '+' };
    let size = amount.unsigned_abs();
    match dialect {
        Dialect::Sqlite => {
            // SQLite knows no weeks and quarters.
            let (size, unit) = match unit {
                Unit::Week => (size * 7, Unit::Day),
                Unit::Quarter => (size * 3, Unit::Month),
                _ => (size, unit),
            };
            let function = if timed && unit.is_of_clock() {
                "datetime"
            } else {
                "DATE"
            };
            format!("{function}('now', '{sign}{size} {}')", plural(unit))
        }
        Dialect::MySql => {
            let now = if unit.is_of_clock() {
                "NOW()"
            } else {
                "CURRENT_DATE"
            };
            format!("{now} {sign} INTERVAL {size} {}", sql_unit(unit))
        }
        Dialect::PostgreSql => {
            let now = if unit.is_of_clock() {
                "NOW()"
            } else {
                "CURRENT_DATE"
            };
            let (size, unit) = if unit == Unit::Quarter {
                (size * 3, Unit::Month)
            } else {
                (size, unit)
            };
            format!("{now} {sign} INTERVAL '{size} {}'", plural(unit))
        }
    }
}

/// Today as an expression.
pub(crate) fn today(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "'now'",
        Dialect::MySql | Dialect::PostgreSql => "CURRENT_DATE",
    }
}

/// How long it is from one moment to another, in minutes, hours, days, weeks or years of 365.25 days.
pub(crate) fn elapsed(
    (from, from_kind): (String, ColumnKind),
    (to, to_kind): (String, ColumnKind),
    unit: Unit,
    dialect: Dialect,
) -> String {
    let is_days = from_kind == ColumnKind::Date && to_kind == ColumnKind::Date;
    let (days, seconds) = match dialect {
        Dialect::Sqlite => (format!("julianday({to}) - julianday({from})"), false),
        Dialect::MySql if is_days => (format!("DATEDIFF({to}, {from})"), false),
        Dialect::MySql => (format!("TIMESTAMPDIFF(SECOND, {from}, {to})"), true),
        Dialect::PostgreSql if is_days => (format!("{to} - {from}"), false),
        Dialect::PostgreSql => {
            let cast = |side: String, kind| match kind {
                ColumnKind::Timestamp => side,
                _ => format!("CAST({side} AS timestamp)"),
            };
            let (from, to) = (cast(from, from_kind), cast(to, to_kind));
            (format!("EXTRACT(EPOCH FROM ({to} - {from}))"), true)
        }
    };
    match (unit, seconds) {
        (Unit::Minute, true) => format!("{days} / 60.0"),
        (Unit::Hour, true) => format!("{days} / 3600.0"),
        (Unit::Week, true) => format!("{days} / 604800.0"),
        (Unit::Year, true) => format!("{days} / 31557600.0"),
        (Unit::Year, false) => format!("({days}) / 365.25"),
        (_, true) => format!("{days} / 86400.0"),
        (Unit::Minute, false) => format!("({days}) * 1440"),
        (Unit::Hour, false) => format!("({days}) * 24"),
        (Unit::Week, false) => format!("({days}) / 7.0"),
        (_, false) => days,
    }
}

/// The day of the week as a number, from Sunday as 0.
fn day_of_week(column: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("strftime('%w', {column})"),
        Dialect::MySql => format!("DAYOFWEEK({column}) - 1"),
        Dialect::PostgreSql => format!("EXTRACT(DOW FROM {column})"),
    }
}

/// Whether a column's moment is on one of some days of the week.
pub(crate) fn on_days(column: &str, days: &[u8], dialect: Dialect) -> String {
    let quoted = |day: &u8| match dialect {
        Dialect::Sqlite => format!("'{day}'"),
        Dialect::MySql | Dialect::PostgreSql => day.to_string(),
    };
    let list: Vec<String> = days.iter().map(quoted).collect();
    let day = day_of_week(column, dialect);
    match &list[..] {
        [only] => format!("{day} = {only}"),
        list => format!("{day} IN ({})", list.join(", ")),
    }
}

/// Whether a column's moment is in the month, or on the day, of another one in whatever year.
pub(crate) fn recurs(column: &str, unit: Unit, of: Moment, dialect: Dialect) -> String {
    let fixed = match of {
        Moment::Fixed(day) => Some(day),
        Moment::FromNow { .. } | Moment::StartOf { .. } => None,
    };
    let other = moment(of, false, dialect);
    let by_day = unit == Unit::Day;
    match (dialect, fixed) {
        (Dialect::Sqlite, Some(day)) if by_day => {
            format!("strftime('%m-%d', {column}) = '{}'", day.strftime("%m-%d"))
        }
        (Dialect::Sqlite, Some(day)) => format!("strftime('%m', {column}) = '{}'", day.strftime("%m")),
        (Dialect::Sqlite, None) => {
            let form = if by_day { "%m-%d" } else { "%m" };
            format!("strftime('{form}', {column}) = strftime('{form}', {other})")
        }
        (Dialect::MySql, Some(day)) if by_day => {
            format!("DATE_FORMAT({column}, '%m-%d') = '{}'", day.strftime("%m-%d"))
        }
        (Dialect::MySql, None) if by_day => {
            format!("DATE_FORMAT({column}, '%m-%d') = DATE_FORMAT({other}, '%m-%d')")
        }
        (Dialect::MySql, Some(day)) => format!("MONTH({column}) = {}", day.month()),
        (Dialect::MySql, None) => format!("MONTH({column}) = MONTH({other})"),
        (Dialect::PostgreSql, Some(day)) if by_day => {
            format!("TO_CHAR({column}, 'MM-DD') = '{}'", day.strftime("%m-%d"))
        }
        (Dialect::PostgreSql, None) if by_day => {
            format!("TO_CHAR({column}, 'MM-DD') = TO_CHAR({other}, 'MM-DD')")
        }
        (Dialect::PostgreSql, Some(day)) => format!("EXTRACT(MONTH FROM {column}) = {}", day.month()),
        (Dialect::PostgreSql, None) => format!("EXTRACT(MONTH FROM {column}) = EXTRACT(MONTH FROM {other})"),
    }
}

fn start_of(offset: i32, unit: Unit, dialect: Dialect) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let size = offset.unsigned_abs();
    match dialect {
        Dialect::Sqlite => {
            let (base, size, step) = match unit {
                Unit::Minute | Unit::Hour | Unit::Day => ("'now'", size, Unit::Day),
                Unit::Week => ("'now', 'weekday 0', '-6 days'", size * 7, Unit::Day),
                Unit::Month => ("'now', 'start of month'", size, Unit::Month),
                Unit::Quarter => (
                    "'now', 'start of month', '-' || ((CAST(strftime('%m', 'now') AS INTEGER) - 1) % 3) || ' months'",
                    size * 3,
                    Unit::Month,
                ),
                Unit::Year => ("'now', 'start of year'", size, Unit::Year),
            };
            if size == 0 {
                format!("DATE({base})")
            } else {
                format!("DATE({base}, '{sign}{size} {}')", plural(step))
            }
        }
        Dialect::MySql => {
            let base = match unit {
                Unit::Minute | Unit::Hour | Unit::Day => "CURRENT_DATE".to_owned(),
                Unit::Week => "CURRENT_DATE - INTERVAL WEEKDAY(CURRENT_DATE) DAY".to_owned(),
                Unit::Month => "CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE)".to_owned(),
                Unit::Quarter => {
                    "MAKEDATE(YEAR(CURRENT_DATE), 1) + INTERVAL (QUARTER(CURRENT_DATE) - 1) QUARTER"
                        .to_owned()
                }
                Unit::Year => "MAKEDATE(YEAR(CURRENT_DATE), 1)".to_owned(),
            };
            if size == 0 {
                base
            } else {
                format!("{base} {sign} INTERVAL {size} {}", sql_unit(unit))
            }
        }
        Dialect::PostgreSql => {
            let base = match unit {
                Unit::Minute | Unit::Hour | Unit::Day => "CURRENT_DATE".to_owned(),
                _ => format!("DATE_TRUNC('{}', CURRENT_DATE)", sql_unit(unit).to_lowercase()),
            };
            let (size, unit) = if unit == Unit::Quarter {
                (size * 3, Unit::Month)
            } else {
                (size, unit)
            };
            if size == 0 {
                base
            } else {
                format!("{base} {sign} INTERVAL '{size} {}'", plural(unit))
            }
        }
    }
}

/// The condition that a column lies within a period.
pub(crate) fn within(column: &str, sort: Sort, period: &Period, dialect: Dialect) -> String {
    if sort == Sort::Year {
        return year_within(column, period, dialect);
    }
    let timed = sort == Sort::Day { timed: true };
    if let (false, true, Some(from)) = (timed, period.single_day, period.from) {
        return format!("{column} = {}", moment(from, timed, dialect));
    }
    let from = period
        .from
        .map(|from| format!("{column} >= {}", moment(from, timed, dialect)));
    let to = period
        .to
        .map(|to| format!("{column} < {}", moment(to, timed, dialect)));
    [from, to].into_iter().flatten().collect::<Vec<_>>().join(" AND ")
}

/// Whether both ends are firsts of January, more than a year apart.
fn many_years(period: &Period) -> bool {
    let first = |moment| match moment {
        Some(Moment::Fixed(day)) if (day.month(), day.day()) == (1, 1) => Some(day.year()),
        _ => None,
    };
    matches!((first(period.from), first(period.to)), (Some(from), Some(to)) if to > from + 1)
}

/// The year that a moment is in, as a number that a column of years compares with.
pub(crate) fn year_of(moment: Moment, dialect: Dialect) -> String {
    let years = |amount: i32, unit: Unit| match unit {
        Unit::Year => amount,
        Unit::Quarter => amount / 4,
        Unit::Month => amount / 12,
        Unit::Week => amount / 52,
        Unit::Day => amount / 365,
        Unit::Hour | Unit::Minute => 0,
    };
    let apart = match moment {
        Moment::Fixed(day) => return day.year().to_string(),
        Moment::FromNow { amount, unit } => years(amount, unit),
        Moment::StartOf { offset, unit } => years(offset, unit),
    };
    match apart {
        0 => this_year(dialect).to_owned(),
        _ => format!(
            "{} {} {}",
            this_year(dialect),
            if apart < 0 { '-' } else { '+' },
            apart.unsigned_abs()
        ),
    }
}

fn this_year(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "CAST(strftime('%Y', 'now') AS INTEGER)",
        Dialect::MySql => "YEAR(CURRENT_DATE)",
        Dialect::PostgreSql => "EXTRACT(YEAR FROM CURRENT_DATE)",
    }
}

/// A column that holds years, not days.
fn year_within(column: &str, period: &Period, dialect: Dialect) -> String {
    let this_year = this_year(dialect);
    match (period.year, period.from) {
        (Some(year), _) => format!("{column} = {year}"),
        // "1950s", and what was before or from a day on.
        (None, from) if many_years(period) => {
            let year = |moment: Option<Moment>| match moment {
                Some(Moment::Fixed(day)) => Some(day.year()),
                _ => None,
            };
            let from = year(from).map(|year| format!("{column} >= {year}"));
            let to = year(period.to).map(|year| format!("{column} < {year}"));
            [from, to].into_iter().flatten().collect::<Vec<_>>().join(" AND ")
        }
        (None, Some(Moment::Fixed(day))) => format!("{column} = {}", day.year()),
        (
            None,
            Some(Moment::FromNow {
                amount,
                unit: Unit::Year,
            }),
        ) => format!("{column} >= {this_year} - {}", amount.unsigned_abs()),
        (
            None,
            Some(Moment::StartOf {
                offset,
                unit: Unit::Year,
            }),
        ) if offset != 0 => {
            format!(
                "{column} = {this_year} {} {}",
                if offset < 0 { '-' } else { '+' },
                offset.unsigned_abs()
            )
        }
        _ => format!("{column} = {this_year}"),
    }
}

/// The month, year or day that a column's moment falls in.
pub(crate) fn bucket(column: &str, slot: Slot, dialect: Dialect) -> String {
    let unit = match slot {
        Slot::DayOfWeek => return day_of_week(column, dialect),
        Slot::HourOfDay => {
            return match dialect {
                Dialect::Sqlite => format!("strftime('%H', {column})"),
                Dialect::MySql => format!("HOUR({column})"),
                Dialect::PostgreSql => format!("EXTRACT(HOUR FROM {column})"),
            };
        }
        Slot::Of(Unit::Quarter) => {
            return match dialect {
                Dialect::Sqlite => format!(
                    "strftime('%Y', {column}) || '-Q' || ((CAST(strftime('%m', {column}) AS INTEGER) + 2) / 3)"
                ),
                Dialect::MySql => format!("CONCAT(YEAR({column}), '-Q', QUARTER({column}))"),
                Dialect::PostgreSql => format!("TO_CHAR({column}, 'YYYY-\"Q\"Q')"),
            };
        }
        Slot::Of(unit) => unit,
    };
    let (strftime, date_format, to_char) = match unit {
        Unit::Year => ("%Y", "%Y", "YYYY"),
        Unit::Month | Unit::Quarter => ("%Y-%m", "%Y-%m", "YYYY-MM"),
        Unit::Week => ("%Y-%W", "%x-%v", "IYYY-IW"),
        Unit::Day | Unit::Hour | Unit::Minute => ("%Y-%m-%d", "%Y-%m-%d", "YYYY-MM-DD"),
    };
    match dialect {
        Dialect::Sqlite => format!("strftime('{strftime}', {column})"),
        Dialect::MySql => format!("DATE_FORMAT({column}, '{date_format}')"),
        Dialect::PostgreSql => format!("TO_CHAR({column}, '{to_char}')"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_is_written_in_each_dialect() {
        let last = Period {
            from: Some(Moment::FromNow {
                amount: -2,
                unit: Unit::Week,
            }),
            to: None,
            year: None,
            single_day: false,
        };
        let shown = |dialect| within("seen", Sort::Day { timed: false }, &last, dialect);
        assert_eq!(shown(Dialect::Sqlite), "seen >= DATE('now', '-14 days')");
        assert_eq!(shown(Dialect::MySql), "seen >= CURRENT_DATE - INTERVAL 2 WEEK");
        assert_eq!(
            shown(Dialect::PostgreSql),
            "seen >= CURRENT_DATE - INTERVAL '2 weeks'"
        );
    }

    #[test]
    fn a_day_of_a_moment_is_a_range_and_of_a_date_an_equality() {
        let today = Period {
            from: Some(Moment::StartOf {
                offset: 0,
                unit: Unit::Day,
            }),
            to: Some(Moment::StartOf {
                offset: 1,
                unit: Unit::Day,
            }),
            year: None,
            single_day: true,
        };
        assert_eq!(
            within("seen", Sort::Day { timed: false }, &today, Dialect::MySql),
            "seen = CURRENT_DATE"
        );
        assert_eq!(
            within("seen", Sort::Day { timed: true }, &today, Dialect::MySql),
            "seen >= CURRENT_DATE AND seen < CURRENT_DATE + INTERVAL 1 DAY"
        );
    }
}
