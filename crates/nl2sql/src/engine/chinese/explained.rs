//! What a Chinese question explains in brackets: a word that nothing here is called by gives way to its explanation.

use super::is_han;
use super::known::Known;
use super::words::{self, LONGEST};

/// Words that make an explanation a condition.
const CONDITIONS: &[&str] = &[
    "没有", "为空", "无", "未", "大于", "小于", "高于", "低于", "超过", "不足", "不到", "少于", "多于",
    "等于", "以上", "以下", "以内", "至少", "不满", ">", "<", "=",
];

/// 逾期（超过30天）的借阅 as 超过30天的借阅, where nothing is called 逾期.
pub(super) fn explained(question: &str, known: &Known<'_, '_>) -> String {
    let chars: Vec<char> = question.chars().collect();
    let open = chars.iter().position(|c| matches!(c, '（' | '('));
    let Some(open) = open.filter(|_| known.has_schema()) else {
        return question.to_owned();
    };
    let Some(close) = chars[open..].iter().position(|c| matches!(c, '）' | ')')) else {
        return question.to_owned();
    };
    let close = open + close;
    let inside: String = chars[open + 1..close].iter().collect();
    let before = &chars[..open];
    let after: String = chars[close + 1..].iter().collect();
    let lead = CONDITIONS.iter().any(|word| inside.contains(word)) && after.starts_with('的');
    match unknown_end(before, known) {
        Some(start) if lead => {
            let kept: String = chars[..start].iter().collect();
            format!("{kept}{inside}{after}")
        }
        _ => question.to_owned(),
    }
}

/// Where the last word before a bracket begins, if it is one and nothing here is called by it.
fn unknown_end(before: &[char], known: &Known<'_, '_>) -> Option<usize> {
    (2..=LONGEST.min(before.len())).rev().find_map(|length| {
        let start = before.len() - length;
        let word: String = before[start..].iter().collect();
        if !word.chars().all(is_han) || known.spells(&word) || known.sampled(&word, None).is_some() {
            return None;
        }
        let noun = words::noun(&word);
        let state = words::state(&word);
        let none = noun.is_none_or(|said| !known.noun(&word, said).is_known())
            && state.is_none_or(|said| !known.state(said, None).1)
            && known.coded(&word).is_empty();
        (none && (noun.is_some() || state.is_some())).then_some(start)
    })
}
