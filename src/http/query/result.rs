//! The reply in the host's form (`server.DataQueryResult` as grpc-gateway writes it: every field, also empty ones).

use serde::Serialize;

use crate::answer::query::{Item, Pair, QueryReply};

/// `{"data":[…],"items":[],"meta":{…}}`
#[derive(Debug, Serialize)]
pub(super) struct QueryResult {
    data: Vec<PairLine>,
    /// Rows of a preview.
    items: Vec<Row>,
    meta: Meta,
}

#[derive(Debug, Serialize)]
struct PairLine {
    key: String,
    value: String,
    description: &'static str,
}

#[derive(Debug, Serialize)]
struct Row {
    data: Vec<ItemLine>,
}

#[derive(Debug, Serialize)]
struct ItemLine {
    key: String,
    value: String,
    description: String,
}

/// Never filled by an AI plugin, and dropped by the host for `generate`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    databases: [(); 0],
    tables: [(); 0],
    current_database: &'static str,
    duration: &'static str,
    labels: [(); 0],
}

impl QueryResult {
    /// The pairs of a request with this key, with what the host itself makes of them on their way to its clients.
    pub(super) fn for_key(key: &str, reply: QueryReply) -> QueryResult {
        let mut data = last_of_each(reply.data);
        if key.eq_ignore_ascii_case("generate") {
            as_the_host_shows_it(&mut data);
        }
        QueryResult {
            data,
            items: reply.items.into_iter().map(row).collect(),
            meta: Meta::default(),
        }
    }

    /// The value of a pair.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.data
            .iter()
            .find(|pair| pair.key == key)
            .map(|pair| pair.value.as_str())
    }
}

fn row(items: Vec<Item>) -> Row {
    Row {
        data: items
            .into_iter()
            .map(|item| ItemLine {
                key: item.key,
                value: item.value,
                description: item.description,
            })
            .collect(),
    }
}

/// The host reads pairs into a map, so the last of a repeated key wins; the order of first mention is kept.
fn last_of_each(pairs: Vec<Pair>) -> Vec<PairLine> {
    let mut data: Vec<PairLine> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        set(&mut data, &pair.key, pair.value);
    }
    data
}

/// For `generate` the host adds `content`, a copy of `generated_sql`, and decides `success` by `error` alone.
fn as_the_host_shows_it(data: &mut Vec<PairLine>) {
    let value = |wanted: &str| {
        data.iter()
            .find(|pair| pair.key == wanted && !pair.value.is_empty())
            .map(|pair| pair.value.clone())
    };
    let sql = value("generated_sql");
    let failed = value("error").is_some();
    if let Some(sql) = sql {
        set(data, "content", sql);
    }
    set(data, "success", (!failed).to_string());
}

fn set(data: &mut Vec<PairLine>, key: &str, value: String) {
    match data.iter_mut().find(|pair| pair.key == key) {
        Some(pair) => pair.value = value,
        None => data.push(PairLine {
            key: key.to_owned(),
            value,
            description: "",
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(key: &str, pairs: &[(&str, &str)]) -> Value {
        let pairs: Vec<Pair> = pairs
            .iter()
            .map(|(key, value)| Pair {
                key: (*key).into(),
                value: (*value).into(),
            })
            .collect();
        serde_json::to_value(QueryResult::for_key(key, pairs.into())).unwrap()
    }

    #[test]
    fn every_field_is_there_as_the_gateway_writes_it() {
        assert_eq!(
            shown("providers", &[("count", "1")]),
            json!({
                "data": [{"key": "count", "value": "1", "description": ""}],
                "items": [],
                "meta": {"databases": [], "tables": [], "currentDatabase": "", "duration": "", "labels": []},
            })
        );
    }

    #[test]
    fn generate_gains_content_and_success() {
        for key in ["generate", "Generate"] {
            let data = shown(key, &[("generated_sql", "sql:SELECT 1\nexplanation:one")])["data"].clone();
            assert_eq!(
                data[1],
                json!({"key": "content", "value": "sql:SELECT 1\nexplanation:one", "description": ""})
            );
            assert_eq!(data[2]["key"], "success");
            assert_eq!(data[2]["value"], "true");
        }
        let other = shown("models", &[("generated_sql", "x")])["data"].clone();
        assert_eq!(other.as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn success_of_generate_is_decided_by_error_alone() {
        let failed = shown("generate", &[("success", "true"), ("error", "no such table")]);
        assert_eq!(failed["data"][0]["value"], "false");
        let well = shown("generate", &[("success", "false"), ("error", "")]);
        assert_eq!(well["data"][0]["value"], "true");
    }

    #[test]
    fn the_last_of_a_repeated_key_wins() {
        let data = shown("models", &[("a", "1"), ("b", "2"), ("a", "3")])["data"].clone();
        assert_eq!(data[0]["value"], "3");
        assert_eq!(data.as_array().map(Vec::len), Some(2));
    }
}
