//! What two parts of a Chinese question beside each other say together.

use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use super::ways::ways;

/// 金融行业的赞助商, 听众来自哪些国家, 用QQ邮箱的用户, 帖子量.
pub(super) fn beside(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut at = 0;
    while at < parts.len() {
        valued(parts, at, known);
        together(parts, at, known);
        within(parts, at);
        volume(parts, at);
        ended(parts, at);
        numbered(parts, at);
        owned(parts, at, known);
        person_of(parts, at, known);
        newly(parts, at, known);
        done_by(parts, at, known);
        none(parts, at);
        graded(parts, at, known);
        ways(parts, at, known);
        at += 1;
    }
}

/// 金融行业的赞助商: a value right before its column.
fn valued(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let [Part::Value(said, _), Part::Name(column), rest @ ..] = &parts[at..] else {
        return;
    };
    let thing = match rest {
        [Part::Mark(Mark::De), Part::Name(thing), ..] | [Part::Name(thing), ..] => Some(thing),
        _ => None,
    };
    // 硕士和博士学历的员工: all of them are.
    let mut start = at;
    while let [.., Part::Value(..), Part::Mark(Mark::And | Mark::Or)] = &parts[..start] {
        start -= 2;
    }
    let before = start.checked_sub(1).map(|before| &parts[before]);
    let free = !matches!(
        before,
        Some(Part::Name(_) | Part::Mark(Mark::Is | Mark::Compare(_) | Mark::Not | Mark::Lacks))
    );
    if free
        && !column.is_table()
        && !column.measure
        && thing.is_some_and(|thing| thing.is_table() && thing.table_home == column.column_home)
        && column.column_home.is_some_and(|home| {
            known
                .holding(said, home)
                .is_some_and(|holds| known.is_same(&holds, column))
        })
    {
        let column = parts.remove(at + 1);
        parts.splice(start..start, [column, Part::Mark(Mark::Is)]);
    }
}

/// 听众的国家: two words that one column is called by.
fn together(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let Some(Part::Name(first)) = parts.get(at) else {
        return;
    };
    if first.is_table() || first.measure && first.column >= 0.9 {
        return;
    }
    let between = |part: &Part| {
        matches!(
            part,
            Part::Mark(Mark::De | Mark::From | Mark::Filler | Mark::Which)
        )
    };
    let next = (at + 1..parts.len()).find(|next| !between(&parts[*next]));
    let Some(next) = next.filter(|next| *next > at) else {
        return;
    };
    let Part::Name(second) = &parts[next] else { return };
    if second.is_table() {
        return;
    }
    let said = format!("{} {}", first.said, second.said);
    let whole = known.name(&said);
    if whole.is_table() || whole.column < 0.97 || whole.said.split(' ').count() < 2 {
        return;
    }
    let name = Name {
        total: second.total,
        ..whole
    };
    parts[next] = Part::Name(name);
    parts.retain_range(at, next);
}

/// Drops a name and the particles after it, but not what asks.
trait RetainRange {
    fn retain_range(&mut self, at: usize, next: usize);
}

impl RetainRange for Vec<Part> {
    fn retain_range(&mut self, at: usize, next: usize) {
        let kept: Vec<Part> = self[at + 1..next]
            .iter()
            .filter(|part| **part == Part::Mark(Mark::Which))
            .cloned()
            .collect();
        self.splice(at..next, kept);
    }
}

/// 用QQ邮箱的用户: a text within a column.
fn within(parts: &mut Vec<Part>, at: usize) {
    if let [
        Part::Mark(Mark::With),
        Part::Other(text),
        Part::Name(column),
        Part::Mark(Mark::De),
        ..,
    ] = &parts[at..]
        && text.is_ascii()
        && column.is_known()
        && !column.is_table()
        && !column.measure
    {
        let told = [
            Part::Name(column.clone()),
            Part::Mark(Mark::Contains),
            Part::Quoted(text.clone()),
        ];
        parts.splice(at..at + 3, told);
    }
}

/// 发帖量, 赞数: how many there are of a thing.
fn volume(parts: &mut [Part], at: usize) {
    if let [Part::Name(thing), Part::Other(ending), ..] = &parts[at..]
        && thing.is_table()
        && matches!(ending.as_str(), "量" | "数" | "总量" | "数目")
    {
        parts[at + 1] = Part::Mark(Mark::Count);
    }
}

/// 试用期员工: what only rounds off a value.
fn ended(parts: &mut Vec<Part>, at: usize) {
    if let [Part::Value(..), Part::Other(ending), next, ..] = &parts[at..]
        && matches!(
            ending.as_str(),
            "期" | "中" | "类" | "型" | "版" | "款" | "制" | "费" | "品" | "件" | "组" | "完" | "掉" | "好"
        )
        && matches!(next, Part::Name(_) | Part::Mark(Mark::De | Mark::Filler))
    {
        parts.remove(at + 1);
    }
}

/// 三年级的班: a number right before its column says which.
fn numbered(parts: &mut Vec<Part>, at: usize) {
    const RANKS: &[&str] = &[
        "grade", "floor", "season", "level", "round", "semester", "stage", "tier", "year", "row",
    ];
    let before = at.checked_sub(1).map(|before| &parts[before]);
    let free = matches!(
        before,
        None | Some(Part::Mark(Mark::Filler | Mark::De | Mark::And | Mark::From))
    );
    if let [Part::Number(_), Part::Name(column), ..] = &parts[at..]
        && free
        && column.measure
        && column.is_known()
        && !column.is_table()
        && column.said.split(' ').any(|word| RANKS.contains(&word))
    {
        let column = parts.remove(at + 1);
        parts.splice(at..at, [column, Part::Mark(Mark::Is)]);
    }
}

/// 客户王明的订单: a name after the people that it is one of.
fn owned(parts: &mut [Part], at: usize, known: &Known<'_, '_>) {
    if let [
        Part::Name(thing),
        Part::Person(_) | Part::Other(_),
        Part::Mark(Mark::De),
        ..,
    ] = &parts[at..]
        && thing.is_table()
        && thing.table_home.is_some_and(|home| known.names_people(home))
        && match &parts[at + 1] {
            Part::Other(text) => super::people::is_person(text),
            _ => true,
        }
    {
        if let Part::Other(text) = parts[at + 1].clone() {
            parts[at + 1] = Part::Person(text);
        }
        parts.swap(at, at + 1);
    }
}

/// 张三的订单: of the one table of people that the thing refers to.
fn person_of(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if let [
        Part::Person(name) | Part::Other(name),
        Part::Mark(Mark::De),
        Part::Name(thing),
        ..,
    ] = &parts[at..]
        && (matches!(parts[at], Part::Person(_)) || super::people::is_person(name))
        && thing.is_table()
        && let Some(home) = thing.table_home
        && !known.names_people(home)
        && let Some(owner) = known.owner_of(home)
    {
        parts[at] = Part::Person(name.clone());
        parts.insert(at + 1, Part::Name(owner));
    }
}

/// 今年新加入的客户, 本月新增用户: with a time, new says no more than that time does.
fn newly(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let new = matches!(&parts[at], Part::Value(said, false) if matches!(said.as_str(), "new" | "newly added" | "newly added to"))
        || matches!(&parts[at], Part::Name(name) if !name.is_known() && name.said == "new");
    if !new {
        return;
    }
    let dated = matches!(parts.get(at + 1), Some(Part::Name(name)) if known.is_day(name));
    let timed = at > 0
        && matches!(
            parts[at - 1],
            Part::Period(_) | Part::Mark(Mark::Monthly(_) | Mark::De | Mark::RangeEnd | Mark::Since)
        )
        && parts[..at]
            .iter()
            .any(|part| matches!(part, Part::Period(_) | Part::Mark(Mark::Monthly(_))))
        && matches!(
            parts.get(at + 1),
            Some(Part::Name(_) | Part::Mark(Mark::De | Mark::Filler))
        );
    if dated || timed {
        parts.remove(at);
        if parts.get(at) == Some(&Part::Mark(Mark::De))
            && parts.get(at.wrapping_sub(1)) == Some(&Part::Mark(Mark::De))
        {
            parts.remove(at);
        }
    }
}

/// 管理员发的帖子: whoever has the value did it.
fn done_by(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let Some(Part::Value(said, _)) = parts.get(at) else {
        return;
    };
    let verb = (at + 1..parts.len())
        .take_while(|next| matches!(parts[*next], Part::Mark(Mark::Verb | Mark::Maker | Mark::Filler)))
        .collect::<Vec<_>>();
    if !verb
        .iter()
        .any(|next| matches!(parts[*next], Part::Mark(Mark::Verb | Mark::Maker)))
    {
        return;
    }
    let after = at + 1 + verb.len();
    let [Part::Mark(Mark::De), Part::Name(thing), ..] = &parts[after..] else {
        return;
    };
    let Some(home) = thing.table_home.filter(|_| thing.is_table()) else {
        return;
    };
    let doer = known.table_telling(said).filter(|doer| {
        *doer != home && known.names_people(*doer) && known.refers(home, *doer) && !known.holds(said, home)
    });
    if let Some(doer) = doer {
        let name = Part::Name(known.table_name(doer));
        parts.splice(at + 1..after, [name]);
    }
}

/// A级供应商: a letter before 级, 类 or 型 is a value, no article.
fn graded(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let letter = match &parts[at] {
        Part::Other(text) if text.len() == 1 && text.chars().all(|c| c.is_ascii_uppercase()) => text.clone(),
        _ => return,
    };
    let told = at > 0 && matches!(parts[at - 1], Part::Mark(Mark::Is | Mark::Not | Mark::Compare(_)));
    if told {
        return;
    }
    let home = entity_after(parts, at + 1).map(|(home, _)| home);
    let column = known
        .column_holding(std::slice::from_ref(&letter), home)
        .or_else(|| known.column_of(home, &["grade", "level", "class", "type", "rank", "tier"]))
        .filter(|column| home.is_none_or(|home| column.column_home == Some(home)));
    let value = Part::Quoted(letter);
    match column {
        Some(column) => {
            parts.splice(at..=at, [Part::Name(column), Part::Mark(Mark::Is), value]);
        }
        None => parts[at] = value,
    }
}

/// 免运费的订单, 零库存的商品: nothing of a measure.
fn none(parts: &mut Vec<Part>, at: usize) {
    let none = match &parts[at] {
        Part::Other(text) => matches!(text.as_str(), "免" | "零"),
        Part::Number(digits) => digits == "0",
        _ => false,
    };
    if let Some(Part::Name(column)) = parts.get(at + 1)
        && none
        && column.measure
        && column.is_known()
        && !column.is_table()
        && matches!(
            parts.get(at + 2),
            None | Some(Part::Mark(Mark::De) | Part::Name(_))
        )
        && !matches!(
            at.checked_sub(1).map(|before| &parts[before]),
            Some(Part::Name(_) | Part::Mark(Mark::Is | Mark::Compare(_)))
        )
    {
        let column = parts.remove(at + 1);
        parts.splice(
            at..=at,
            [column, Part::Mark(Mark::Is), Part::Number("0".to_owned())],
        );
    }
}
