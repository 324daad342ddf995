//! Times in which only what is critical is told.

use serde::Serialize;

use crate::generate::plan::Plan;
use crate::generate::values;

const NAME: &str = "maintenance";

/// A name for times.
#[derive(Debug, Serialize)]
pub(super) struct Interval {
    name: &'static str,
    time_intervals: Vec<Times>,
}

#[derive(Debug, Serialize)]
struct Times {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weekdays: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    times: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days_of_month: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// Hours of a day.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Span {
    start_time: String,
    end_time: String,
}

/// All times.
pub(super) fn all(plan: &Plan) -> Vec<Interval> {
    let maintenance = &plan.values.receivers.maintenance;
    if maintenance.is_empty() {
        return Vec::new();
    }
    vec![Interval {
        name: NAME,
        time_intervals: maintenance.iter().map(times).collect(),
    }]
}

/// The names of the times in which warnings are not told.
pub(super) fn muted(plan: &Plan) -> Vec<&'static str> {
    all(plan).iter().map(|interval| interval.name).collect()
}

fn times(one: &values::Maintenance) -> Times {
    Times {
        weekdays: one.weekdays.iter().map(|days| days.to_lowercase()).collect(),
        times: one.times.iter().filter_map(|text| span(text).ok()).collect(),
        days_of_month: one.days_of_month.clone(),
        location: Some(one.location.clone()).filter(|zone| !zone.is_empty()),
    }
}

/// Reads `22:00-24:00`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn span(text: &str) -> Result<Span, String> {
    let shape = || format!("{text:?} is not a time of day like 22:00-24:00");
    let (start, end) = text.split_once('-').ok_or_else(shape)?;
    let (from, to) = (minute(start).ok_or_else(shape)?, minute(end).ok_or_else(shape)?);
    if from >= to {
        return Err(format!(
            "{text:?} ends before it begins; give a night as two times, up to 24:00 and from 00:00"
        ));
    }
    let written = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    Ok(Span {
        start_time: written(from),
        end_time: written(to),
    })
}

/// The minute of the day, up to 24:00.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_number =
        |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || minute.len() != 2 || !is_number(minute) {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 24 * 60).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read() {
        let read = |text: &str| span(text).map(|span| format!("{} {}", span.start_time, span.end_time));
        assert_eq!(read("22:00-24:00").as_deref(), Ok("22:00 24:00"));
        assert_eq!(read("2:30 - 4:00").as_deref(), Ok("02:30 04:00"));
        assert!(read("22:00-06:00").unwrap_err().contains("two times"));
        for wrong in [
            "",
            "22:00",
            "22-24",
            "22:60-23:00",
            "22:00-24:01",
            "a:00-b:00",
            "+2:00-03:00",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
