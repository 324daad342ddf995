//! Reads one stretch of a Chinese question between two 的: what it asks for, of what, and under which conditions.

use super::cut::{Name, Part};
use super::is_han;
use super::marks::Mark;
use crate::engine::lexicon::TableId;
use crate::engine::text::{self, Shape, Token};

/// Tokens in the order of English.
pub(crate) type Said = Vec<Token>;

/// What one stretch says.
#[derive(Debug, Default, Clone)]
pub(crate) struct Clause {
    /// Columns and figures to show.
    pub ask: Vec<Said>,
    pub counts: bool,
    pub distinct: bool,
    /// Whether it asks which: 哪个城市.
    pub which: bool,
    /// Whether a column that it asks for holds numbers.
    pub measures: bool,
    /// What stands before the entity: values, states, degrees.
    pub adjectives: Vec<Said>,
    pub entity: Option<Said>,
    /// The table of the entity.
    pub home: Option<TableId>,
    pub conditions: Vec<Said>,
    /// A number that nothing compares: how many rows.
    pub number: Option<String>,
    pub highest: Option<Highest>,
}

/// A ranking by a column, or by how many things there are.
#[derive(Debug, Clone)]
pub(crate) struct Highest {
    pub said: Said,
    pub counts: bool,
    pub descends: bool,
    /// The table of the column.
    pub home: Option<TableId>,
    /// Whether it ranks by a moment: 最早注册.
    pub timed: bool,
}

/// English words as tokens.
pub(crate) fn english(words: &str) -> Said {
    text::tokens(words)
}

/// A value as one token, whatever is in it.
pub(crate) fn value(text: &str) -> Said {
    let shape = if text.chars().all(char::is_alphanumeric) {
        Shape::Word
    } else {
        Shape::Quoted
    };
    vec![Token::new(text, shape)]
}

fn quoted(text: &str) -> Said {
    vec![Token::new(text, Shape::Quoted)]
}

fn joined(parts: &[Said]) -> Said {
    parts.concat()
}

impl Clause {
    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.ask.is_empty()
            && !self.counts
            && self.entity.is_none()
            && self.adjectives.is_empty()
            && self.conditions.is_empty()
            && self.highest.is_none()
            && self.number.is_none()
    }

    /// Reads the parts of a stretch.
    pub(crate) fn of(parts: &[Part]) -> Clause {
        let mut clause = Clause::default();
        let mut at = 0;
        while at < parts.len() {
            let rest = &parts[at..];
            at += clause
                .condition(rest)
                .or_else(|| clause.figure(rest))
                .unwrap_or_else(|| clause.plain(rest));
        }
        clause
    }

    /// A part that is no condition and no figure; gives how many parts it takes.
    fn plain(&mut self, rest: &[Part]) -> usize {
        match &rest[0] {
            Part::Name(name) if name.is_table() || (!name.is_known() && self.entity.is_none()) => {
                self.name_entity(english(&name.said));
                self.home = name.table_home;
            }
            Part::Name(name) => {
                self.measures |= name.measure;
                let sum = if name.total && name.measure { "sum of " } else { "" };
                self.ask.push(english(&format!("{sum}{}", name.said)));
            }
            Part::Value(..) => {
                let (said, taken) = values(rest);
                self.adjectives.push(said);
                return taken;
            }
            Part::Other(text) => self.adjectives.push(english_or_value(text)),
            Part::Quoted(text) => self.adjectives.push(quoted(text)),
            Part::Surname(text) => self
                .conditions
                .push(joined(&[english("whose name starts with"), quoted(text)])),
            Part::Number(digits) => self.number = Some(digits.clone()),
            Part::Place(text) => self.conditions.push(joined(&[english("from"), value(text)])),
            Part::Period(said) => self.conditions.push(english(&when(said))),
            Part::Mark(Mark::Count) => self.counts = true,
            Part::Mark(Mark::Distinct) => self.distinct = true,
            Part::Mark(Mark::Which) => self.which = true,
            Part::Mark(Mark::Degree(said)) => self.adjectives.push(english(said)),
            Part::Mark(_) => {}
        }
        1
    }

    /// A second entity turns the first into what it belongs to: 客户订单 are the orders of customers.
    fn name_entity(&mut self, said: Said) {
        if let Some(owner) = self.entity.replace(said) {
            let mut of = english("of");
            of.extend(std::mem::take(&mut self.adjectives).concat());
            of.extend(owner);
            self.conditions.insert(0, of);
        }
    }

    /// 平均价格, 最高价格, 价格总和.
    fn figure(&mut self, rest: &[Part]) -> Option<usize> {
        let function = match &rest[0] {
            Part::Mark(Mark::Figure(said)) => *said,
            Part::Mark(Mark::Highest(true)) => "maximum",
            Part::Mark(Mark::Highest(false)) => "minimum",
            Part::Name(name) => {
                let said = match (rest.get(1), rest.get(2)) {
                    (Some(Part::Mark(Mark::FigureAfter(said))), _) => said,
                    (Some(Part::Mark(Mark::Figure(said))), None) if !name.is_table() => said,
                    _ => return None,
                };
                if name.is_table() {
                    self.name_entity(english(&name.said));
                    self.ask.push(english(said));
                } else {
                    self.ask.push(joined(&[english(said), english(&name.said)]));
                }
                return Some(2);
            }
            Part::Mark(Mark::FigureAfter(said)) => {
                self.ask.push(english(said));
                return Some(1);
            }
            _ => return None,
        };
        match rest.get(1) {
            Some(Part::Name(name)) => {
                self.ask.push(joined(&[english(function), english(&name.said)]));
                Some(2)
            }
            Some(Part::Mark(Mark::Count)) => {
                self.counts = true;
                Some(2)
            }
            _ => {
                self.ask.push(english(function));
                Some(1)
            }
        }
    }

    /// A condition that begins at the first part; gives how many parts it takes.
    fn condition(&mut self, rest: &[Part]) -> Option<usize> {
        let (said, taken) = counted(rest)
            .or_else(|| ranked(self, rest))
            .or_else(|| between(rest))
            .or_else(|| compared(rest))
            .or_else(|| pattern(rest))
            .or_else(|| told(rest))
            .or_else(|| lacking(rest))
            .or_else(|| denied(rest))
            .or_else(|| placed(rest))
            .or_else(|| timed(rest))?;
        if !said.is_empty() {
            self.conditions.push(said);
        }
        Some(taken)
    }
}

/// A word of Latin letters as English, one of Chinese letters as a value.
fn english_or_value(text: &str) -> Said {
    if text.chars().any(is_han) {
        value(text)
    } else {
        english(text)
    }
}

/// `上海或广州`, `A、B和C`: values of one column.
fn values(rest: &[Part]) -> (Said, usize) {
    let mut said = Said::new();
    let mut at = 0;
    while let Some(one) = rest.get(at).and_then(literal) {
        said.extend(one);
        at += 1;
        while rest.get(at) == Some(&Part::Mark(Mark::Measure)) {
            at += 1;
        }
        let joins = matches!(rest.get(at), Some(Part::Mark(Mark::Or | Mark::And)));
        if joins && rest.get(at + 1).and_then(literal).is_some() {
            said.extend(english("or"));
            at += 1;
        } else {
            break;
        }
    }
    (said, at.max(1))
}

fn literal(part: &Part) -> Option<Said> {
    match part {
        Part::Value(text, true) => Some(value(text)),
        Part::Value(text, false) => Some(english(text)),
        Part::Quoted(text) => Some(quoted(text)),
        Part::Other(text) => Some(english_or_value(text)),
        Part::Place(text) => Some(value(text)),
        _ => None,
    }
}

/// A time with the word that introduces it.
fn when(said: &str) -> String {
    let bare = [
        "today",
        "yesterday",
        "tomorrow",
        "this ",
        "last ",
        "next ",
        "between ",
        "year to ",
    ]
    .iter()
    .any(|lead| said.starts_with(lead));
    let day = said.len() == 10 && said.as_bytes()[4] == b'-';
    match (bare, day) {
        (true, _) => said.to_owned(),
        (_, true) => format!("on {said}"),
        _ => format!("in {said}"),
    }
}

/// Skips measure words; gives what the number counts when it is money.
fn unit(rest: &[Part], at: &mut usize) -> Said {
    let mut said = Said::new();
    while let Some(Part::Mark(mark)) = rest.get(*at) {
        match mark {
            Mark::Currency(name) => said.extend(english(name)),
            Mark::Measure | Mark::Years => {}
            _ => break,
        }
        *at += 1;
    }
    said
}

fn skip(rest: &[Part], at: &mut usize, marks: &[Mark]) {
    while matches!(rest.get(*at), Some(Part::Mark(mark)) if marks.contains(mark)) {
        *at += 1;
    }
}

/// 客户数量超过5, 预约超过3次: a group or an entity with so many of something.
fn counted(rest: &[Part]) -> Option<(Said, usize)> {
    let Part::Name(name) = &rest[0] else {
        return None;
    };
    let mut at = 1;
    let said_count = rest.get(at) == Some(&Part::Mark(Mark::Count));
    at += usize::from(said_count);
    if !name.is_table() && !said_count || said_count && !name.is_known() {
        return None;
    }
    let (op, digits, next) = number_after(rest, at)?;
    let mut end = next;
    unit(rest, &mut end);
    let mut said = english(&format!("with {op} {digits}"));
    said.extend(english(&name.said));
    Some((said, end))
}

/// A comparison and its number, `大于5` or `5以上`, and where it ends.
fn number_after(rest: &[Part], at: usize) -> Option<(&'static str, String, usize)> {
    match (rest.get(at)?, rest.get(at + 1)) {
        (Part::Mark(Mark::Compare(op)), Some(Part::Number(digits))) => Some((op, digits.clone(), at + 2)),
        (Part::Mark(Mark::Is), _) => number_after(rest, at + 1),
        (Part::Mark(Mark::From), _) => number_after(rest, at + 1),
        (Part::Number(digits), _) => {
            let mut end = at + 1;
            unit(rest, &mut end);
            match rest.get(end) {
                Some(Part::Mark(Mark::CompareAfter(op))) => Some((op, digits.clone(), end + 1)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// 工资最高, 借阅最多, 最早注册.
fn ranked(clause: &mut Clause, rest: &[Part]) -> Option<(Said, usize)> {
    if let [
        Part::Mark(Mark::Degree(degree @ ("latest" | "earliest"))),
        Part::Name(name),
        ..,
    ] = rest
        && !name.is_table()
        && !name.measure
        && name.is_known()
    {
        clause.highest = Some(Highest {
            said: english(&name.said),
            counts: false,
            descends: *degree == "latest",
            home: name.column_home,
            timed: true,
        });
        return Some((Said::new(), 2));
    }
    let Part::Name(name) = &rest[0] else {
        return None;
    };
    let mut at = 1;
    let counts = rest.get(at) == Some(&Part::Mark(Mark::Count));
    at += usize::from(counts);
    let (descends, figure) = match rest.get(at)? {
        Part::Mark(Mark::Highest(descends)) => (*descends, rest.get(at + 1)),
        Part::Mark(Mark::Degree(_)) if !name.is_table() => (true, None),
        _ => return None,
    };
    // 哪种支付方式最多: of which there are the most rows.
    if !counts
        && !name.is_table()
        && !name.measure
        && clause.which
        && rest.get(at) != Some(&Part::Mark(Mark::Highest(false)))
        && matches!(rest.get(at), Some(Part::Mark(Mark::Highest(_))))
    {
        clause.ask.push(english(&name.said));
        clause.highest = Some(Highest {
            said: english(&name.home_said),
            counts: true,
            descends: true,
            home: name.column_home,
            timed: false,
        });
        return Some((Said::new(), at + 1));
    }
    // 年龄最大值 asks for a figure; 图书最高价格 too.
    if matches!(figure, Some(Part::Name(next)) if !next.is_table()) {
        return None;
    }
    clause.measures |= name.measure;
    let lowest = matches!(
        rest.get(at),
        Some(Part::Mark(Mark::Degree("earliest" | "cheapest" | "youngest")))
    );
    let timed = matches!(
        rest.get(at),
        Some(Part::Mark(Mark::Degree("earliest" | "latest")))
    );
    clause.highest = Some(Highest {
        said: english(&name.said),
        counts: counts || name.is_table(),
        descends: descends && !lowest,
        home: name.column_home,
        timed,
    });
    Some((Said::new(), at + 1))
}

/// 价格在10到20之间, 2024年1月到3月.
fn between(rest: &[Part]) -> Option<(Said, usize)> {
    let mut at = 0;
    let mut said = Said::new();
    if let Part::Name(name) = &rest[0] {
        said.extend(english("with"));
        said.extend(english(&name.said));
        at = 1;
    }
    let link = rest.get(at);
    if matches!(link, Some(Part::Mark(Mark::From | Mark::Between | Mark::Is))) {
        at += 1;
    }
    let low = at;
    let mut mid = low + 1;
    let mut money = unit(rest, &mut mid);
    if !matches!(rest.get(mid), Some(Part::Mark(Mark::To | Mark::And))) {
        return None;
    }
    let mut end = mid + 2;
    let (first, second) = (rest.get(low)?, rest.get(mid + 1)?);
    match (first, second) {
        (Part::Number(one), Part::Number(other)) => {
            money.extend(unit(rest, &mut end));
            let closed = matches!(rest.get(end), Some(Part::Mark(Mark::RangeEnd)));
            let joined = rest.get(mid) == Some(&Part::Mark(Mark::To)) || closed;
            if !joined && link != Some(&Part::Mark(Mark::Between)) {
                return None;
            }
            said.extend(english(&format!("between {one} and {other}")));
            said.extend(money.into_iter().take(1));
            end += usize::from(closed);
        }
        (Part::Period(one), Part::Period(other)) => {
            end += usize::from(matches!(rest.get(end), Some(Part::Mark(Mark::RangeEnd))));
            if said.is_empty()
                && let Some(Part::Name(name)) = rest
                    .get(end)
                    .filter(|part| matches!(part, Part::Name(name) if !name.is_table()))
            {
                said.extend(english(&name.said));
                end += 1;
            }
            said.extend(english(&format!("between {one} and {other}")));
        }
        _ => return None,
    }
    Some((said, end))
}

/// 价格大于30, 大于等于1000且小于2000, 高于平均价格, 60岁以上.
fn compared(rest: &[Part]) -> Option<(Said, usize)> {
    let (column, mut at) = match &rest[0] {
        Part::Name(name) => (Some(name), 1),
        _ => (None, 0),
    };
    let mut said = Said::new();
    loop {
        let more = !said.is_empty();
        if let Some(Part::Mark(Mark::Compare(op))) = rest.get(at)
            && let Some(Part::Mark(Mark::Figure(figure))) = rest.get(at + 1)
        {
            let name = match rest.get(at + 2) {
                Some(Part::Name(name)) => Some(name),
                _ => None,
            };
            said.extend(with(column));
            said.extend(english(&format!("{op} the {figure}")));
            said.extend(name.or(column).map_or_else(Said::new, |name| english(&name.said)));
            return Some((said, at + 2 + usize::from(name.is_some())));
        }
        let Some((op, digits, next)) = number_after(rest, at) else {
            return more.then_some((said, at));
        };
        let mut end = next;
        let aged = matches!(rest.get(next), Some(Part::Mark(Mark::Years)))
            || matches!(rest.get(next.wrapping_sub(2)), Some(Part::Mark(Mark::Years)));
        let mut money = unit(rest, &mut end);
        if money.is_empty() {
            money = currency_within(&rest[at..next]);
        }
        if more {
            said.extend(english("and"));
        }
        if column.is_none() && aged {
            said.extend(english("with age"));
        }
        said.extend(with(column));
        said.extend(english(&format!("{op} {digits}")));
        said.extend(money);
        at = end;
        // A second bound of the same column.
        let joins = matches!(rest.get(at), Some(Part::Mark(Mark::And)));
        if joins && number_after(rest, at + 1).is_some() {
            at += 1;
        } else {
            return Some((said, at));
        }
    }
}

fn currency_within(parts: &[Part]) -> Said {
    parts
        .iter()
        .find_map(|part| match part {
            Part::Mark(Mark::Currency(name)) => Some(english(name)),
            _ => None,
        })
        .unwrap_or_default()
}

fn with(column: Option<&Name>) -> Said {
    column.map_or_else(Said::new, |name| english(&format!("with {}", name.said)))
}

/// 名字以A开头, 书名包含“1”.
fn pattern(rest: &[Part]) -> Option<(Said, usize)> {
    let (name, mut at) = match &rest[0] {
        Part::Name(name) => (name.said.as_str(), 1),
        Part::Mark(Mark::With) => ("name", 0),
        _ => return None,
    };
    let negated = matches!(rest.get(at), Some(Part::Mark(Mark::Not | Mark::Lacks)));
    at += usize::from(negated);
    let not = if negated { "does not " } else { "" };
    let text = |part: &Part| match part {
        Part::Other(text) | Part::Quoted(text) | Part::Value(text, _) | Part::Number(text) => {
            Some(text.clone())
        }
        _ => None,
    };
    let (verb, text, taken) = match rest.get(at)? {
        Part::Mark(Mark::With) => {
            let text = rest.get(at + 1).and_then(text)?;
            let mut end = at + 2;
            skip(rest, &mut end, &[Mark::Is, Mark::Measure]);
            match rest.get(end)? {
                Part::Mark(Mark::Starts) => ("starts with", text, end + 1),
                Part::Mark(Mark::Ends) => ("ends with", text, end + 1),
                _ => return None,
            }
        }
        Part::Mark(Mark::Contains) => {
            let text = rest.get(at + 1).and_then(text)?;
            let mut end = at + 2;
            skip(rest, &mut end, &[Mark::Measure]);
            ("contains", text, end)
        }
        _ => return None,
    };
    let verb = if negated {
        verb.replacen("starts", "start", 1)
            .replacen("ends", "end", 1)
            .replacen("contains", "contain", 1)
    } else {
        verb.to_owned()
    };
    let mut said = english(&format!("whose {name} {not}{verb}"));
    said.extend(quoted(&text));
    Some((said, taken))
}

/// 状态为已发货, 库存为0, 邮箱为空, 部门不是研发部.
fn told(rest: &[Part]) -> Option<(Said, usize)> {
    let Part::Name(name) = &rest[0] else {
        return None;
    };
    match rest.get(1)? {
        Part::Mark(Mark::Null) => return Some((english(&format!("whose {} is null", name.said)), 2)),
        Part::Mark(Mark::NotNull) => return Some((english(&format!("whose {} is not null", name.said)), 2)),
        _ => {}
    }
    let mut at = 1;
    let mut negated = false;
    while let Some(Part::Mark(mark)) = rest.get(at) {
        match mark {
            Mark::Is | Mark::From | Mark::Compare("=") => {}
            Mark::Not | Mark::Lacks | Mark::Compare("!=") => negated = true,
            _ => return None,
        }
        at += 1;
    }
    if at == 1 {
        return None;
    }
    let is = if negated { "is not" } else { "is" };
    match rest.get(at)? {
        Part::Number(digits) => {
            let mut end = at + 1;
            let money = unit(rest, &mut end);
            let op = if negated { "!=" } else { "=" };
            let mut said = english(&format!("with {} {op} {digits}", name.said));
            said.extend(money);
            Some((said, end))
        }
        Part::Period(_)
            if matches!(
                rest.get(at + 1),
                Some(Part::Mark(Mark::After | Mark::Before | Mark::Since | Mark::To))
            ) =>
        {
            None
        }
        Part::Period(period) => Some((english(&format!("with {} {}", name.said, when(period))), at + 1)),
        part => {
            literal(part)?;
            let (list, taken) = values(&rest[at..]);
            let mut said = english(&format!("whose {} {is}", name.said));
            said.extend(list);
            Some((said, at + taken))
        }
    }
}

/// 没有邮箱, 从未借过书, 尚未归还, 未启用.
fn lacking(rest: &[Part]) -> Option<(Said, usize)> {
    if !matches!(rest[0], Part::Mark(Mark::NotYet | Mark::Lacks)) {
        return None;
    }
    let mut at = 1;
    skip(rest, &mut at, &[Mark::From, Mark::Has]);
    match rest.get(at)? {
        // 尚未结束, 还没有开始
        Part::Mark(Mark::Ends) => Some((english("without end date"), at + 1)),
        Part::Mark(Mark::Starts) => Some((english("without start date"), at + 1)),
        Part::Name(name) => {
            // 从未借过书: the thing after the verb says no more.
            let object =
                matches!(rest.get(at + 1), Some(Part::Name(next)) if next.is_table() && name.is_table());
            let end = at + 1 + usize::from(object);
            if name.is_table() || !name.said.ends_with("ed") {
                return Some((english(&format!("without {}", name.said)), end));
            }
            Some((english(&format!("that have not been {} yet", name.said)), at + 1))
        }
        Part::Value(..) => {
            let (list, taken) = values(&rest[at..]);
            let mut said = english("that are not");
            said.extend(list);
            Some((said, at + taken))
        }
        _ => None,
    }
}

/// 不在北京, 不是黄金会员, 非VIP.
fn denied(rest: &[Part]) -> Option<(Said, usize)> {
    if rest[0] != Part::Mark(Mark::Not) {
        return None;
    }
    let mut at = 1;
    skip(rest, &mut at, &[Mark::From, Mark::Is]);
    match rest.get(at)? {
        Part::Name(name) if !name.is_table() => {
            let lead = if name.measure { "without" } else { "that are not" };
            Some((english(&format!("{lead} {}", name.said)), at + 1))
        }
        part => {
            literal(part)?;
            let (list, taken) = values(&rest[at..]);
            let place = rest.get(1) == Some(&Part::Mark(Mark::From))
                || matches!(part, Part::Value(_, true) | Part::Other(_));
            let mut said = english(if place { "not from" } else { "that are not" });
            said.extend(list);
            Some((said, at + taken))
        }
    }
}

/// 来自北京, 在Greenhouse, 有阳台, Ian Pell写.
fn placed(rest: &[Part]) -> Option<(Said, usize)> {
    match (&rest[0], rest.get(1)?) {
        (Part::Mark(Mark::From), part) if literal(part).is_some() => {
            let (list, taken) = values(&rest[1..]);
            let mut said = english("from");
            said.extend(list);
            Some((said, taken + 1))
        }
        // 用微信支付: the verb says no more than the means.
        (Part::Mark(Mark::With), part) if literal(part).is_some() => {
            let (list, taken) = values(&rest[1..]);
            let verb = matches!(rest.get(taken + 1), Some(Part::Name(name)) if !name.measure);
            let mut said = english("by");
            said.extend(list);
            Some((said, taken + 1 + usize::from(verb)))
        }
        (Part::Mark(Mark::Has), Part::Name(name)) => Some((english(&format!("with {}", name.said)), 2)),
        (part, Part::Mark(Mark::Maker)) => {
            let mut said = english("by");
            said.extend(literal(part)?);
            Some((said, 2))
        }
        _ => None,
    }
}

/// 2025年注册, 2024年3月之后, 创建于2025年.
fn timed(rest: &[Part]) -> Option<(Said, usize)> {
    let (mut column, mut at) = match &rest[0] {
        Part::Name(name) if !name.is_table() => (Some(name), 1),
        _ => (None, 0),
    };
    skip(rest, &mut at, &[Mark::From, Mark::Is]);
    let mut lead = None;
    if let Some(Part::Mark(Mark::Compare(op))) = rest.get(at) {
        lead = match *op {
            "more than" => Some("after"),
            "less than" => Some("before"),
            "at least" => Some("since"),
            _ => None,
        };
        at += usize::from(lead.is_some());
    }
    let Part::Period(period) = rest.get(at)? else {
        return None;
    };
    at += 1;
    if let Some(Part::Mark(mark)) = rest.get(at) {
        let said = match mark {
            Mark::After => Some("after"),
            Mark::Before => Some("before"),
            Mark::Since => Some("since"),
            _ => None,
        };
        if said.is_some() {
            lead = said;
            at += 1;
        }
    }
    if column.is_none()
        && let Some(Part::Name(name)) = rest.get(at)
        && !name.is_table()
        && !name.measure
        && !matches!(
            rest.get(at + 1),
            Some(Part::Mark(
                Mark::Count | Mark::FigureAfter(_) | Mark::Compare(_) | Mark::Is
            ))
        )
    {
        column = Some(name).filter(|name| name.is_known());
        at += 1;
    }
    let (begun, ended) = (Mark::Starts, Mark::Ends);
    let verb = match rest.get(at) {
        Some(Part::Mark(mark)) if *mark == begun || *mark == ended => {
            at += 1;
            if *mark == begun { "start date" } else { "end date" }
        }
        _ => column.map_or("", |name| name.said.as_str()),
    };
    let said = lead.map_or_else(|| when(period), |lead| format!("{lead} {period}"));
    Some((english(&format!("{verb} {said}")), at))
}
