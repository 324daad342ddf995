//! How lengths of time, sizes, rates, ages and file modes are written, and read back.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time as Clock};
use jiff::tz::TimeZone;

/// Longest time that can be set: ten years, far from every overflow.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

/// A length of time, written as Go does: `500ms`, `30s`, `1m30s`, `1h`; `d` is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Duration);

/// A number of bytes: `500MB` is 500 × 10⁶, `1GiB` is 2³⁰, a bare number is bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// Bytes a second: a size followed by `/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(pub u64);

/// Whole days: `28` or `28d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub u32);

/// A file mode in octal: `0660`, `660` or `0o660`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub u32);

/// A moment: `2027-01-15T08:00:00Z`, with any offset; a date alone is its first moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// Reads RFC 3339, or a date.
    pub fn parse(text: &str) -> Result<Moment, String> {
        let text = text.trim();
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Moment(moment));
        }
        let is_date = text.len() == "2027-01-15".len();
        let first = (text.parse::<Date>().ok().filter(|_| is_date)).and_then(|date| {
            TimeZone::UTC
                .to_timestamp(date.to_datetime(Clock::midnight()))
                .ok()
        });
        match first {
            Some(first) => Ok(Moment(first)),
            None => Err("not a moment: write it like 2027-01-15T08:00:00Z or 2027-01-15".into()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Time {
    /// So many seconds.
    pub const fn of_seconds(seconds: u64) -> Time {
        Time(Duration::from_secs(seconds))
    }

    /// Reads Go's notation (`time.ParseDuration`), with `d` for days; a bare number other than 0 is refused,
    /// because nobody can tell its unit.
    pub fn parse(text: &str) -> Result<Time, String> {
        let text = text.trim();
        if text == "0" {
            return Ok(Time(Duration::ZERO));
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(format!(
                "a length of time needs a unit: write {text}s for seconds"
            ));
        }
        let mut nanos = 0f64;
        let mut rest = text;
        while !rest.is_empty() {
            let number_end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let (number, tail) = rest.split_at(number_end);
            let unit_end = tail
                .find(|c: char| c.is_ascii_digit() || c == '.')
                .unwrap_or(tail.len());
            let (unit, next) = tail.split_at(unit_end);
            let (Ok(number), Some(unit)) = (number.parse::<f64>(), nanos_in(unit)) else {
                return Err(not_a_time());
            };
            nanos += number * unit;
            rest = next;
        }
        if text.is_empty() {
            return Err(not_a_time());
        }
        if nanos > LONGEST.as_nanos() as f64 {
            return Err("longer than ten years".into());
        }
        Ok(Time(Duration::from_nanos(nanos.round() as u64)))
    }
}

fn not_a_time() -> String {
    "not a length of time: write it like 500ms, 30s, 1m30s or 1h".into()
}

fn nanos_in(unit: &str) -> Option<f64> {
    Some(match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        "d" => 86_400e9,
        _ => return None,
    })
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nanos = self.0.as_nanos();
        if nanos == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in [
            ("h", 3_600_000_000_000u128),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ] {
            if nanos >= size {
                write!(f, "{}{unit}", nanos / size)?;
                nanos %= size;
            }
        }
        Ok(())
    }
}

/// Units of sizes: decimal ones end in `B`, binary ones in `iB` (or Kubernetes' `Ki`, `Mi`, `Gi`).
const SIZE_UNITS: [(&str, u64); 13] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("ki", 1 << 10),
    ("mi", 1 << 20),
    ("gi", 1 << 30),
];

impl Size {
    /// Reads a size; `K`, `M` and `G` alone are refused, because they mean two things.
    pub fn parse(text: &str) -> Result<Size, String> {
        let text = text.trim();
        let number_end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(number_end);
        let unit = unit.trim().to_ascii_lowercase();
        if matches!(unit.as_str(), "k" | "m" | "g" | "t") {
            let upper = unit.to_ascii_uppercase();
            return Err(format!(
                "the unit {upper} is ambiguous: write {upper}B for powers of 1000, {upper}iB for powers of 1024"
            ));
        }
        let factor = SIZE_UNITS.iter().find(|(name, _)| *name == unit);
        let (Ok(number), Some((_, factor))) = (number.parse::<f64>(), factor) else {
            return Err("not a size: write it like 500MB, 2GiB or a number of bytes".into());
        };
        let bytes = number * *factor as f64;
        if bytes >= (1u64 << 53) as f64 {
            return Err("larger than 8 PiB".into());
        }
        Ok(Size(bytes.round() as u64))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = ["TB", "TiB", "GB", "GiB", "MB", "MiB", "KB", "KiB"];
        for unit in named {
            let lower = unit.to_ascii_lowercase();
            let factor = SIZE_UNITS
                .iter()
                .find(|(name, _)| *name == lower)
                .map_or(1, |(_, factor)| *factor);
            if self.0 > 0 && self.0.is_multiple_of(factor) {
                return write!(f, "{}{unit}", self.0 / factor);
            }
        }
        write!(f, "{}B", self.0)
    }
}

impl Rate {
    /// Reads a size followed by `/s`.
    pub fn parse(text: &str) -> Result<Rate, String> {
        let Some(size) = text.trim().strip_suffix("/s") else {
            return Err("not a rate: write it like 100MB/s".into());
        };
        Size::parse(size).map(|size| Rate(size.0))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", Size(self.0))
    }
}

impl Days {
    /// Reads whole days.
    pub fn parse(text: &str) -> Result<Days, String> {
        let text = text.trim();
        let number = text.strip_suffix('d').unwrap_or(text);
        match number.parse() {
            Ok(days) if days <= 36_500 => Ok(Days(days)),
            _ => Err("not a number of days: write it like 28 or 28d".into()),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl Mode {
    /// Reads a mode; the digits are octal with or without a leading 0, as `chmod` takes them.
    pub fn parse(text: &str) -> Result<Mode, String> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0o").unwrap_or(digits);
        match u32::from_str_radix(digits, 8) {
            Ok(mode) if mode <= 0o777 && !digits.starts_with('+') => Ok(Mode(mode)),
            _ => Err("not a file mode: write three octal digits, like \"0660\"".into()),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_go_writes_them() {
        let read = |text: &str| Time::parse(text).map(|t| t.0.as_millis());
        assert_eq!(read("30s"), Ok(30_000));
        assert_eq!(read("1m30s"), Ok(90_000));
        assert_eq!(read("500ms"), Ok(500));
        assert_eq!(read("1.5h"), Ok(5_400_000));
        assert_eq!(read("7d"), Ok(604_800_000));
        for wrong in ["30", "", "s", "-5s", "1x", "1e3s", "99999999h", "5 minutes"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_without_a_unit_is_answered_with_the_spelling_for_seconds() {
        assert!(Time::parse("30").unwrap_err().contains("30s"));
    }

    #[test]
    fn a_time_is_written_the_way_it_is_read() {
        for text in ["1h", "1m30s", "500ms", "0s", "1h1s"] {
            assert_eq!(Time::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Time::parse("3600s").unwrap().to_string(), "1h");
    }

    #[test]
    fn decimal_and_binary_sizes_differ() {
        let read = |text: &str| Size::parse(text).map(|s| s.0);
        assert_eq!(read("500MB"), Ok(500_000_000));
        assert_eq!(read("500MiB"), Ok(500 << 20));
        assert_eq!(read("2GB"), Ok(2_000_000_000));
        assert_eq!(read("1.5GiB"), Ok(3 << 29));
        assert_eq!(read("512Mi"), Ok(512 << 20));
        assert_eq!(read("4096"), Ok(4096));
        for wrong in ["10M", "-1MB", "MB", "1XB", "", "9999999TB"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Size(16 << 10).to_string(), "16KiB");
        assert_eq!(Size(500_000_000).to_string(), "500MB");
    }

    #[test]
    fn modes_are_octal_with_and_without_a_leading_zero() {
        for text in ["0660", "660", "0o660"] {
            assert_eq!(Mode::parse(text), Ok(Mode(0o660)));
        }
        for wrong in ["0888", "1777777", "rw", "", "-1", "+660"] {
            assert!(Mode::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_read_with_an_offset_or_as_a_date() {
        let read = |text: &str| Moment::parse(text).map(|moment| moment.to_string());
        assert_eq!(
            read("2027-01-15T08:00:00Z").as_deref(),
            Ok("2027-01-15T08:00:00Z")
        );
        assert_eq!(
            read("2027-01-15T08:00:00+02:00").as_deref(),
            Ok("2027-01-15T06:00:00Z")
        );
        assert_eq!(read("2027-01-15").as_deref(), Ok("2027-01-15T00:00:00Z"));
        for wrong in [
            "2027-01-15T08:00:00",
            "2027-13-01",
            "tomorrow",
            "20270115",
            "1800000000",
            "",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rates_and_days_are_read() {
        assert_eq!(Rate::parse("100MB/s"), Ok(Rate(100_000_000)));
        assert!(Rate::parse("100MB").is_err());
        assert_eq!(Days::parse("30d"), Ok(Days(30)));
        assert!(Days::parse("soon").is_err());
    }
}
