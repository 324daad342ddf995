//! Axes: round ticks, and values in the words of their unit.

use jiff::Timestamp;

use super::data::Shown;
use crate::generate::dashboards::panel::Measure;

/// A value in its unit, in as few letters as tell it.
pub fn worded(value: f64, measure: Measure) -> String {
    match measure {
        Measure::Count => thousands(value),
        Measure::PerSecond => format!("{}/s", thousands(value)),
        Measure::Requests => format!("{} req/s", thousands(value)),
        Measure::Seconds => time(value),
        Measure::Moment => moment(value),
        Measure::Bytes => bytes(value),
        Measure::Percent => format!("{} %", short(value)),
        Measure::Share => format!("{} %", short(value * 100.0)),
        Measure::Dollars => dollars(value),
        Measure::Text => value.to_string(),
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let before = value.abs().log10().floor() as i32;
    let digits = (2 - before).clamp(0, 6) as usize;
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn stepped(value: f64, steps: &[(f64, &str)]) -> String {
    let fits = steps.iter().find(|(size, _)| value.abs() >= *size);
    match fits.or(steps.last()) {
        Some((size, unit)) if value != 0.0 => format!("{}{unit}", short(value / size)),
        _ => "0".to_owned(),
    }
}

fn thousands(value: f64) -> String {
    stepped(value, &[(1e9, " G"), (1e6, " M"), (1e3, " k"), (1.0, "")])
}

fn time(value: f64) -> String {
    let steps = [
        (86_400.0, " d"),
        (3_600.0, " h"),
        (60.0, " min"),
        (1.0, " s"),
        (1e-3, " ms"),
        (1e-6, " µs"),
    ];
    stepped(value, &steps)
}

fn bytes(value: f64) -> String {
    let kibi = 1_024.0_f64;
    let steps = [
        (kibi.powi(3), " GiB"),
        (kibi.powi(2), " MiB"),
        (kibi, " KiB"),
        (1.0, " B"),
    ];
    stepped(value, &steps)
}

fn dollars(value: f64) -> String {
    match value < 0.0 {
        true => format!("−${}", thousands(-value)),
        false => format!("${}", thousands(value)),
    }
}

/// Milliseconds since 1970, as a date.
fn moment(value: f64) -> String {
    let moment = Timestamp::from_millisecond(value as i64).ok();
    moment.map_or_else(
        || "?".to_owned(),
        |moment| moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// Seconds since 1970, in UTC.
pub fn clock(seconds: f64, pattern: &str) -> String {
    let moment = Timestamp::from_second(seconds as i64).ok();
    moment.map_or_else(String::new, |moment| moment.strftime(pattern).to_string())
}

/// Round values from `low` to `high`, about `count` of them, and where the axis ends.
pub fn ticks(low: f64, high: f64, count: usize, measure: Measure) -> Vec<f64> {
    let span = if high > low { high - low } else { 1.0 };
    let rough = span / count.max(1) as f64;
    let step = match measure {
        Measure::Seconds if rough > 30.0 => {
            rounded_in(rough, &[60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0])
        }
        Measure::Bytes => {
            let power = 1_024.0_f64.powf((rough.max(1.0).ln() / 1_024.0_f64.ln()).floor());
            power
                * rounded_in(
                    rough / power,
                    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0],
                )
        }
        _ => {
            let power = 10.0_f64.powf(rough.log10().floor());
            power * rounded_in(rough / power, &[1.0, 2.0, 2.5, 5.0, 10.0])
        }
    };
    let first = (low / step).floor();
    let last = (high / step).ceil().max(first + 1.0);
    (0..=(last - first) as usize)
        .map(|index| (first + index as f64) * step)
        .collect()
}

fn rounded_in(rough: f64, sizes: &[f64]) -> f64 {
    let largest = sizes.last().copied().unwrap_or(1.0);
    let fits = sizes.iter().copied().find(|size| *size >= rough * 0.999);
    fits.unwrap_or_else(|| largest * (rough / largest).ceil())
}

/// Round moments of the time that is shown, at most `count`.
pub fn moments(shown: Shown, count: u64) -> Vec<f64> {
    let sizes = [
        5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    ];
    let rough = (shown.to - shown.from) / count.max(1);
    let step = sizes
        .into_iter()
        .find(|size| *size >= rough)
        .unwrap_or(rough.max(1));
    let first = shown.from.div_ceil(step) * step;
    (first..=shown.to)
        .step_by(step as usize)
        .map(|moment| moment as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_their_unit() {
        let told = |value, measure| worded(value, measure);
        assert_eq!(told(0.000_25, Measure::Seconds), "250 µs");
        assert_eq!(told(90.0, Measure::Seconds), "1.5 min");
        assert_eq!(told(1_536.0, Measure::Bytes), "1.5 KiB");
        assert_eq!(told(0.0512, Measure::Share), "5.12 %");
        assert_eq!(told(1_234.0, Measure::Count), "1234".replace("1234", "1.23 k"));
        assert_eq!(told(0.0, Measure::Requests), "0 req/s");
        assert_eq!(told(-2.5, Measure::Dollars), "−$2.5");
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        assert_eq!(ticks(0.0, 0.93, 4, Measure::Share), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(0.0, 0.0, 4, Measure::Count).first(), Some(&0.0));
        let bytes = ticks(0.0, 25.0 * 1_048_576.0, 4, Measure::Bytes);
        assert_eq!(bytes[1], 8.0 * 1_048_576.0);
        assert!(bytes.last().copied().unwrap() >= 25.0 * 1_048_576.0);
        let negative = ticks(-0.4, 1.0, 4, Measure::Share);
        assert!(negative[0] <= -0.4);
    }

    #[test]
    fn moments_lie_within_the_time_shown() {
        let shown = Shown {
            from: 1_000,
            to: 4_600,
            step: 15,
        };
        let moments = moments(shown, 6);
        assert_eq!(moments, [1_200.0, 1_800.0, 2_400.0, 3_000.0, 3_600.0, 4_200.0]);
    }
}
