//! The ways in which people say the names of a schema: without prefixes, suffixes, units and the table's own name.

use std::collections::{HashMap, HashSet};

use super::chinese;
use super::graph::key_stump;
use super::kinds::table_words;
use super::shorthand;
use super::stem::{identifier_words, singular, stem, unglued};
use super::words;
use crate::schema::{Column, Schema, Table};

/// The last words of tables' names, singular, that no other table's name ends with: `carModels` are the models, and
/// `sales_orders` the orders beside `order_lines`.
pub(crate) fn heads(schema: &Schema) -> HashSet<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut heads = HashSet::new();
    for table in &schema.tables {
        let words: Vec<String> = shorthand::spelled_out(&table_words(&table.name))
            .iter()
            .map(|word| singular(word))
            .collect();
        let Some(last) = words.last() else { continue };
        *counts.entry(last.clone()).or_default() += 1;
        if words.len() > 1 {
            heads.insert(last.clone());
        }
    }
    heads.retain(|head| counts.get(head) == Some(&1));
    heads
}

/// The first words of tables' names of two words that stand in no other table's name: `class_sessions` are the classes.
pub(crate) fn fronts(schema: &Schema) -> HashSet<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut fronts = HashSet::new();
    for table in &schema.tables {
        let words: Vec<String> = shorthand::spelled_out(&table_words(&table.name))
            .iter()
            .map(|word| singular(word))
            .collect();
        let distinct: HashSet<&String> = words.iter().collect();
        for word in distinct {
            *counts.entry(word.clone()).or_default() += 1;
        }
        if let [front, _] = &words[..] {
            fronts.insert(front.clone());
        }
    }
    // "available policies" are no availables.
    let describes = |word: &str| {
        [
            "able", "ible", "ed", "al", "ive", "ing", "ic", "ary", "ous", "ful", "ory",
        ]
        .iter()
        .any(|end| word.ends_with(end))
    };
    fronts.retain(|front| front.len() > 4 && counts.get(front) == Some(&1) && !describes(front));
    fronts
}

/// The first word of most tables' names, which then says nothing: `acme_orders`, `acme_customers`.
pub(crate) fn shared_prefix(schema: &Schema) -> Option<String> {
    let first = |table: &Table| {
        let words = table_words(&table.name);
        (words.len() > 1).then(|| words[0].clone())
    };
    let firsts: Vec<String> = schema.tables.iter().filter_map(first).collect();
    let shared = firsts
        .iter()
        .find(|word| firsts.iter().filter(|other| other == word).count() * 2 > schema.tables.len())?;
    let named = schema.tables.iter().any(|table| {
        table_words(&table.name)
            .iter()
            .map(|word| singular(word))
            .eq([singular(shared)])
    });
    (firsts.len() > 1 && !named).then(|| shared.clone())
}

/// A short comment is another name; a sentence is not. What stands in brackets or after a colon only explains: `状态(0停用 1正常)`.
pub(crate) fn comment_forms(comment: Option<&str>) -> Vec<(Vec<String>, f32)> {
    let Some(comment) = comment else {
        return Vec::new();
    };
    let name = comment
        .split(['(', '（', ':', '：', ',', '，', ';', '；', '。'])
        .next()
        .unwrap_or_default();
    let words = identifier_words(name);
    if !(1..=4).contains(&words.len()) {
        return Vec::new();
    }
    let mut forms = vec![(words.clone(), 0.9)];
    if let [only] = &words[..]
        && !only.is_ascii()
    {
        forms.extend(bare_words(only).map(|bare| (vec![bare.to_owned()], 0.88)));
    }
    forms
}

/// A Chinese comment without what only says that it is a table, a time, a number or a flag: 用户表, 创建时间, 所属部门, 是否启用.
fn bare_words(comment: &str) -> impl Iterator<Item = &str> {
    const TAILS: &[&str] = &[
        "信息表",
        "记录表",
        "明细表",
        "记录",
        "明细",
        "列表",
        "档案",
        "日志",
        "单",
        "表",
        "信息",
        "时间",
        "日期",
        "编号",
        "名称",
        "标志",
        "状态",
    ];
    const HEADS: &[&str] = &[
        "所属",
        "是否",
        "是否有",
        "是否已",
        "是否为",
        "有无",
        "关联",
        "对应",
    ];
    let long = |bare: &&str| bare.chars().count() > 1;
    let tails = TAILS.iter().filter_map(|tail| comment.strip_suffix(tail));
    let heads = HEADS.iter().filter_map(|head| comment.strip_prefix(head));
    // 商品价格 as 价格: the end of a comment is what it is.
    let ends = comment
        .char_indices()
        .skip(1)
        .map(|(at, _)| &comment[at..])
        .filter(|end| chinese::is_noun(end));
    tails
        .chain(heads)
        .filter(long)
        .chain(ends.filter(|end| end.chars().count() > 1))
}

/// The column that tells a table's rows apart: its declared key, or where none is declared the column that is named like one.
pub(crate) fn key_of<'t>(
    table: &'t Table,
    table_words: &[String],
    spelled: impl Fn(&Column) -> Vec<String>,
) -> Option<&'t str> {
    match &table.primary_key[..] {
        [key] => Some(key),
        [] => {
            let own: Vec<String> = table_words.iter().map(|word| singular(word)).collect();
            let named = |column: &&Column, is_own: &dyn Fn(&[String]) -> bool| {
                let words = spelled(column);
                words == ["id"] || key_stump(&words).is_some_and(|stump| is_own(&stump))
            };
            let columns = || table.columns.iter();
            columns()
                .find(|column| named(column, &|stump| stump == own))
                // modelId of carModels.
                .or_else(|| {
                    columns()
                        .next()
                        .filter(|column| named(column, &|stump| own.ends_with(stump)))
                })
                .map(|column| column.name.as_str())
        }
        _ => None,
    }
}

/// The ways to say a column: in full, without its table's name, without `is_` or `_at`, with glued words apart or together.
pub(crate) fn column_forms(words: &[String], table_words: &[String]) -> Vec<(Vec<String>, f32)> {
    let mut forms: Vec<(Vec<String>, f32)> = vec![(words.to_vec(), 1.0)];
    let apart: Vec<String> = words
        .iter()
        .flat_map(|word| match unglued(word) {
            Some((head, tail)) => vec![head.to_owned(), tail.to_owned()],
            None => vec![word.clone()],
        })
        .collect();
    if apart.len() != words.len() {
        forms.push((apart.clone(), 0.98));
    }
    if words.len() == 2 && words[1].len() > 1 {
        forms.push((vec![words.concat()], 1.0));
    }
    let same = |a: &String, b: &String| stem(a) == stem(b) || shorthand::long_forms(a).contains(&b.as_str());
    let prefix = table_words.len();
    if apart.len() > prefix && apart.iter().zip(table_words).all(|(a, b)| same(a, &singular(b))) {
        forms.push((apart[prefix..].to_vec(), 0.97));
    } else if prefix > 1
        && apart.len() > 1
        && table_words
            .last()
            .is_some_and(|last| same(&apart[0], &singular(last)))
    {
        forms.push((apart[1..].to_vec(), 0.95));
    } else if prefix > 1 && apart.len() > 1 && same(&apart[0], &singular(&table_words[0])) {
        // `book_clubs.book_title` is a title.
        forms.push((apart[1..].to_vec(), 0.9));
    }
    let stump = &apart[..apart.len().saturating_sub(1)];
    match apart.last().map(String::as_str) {
        Some("date" | "time" | "datetime") if !stump.is_empty() => forms.push((stump.to_vec(), 0.9)),
        Some("id") if !stump.is_empty() => {
            forms.push((stump.to_vec(), 0.8));
            forms.push(([stump, &["number".to_owned()]].concat(), 0.85));
        }
        Some("code") if !stump.is_empty() => forms.push((stump.to_vec(), 0.85)),
        Some("name") if !stump.is_empty() && abbreviates(&stump.concat(), table_words) => {
            forms.push((vec!["name".to_owned()], 0.95));
        }
        _ => {}
    }
    if apart.len() > 1 && words::TRUTH_PREFIXES.contains(&apart[0].as_str()) {
        forms.push((apart[1..].to_vec(), 0.98));
    }
    if apart.len() > 1
        && apart
            .last()
            .is_some_and(|last| words::FLAG_SUFFIXES.contains(&last.as_str()))
    {
        forms.push((apart[..apart.len() - 1].to_vec(), 0.95));
        // hired_on is the hire date.
        if matches!(apart.last().map(String::as_str), Some("at" | "on")) {
            let dated = |noun: &str| {
                apart[..apart.len() - 1]
                    .iter()
                    .cloned()
                    .chain([noun.to_owned()])
                    .collect()
            };
            forms.push((dated("date"), 0.92));
            forms.push((dated("time"), 0.9));
        }
    }
    forms.extend(without_suffix(&apart, table_words));
    // QTY_OH is the stock.
    if let [.., on, hand] = words
        && on == "on"
        && hand == "hand"
    {
        let said = [
            ("stock", 0.86),
            ("stock on hand", 0.95),
            ("on hand", 0.9),
            ("quantity in stock", 0.9),
        ];
        forms.extend(said.map(|(said, weight)| (said.split(' ').map(str::to_owned).collect(), weight)));
    }
    // battery_pct is the battery level.
    if let [stump @ .., last] = &apart[..]
        && !stump.is_empty()
        && matches!(last.as_str(), "pct" | "percent")
    {
        forms.push((stump.iter().cloned().chain(["level".to_owned()]).collect(), 0.9));
    }
    forms
}

/// Whether letters stand for a table: `cust` and `c` for `customer`.
fn abbreviates(letters: &str, table_words: &[String]) -> bool {
    let initials: String = table_words
        .iter()
        .filter_map(|word| word.chars().next())
        .collect();
    letters.len() <= 5
        && (initials == letters
            || table_words
                .iter()
                .any(|word| word.starts_with(letters) && word != letters))
}

/// `amount_cents` as amount, `limit_in_cents` as limit, `city_nm` as city, unless nothing but the table's own name is left.
fn without_suffix(words: &[String], table_words: &[String]) -> Option<(Vec<String>, f32)> {
    let (last, mut stump) = words.split_last()?;
    let weight = if words::UNIT_SUFFIXES.contains(&last.as_str()) {
        0.95
    } else if words::KIND_SUFFIXES.contains(&last.as_str()) {
        0.82
    } else {
        return None;
    };
    if let [head @ .., link] = stump
        && matches!(link.as_str(), "in" | "of")
    {
        stump = head;
    }
    (!stump.is_empty() && !ends(table_words, stump)).then(|| (stump.to_vec(), weight))
}

/// Whether a table's name ends with the words, which are the table then: CAMPAIGN_NM in MKT_CAMPAIGN.
fn ends(table_words: &[String], words: &[String]) -> bool {
    let tail = &table_words[table_words.len().saturating_sub(words.len())..];
    words.len() <= table_words.len() && words.iter().zip(tail).all(|(a, b)| stem(a) == stem(&singular(b)))
}
