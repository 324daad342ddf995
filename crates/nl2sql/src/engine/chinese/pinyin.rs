//! Reads names of tables and columns that are Chinese words in Latin letters: `xm` and `xingming` are 姓名, `rzrq` is 入职日期.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::engine::shorthand;
use crate::engine::stem::identifier_words;
use crate::schema::{Column, ColumnKind, Schema, Table};

/// The longest spelling of a word, in letters.
const LONGEST: usize = 26;
/// How many ways to read one name are kept.
const MOST: usize = 5;

/// A word of Chinese schemas.
#[derive(Debug)]
struct Word {
    chinese: &'static str,
    english: Vec<&'static str>,
    /// What it names: `e` things, `k` keys, else columns of days, texts or numbers; nothing where it may be any.
    kinds: &'static str,
}

static WORDS: LazyLock<HashMap<&'static str, Vec<Word>>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Vec<Word>> = HashMap::new();
    let lines = include_str!("pinyin.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    for (told, english) in lines.filter_map(|line| line.split_once(':')) {
        let mut told = told.split(' ');
        let (Some(initials), Some(full), Some(chinese)) = (told.next(), told.next(), told.next()) else {
            continue;
        };
        let kinds = told.next().unwrap_or_default();
        for letters in [initials, full] {
            words.entry(letters).or_default().push(Word {
                chinese,
                english: english.split('|').map(str::trim).collect(),
                kinds,
            });
        }
    }
    words
});

/// English words that stand beside Chinese ones in names, in Chinese.
const BESIDE: &[(&str, &str)] = &[
    ("date", "日期"),
    ("time", "时间"),
    ("name", "名称"),
    ("type", "类型"),
    ("status", "状态"),
    ("code", "编码"),
    ("no", "编号"),
    ("num", "数量"),
    ("amt", "金额"),
    ("hours", "时长"),
    ("days", "天数"),
    ("id", ""),
    ("flag", ""),
];

/// Endings of a table's name that say that it holds such things, and those that say no more than that.
const HOLDS: &[&str] = &["信息", "管理", "记录", "明细"];
const SAY_NOTHING: &[&str] = &["information", "management", "detail"];

/// One way to read a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub english: Vec<String>,
    /// Empty where a part of the name is no Chinese word.
    pub chinese: String,
}

/// Whether a schema has names in Latin letters for Chinese words: enough of them that no English name is taken for one.
pub(crate) fn is_pinyin(schema: &Schema) -> bool {
    let told = |table: &Table| {
        let sure = table
            .columns
            .iter()
            .filter(|column| is_sure(&column.name))
            .count();
        if sure >= 3 && sure * 3 >= table.columns.len() {
            sure
        } else {
            0
        }
    };
    let sure: usize = schema.tables.iter().map(told).sum();
    let all: usize = schema.tables.iter().map(|table| table.columns.len()).sum();
    sure > 0 && sure * 5 >= all
}

/// Whether a name has a Chinese word that is no short form of an English one.
fn is_sure(name: &str) -> bool {
    identifier_words(name)
        .iter()
        .any(|word| shorthand::long_forms(word).is_empty() && pieces(std::slice::from_ref(word)).is_some())
}

/// The ways to read a table's name, likeliest first; none where it has no Chinese word.
pub(crate) fn of_table(words: &[String]) -> Vec<Reading> {
    let mut words = words.to_vec();
    if pieces(&words).is_none()
        && let Some(last) = words.last_mut()
        && last.len() > 2
        && let Some(bare) = last.strip_suffix('b')
    {
        *last = bare.to_owned();
    }
    let mut readings = read(&words, |place, word| {
        let holds = HOLDS.contains(&word.chinese);
        match place {
            Place::Last => usize::from(!holds) * 2 - usize::from(!holds && word.kinds.contains('e')),
            _ => usize::from(!word.kinds.contains('e')),
        }
    });
    for reading in &mut readings {
        if reading.english.len() > 1
            && reading
                .english
                .last()
                .is_some_and(|last| SAY_NOTHING.contains(&last.as_str()))
        {
            reading.english.pop();
        }
    }
    readings
}

/// The ways to read a column's name, likeliest for what it holds first; none where it has no Chinese word.
pub(crate) fn of_column(column: &Column, is_key: bool) -> Vec<Reading> {
    let mut words = identifier_words(&column.name);
    if let Some(last) = words.last().cloned()
        && last != "id"
        && pieces(std::slice::from_ref(&last)).is_none()
        && let Some(bare) = last.strip_suffix("id")
        && bare.len() > 1
        && pieces(&[bare.to_owned()]).is_some()
    {
        words.pop();
        words.extend([bare.to_owned(), "id".to_owned()]);
    }
    let named_key = words.last().is_some_and(|last| last == "id");
    let kind = match column.kind {
        ColumnKind::Date | ColumnKind::Timestamp | ColumnKind::Time => 'd',
        ColumnKind::Integer | ColumnKind::Decimal | ColumnKind::Boolean => 'n',
        _ => 't',
    };
    read(&words, |place, word| {
        if place == Place::Before || is_key || named_key {
            // 上级 and things are what a key or the beginning of a name is of.
            usize::from(!word.kinds.contains(['e', 'k']))
        } else if word.kinds.is_empty() || word.kinds.contains(kind) {
            0
        } else if word.kinds == "k" {
            3
        } else {
            2
        }
    })
}

/// Where a word stands in a name.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Before,
    Last,
    Alone,
}

/// The readings of a name; `far` tells how ill a word fits at its place.
fn read(words: &[String], far: impl Fn(Place, &Word) -> usize) -> Vec<Reading> {
    let mut found: Vec<(usize, Reading)> = vec![(
        0,
        Reading {
            english: Vec::new(),
            chinese: String::new(),
        },
    )];
    let mut told = false;
    let mut whole = true;
    let mut at = 0;
    while at < words.len() {
        // As many words as can be read together: `cl_rq`.
        let together = (at + 1..=words.len())
            .rev()
            .find_map(|end| Some((end, pieces(&words[at..end])?)));
        let Some((end, pieces)) = together else {
            let beside = BESIDE.iter().find(|(known, _)| *known == words[at]);
            whole &= beside.is_some();
            let spelled = shorthand::spelled_out(&words[at..=at]);
            for (_, reading) in &mut found {
                reading.english.extend(spelled.iter().cloned());
                reading
                    .chinese
                    .push_str(beside.map_or("", |(_, chinese)| chinese));
            }
            at += 1;
            continue;
        };
        told = true;
        let count = pieces.len();
        for (place, choices) in pieces.into_iter().enumerate() {
            let last = end == words.len() && place + 1 == count;
            let place = match (last, at == 0 && count == 1) {
                (false, _) => Place::Before,
                (true, false) => Place::Last,
                (true, true) => Place::Alone,
            };
            let mut grown: Vec<(usize, Reading)> = Vec::new();
            for (worse, reading) in &found {
                for (rank, word) in choices.iter().enumerate() {
                    for (less, english) in word.english.iter().enumerate() {
                        let mut next = reading.clone();
                        next.english.extend(english.split(' ').map(str::to_owned));
                        next.chinese.push_str(word.chinese);
                        grown.push((worse + 10 * far(place, word) + rank + less, next));
                    }
                }
            }
            grown.sort_by_key(|(worse, _)| *worse);
            // A word that fits ill is none where another fits.
            let best = grown.first().map_or(0, |(worse, _)| *worse);
            grown.retain(|(worse, _)| *worse < best + 10);
            grown.truncate(MOST);
            found = grown;
        }
        at = end;
    }
    if !told {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|(_, mut reading)| {
            if !whole {
                reading.chinese.clear();
            }
            reading
        })
        .collect()
}

/// The fewest words that are spelled by the letters of some parts of a name; a word is in one part or is whole parts.
fn pieces(parts: &[String]) -> Option<Vec<&'static [Word]>> {
    let text = parts.concat();
    if text.len() < 2 || !text.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut edges = vec![0];
    for part in parts {
        edges.push(edges.last().copied().unwrap_or_default() + part.len());
    }
    let fits = |from: usize, to: usize| {
        let crosses = edges.iter().any(|edge| from < *edge && *edge < to);
        !crosses || edges.contains(&from) && edges.contains(&to)
    };
    let mut best: Vec<Option<Vec<&'static [Word]>>> = vec![None; text.len() + 1];
    best[0] = Some(Vec::new());
    for to in 2..=text.len() {
        for from in to.saturating_sub(LONGEST)..=to - 2 {
            if best[from].is_none() {
                continue;
            }
            let Some(known) = WORDS.get(&text[from..to]).filter(|_| fits(from, to)) else {
                continue;
            };
            if let Some(before) = &best[from]
                && best[to]
                    .as_ref()
                    .is_none_or(|other| before.len() + 1 < other.len())
            {
                let mut all = before.clone();
                all.push(known);
                best[to] = Some(all);
            }
        }
    }
    best.pop().flatten().filter(|pieces| pieces.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: ColumnKind) -> String {
        let readings = of_column(&Column::new(name, "", kind), false);
        readings.first().map_or_else(String::new, |reading| {
            format!("{}={}", reading.chinese, reading.english.join(" "))
        })
    }

    #[test]
    fn initials_and_whole_syllables_are_words() {
        for (name, kind, said) in [
            ("xm", ColumnKind::Text, "姓名=name"),
            ("xingming", ColumnKind::Text, "姓名=name"),
            ("RZRQ", ColumnKind::Date, "入职日期=hire date"),
            ("cl_rq", ColumnKind::Date, "成立日期=founded date"),
            ("khMc", ColumnKind::Text, "客户名称=customer name"),
            ("yuangongxingming", ColumnKind::Text, "员工姓名=employee name"),
            ("kq_date", ColumnKind::Date, "考勤日期=attendance date"),
            ("bm_id", ColumnKind::Integer, "部门=department id"),
            ("ygid", ColumnKind::Integer, "员工=employee id"),
            ("city", ColumnKind::Text, ""),
        ] {
            assert_eq!(column(name, kind), said, "{name}");
        }
    }

    #[test]
    fn what_a_column_holds_tells_which_word_it_is() {
        assert_eq!(column("jj", ColumnKind::Decimal), "奖金=bonus");
        assert_eq!(column("jj", ColumnKind::Text), "简介=introduction");
        assert_eq!(column("sj", ColumnKind::Timestamp), "时间=time");
        assert_eq!(column("sj", ColumnKind::Text), "手机=mobile phone");
    }

    #[test]
    fn tables_are_things() {
        let table = |name: &str| {
            let readings = of_table(&[name.to_owned()]);
            readings.first().map(|reading| reading.english.join(" "))
        };
        assert_eq!(table("xs").as_deref(), Some("student"));
        assert_eq!(table("xsb").as_deref(), Some("student"));
        assert_eq!(table("ygxx").as_deref(), Some("employee"));
        assert_eq!(table("kqjl").as_deref(), Some("attendance record"));
        assert_eq!(table("orders"), None);
    }

    #[test]
    fn a_few_short_names_do_not_make_a_schema_chinese() {
        let schema = |columns: &[&str]| Schema {
            tables: vec![Table {
                name: "t".into(),
                columns: columns
                    .iter()
                    .map(|name| Column::new(*name, "TEXT", ColumnKind::Text))
                    .collect(),
                ..Table::default()
            }],
        };
        assert!(is_pinyin(&schema(&["id", "xm", "xb", "csrq", "dz"])));
        assert!(!is_pinyin(&schema(&["id", "xm", "name", "price", "city", "dz"])));
        assert!(!is_pinyin(&schema(&["cust_nm", "ord_dt", "qty", "amt", "st_cd"])));
    }
}
