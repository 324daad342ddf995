//! Words in tables' names that say what kind of table it is, not what is in it: `ORD_HDR`, `T_PAT_INF`, `MST_ITEM`.

use std::collections::{HashMap, HashSet};

use super::glued;
use super::graph::key_stump;
use super::shorthand;
use super::stem::singular;
use super::words;
use crate::schema::{Schema, Table};

/// Last words that only tell a table from another one of the same thing, and may be left unsaid where there is none.
const SHARED_ENDS: &[&str] = &[
    "dtl", "dtls", "det", "detl", "detail", "details", "lin", "line", "lines", "ln", "rec", "rcd", "rcrd",
    "lst", "lkp", "lookup", "map", "mapping", "xref", "rel", "lnk", "link", "trn", "trx", "txn", "reg",
    "rgst", "register", "registry", "file", "profile", "prof", "entry", "entries", "log", "logs", "record",
    "records", "rows", "history",
];

/// The words of a table's name without the prefixes and suffixes that only say that it is a table.
pub(crate) fn table_words(name: &str) -> Vec<String> {
    let mut words = glued::words(name);
    let is_kind = |word: &String, kinds: &[&str]| kinds.contains(&word.as_str());
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| is_kind(last, words::TABLE_SUFFIXES))
    {
        words.pop();
    }
    // A module's name says something where only a kind is left: ADM_LIN.
    while words.len() > 1
        && is_kind(&words[0], words::TABLE_PREFIXES)
        && !words[1..]
            .iter()
            .all(|word| is_kind(word, SHARED_ENDS) && word.len() < 5)
    {
        words.remove(0);
    }
    words
}

/// How many tables' names hold each word, in the singular and spelled out.
pub(crate) fn named(schema: &Schema) -> HashMap<String, u32> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for table in &schema.tables {
        let spelled = shorthand::spelled_out(&table_words(&table.name));
        let distinct: HashSet<String> = spelled.iter().map(|word| singular(word)).collect();
        for word in distinct {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

/// What a table is of where its last word only says its kind and no other table's name speaks of it: `LOAN_REC` are the loans,
/// `INV_BAL` the stock.
pub(crate) fn without_kind(words: &[String], named: &HashMap<String, u32>) -> Vec<Vec<String>> {
    let Some((last, bare)) = words.split_last() else {
        return Vec::new();
    };
    let spelled = shorthand::spelled_out(bare);
    let alone = spelled
        .last()
        .is_some_and(|of| named.get(&singular(of)) == Some(&1));
    if !alone || !SHARED_ENDS.contains(&last.as_str()) {
        return Vec::new();
    }
    // A short form may stand for more than it is first spelled out to.
    vec![spelled, bare.to_vec()]
}

/// What a table is of where its first column is named as the key of it and no other table's name speaks of it: `MED_STK`
/// with `MED_CD` are the medicines.
pub(crate) fn keyed(table: &Table, words: &[String], named: &HashMap<String, u32>) -> Option<Vec<String>> {
    let [first, _, ..] = words else { return None };
    let first = singular(first);
    let key = shorthand::spelled_out(&glued::words(&table.columns.first()?.name));
    let own = key_stump(&key)? == [first.clone()];
    let whole = table.primary_key.len() < 2;
    (own && whole && named.get(&first) == Some(&1)).then(|| vec![first])
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};
    use crate::schema::Schema;

    fn repairs() -> Schema {
        schema(&[
            "RPR_HDR: RPR_NO int, CUST_NM varchar(40), RPR_DT date, STS_CD char(1)",
            "RPR_LIN: RPR_NO int, LIN_NO int, PRT_CD varchar(8), QTY int",
            "T_PRT_INF: PRT_CD varchar(8), PRT_DESC varchar(40), UNIT_CST_CTS int",
            "STK_BAL: PRT_CD varchar(8), QTY_OH int",
        ])
    }

    #[test]
    fn a_word_for_the_kind_of_a_table_may_be_left_unsaid() {
        check(
            &repairs(),
            &[
                ("repairs", "SELECT * FROM RPR_HDR"),
                ("how many repairs are there", "SELECT COUNT(*) FROM RPR_HDR"),
                ("how many repair lines are there", "SELECT COUNT(*) FROM RPR_LIN"),
                (
                    "repairs by status",
                    "SELECT STS_CD, COUNT(*) FROM RPR_HDR GROUP BY STS_CD",
                ),
                ("list all parts", "SELECT * FROM T_PRT_INF"),
                ("total quantity on hand", "SELECT SUM(QTY_OH) FROM STK_BAL"),
                (
                    "parts that cost more than 20 dollars",
                    "SELECT * FROM T_PRT_INF WHERE UNIT_CST_CTS > 2000",
                ),
            ],
        );
    }

    #[test]
    fn a_log_is_called_after_what_it_logs() {
        let web = schema(&[
            "sites: id int, title text",
            "webTokens: webTokenId int, siteId int > sites, note text",
            "callLogs: callLogId int, webTokenId int > webTokens, path text, calledAt timestamp",
        ]);
        check(
            &web,
            &[
                ("how many calls are there", "SELECT COUNT(*) FROM callLogs"),
                ("list all calls", "SELECT * FROM callLogs"),
                (
                    "How many web calls did each site make?",
                    "SELECT sites.title, COUNT(*) FROM callLogs JOIN webTokens ON callLogs.webTokenId = webTokens.webTokenId \
                     JOIN sites ON webTokens.siteId = sites.id GROUP BY sites.id, sites.title",
                ),
            ],
        );
    }
}
