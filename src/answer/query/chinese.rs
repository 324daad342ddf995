//! What the plugin says, in Chinese, for a request that asks for it (`"language": "zh"`).
//!
//! Messages are written in English where they arise; here the usual ones are recognised and said again. One that is not
//! known here stays as it is: better a sentence in English than none.

use serde_json::Value;

use super::parameters::Parameters;
use super::reply::Pair;
use super::{QueryError, QueryReply};

/// A sentence with `{}` for what varies, and the same in Chinese, where `{}` stands for the same in the same order; what
/// stands there is read in the same way. The first that fits counts. A sentence may go on after `…`, which is left out.
#[rustfmt::skip]
const SENTENCES: [(&str, &str); 55] = [
    // Questions and answers
    ("the schema has nothing called {}; the tables are {}; ask…", "数据库结构中没有 {}；现有的表：{}。请改问其中之一"),
    ("\"{}\" was not understood and is not part of the answer", "未理解“{}”，回答中没有包含它"),
    ("the SQL that came with the question was not used: {} writes anew", "未使用随问题附带的 SQL：{} 总是重新编写"),
    ("the SQL is written for {}, as asked; the database is {}", "SQL 按要求为 {} 编写；数据库是 {}"),
    ("sample values of the database were sent to {} (ai.share_sample_values)", "数据库的样本值已发送给 {}（ai.share_sample_values）"),
    ("the SQL is the second try of {}; the first did not pass: {}", "这是 {} 的第二次尝试；第一次未通过：{}"),
    ("{} wrote SQL that does not pass the checks: {}", "{} 编写的 SQL 未通过检查：{}"),
    ("{} answered in place of {}: {}", "由 {} 代替 {} 回答：{}"),
    ("the schema has {} tables; {}", "数据库结构有 {} 张表；只向模型提供了与问题相关的表（ai.schema_tokens）{…}"),
    ("columns that do not fit the question were not shown to the model (ai.schema_tokens): {}", "未向模型提供与问题无关的列（ai.schema_tokens）：{}"),
    ("no answer within {};…", "{} 内没有回答；请重试，或允许更长时间（ai.timeout）"),
    ("more questions than ai.rate_limit allows; ask again in {} s", "提问次数超过 ai.rate_limit；请 {} 秒后再问"),
    ("as many questions are under way and waiting as may be…", "正在处理和等待的问题已满；请稍候再试"),
    ("no place became free in time…", "正在处理的问题太多；请稍候再试"),
    ("the plugin is starting…", "插件正在启动；请稍候再试"),
    ("the plugin is stopping…", "插件正在停止，不再接受新问题"),
    ("the plugin is in maintenance…", "插件正在维护，暂不接受新问题"),
    ("the question has {} bytes; at most {} are taken…", "问题有 {} 字节；最多接受 {} 字节（ai.max_question_bytes）。请写短一些"),
    ("the question is empty…", "问题是空的；请说明需要什么数据"),
    ("no database is configured under the name {}; {}", "没有名为 {} 的数据库；{}"),
    // SQL
    ("the database does not take it: {}", "数据库不接受：{}"),
    ("the database does not run it: {}", "数据库没有执行：{}"),
    ("the SQL is not run: {}", "没有执行：{}"),
    ("the SQL was not tried: {}", "没有试运行：{}"),
    ("there are no tables to check it against…", "没有可供核对的表：只检查了形式，以及它是否只读"),
    ("there is no SQL to check", "没有可供检查的 SQL"),
    ("there is more than one statement…", "有多条语句；只接受一条查询"),
    ("{} is not a query; only…", "{} 不是查询；只接受 SELECT、WITH … SELECT 和 VALUES"),
    ("{} is not allowed: {}", "不允许 {}：{}"),
    ("the schema has no table {}; nearest: {}", "没有表 {}；相近的：{}"),
    ("the schema has no table {}", "没有表 {}"),
    ("{} has no column {}; nearest: {}", "{} 没有列 {}；相近的：{}"),
    ("{} has no column {}", "{} 没有列 {}"),
    ("line {}, column {}: {}", "第 {} 行第 {} 列：{}"),
    ("previews are off…", "未开启执行：请把 preview.enabled 设为 true"),
    ("{} did not give the rows within {} s…", "{} 在 {} 秒内没有返回数据，已停止（preview.timeout）"),
    // Providers
    ("no service of the kind \"{}\" is configured…", "尚未设置 {}：请填写并保存，或使用内置引擎"),
    ("the provider \"{}\" has no API key…", "{} 没有 API 密钥：请填写并保存"),
    ("the provider \"{}\" has no endpoint…", "{} 没有地址：请填写并保存"),
    ("the provider \"{}\" is switched off…", "{} 已关闭（ai.services.*.enabled）"),
    ("{} wants a key, and none was sent {}", "{} 需要密钥，但没有收到密钥{…}"),
    ("{} does not accept the key {}", "{} 不接受此密钥；请检查密钥{…}"),
    ("{} says that the quota is used up {}", "{} 的额度已用完；请充值，或换一个提供商{…}"),
    ("{} says that requests come too fast {}", "{} 认为请求过快；请稍候再试{…}"),
    ("{} is overloaded {}", "{} 现在太忙；请稍候再试{…}"),
    ("{} does not know the model {} at {}", "{} 没有模型 {}；请检查模型和地址{…}"),
    ("{} is there but does not list the model {}; it has: {}", "{} 有响应，但没有模型 {}；它有：{}"),
    ("{} refused the connection: nothing listens there…", "{} 拒绝连接：那里没有服务在监听；请检查它是否在运行，以及地址"),
    ("{} has a name that no name server knows…", "{} 的主机名无法解析；请检查地址和网络"),
    ("{} gave no whole answer within {};…", "{} 在 {} 内没有给出完整的回答；请允许更长时间，或换一个更快的模型"),
    ("the endpoint {} may not be used here…", "此处不允许使用地址 {}；运维人员可在 ai.allowed_endpoints 中允许它"),
    ("Configuration updated successfully", "设置已生效"),
    ("{} models are offered", "提供 {} 个模型"),
    ("1 model is offered", "提供 1 个模型"),
    ("it answered a small question", "它回答了一个小问题"),
];

/// Whether a request wants to be told in Chinese. What is no object of parameters wants nothing.
pub(super) fn is_wanted(sql: &str) -> bool {
    // Most requests do not say a language, and need not be read once more.
    if !sql.contains("language") {
        return false;
    }
    let Ok(parameters) = Parameters::optional(sql) else {
        return false;
    };
    let language = parameters.text("language").ok().flatten();
    language.is_some_and(|word| {
        word.get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("zh"))
    })
}

/// The same answer in Chinese, as far as its sentences are known.
pub(super) fn answer(answer: Result<QueryReply, QueryError>) -> Result<QueryReply, QueryError> {
    match answer {
        Ok(mut reply) => {
            reply.data.iter_mut().for_each(pair);
            Ok(reply)
        }
        Err(QueryError::InvalidArgument(text)) => Err(QueryError::InvalidArgument(said(&text))),
        Err(QueryError::NotFound(text)) => Err(QueryError::NotFound(said(&text))),
        Err(QueryError::Unavailable(text)) => Err(QueryError::Unavailable(said(&text))),
        Err(QueryError::Internal(text)) => Err(QueryError::Internal(said(&text))),
    }
}

fn pair(pair: &mut Pair) {
    match pair.key.as_str() {
        "error" | "message" => pair.value = said(&pair.value),
        // Within them, sentences are whole texts of their own.
        "warnings" | "result" | "catalog" => {
            if let Ok(mut value) = serde_json::from_str(&pair.value) {
                texts(&mut value);
                pair.value = value.to_string();
            }
        }
        _ => {}
    }
}

fn texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = said(text),
        Value::Array(values) => values.iter_mut().for_each(texts),
        Value::Object(fields) => fields.values_mut().for_each(texts),
        _ => {}
    }
}

/// A sentence in Chinese; as it is, when it is not known.
fn said(text: &str) -> String {
    // Remarks are sorted by how they begin.
    if let Some(assumption) = text.strip_prefix("assumed: ") {
        return format!("assumed: {}", said(assumption));
    }
    let found = SENTENCES
        .iter()
        .find_map(|(english, chinese)| Some((varying(english, text)?, chinese)));
    let Some((varying, chinese)) = found else {
        return text.to_owned();
    };
    // What is left out is not said again, but it is not lost: it stands in the log.
    let chinese = chinese.trim_end_matches("{…}");
    let mut varying = varying.into_iter();
    let mut pieces = chinese.split("{}");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        whole.push_str(&said(varying.next().unwrap_or_default()));
        whole.push_str(piece);
    }
    whole
}

/// What stands for each `{}` of the pattern, when the text fits it.
fn varying<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let (pattern, goes_on) = match pattern.strip_suffix('…') {
        Some(start) => (start, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let at = match piece {
            "" if is_last => rest.len(),
            _ if is_last && !goes_on => rest
                .len()
                .checked_sub(piece.len())
                .filter(|_| rest.ends_with(piece))?,
            _ => rest.find(piece)?,
        };
        found.push(rest.get(..at)?);
        rest = rest.get(at + piece.len()..)?;
    }
    (goes_on || rest.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_sentences_are_said_in_chinese_and_others_stay() {
        for (english, chinese) in [
            (
                "the schema has no table ordres; nearest: orders",
                "没有表 ordres；相近的：orders",
            ),
            ("the schema has no table x", "没有表 x"),
            (
                "the SQL is not run: there is more than one statement; exactly one query is taken",
                "没有执行：有多条语句；只接受一条查询",
            ),
            (
                "lab at http://127.0.0.1:9/ refused the connection: nothing listens there; check that it runs",
                "lab at http://127.0.0.1:9/ 拒绝连接：那里没有服务在监听；请检查它是否在运行，以及地址",
            ),
            ("3 models are offered", "提供 3 个模型"),
            ("something else", "something else"),
            ("", ""),
            (
                "Configuration updated successfully; and more",
                "Configuration updated successfully; and more",
            ),
        ] {
            assert_eq!(said(english), chinese);
        }
    }

    #[test]
    fn what_varies_is_found_in_order_and_the_end_must_fit() {
        assert_eq!(varying("a {} b {}", "a 1 b 2 b 3"), Some(vec!["1", "2 b 3"]));
        assert_eq!(varying("a {}…", "a 1 and so on"), Some(vec!["1 and so on"]));
        assert_eq!(varying("{} ends", "x ends not"), None);
        assert_eq!(varying("{} ends", "x ends ends"), Some(vec!["x ends"]));
        assert_eq!(varying("a", "ab"), None);
        assert_eq!(varying("a…", "ab"), Some(vec![]));
        assert_eq!(varying("“{}”", "“é”"), Some(vec!["é"]));
    }

    #[test]
    fn every_sentence_has_as_many_places_in_chinese_and_none_hides_another() {
        for (index, (english, chinese)) in SENTENCES.iter().enumerate() {
            let places = english.matches("{}").count();
            let said_again = chinese.matches("{}").count() + usize::from(chinese.ends_with("{…}"));
            assert_eq!(places, said_again, "{english}");
            let example = english.replace("{}", "x").replace('…', " y");
            let first = SENTENCES
                .iter()
                .position(|(pattern, _)| varying(pattern, &example).is_some());
            assert_eq!(first, Some(index), "{example}");
        }
    }

    #[test]
    fn it_is_for_those_who_ask_for_it() {
        for (sql, wanted) in [
            (r#"{"language": "zh"}"#, true),
            (r#"{"language": "zh-CN"}"#, true),
            (r#"{"language": "en"}"#, false),
            (r#"{"language": 7}"#, false),
            ("{}", false),
            ("", false),
            ("SELECT 'zh'", false),
        ] {
            assert_eq!(is_wanted(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn pairs_for_people_are_changed_and_all_others_stay() {
        let told = |key: &str, value: String| {
            let mut one = Pair {
                key: key.into(),
                value,
            };
            pair(&mut one);
            one.value
        };
        assert_eq!(told("error", "the schema has no table x".into()), "没有表 x");
        assert_eq!(
            told("pretty_sql", "the schema has no table x".into()),
            "the schema has no table x"
        );
        assert_eq!(
            told(
                "warnings",
                json!(["assumed: that", "there is no SQL to check"]).to_string()
            ),
            json!(["assumed: that", "没有可供检查的 SQL"]).to_string()
        );
        assert_eq!(
            told(
                "catalog",
                json!({"x": {"reason": "the provider \"x\" has no endpoint; y", "n": 1}}).to_string()
            ),
            json!({"x": {"reason": "x 没有地址：请填写并保存", "n": 1}}).to_string()
        );
        assert_eq!(told("warnings", "no JSON".into()), "no JSON");
    }
}
