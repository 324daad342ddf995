//! What a Chinese question tells of a column: its value, a pattern, that it has none, where something is.

use super::clause::{Said, english, quoted};
use super::literal::{is_code, literal, skip, unit, values, when};
use super::marks::Mark;
use super::part::Part;

/// 名字以A开头, 书名包含“1”.
pub(super) fn pattern(rest: &[Part]) -> Option<(Said, usize)> {
    let (name, mut at) = match &rest[0] {
        Part::Name(name) => (name.said.as_str(), 1),
        Part::Mark(Mark::With) => ("name", 0),
        _ => return None,
    };
    let negated = matches!(rest.get(at), Some(Part::Mark(Mark::Not | Mark::Lacks)));
    at += usize::from(negated);
    let not = if negated { "does not " } else { "" };
    let text = |part: &Part| match part {
        Part::Other(text)
        | Part::Quoted(text)
        | Part::Value(text, _)
        | Part::Number(text)
        | Part::Place(text)
        | Part::Person(text) => Some(text.clone()),
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
pub(super) fn told(rest: &[Part]) -> Option<(Said, usize)> {
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
            Mark::Is | Mark::Called | Mark::From | Mark::Compare("=") => {}
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
        Part::Coded(_, codes) => {
            let (_, code) = codes.first()?;
            Some((is_code(&name.said, std::slice::from_ref(code), negated), at + 1))
        }
        // 邮箱是qq的: a part of an address.
        Part::Other(text)
            if text.is_ascii()
                && !text.contains('@')
                && name.said.split(' ').any(|word| matches!(word, "email" | "mail")) =>
        {
            let contains = if negated { "does not contain" } else { "contains" };
            let mut said = english(&format!("whose {} {contains}", name.said));
            said.extend(quoted(text));
            Some((said, at + 1))
        }
        part => {
            literal(part)?;
            let (list, taken) = match part {
                // What nothing knows is compared as it was typed.
                Part::Other(_) | Part::Person(_) => as_typed(&rest[at..]),
                _ => values(&rest[at..]),
            };
            let mut said = english(&format!("whose {} {is}", name.said));
            said.extend(list);
            Some((said, at + taken))
        }
    }
}

/// Values that nothing knows, in a list.
fn as_typed(rest: &[Part]) -> (Said, usize) {
    let mut said = Said::new();
    let mut at = 0;
    while let Some(
        Part::Other(text)
        | Part::Person(text)
        | Part::Value(text, true)
        | Part::Place(text)
        | Part::Quoted(text),
    ) = rest.get(at)
    {
        said.extend(quoted(text));
        at += 1;
        let more = matches!(rest.get(at), Some(Part::Mark(Mark::Or | Mark::And)))
            && matches!(
                rest.get(at + 1),
                Some(
                    Part::Other(_)
                        | Part::Person(_)
                        | Part::Value(_, true)
                        | Part::Place(_)
                        | Part::Quoted(_)
                )
            );
        if !more {
            break;
        }
        said.extend(english("or"));
        at += 1;
    }
    (said, at.max(1))
}

/// 没有邮箱, 从未借过书, 尚未归还, 未启用.
pub(super) fn lacking(rest: &[Part]) -> Option<(Said, usize)> {
    // 没有填写城市
    if let (Part::Mark(Mark::Null), Some(Part::Name(name))) = (&rest[0], rest.get(1)) {
        return Some((english(&format!("whose {} is null", name.said)), 2));
    }
    if !matches!(rest[0], Part::Mark(Mark::NotYet | Mark::Lacks)) {
        return None;
    }
    let mut at = 1;
    skip(rest, &mut at, &[Mark::From, Mark::Has, Mark::Verb]);
    match rest.get(at)? {
        // 尚未结束, 还没有开始
        Part::Mark(Mark::Ends) => Some((english("without end date"), at + 1)),
        Part::Mark(Mark::Starts) => Some((english("without start date"), at + 1)),
        Part::Name(name) => {
            // 从未借过书: the thing after the verb says no more.
            let object = matches!(rest.get(at + 1), Some(Part::Name(next)) if (next.is_table() || !next.is_known()) && name.is_table());
            let end = at + 1 + usize::from(object);
            if name.is_table() || !name.said.ends_with("ed") {
                return Some((english(&format!("without {}", name.said)), end));
            }
            Some((english(&format!("that have not been {} yet", name.said)), at + 1))
        }
        Part::Coded(_, codes) => {
            let (column, code) = codes.first()?;
            Some((is_code(column, std::slice::from_ref(code), true), at + 1))
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
pub(super) fn denied(rest: &[Part]) -> Option<(Said, usize)> {
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
                || matches!(part, Part::Value(_, true) | Part::Other(_) | Part::Place(_));
            let mut said = english(if place { "not from" } else { "that are not" });
            said.extend(list);
            Some((said, at + taken))
        }
    }
}

/// 来自北京, 在Greenhouse, 有阳台, Ian Pell写.
pub(super) fn placed(rest: &[Part]) -> Option<(Said, usize)> {
    match (&rest[0], rest.get(1)?) {
        (Part::Mark(Mark::Toward), part) if literal(part).is_some() => {
            let (list, taken) = values(&rest[1..]);
            let mut said = english("of");
            said.extend(list);
            Some((said, taken + 1))
        }
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
        // 名叫张三的客户
        (Part::Mark(Mark::Called), Part::Quoted(text)) => {
            let mut said = english("whose name is");
            said.extend(quoted(text));
            Some((said, 2))
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
