//! Series as promtool's tests write them: what a value does, step by step.

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The metric with its suffix.
    pub name: String,
    /// Its labels, without job and instance.
    pub labels: Vec<(String, String)>,
    /// What its value does.
    pub course: Course,
    /// Whether it is of the second plugin; each test has one at least.
    pub second: bool,
}

/// What a value does.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// Grows by the same amount each step.
    Steady {
        /// At the first step.
        from: f64,
        /// By a step.
        a_step: f64,
    },
    /// There are no samples.
    Missing,
    /// Is one thing, then another.
    Then(Vec<(usize, Course)>),
}

/// What the series of a test are for.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Seconds between two samples, and between two evaluations.
    pub step: u64,
    /// Steps of the test.
    pub steps: usize,
    /// Whether bounds are spelt as Prometheus 3 does.
    pub with_point: bool,
}

impl Course {
    /// In promtool's notation, over so many steps.
    pub fn notation(&self, steps: usize) -> String {
        match self {
            Course::Steady { from, a_step } if *a_step < 0.0 => {
                format!("{}-{}x{steps}", short(*from), short(-*a_step))
            }
            Course::Steady { from, a_step } => format!("{}+{}x{steps}", short(*from), short(*a_step)),
            Course::Missing => format!("_x{}", steps + 1),
            Course::Then(parts) => {
                let parts = parts
                    .iter()
                    .map(|(steps, course)| course.notation(steps.saturating_sub(1)));
                parts.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The same for so many steps, and then no more.
    pub fn ending_after(self, steps: usize, rest: usize) -> Course {
        let mut parts = match self {
            Course::Then(parts) => parts,
            whole => vec![(steps, whole)],
        };
        let mut left = steps;
        for (length, _) in &mut parts {
            *length = (*length).min(left);
            left -= *length;
        }
        parts.retain(|(length, _)| *length > 0);
        parts.push((rest, Course::Missing));
        Course::Then(parts)
    }

    /// What it grows by in a step, where it does so evenly.
    pub fn growth(&self) -> f64 {
        match self {
            Course::Steady { a_step, .. } => *a_step,
            Course::Missing | Course::Then(_) => 0.0,
        }
    }

    /// The value at a step.
    pub fn at(&self, step: usize) -> f64 {
        match self {
            Course::Steady { from, a_step } => from + a_step * step as f64,
            Course::Missing => 0.0,
            Course::Then(parts) => {
                let mut rest = step;
                for (length, course) in parts {
                    if rest < *length {
                        return course.at(rest);
                    }
                    rest -= length;
                }
                parts
                    .last()
                    .map_or(0.0, |(length, course)| course.at(length.saturating_sub(1)))
            }
        }
    }
}

/// A number in few digits: promtool multiplies it by the step, and seven significant digits are plenty.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (9 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
