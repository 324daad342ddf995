//! What a dashboard shows, apart from how Grafana or a preview writes it.

mod measure;

pub use measure::Measure;

use crate::generate::alert::Compare;
use crate::generate::plan::Plan;
use crate::generate::values::Severity;

/// A dashboard.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// The word that its file and its `uid` end in.
    pub key: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What it can be narrowed down by, besides job and instance.
    pub variables: &'static [Variable],
    /// Its rows, from the top.
    pub rows: Vec<Row>,
}

/// What a dashboard can be narrowed down by. The word is both the label and the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// A provider.
    Provider,
    /// A model.
    Model,
}

/// Panels with a title above them.
#[derive(Debug, Clone)]
pub struct Row {
    /// The title.
    pub title: String,
    /// Whether it opens closed, and asks for nothing until it is opened.
    pub collapsed: bool,
    /// Whether it is there once for each value of a variable.
    pub repeat: Option<Variable>,
    /// Its own number.
    pub id: u32,
    /// How far down it begins.
    pub y: u32,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Its title, unique in its dashboard.
    pub title: String,
    /// What it shows, and what to make of it.
    pub about: String,
    /// How it is drawn.
    pub draw: Draw,
    /// What its values are counted in.
    pub measure: Measure,
    /// What it asks for.
    pub queries: Vec<Query>,
    /// Where its colour changes.
    pub steps: Vec<Step>,
    /// The alerts whose thresholds are drawn.
    pub thresholds: Vec<&'static str>,
    /// The lowest value of its axis.
    pub min: Option<f64>,
    /// The highest value of its axis.
    pub max: Option<f64>,
    /// Whether series are laid on top of each other.
    pub stacked: bool,
    /// What single values are called.
    pub words: Vec<Word>,
    /// What it is called in links from alerts, and where it goes on the page.
    pub id: u32,
    /// Where it is.
    pub place: Place,
    /// Why it may rightly show nothing.
    pub empty_when: Option<&'static str>,
}

/// Where a panel is, on a grid of 24 columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Columns from the left.
    pub x: u32,
    /// Lines from the top.
    pub y: u32,
    /// Columns wide.
    pub w: u32,
    /// Lines high.
    pub h: u32,
}

/// How a panel is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Lines over time.
    Lines,
    /// One large number.
    Stat,
    /// The name of the series in large letters.
    Name,
    /// A dial.
    Gauge,
    /// A bar for each series.
    Bars,
    /// Buckets over time.
    Heatmap,
    /// A line for each combination of labels, a column for each query.
    Table,
    /// States over time.
    Timeline,
    /// The alerts that fire.
    Alerts,
    /// Log lines.
    Logs,
}

/// What a panel asks for.
#[derive(Debug, Clone)]
pub struct Query {
    /// PromQL, with Grafana's variables.
    pub expr: String,
    /// What a series is called: `{{label}}` stands for its label. The title of a column in a table.
    pub legend: String,
    /// Whether only the last value counts.
    pub instant: bool,
    /// Whether single traces are shown as well.
    pub exemplars: bool,
}

/// From this value on, this colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The value; `None` is below all others.
    pub from: Option<f64>,
    /// The colour.
    pub colour: Colour,
}

/// A colour that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// All is well.
    Green,
    /// Good to know.
    Blue,
    /// To be looked at.
    Orange,
    /// Somebody is woken.
    Red,
}

/// What a single value is called.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// The value.
    pub value: u8,
    /// What it is called.
    pub text: &'static str,
    /// Its colour.
    pub colour: Colour,
}

impl Variable {
    /// Its name, which is the label's too.
    pub fn word(self) -> &'static str {
        match self {
            Variable::Provider => "provider",
            Variable::Model => "model",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Variable::Provider => "Provider",
            Variable::Model => "Model",
        }
    }
}

impl Colour {
    /// Grafana's word.
    pub fn id(self) -> &'static str {
        match self {
            Colour::Green => "green",
            Colour::Blue => "blue",
            Colour::Orange => "orange",
            Colour::Red => "red",
        }
    }

    /// What an alert of that severity is drawn in.
    pub fn of(severity: Severity) -> Colour {
        match severity {
            Severity::Critical => Colour::Red,
            Severity::Warning => Colour::Orange,
            Severity::Info | Severity::None => Colour::Blue,
        }
    }
}

impl Row {
    /// A row of that title.
    pub fn new(title: impl Into<String>, panels: Vec<Panel>) -> Row {
        Row {
            title: title.into(),
            collapsed: false,
            repeat: None,
            id: 0,
            y: 0,
            panels,
        }
    }

    /// Opens closed.
    pub fn collapsed(mut self) -> Row {
        self.collapsed = true;
        self
    }

    /// There once for each value of that variable.
    pub fn for_each(mut self, variable: Variable) -> Row {
        self.repeat = Some(variable);
        self
    }
}

impl Panel {
    fn new(draw: Draw, title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        let (w, h) = match draw {
            Draw::Stat | Draw::Name | Draw::Gauge => (3, 4),
            Draw::Table => (24, 9),
            Draw::Alerts | Draw::Logs => (24, 8),
            Draw::Timeline => (12, 5),
            Draw::Lines | Draw::Bars | Draw::Heatmap => (8, 8),
        };
        Panel {
            title: title.into(),
            about: about.into(),
            draw,
            measure,
            queries: Vec::new(),
            steps: vec![Step::base(Colour::Green)],
            thresholds: Vec::new(),
            min: matches!(draw, Draw::Lines).then_some(0.0),
            max: None,
            stacked: false,
            words: Vec::new(),
            id: 0,
            place: Place { x: 0, y: 0, w, h },
            empty_when: None,
        }
    }

    /// Lines over time, from 0 up.
    pub fn lines(title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Lines, title, measure, about)
    }

    /// One large number.
    pub fn stat(title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Stat, title, measure, about)
    }

    /// A dial from 0 to 1.
    pub fn gauge(title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        let mut panel = Panel::new(Draw::Gauge, title, measure, about);
        (panel.min, panel.max) = (Some(0.0), Some(1.0));
        panel
    }

    /// The names of series in large letters.
    pub fn name(title: impl Into<String>, about: impl Into<String>) -> Panel {
        let mut panel = Panel::new(Draw::Name, title, Measure::Text, about);
        panel.steps = vec![Step::base(Colour::Blue)];
        panel
    }

    /// A bar for each series.
    pub fn bars(title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        let mut panel = Panel::new(Draw::Bars, title, measure, about);
        panel.min = Some(0.0);
        panel.steps = vec![Step::base(Colour::Blue)];
        panel
    }

    /// The buckets of a histogram over time.
    pub fn heatmap(title: impl Into<String>, measure: Measure, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Heatmap, title, measure, about)
    }

    /// A table.
    pub fn table(title: impl Into<String>, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Table, title, Measure::Count, about)
    }

    /// States over time.
    pub fn timeline(title: impl Into<String>, about: impl Into<String>, words: &[Word]) -> Panel {
        let mut panel = Panel::new(Draw::Timeline, title, Measure::Count, about);
        panel.words = words.to_vec();
        panel
    }

    /// The alerts that fire.
    pub fn alerts(title: impl Into<String>, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Alerts, title, Measure::Count, about)
    }

    /// Log lines.
    pub fn logs(title: impl Into<String>, about: impl Into<String>) -> Panel {
        Panel::new(Draw::Logs, title, Measure::Count, about)
    }

    /// Asks for this too.
    pub fn query(mut self, expr: impl Into<String>, legend: impl Into<String>) -> Panel {
        let (instant, exemplars) = (matches!(self.draw, Draw::Name | Draw::Bars | Draw::Table), false);
        self.queries.push(Query {
            expr: expr.into(),
            legend: legend.into(),
            instant,
            exemplars,
        });
        self
    }

    /// Shows single traces as well.
    pub fn exemplars(mut self) -> Panel {
        if let Some(query) = self.queries.last_mut() {
            query.exemplars = true;
        }
        self
    }

    /// That many columns wide.
    pub fn wide(mut self, columns: u32) -> Panel {
        self.place.w = columns;
        self
    }

    /// That many lines high.
    pub fn high(mut self, lines: u32) -> Panel {
        self.place.h = lines;
        self
    }

    /// Series lie on top of each other.
    pub fn stacked(mut self) -> Panel {
        self.stacked = true;
        self
    }

    /// Up to that value.
    pub fn up_to(mut self, max: f64) -> Panel {
        self.max = Some(max);
        self
    }

    /// In these colours.
    pub fn coloured(mut self, below: Colour, steps: &[(f64, Colour)]) -> Panel {
        self.steps = vec![Step::base(below)];
        let further = steps.iter().map(|&(from, colour)| Step {
            from: Some(from),
            colour,
        });
        self.steps.extend(further);
        self
    }

    /// May rightly show nothing.
    pub fn empty_when(mut self, why: &'static str) -> Panel {
        self.empty_when = Some(why);
        self
    }

    /// The threshold of an alert, in the colour of its severity, unless it is off.
    pub fn limit(mut self, plan: &Plan, alert: &'static str) -> Panel {
        debug_assert!(
            plan.alerts.iter().chain(&plan.off).any(|def| def.name == alert),
            "no alert is called {alert}"
        );
        let Some((def, limit)) = plan.alert(alert).and_then(|def| Some((def, def.limit()?))) else {
            return self;
        };
        let colour = Colour::of(plan.capped(def.severity));
        if def.condition.compare == Compare::Below {
            // What was the lowest step begins at the threshold now, and below it is bad.
            self.steps[0].from = Some(limit);
            self.steps.insert(0, Step::base(colour));
        } else {
            self.steps.push(Step {
                from: Some(limit),
                colour,
            });
        }
        self.steps.sort_by(|a, b| {
            let key = |step: &Step| step.from.unwrap_or(f64::NEG_INFINITY);
            key(a).total_cmp(&key(b))
        });
        self.thresholds.push(alert);
        self
    }
}

impl Step {
    fn base(colour: Colour) -> Step {
        Step { from: None, colour }
    }
}

/// Gives every panel its place: from the left, and below what is full. Rows and panels get their numbers in the order in
/// which they are written.
pub fn arrange(dashboard: &mut Dashboard) {
    let (mut id, mut y) = (0, 0);
    for row in &mut dashboard.rows {
        id += 1;
        (row.id, row.y) = (id, y);
        y += 1;
        let (mut x, mut tallest) = (0, 0);
        for panel in &mut row.panels {
            id += 1;
            panel.id = id;
            if x + panel.place.w > 24 {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            (panel.place.x, panel.place.y) = (x, y);
            x += panel.place.w;
            tallest = tallest.max(panel.place.h);
        }
        y += tallest;
    }
}
