//! Says in one Chinese sentence what a plan asks the database for.

use crate::engine::lexicon::{ColumnId, Lexicon};
use crate::engine::period::{Moment, Period, Unit};
use crate::engine::phrases::{Function, Match, Op};
use crate::engine::plan::{Across, Cond, Expr, Literal, Plan, Related};

/// The sentence for a plan.
pub(crate) fn sentence(lexicon: &Lexicon<'_>, plan: &Plan, assumptions: &[String]) -> String {
    let teller = Teller { lexicon };
    let home = &lexicon.table(plan.home).table.name;
    let mut text = if plan.star {
        format!("显示 {home} 的所有列")
    } else {
        let shown: Vec<String> = plan.select.iter().map(|expr| teller.expr(expr)).collect();
        format!("从 {home} 显示{}", shown.join("、"))
    };
    if plan.whole_units {
        text.push_str("（金额由分换算为元）");
    }
    if plan.distinct {
        text.push_str("，去除重复");
    }
    let list = |lead: &str, parts: Vec<String>, between: &str| {
        if parts.is_empty() {
            String::new()
        } else {
            format!("，{lead}{}", parts.join(between))
        }
    };
    let conds = |conds: &[Cond]| conds.iter().map(|cond| teller.cond(cond)).collect::<Vec<_>>();
    text.push_str(&list("条件是", conds(&plan.filters), "，并且"));
    text.push_str(&list(
        "按",
        plan.group.iter().map(|expr| teller.expr(expr)).collect(),
        "、",
    ));
    if !plan.group.is_empty() {
        text.push_str("分组");
    }
    text.push_str(&list("只保留满足条件的组：", conds(&plan.having), "，并且"));
    let order = plan
        .order
        .iter()
        .map(|(expr, down)| {
            format!(
                "{}{}",
                teller.expr(expr),
                if *down { "从高到低" } else { "从低到高" }
            )
        })
        .collect();
    let sorted = list("按", order, "、");
    if !sorted.is_empty() {
        text.push_str(&sorted);
        text.push_str("排序");
    }
    if let Some(limit) = plan.limit {
        text.push_str(&format!("，最多 {limit} 行"));
    }
    text.push('。');
    if !assumptions.is_empty() {
        text.push_str(&format!("假设：{}。", assumptions.join("；")));
    }
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

struct Teller<'a> {
    lexicon: &'a Lexicon<'a>,
}

impl Teller<'_> {
    fn column(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        format!(
            " {}.{} ",
            self.lexicon.table(entry.table).table.name,
            entry.column.name
        )
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Column(id) => self.column(*id),
            Expr::Rows => "行数".into(),
            Expr::CountDistinct(id) => format!("不同的{}的个数", self.column(*id)),
            Expr::Apply(function, id) => format!("{}的{}", self.column(*id), function_word(*function)),
            Expr::SumOfProduct(one, other) => {
                format!("{}与{}乘积的总和", self.column(*one), self.column(*other))
            }
            Expr::Bucket(unit, id) => format!("{}的{}", self.column(*id), unit_word(*unit)),
            Expr::Related(related) => format!("{}的行数", self.related(related)),
            Expr::Share(conds) => {
                let conds: Vec<String> = conds.iter().map(|cond| self.cond(cond)).collect();
                format!("满足{}的行所占百分比", conds.join("且"))
            }
            Expr::PartOfAll => "占全部行的百分比".into(),
            Expr::Across(across) => self.across(across),
        }
    }

    fn across(&self, across: &Across) -> String {
        format!("{}所指的{}", self.column(across.key), self.column(across.column))
    }

    fn related(&self, related: &Related) -> String {
        related.steps.last().map_or_else(String::new, |step| {
            format!("相关的 {} ", self.lexicon.table(step.added).table.name)
        })
    }

    fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Compare(expr, op, value) => {
                format!("{}{} {}", self.expr(expr), op_word(*op), literal(value))
            }
            Cond::Columns(one, op, other) => {
                format!("{}{}{}", self.column(*one), op_word(*op), self.column(*other))
            }
            Cond::Between(expr, low, high) => {
                format!("{}在 {} 与 {} 之间", self.expr(expr), literal(low), literal(high))
            }
            Cond::OneOf {
                column,
                values,
                negated,
            } => {
                let shown: Vec<String> = values.iter().map(literal).collect();
                format!(
                    "{}{} {}",
                    self.column(*column),
                    if *negated { "不是" } else { "是" },
                    shown.join(" 或 ")
                )
            }
            Cond::Like {
                column,
                place,
                text,
                negated,
            } => {
                let not = if *negated { "不" } else { "" };
                match place {
                    Match::Starts => format!("{}{not}以“{text}”开头", self.column(*column)),
                    Match::Contains => format!("{}{not}包含“{text}”", self.column(*column)),
                    Match::Ends => format!("{}{not}以“{text}”结尾", self.column(*column)),
                }
            }
            Cond::Null { column, is_null } => {
                format!(
                    "{}{}",
                    self.column(*column),
                    if *is_null { "为空" } else { "不为空" }
                )
            }
            Cond::Truth { column, is_true } => {
                format!("{}为{}", self.column(*column), if *is_true { "真" } else { "假" })
            }
            Cond::Within {
                column,
                period,
                negated,
            } => format!(
                "{}{}{}",
                self.column(*column),
                if *negated { "不在" } else { "在" },
                period_words(period)
            ),
            Cond::At { column, op, moment } => {
                format!(
                    "{}{}{}",
                    self.column(*column),
                    op_word(*op),
                    moment_words(*moment)
                )
            }
            Cond::Average(id, op) => format!("{}{}其平均值", self.column(*id), op_word(*op)),
            Cond::Beyond { column, op, plan, .. } => {
                let found = sentence(self.lexicon, plan, &[]);
                format!(
                    "{}{}（{}）",
                    self.column(*column),
                    op_word(*op),
                    found.trim_end_matches('。')
                )
            }
            Cond::Among {
                column,
                shown,
                filters,
            } => {
                let conds: Vec<String> = filters.iter().map(|cond| self.cond(cond)).collect();
                format!(
                    "{}是满足（{}）的行的{}",
                    self.column(*column),
                    conds.join("并且"),
                    self.column(*shown)
                )
            }
            Cond::Extreme {
                column,
                target,
                by,
                descending,
            } => format!(
                "{}是{}{}的行的{}",
                self.column(*column),
                self.column(*by),
                if *descending { "最大" } else { "最小" },
                self.column(*target)
            ),
            Cond::Against(column, op, across) => {
                format!("{}{}{}", self.column(*column), op_word(*op), self.across(across))
            }
            Cond::Either(one, other) => {
                let side = |conds: &[Cond]| {
                    conds
                        .iter()
                        .map(|cond| self.cond(cond))
                        .collect::<Vec<_>>()
                        .join("并且")
                };
                format!("或者{}，或者{}", side(one), side(other))
            }
            Cond::Exists { related, negated } => {
                format!(
                    "{}{}",
                    if *negated { "没有" } else { "有" },
                    self.related(related)
                )
            }
        }
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("“{text}”"),
        Literal::Number(digits) => digits.clone(),
    }
}

fn function_word(function: Function) -> &'static str {
    match function {
        Function::Count => "计数",
        Function::Sum => "总和",
        Function::Avg => "平均值",
        Function::Min => "最小值",
        Function::Max => "最大值",
    }
}

fn op_word(op: Op) -> &'static str {
    match op {
        Op::Eq => "等于",
        Op::Ne => "不等于",
        Op::Gt => "大于",
        Op::Ge => "不小于",
        Op::Lt => "小于",
        Op::Le => "不大于",
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Hour => "小时",
        Unit::Day => "天",
        Unit::Week => "周",
        Unit::Month => "月",
        Unit::Quarter => "季度",
        Unit::Year => "年",
    }
}

fn moment_words(moment: Moment) -> String {
    match moment {
        Moment::Fixed(day) => format!(" {day} "),
        Moment::FromNow { amount, unit } => format!(
            "{}个{}{}",
            i64::from(amount).abs(),
            unit_word(unit),
            if amount < 0 { "前" } else { "后" }
        ),
        Moment::StartOf { offset: 0, unit } => format!("当前{}的开始", unit_word(unit)),
        Moment::StartOf { offset, unit } => format!(
            "{}个{}{}的开始",
            i64::from(offset).abs(),
            unit_word(unit),
            if offset < 0 { "前" } else { "后" }
        ),
    }
}

fn period_words(period: &Period) -> String {
    match (period.year, period.from, period.to) {
        (Some(year), ..) => format!(" {year} 年"),
        (None, Some(from), Some(to)) => {
            format!("{}到{}之间（不含后者）", moment_words(from), moment_words(to))
        }
        (None, Some(from), None) => format!("{}以后", moment_words(from)),
        (None, None, Some(to)) => format!("{}以前", moment_words(to)),
        (None, None, None) => "任何时间".into(),
    }
}
