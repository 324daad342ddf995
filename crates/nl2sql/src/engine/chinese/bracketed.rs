//! What brackets of a Chinese question hold beside a word: the value as it is spelled (罗马(Rome)), a unit (工时(分钟)), or what
//! alone is counted (只算已完成的).

use super::is_han;
use super::known::Known;
use super::marks::Mark;
use super::words::{self, LONGEST};

/// Words that make what a bracket holds a condition of all that is asked.
const ONLY: &[&str] = &[
    "只算",
    "仅算",
    "只统计",
    "仅统计",
    "只看",
    "仅看",
    "仅限",
    "只限",
    "只包括",
    "仅包括",
    "只含",
    "仅含",
    "只计",
    "只计算",
    "仅计算",
    "只考虑",
    "只要",
    "仅包含",
    "只包含",
];

/// Words that leave out what a bracket holds.
const BUT: &[&str] = &[
    "不含",
    "不算",
    "不包括",
    "不包含",
    "排除",
    "剔除",
    "除去",
    "去掉",
    "不计",
    "不统计",
    "不考虑",
];

/// Units that a bracket tells of the word before it.
const UNITS: &[&str] = &[
    "分钟",
    "小时",
    "秒",
    "天",
    "元",
    "万元",
    "美元",
    "欧元",
    "公里",
    "千米",
    "米",
    "厘米",
    "公斤",
    "千克",
    "克",
    "吨",
    "升",
    "毫升",
    "平方米",
    "平米",
    "个",
    "次",
    "件",
    "岁",
    "年",
    "月",
    "分",
    "人",
    "百分比",
    "%",
    "℃",
    "度",
];

/// The question without its brackets, where what they hold can be said in its place.
pub(super) fn bracketed(question: &str, known: &Known<'_, '_>) -> String {
    let mut said: Vec<char> = question.chars().collect();
    let mut from = 0;
    while let Some(open) = said[from..].iter().position(|c| matches!(c, '（' | '(')) {
        let open = from + open;
        let Some(length) = said[open..].iter().position(|c| matches!(c, '）' | ')')) else {
            break;
        };
        let close = open + length;
        let inside: String = said[open + 1..close].iter().collect();
        let inside = inside.trim().to_owned();
        from = close + 1;
        if is_unit(&inside) && open > 0 {
            said.drain(open..=close);
            from = open;
        } else if let Some(lead) = condition(&inside) {
            said.drain(open..=close);
            let lead: Vec<char> = lead.chars().collect();
            from = open + lead.len();
            said.splice(0..0, lead);
        } else if let Some(start) = spelled(&said[..open], &inside, known) {
            // 苏州(Suzhou)工厂 is in that place.
            let word: String = said[start..open].iter().collect();
            let told = start > 0 && leads_to_place(&said[..start]);
            let lead = if words::place(&word).is_some() && !told {
                "位于"
            } else {
                ""
            };
            let value: Vec<char> = lead.chars().chain(inside.chars()).collect();
            from = start + value.len();
            said.splice(start..=close, value);
        }
    }
    said.into_iter().collect()
}

/// Whether a word of place ends some characters already: 住在, 运往, 从.
fn leads_to_place(before: &[char]) -> bool {
    let word: String = before[last_word(before)..].iter().collect();
    let leads = |mark: &Mark| {
        matches!(
            mark,
            Mark::From | Mark::To | Mark::Toward | Mark::Is | Mark::Not | Mark::And | Mark::Or
        )
    };
    words::marks(&word).iter().any(leads)
        || before.ends_with(&['从'])
        || before.ends_with(&['由'])
        || before.ends_with(&['去'])
        || before.ends_with(&['经'])
}

fn is_unit(inside: &str) -> bool {
    let bare = inside
        .strip_prefix("单位")
        .unwrap_or(inside)
        .trim_start_matches([':', '：', '为', ' ']);
    UNITS.contains(&bare)
        || matches!(
            bare,
            "km" | "kg" | "g" | "cm" | "mm" | "m" | "min" | "h" | "USD" | "CNY" | "EUR"
        )
}

/// 只算已完成的: said before everything else.
fn condition(inside: &str) -> Option<String> {
    let after = |leads: &[&str]| {
        let lead = leads
            .iter()
            .filter(|lead| inside.starts_with(**lead))
            .max_by_key(|lead| lead.len())?;
        let rest = inside[lead.len()..].trim_end_matches(['的', '。']);
        (!rest.is_empty()).then(|| rest.to_owned())
    };
    let only = after(ONLY).map(|rest| format!("{rest}的"));
    only.or_else(|| after(BUT).map(|rest| format!("不是{rest}的")))
}

/// Where the word begins that a bracket spells as the database does: of Latin letters or digits beside a Chinese word.
fn spelled(before: &[char], inside: &str, known: &Known<'_, '_>) -> Option<usize> {
    let latin = inside.chars().any(|c| c.is_ascii_alphanumeric())
        && !inside.chars().any(is_han)
        && !inside
            .chars()
            .any(|c| matches!(c, '<' | '>' | '=' | '≥' | '≤' | '%'));
    let sampled = inside.chars().any(is_han) && known.sampled(inside, None).is_some();
    let after_word = before.last().is_some_and(|c| is_han(*c));
    if !(latin || sampled) || !after_word {
        return None;
    }
    let begins = last_word(before);
    let word: String = before[begins..].iter().collect();
    // 到期日(2026-01-01前) explains nothing of a value.
    let digits = inside
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.'));
    (!digits && words::marks(&word).is_empty()).then_some(begins)
}

/// Where the last word of some characters begins: one of the tables, or a run of characters that no word explains.
fn last_word(chars: &[char]) -> usize {
    let mut at = 0;
    let mut unknown = None;
    let mut last = 0;
    while at < chars.len() {
        let length = (1..=LONGEST.min(chars.len() - at)).rev().find(|length| {
            let word: String = chars[at..at + length].iter().collect();
            if *length == 1 {
                breaks(&word)
            } else {
                words::is_word(&word)
            }
        });
        match length {
            Some(length) => {
                unknown = None;
                last = at;
                at += length;
            }
            None => {
                let start = *unknown.get_or_insert(at);
                last = start;
                at += 1;
            }
        }
    }
    last
}

/// Whether a single character ends what is before it: 的, 在, 是.
fn breaks(word: &str) -> bool {
    let structural = |mark: &Mark| {
        matches!(
            mark,
            Mark::De
                | Mark::And
                | Mark::Or
                | Mark::Is
                | Mark::From
                | Mark::To
                | Mark::Has
                | Mark::Not
                | Mark::Filler
                | Mark::By
        )
    };
    words::marks(word).iter().any(structural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_brackets_stands_for_the_word_before_it() {
        let known = Known::new(None);
        for (question, said) in [
            ("住在罗马(Rome)的会员", "住在Rome的会员"),
            ("苏州(Suzhou)的工厂", "位于Suzhou的工厂"),
            ("标题里有草稿（draft）的文档", "标题里有draft的文档"),
            ("每人的工时(分钟)", "每人的工时"),
            (
                "总时长超过5小时的会员(只算已完成的)",
                "已完成的总时长超过5小时的会员",
            ),
            ("价格(大于5)的书", "价格(大于5)的书"),
            ("名字(", "名字("),
        ] {
            assert_eq!(bracketed(question, &known), said, "{question}");
        }
    }
}
