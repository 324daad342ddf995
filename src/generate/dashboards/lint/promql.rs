//! What a query of a panel asks for: parsed, its metrics and labels looked up in the catalogue, its result's labels worked
//! out.

use std::collections::BTreeSet;
use std::time::Duration;

use promql_parser::parser::token::{T_LAND, T_LOR, T_LUNLESS};
use promql_parser::parser::{AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorSelector, parse};

use crate::telemetry::catalogue::{self, Kind};

/// What stands for `$__rate_interval` while a query is parsed: a span that nobody would write.
pub const RATE_INTERVAL: Duration = Duration::from_secs(11_277_964);

/// What a query asks for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Its selectors, as text.
    pub selectors: Vec<String>,
    /// What `rate` and `irate` look back.
    pub rates: Vec<Duration>,
    /// Counters that are looked at without a rate.
    pub bare_counters: Vec<String>,
    /// Labels of the result.
    pub labels: BTreeSet<String>,
}

/// Parses a query as Grafana would send it, and checks its names.
pub fn check(expr: &str) -> Result<Asked, String> {
    let seconds = RATE_INTERVAL.as_secs();
    let filled = expr
        .replace("$__rate_interval", &format!("{seconds}s"))
        .replace("$__range", "6h");
    let parsed = parse(&filled)?;
    let mut asked = Asked::default();
    asked.labels = asked.walk(&parsed, None)?;
    Ok(asked)
}

/// Parses a selector alone, of whatever metric.
pub fn check_selector(expr: &str) -> Result<(), String> {
    match parse(expr)? {
        Expr::VectorSelector(_) => Ok(()),
        _ => Err("not a selector".to_owned()),
    }
}

type Labels = Result<BTreeSet<String>, String>;

impl Asked {
    /// The labels of what `expr` gives; `function` is what a range is given to.
    fn walk(&mut self, expr: &Expr, function: Option<&str>) -> Labels {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector, false),
            Expr::MatrixSelector(matrix) => {
                match function {
                    Some("rate" | "irate") => self.rates.push(matrix.range),
                    Some("increase" | "changes") => {}
                    other => return Err(format!("a range for {other:?}")),
                }
                self.selector(&matrix.vs, function != Some("changes"))
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Call(call) => self.call(call),
            Expr::Paren(paren) => self.walk(&paren.expr, function),
            Expr::Unary(unary) => self.walk(&unary.expr, function),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Ok(BTreeSet::new()),
            Expr::Subquery(_) | Expr::Extension(_) => Err(format!("not known here: {expr}")),
        }
    }

    fn selector(&mut self, selector: &VectorSelector, grows: bool) -> Labels {
        let name = selector.name.clone().ok_or("a selector without a name")?;
        self.selectors.push(selector.to_string());
        let mut labels: BTreeSet<String> = ["job", "instance"].map(str::to_owned).into();
        let known: &[(&str, &[&str])] = &[
            ("up", &[]),
            ("ALERTS", &["alertname", "alertstate", "component", "severity"]),
        ];
        if name.starts_with("atest_ai:slo_") {
            // Recorded for all instances together; that the rules do record it is a test of its own.
            labels = ["job", "slo"].map(str::to_owned).into();
        } else if let Some((_, own)) = known.iter().find(|(metric, _)| *metric == name) {
            labels.extend(own.iter().map(|label| (*label).to_owned()));
        } else {
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
                let def = catalogue::find(name.strip_suffix(suffix)?)?;
                matches!(def.kind, Kind::Histogram(_)).then_some((def, *suffix))
            });
            let (def, suffix) = match (histogram, catalogue::find(&name)) {
                (Some(found), _) => found,
                (None, Some(def)) if !matches!(def.kind, Kind::Histogram(_)) => (def, ""),
                _ => return Err(format!("no metric is called {name}")),
            };
            labels.extend(def.label_names().into_iter().map(str::to_owned));
            if suffix == "_bucket" {
                labels.insert("le".to_owned());
            }
            let counter = matches!(def.kind, Kind::Counter) || !suffix.is_empty();
            if counter && !grows {
                self.bare_counters.push(name.clone());
            }
            if !counter && grows {
                return Err(format!("{name} is a gauge: it has no rate"));
            }
        }
        for matcher in &selector.matchers.matchers {
            if !labels.contains(&matcher.name) {
                return Err(format!("{name} has no label {}", matcher.name));
            }
        }
        Ok(labels)
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr) -> Labels {
        let inner = self.walk(&aggregate.expr, None)?;
        let Some(modifier) = &aggregate.modifier else {
            return Ok(BTreeSet::new());
        };
        match modifier {
            LabelModifier::Include(by) => by.labels.iter().try_fold(BTreeSet::new(), |mut set, label| {
                if !inner.contains(label) {
                    return Err(format!("by {label}, which {} does not have", aggregate.expr));
                }
                set.insert(label.clone());
                Ok(set)
            }),
            LabelModifier::Exclude(without) => Ok(inner
                .into_iter()
                .filter(|label| !without.labels.contains(label))
                .collect()),
        }
    }

    fn binary(&mut self, binary: &BinaryExpr) -> Labels {
        let (left, right) = (self.walk(&binary.lhs, None)?, self.walk(&binary.rhs, None)?);
        if is_scalar(&binary.lhs) {
            return Ok(right);
        }
        if is_scalar(&binary.rhs) {
            return Ok(left);
        }
        let matching = binary
            .modifier
            .as_ref()
            .and_then(|modifier| modifier.matching.as_ref());
        let operator = binary.op.id();
        if let Some(LabelModifier::Include(on)) = matching {
            for label in &on.labels {
                if !left.contains(label) || !right.contains(label) {
                    return Err(format!("on {label}, which one side does not have: {binary}"));
                }
            }
            return match operator {
                T_LAND | T_LUNLESS | T_LOR => Ok(left),
                _ => Ok(on.labels.iter().cloned().collect()),
            };
        }
        if left != right {
            return Err(format!(
                "the sides have different labels, {left:?} and {right:?}: {binary}"
            ));
        }
        Ok(left)
    }

    fn call(&mut self, call: &Call) -> Labels {
        let name = call.func.name;
        let mut labels = BTreeSet::new();
        for argument in &call.args.args {
            labels.extend(self.walk(argument, Some(name))?);
        }
        match name {
            "histogram_quantile" => {
                if !labels.remove("le") {
                    return Err(format!("a quantile needs the label le: {call}"));
                }
                Ok(labels)
            }
            "rate" | "irate" | "increase" | "changes" | "clamp_max" | "vector" | "time" => Ok(labels),
            _ => Err(format!("the function {name} is not known here")),
        }
    }
}

fn is_scalar(expr: &Expr) -> bool {
    match expr {
        Expr::NumberLiteral(_) => true,
        Expr::Call(call) => call.func.name == "time",
        Expr::Paren(paren) => is_scalar(&paren.expr),
        Expr::Unary(unary) => is_scalar(&unary.expr),
        _ => false,
    }
}
