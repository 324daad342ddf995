//! The plugins of a test: how their series are labelled.

use super::super::course::Line;
use super::super::plan::{Plan, quoted};
use super::Series;

/// Labels of each series.
pub struct Cast {
    job: String,
    /// What else selects the plugin's series.
    extra: Vec<(String, String)>,
}

impl Cast {
    /// Those whose series the plan's rules look at.
    pub fn of(plan: &Plan) -> Cast {
        Cast {
            job: plan.values.selectors.job.clone(),
            extra: labels_for(&plan.values.selectors.extra),
        }
    }

    /// Lines in promtool's notation.
    pub fn series(&self, lines: &[Line], steps: usize) -> Vec<Series> {
        let one = |line: &Line| {
            let instance = if line.second { "b:9090" } else { "a:9090" };
            let mut labels = vec![
                format!("job={}", quoted(&self.job)),
                format!("instance={}", quoted(instance)),
            ];
            let more = self.extra.iter().chain(&line.labels);
            labels.extend(more.map(|(name, value)| format!("{name}={}", quoted(value))));
            Series {
                series: format!("{}{{{}}}", line.name, labels.join(",")),
                values: line.course.notation(steps),
            }
        };
        lines.iter().map(one).collect()
    }
}

/// Labels that matchers let through.
fn labels_for(matchers: &str) -> Vec<(String, String)> {
    use promql_parser::label::MatchOp;
    let Ok(promql_parser::parser::Expr::VectorSelector(selector)) =
        promql_parser::parser::parse(&format!("x{{{matchers}}}"))
    else {
        return Vec::new();
    };
    let value = |op: &MatchOp, text: &str| match op {
        MatchOp::Equal => text.to_owned(),
        // The first of the words, where it is a list of words.
        MatchOp::Re(_) => text
            .split('|')
            .next()
            .unwrap_or("x")
            .replace(".+", "x")
            .replace(".*", "x"),
        MatchOp::NotEqual | MatchOp::NotRe(_) => "x".to_owned(),
    };
    let matchers = selector.matchers.matchers.iter();
    matchers
        .map(|matcher| (matcher.name.clone(), value(&matcher.op, &matcher.value)))
        .collect()
}
