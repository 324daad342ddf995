//! Reads what a column's comment says of its codes: `状态: 0待审 1通过 2拒绝`.

use super::is_han;
use super::traditional::simplified;

/// One code and what it stands for, in simplified characters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Code {
    pub label: String,
    pub code: String,
}

/// The codes of a comment; none where it only names the column.
pub(crate) fn codes(comment: &str) -> Vec<Code> {
    let Some((_, told)) = comment.split_once([':', '：', '(', '（', ' ', ',', '，']) else {
        return Vec::new();
    };
    let chars: Vec<char> = told.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let code: String = run(&chars[at..], |c| c.is_ascii_alphanumeric() || c == '_').collect();
        at += code.len();
        if code.is_empty() {
            at += 1;
            continue;
        }
        at += run(&chars[at..], |c| {
            matches!(c, ' ' | '-' | '=' | ':' | '：' | '.' | '、' | '_' | '>')
        })
        .count();
        let label: String = run(&chars[at..], is_han).collect();
        at += label.chars().count();
        if code.len() <= 16 && (1..=8).contains(&label.chars().count()) {
            found.push(Code {
                label: simplified(&label),
                code,
            });
        }
    }
    // One code alone is a unit or an example: `价格(RMB元)`.
    if found.len() < 2 { Vec::new() } else { found }
}

fn run(chars: &[char], fits: impl Fn(char) -> bool) -> impl Iterator<Item = char> {
    chars.iter().copied().take_while(move |c| fits(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_tells_what_its_codes_mean() {
        let shown = |comment: &str| -> Vec<String> {
            codes(comment)
                .into_iter()
                .map(|code| format!("{}={}", code.code, code.label))
                .collect()
        };
        assert_eq!(shown("状态: 0待审 1通过"), ["0=待审", "1=通过"]);
        assert_eq!(shown("類型（A-線上，B-線下）"), ["A=线上", "B=线下"]);
        assert_eq!(shown("是否启用 0:否 1:是"), ["0=否", "1=是"]);
        assert!(shown("价格(元)").is_empty());
        assert!(shown("下单时间").is_empty());
    }
}
