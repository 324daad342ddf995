//! Rates and money of a Chinese question that no column is called by: 通过率, 本月销售额, 累计消费.

use super::cut::Cutter;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use super::words;

/// Words for money taken.
const TAKEN: &[&str] = &[
    "销售额",
    "营业额",
    "成交额",
    "成交金额",
    "销售总额",
    "总销售额",
    "销售金额",
    "营收",
    "营业收入",
    "销售收入",
    "流水",
    "业绩",
    "销售业绩",
    "总营收",
    "总收入",
    "收入总额",
];
/// Words for money that customers have spent.
const SPENT: &[&str] = &[
    "消费",
    "总消费",
    "累计消费",
    "消费额",
    "消费金额",
    "消费总额",
    "累计消费金额",
    "消费总金额",
    "总消费金额",
    "累计消费额",
    "花费",
    "总花费",
    "累计花费",
    "总消费额",
];

impl Cutter<'_, '_> {
    /// 缴费总额: the sum of what the rows of a table are worth, where the table has no column of that name.
    pub(super) fn worth(&self, word: &str) -> Option<Name> {
        let thing = ["总金额", "总额", "合计金额"]
            .iter()
            .find_map(|tail| word.strip_suffix(tail))?;
        let readings = words::noun(thing)?;
        let table = self.known.noun(thing, readings);
        let home = table
            .table_home
            .filter(|_| table.is_table() && table.table >= 0.9)?;
        let own = words::noun(word).map(|said| self.known.noun(word, said));
        if own.is_some_and(|name| name.column_home == Some(home) && !name.is_table() && name.column >= 0.7) {
            return None;
        }
        let column = self.known.measure_of(home, false)?;
        Some(Name {
            said: whose(&column, &self.known),
            total: true,
            ..column
        })
    }

    /// 通过率: the share of the rows that have passed, where a flag or a value says so and no column is called so.
    pub(super) fn rate(&self, word: &str) -> Option<Name> {
        let stem = word.strip_suffix('率').filter(|stem| stem.chars().count() > 1)?;
        let column = words::noun(word).map(|said| self.known.noun(word, said));
        if column.is_some_and(|name| name.is_known() && name.column >= 0.7) {
            return None;
        }
        let used = vec!["used", "redeemed"];
        let readings = words::state(stem).or_else(|| (stem == "使用").then_some(&used))?;
        let (said, told) = self.known.state(readings, None);
        let home = self.known.table_telling(&said).filter(|_| told)?;
        let table = self.known.table_name(home);
        Some(Name {
            said: format!("percentage of {said} {}", table.said),
            column_home: Some(home),
            ..Name::default()
        })
    }
}

/// Whether a name is a rate.
pub(super) fn is_rate(name: &Name) -> bool {
    name.said.starts_with("percentage of ")
}

/// 订单的取消率: the thing that a rate is of is said by the rate.
pub(super) fn rates(parts: &mut Vec<Part>) {
    for at in (1..parts.len()).rev() {
        // What was taken out before moves the rest to the left.
        let Some(Part::Name(rate)) = parts.get(at) else {
            continue;
        };
        if !is_rate(rate) {
            continue;
        }
        let home = rate.column_home;
        let start = at - 1 - usize::from(at > 1 && parts[at - 1] == Part::Mark(Mark::De));
        let same =
            |part: &Part| matches!(part, Part::Name(thing) if thing.is_table() && thing.table_home == home);
        let grouped = start > 0 && parts[start - 1] == Part::Mark(Mark::Each);
        if parts.get(start).is_some_and(same) && !grouped {
            parts.drain(start..at);
        }
    }
}

/// Whether a word says money taken or spent, and which of both.
pub(super) fn money(word: &str) -> Option<bool> {
    if TAKEN.contains(&word) {
        Some(false)
    } else {
        SPENT.contains(&word).then_some(true)
    }
}

/// 消费最高, 消费超过1000: what follows measures money, not how often.
pub(super) fn spends(rest: &[char]) -> bool {
    let rest: String = rest.iter().take(3).collect();
    [
        "最高",
        "最多",
        "最低",
        "最少",
        "超过",
        "大于",
        "高于",
        "低于",
        "少于",
        "不足",
        "不低于",
        "达到",
        "达",
        "满",
        "总额",
        "额",
    ]
    .iter()
    .any(|word| rest.starts_with(word))
}

/// 本月销售额, 累计消费超过1万元的客户: the sum of what is taken by the rows that say so.
pub(super) fn taken(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Mark(Mark::Money(spent)) = parts[at] else {
            continue;
        };
        let home = entity_after(parts, at + 1).map(|(home, _)| home).or_else(|| {
            parts[..at].iter().rev().find_map(|part| match part {
                Part::Name(name) if name.is_table() => name.table_home,
                _ => None,
            })
        });
        match known.money_of(home, spent) {
            Some(column) => {
                let summed = at
                    .checked_sub(1)
                    .is_some_and(|before| matches!(parts[before], Part::Mark(Mark::Figure(_))));
                parts[at] = Part::Name(Name {
                    said: whose(&column, known),
                    total: !summed,
                    ..column
                });
                let compared = matches!(
                    parts.get(at + 1),
                    Some(Part::Mark(
                        Mark::Compare(_) | Mark::Highest(..) | Mark::From | Mark::Between
                    ))
                );
                if !summed && compared {
                    parts.insert(at, Part::Mark(Mark::Figure("sum of")));
                }
            }
            None => {
                parts[at] = Part::Name(Name {
                    said: if spent { "total spent" } else { "revenue" }.to_owned(),
                    ..Name::default()
                });
            }
        }
    }
}

/// A column with its table before it, unless no other is called so or its own words say the table.
fn whose(column: &Name, known: &Known<'_, '_>) -> String {
    let plain = known.name(&column.said);
    if plain.column_home == column.column_home && plain.column >= 0.97 && !plain.is_table() {
        return column.said.clone();
    }
    let says = |home: &str| {
        column
            .said
            .split(' ')
            .any(|word| word.starts_with(home) || home.starts_with(word) && word.len() > 3)
    };
    if column.home_said.split(' ').any(says) {
        column.said.clone()
    } else {
        format!("{} {}", column.home_said, column.said)
    }
}
