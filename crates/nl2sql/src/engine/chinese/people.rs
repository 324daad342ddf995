//! Finds people in a Chinese question: names that no sample spells, family names, the sexes.

use super::is_han;
use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;
use super::words;

/// Family names, of one character each.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// A name that no sample spells, where there are people that could be called so.
pub(super) fn people(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let Part::Other(text) = &parts[at] else {
            continue;
        };
        let fits = match parts.get(at + 1) {
            Some(Part::Name(name)) if name.is_table() => {
                name.table_home.is_some_and(|table| known.names_people(table))
            }
            _ => true,
        };
        // 东方航空的航班: what owns a thing may be called so.
        let owns = matches!(&parts[at + 1..], [Part::Mark(Mark::De), Part::Name(name), ..] if name.is_table())
            && is_name(text);
        if fits && is_person(text) || owns {
            parts[at] = Part::Person(text.clone());
        }
    }
}

/// Whether a word looks like the name of a person: 张伟.
pub(crate) fn is_person(word: &str) -> bool {
    let mut chars = word.chars();
    let first = chars.next();
    let rest = chars.clone().count();
    first.is_some_and(|first| SURNAMES.contains(first))
        && (1..=2).contains(&rest)
        && chars.all(is_han)
        && !words::is_word(&super::traditional::simplified(word))
}

/// 姓王的工人: the column that holds the names of such people.
pub(super) fn surnames(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Surname(text) = &parts[at] else {
            continue;
        };
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let columns = [
            "full name",
            "real name",
            "last name",
            "surname",
            "name",
            "nickname",
        ];
        if let Some(column) = home.and_then(|home| known.column_of(Some(home), &columns)) {
            let told = [
                Part::Name(column),
                Part::Mark(Mark::With),
                Part::Quoted(text.clone()),
                Part::Mark(Mark::Starts),
            ];
            parts.splice(at..=at, told);
        }
    }
}

/// Whether a word may be the name of anything: it is Chinese and no word that the tables know.
pub(crate) fn is_name(word: &str) -> bool {
    word.chars().count() > 1
        && word.chars().all(is_han)
        && !words::is_word(&super::traditional::simplified(word))
}

/// 男女租客各有多少: how many of each sex.
pub(super) fn sexes(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let sex = |part: &Part| match part {
        Part::Value(said, _) => match said.to_lowercase().as_str() {
            "male" | "m" | "man" | "男" => Some(true),
            "female" | "f" | "woman" | "女" => Some(false),
            _ => None,
        },
        Part::Coded(word, _) => match word.as_str() {
            "男" => Some(true),
            "女" => Some(false),
            _ => None,
        },
        _ => None,
    };
    let Some(at) = parts.iter().position(|part| sex(part).is_some()) else {
        return;
    };
    // 男会员和女会员: the thing may stand between.
    let between = |part: &Part| {
        matches!(
            part,
            Part::Name(_) | Part::Mark(Mark::And | Mark::De | Mark::Filler)
        ) || is_ending(part)
    };
    // 男生女生: the ending says that they are people.
    let is_ended = parts.get(at + 1).is_some_and(is_ending);
    let Some(end) = (at + 1..parts.len().min(at + 5))
        .find(|end| sex(&parts[*end]).is_some_and(|other| sex(&parts[at]) == Some(!other)))
        .filter(|end| parts[at + 1..*end].iter().all(between))
    else {
        return;
    };
    let counts = parts
        .iter()
        .any(|part| matches!(part, Part::Mark(Mark::Count | Mark::Figure(_))));
    if !counts {
        return;
    }
    let students = is_ended.then(|| known.name("student").table_home).flatten();
    let sexed = |home| known.column_of(home, &["gender", "sex", "性别"]);
    let Some(column) = students
        .and_then(|home| sexed(Some(home)))
        .or_else(|| sexed(None))
    else {
        return;
    };
    let thing = column
        .column_home
        .filter(|home| is_ended && known.names_people(*home))
        .map(|home| Part::Name(known.table_name(home)));
    let end = end + usize::from(parts.get(end + 1).is_some_and(is_ending));
    let each = [Part::Mark(Mark::Each), Part::Name(column), Part::Mark(Mark::De)];
    parts.splice(at..=end, each.into_iter().chain(thing));
    let mut first = at;
    // 软件工程专业男生: a value before its column.
    if let [.., Part::Value(said, _), Part::Name(held)] = &parts[..at]
        && !held.is_table()
        && held
            .column_home
            .and_then(|home| known.holding(said, home))
            .is_some_and(|holds| known.is_same(&holds, held))
    {
        parts.remove(at - 1);
        first -= 1;
    }
    let mut at = 0;
    parts.retain(|part| {
        at += 1;
        *part != Part::Mark(Mark::Each) || at == first + 1
    });
}

/// 男生: what only rounds off a sex.
fn is_ending(part: &Part) -> bool {
    matches!(part, Part::Other(text) if matches!(text.as_str(), "生" | "的" | "士" | "性"))
}

/// 80后员工: those who were born in such a decade.
pub(super) fn decades(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    const BIRTHS: &[&str] = &[
        "birth date",
        "date of birth",
        "birthday",
        "born on",
        "birth day",
        "dob",
    ];
    for at in 0..parts.len().saturating_sub(1) {
        let after = matches!(&parts[at + 1], Part::Other(text) if text == "后")
            || parts[at + 1] == Part::Mark(Mark::After);
        let Part::Number(digits) = &parts[at] else {
            continue;
        };
        let Some(decade) = digits.parse::<u16>().ok().filter(|_| after && digits.len() == 2) else {
            continue;
        };
        let home = entity_after(parts, at + 2).map(|(home, _)| home);
        if let Some(column) = known.column_of(home, BIRTHS).filter(|_| decade % 5 == 0) {
            let from = if decade < 30 { 2000 + decade } else { 1900 + decade };
            let last = if decade % 10 == 0 { from + 9 } else { from + 4 };
            let told = format!("between {from}-01-01 and {last}-12-31");
            parts.splice(at..at + 2, [Part::Name(column), Part::Period(told)]);
            return;
        }
    }
}
