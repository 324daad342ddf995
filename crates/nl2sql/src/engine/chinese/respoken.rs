//! Ways of speaking that say in Chinese what other words of the question's structure say too: 余额高的排前面, 从高分到低分, 是哪一次.

use super::is_han;
use super::plainly::plainly;

/// How two ends of an order are called, the first of them when it descends.
const ENDS: &[(char, char)] = &[
    ('高', '低'),
    ('大', '小'),
    ('多', '少'),
    ('长', '短'),
    ('贵', '便'),
    ('新', '旧'),
    ('晚', '早'),
    ('重', '轻'),
    ('快', '慢'),
    ('远', '近'),
];

/// What says that something comes first.
const AHEAD: &[&str] = &[
    "的排在最前面",
    "的排在前面",
    "的排在最前",
    "的排最前面",
    "的排在前",
    "的排前面",
    "的排最前",
    "的排前",
    "的放在前面",
    "的放前面",
    "的放前",
    "的在最前面",
    "的在前面",
    "的在最前",
    "的在前",
    "的优先",
    "的先",
    "的排第一",
];

/// Endings that ask which row it is, after a row has been told of in full.
const WHICH_ROW: &[&str] = &[
    "是哪一次",
    "是哪次",
    "是哪一笔",
    "是哪笔",
    "是哪一单",
    "是哪单",
    "是哪一条",
    "是哪条",
    "是哪一趟",
    "是哪趟",
    "是哪一回",
    "是哪一场次",
];

/// The question with such ways of speaking put into the usual ones.
pub(super) fn respoken(question: &str) -> String {
    let said = which_row(&plainly(question));
    let said = when(&said);
    let said = ahead(&rows(&said));
    from_end_to_end(&said)
}

/// 最贵的一次维修是哪次 asks for the row.
fn which_row(question: &str) -> String {
    let bare = question.trim_end_matches(['?', '？', '。', ' ', '呢', '啊']);
    let row = WHICH_ROW.iter().find_map(|end| bare.strip_suffix(end));
    row.filter(|row| !row.is_empty()).unwrap_or(question).to_owned()
}

/// 最近一次入库是什么时候 asks for the time of it.
fn when(question: &str) -> String {
    const ENDS: &[&str] = &[
        "是什么时候",
        "是在什么时候",
        "是什么时间",
        "是哪一天",
        "是哪天",
        "是几号",
        "发生在什么时候",
    ];
    let bare = question.trim_end_matches(['?', '？', '。', ' ', '呢', '啊', '的']);
    let row = ENDS.iter().find_map(|end| bare.strip_suffix(end));
    row.filter(|row| !row.is_empty())
        .map_or_else(|| question.to_owned(), |row| format!("{row}的时间"))
}

/// 运费最贵的10单: so many rows.
fn rows(question: &str) -> String {
    let bare = question.trim_end_matches(['?', '？', '。', ' ']);
    let Some(lead) = bare.strip_suffix(['单', '条', '笔']) else {
        return question.to_owned();
    };
    let digits = lead.chars().rev().take_while(char::is_ascii_digit).count();
    let ranked = lead.contains('最') && lead[..lead.len() - digits].ends_with(['的', '前']);
    if digits > 0 && ranked {
        format!("{lead}条记录")
    } else {
        question.to_owned()
    }
}

/// 余额高的排前面: by the balance, descending.
fn ahead(question: &str) -> String {
    for tail in AHEAD {
        let Some(at) = question.find(tail) else { continue };
        let before = &question[..at];
        let after = &question[at + tail.len()..];
        let ends = after.is_empty() || after.starts_with(['?', '？', '。', '，', ',', ' ', '；', ';']);
        let Some(end) = before.chars().last().filter(|_| ends) else {
            continue;
        };
        let descends = if before.ends_with("便宜") {
            false
        } else if let Some((top, _)) = ENDS.iter().find(|(top, low)| *top == end || *low == end) {
            *top == end
        } else {
            continue;
        };
        let cut = if before.ends_with("便宜") {
            "便宜".len()
        } else {
            end.len_utf8()
        };
        let lead = before[..before.len() - cut].trim_end_matches(['最', '越', '较']);
        // 贵的在前, 新的在前: what it is by is told by the end itself.
        if lead.is_empty() || lead.ends_with(['，', ',', '、', ' ', '；']) {
            let by = match end {
                '贵' | '宜' => "价格",
                _ => "",
            };
            let order = match (end, descends) {
                ('新' | '旧', true) => "从新到旧",
                ('新' | '旧', false) => "从旧到新",
                ('晚' | '早', true) => "从晚到早",
                ('晚' | '早', false) => "从早到晚",
                (_, true) => "从高到低",
                (_, false) => "从低到高",
            };
            return format!("{lead}{by}{order}{after}");
        }
        let order = if descends { "从高到低" } else { "从低到高" };
        return format!("{lead}{order}{after}");
    }
    question.to_owned()
}

/// 从高分到低分, 由高星到低星: the noun between says no more than the column that is sorted by.
fn from_end_to_end(question: &str) -> String {
    let chars: Vec<char> = question.chars().collect();
    for at in 0..chars.len() {
        if !matches!(chars[at], '从' | '由') {
            continue;
        }
        let Some(one) = chars.get(at + 1) else { continue };
        let Some(to) = (at + 3..chars.len().min(at + 5)).find(|to| matches!(chars[*to], '到' | '至'))
        else {
            continue;
        };
        let noun = &chars[at + 2..to];
        let Some(other) = chars.get(to + 1) else { continue };
        let end = to + 2 + noun.len();
        let ends = ENDS
            .iter()
            .any(|(top, low)| (top, low) == (one, other) || (low, top) == (one, other));
        if ends && noun.iter().all(|c| is_han(*c)) && chars.get(to + 2..end) == Some(noun) {
            let lead: String = chars[..at].iter().collect();
            let rest: String = chars[end..].iter().collect();
            let by: String = noun.iter().collect();
            let by = if super::words::noun(&by).is_some() {
                format!("按{by}")
            } else {
                String::new()
            };
            return format!("{lead}{by}从{one}到{other}{rest}");
        }
    }
    question.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_said_in_the_usual_way() {
        for (question, said) in [
            ("书名和价格，价格高的排前面", "书名和价格，价格从高到低"),
            ("列出任务，便宜的在前", "列出任务，价格从低到高"),
            ("所有公告，最新的在前", "所有公告，从新到旧"),
            ("每个等级的人数，从高级到低级", "每个等级的人数，从高到低"),
            ("最大的一笔付款是哪笔？", "最大的一笔付款"),
            ("优先级高的工单", "优先级高的工单"),
            ("从上海到北京的航班", "从上海到北京的航班"),
        ] {
            assert_eq!(respoken(question), said, "{question}");
        }
    }
}
