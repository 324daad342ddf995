//! Questions in Chinese, from their words to SQL.

use proptest::prelude::*;

use super::{is_chinese, tokens};
use crate::ddl::read_ddl;
use crate::dialect::Dialect;
use crate::engine::{Draft, Lexicon, RefusalKind, Request, answer};
use crate::schema::{Aliases, Schema};

pub(super) const TODAY: jiff::civil::Date = jiff::civil::date(2025, 8, 20);
const BAKERY: &str = "
    CREATE TABLE shops (id INT PRIMARY KEY, name VARCHAR(40), city VARCHAR(40), is_open TINYINT(1));
    CREATE TABLE cakes (id INT PRIMARY KEY, shop_id INT, name VARCHAR(40), price DECIMAL(8,2), baked_at DATETIME,
        flavour VARCHAR(20) COMMENT '口味', FOREIGN KEY (shop_id) REFERENCES shops (id));
";

/// Asks each question and looks for what its answer must hold.
pub(super) fn hold(schema: &Schema, told: &[(&str, &str)]) {
    for (question, part) in told {
        let draft = answer(&Request {
            question,
            schema: Some(schema),
            dialect: Dialect::Sqlite,
            today: TODAY,
            aliases: None,
        })
        .unwrap_or_else(|refusal| panic!("{question}: {refusal}"));
        assert!(draft.sql.contains(part), "{question}: {}", draft.sql);
    }
}

/// The schema of some declarations, with samples of columns.
pub(super) fn schema_of(ddl: &str, samples: &[(&str, &str, &[&str])]) -> Schema {
    let mut schema = read_ddl(ddl, Dialect::Sqlite).schema;
    for (table, column, values) in samples {
        let table = schema.tables.iter_mut().find(|one| one.name == *table).unwrap();
        let column = table.columns.iter_mut().find(|one| one.name == *column).unwrap();
        column.samples = values.iter().map(|value| (*value).to_owned()).collect();
    }
    schema
}

fn bakery() -> Schema {
    let mut schema = read_ddl(BAKERY, Dialect::MySql).schema;
    schema.tables[0].columns[2].samples = vec!["青岛".into(), "大连".into(), "Graz".into()];
    schema.tables[1].columns[5].samples = vec!["草莓".into(), "巧克力".into()];
    schema
}

fn ask(question: &str) -> Draft {
    let schema = bakery();
    answer(&Request {
        question,
        schema: Some(&schema),
        dialect: Dialect::MySql,
        today: TODAY,
        aliases: None,
    })
    .unwrap_or_else(|refusal| panic!("{question}: {refusal}"))
}

#[test]
fn a_chinese_question_is_put_into_english_order() {
    let schema = bakery();
    let lexicon = Lexicon::new(&schema);
    for (question, english) in [
        ("列出所有商店", "shop"),
        ("价格大于30元的蛋糕", "cake with price more than 30 yuan"),
        ("每个城市有多少家商店", "number of shop per city"),
        ("价格最高的前3个商店", "top 3 shop by sum of price"),
        ("营业的商店", "open shop"),
        ("青岛或大连的商店", "青岛 or 大连 shop"),
        ("商店名称和城市", "name and city of shop"),
        ("按价格降序显示商店", "shop sorted by price descending"),
    ] {
        let said: Vec<String> = tokens(question, Some(&lexicon), TODAY)
            .into_iter()
            .map(|token| token.text)
            .collect();
        assert_eq!(said.join(" "), english, "{question}");
    }
}

#[test]
fn a_chinese_question_is_answered_and_told_in_chinese() {
    for (question, sql) in [
        ("列出所有商店", "SELECT * FROM shops"),
        ("青岛的商店", "SELECT * FROM shops WHERE city = '青岛'"),
        (
            "来自Graz的商店有几家",
            "SELECT COUNT(*) FROM shops WHERE city = 'Graz'",
        ),
        (
            "各城市的商店数量",
            "SELECT city, COUNT(*) FROM shops GROUP BY city",
        ),
        ("没有名称的商店", "SELECT * FROM shops WHERE name IS NULL"),
    ] {
        let draft = ask(question);
        assert_eq!(draft.sql, sql, "{question}");
        assert!(
            draft.explanation.chars().any(super::is_han),
            "{}",
            draft.explanation
        );
    }
}

#[test]
fn a_chinese_refusal_is_in_chinese() {
    let schema = bakery();
    for (question, kind) in [
        ("删除所有商店", RefusalKind::Write),
        ("把商店3的城市改为青岛", RefusalKind::Write),
        ("你好", RefusalKind::ChitChat),
        ("列出所有恐龙", RefusalKind::NotInSchema),
    ] {
        let refusal = answer(&Request {
            question,
            schema: Some(&schema),
            dialect: Dialect::MySql,
            today: TODAY,
            aliases: None,
        })
        .unwrap_err();
        assert_eq!(refusal.kind, kind, "{question}: {}", refusal.reason);
        assert!(refusal.reason.chars().any(super::is_han), "{}", refusal.reason);
    }
}

#[test]
fn an_english_question_may_hold_a_chinese_value() {
    assert!(!is_chinese("shops in 青岛"));
    assert!(is_chinese("status为open的商店"));
    assert_eq!(
        ask("shops in 青岛").sql,
        "SELECT * FROM shops WHERE city = '青岛'"
    );
}

#[test]
fn without_a_schema_chinese_nouns_become_english_names() {
    let draft = answer(&Request {
        question: "显示所有用户",
        schema: None,
        dialect: Dialect::Sqlite,
        today: TODAY,
        aliases: None,
    })
    .unwrap();
    assert_eq!(draft.sql, "SELECT * FROM users");
}

#[test]
fn the_callers_words_name_tables_and_columns() {
    let schema = bakery();
    let aliases = Aliases::from([
        ("蛋糕".to_owned(), "cakes".to_owned()),
        ("sticker".to_owned(), "cakes.price".to_owned()),
        ("nothing".to_owned(), "ovens".to_owned()),
    ]);
    for (question, sql) in [
        ("有多少蛋糕", "SELECT COUNT(*) FROM cakes"),
        ("average sticker of cakes", "SELECT AVG(price) FROM cakes"),
    ] {
        let draft = answer(&Request {
            question,
            schema: Some(&schema),
            dialect: Dialect::MySql,
            today: TODAY,
            aliases: Some(&aliases),
        });
        assert_eq!(draft.map(|draft| draft.sql).as_deref(), Ok(sql), "{question}");
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "商店",
        "蛋糕",
        "价格",
        "城市",
        "名称",
        "的",
        "大于",
        "30",
        "元",
        "每个",
        "各",
        "按",
        "排序",
        "降序",
        "统计",
        "数量",
        "多少",
        "有",
        "没有",
        "不",
        "是",
        "青岛",
        "草莓",
        "口味",
        "最高",
        "最低",
        "前",
        "5",
        "个",
        "平均",
        "总",
        "最新",
        "和",
        "或",
        "、",
        "2024年",
        "3月",
        "最近7天",
        "之后",
        "以A开头",
        "包含",
        "“",
        "”",
        "介于",
        "到",
        "之间",
        "哪个",
        "谁",
        "已取消",
        "未付款",
        "Graz",
        "尚未",
        "为空",
        "去重",
        "三",
        "十万",
        "岁",
        "以上",
        "shops",
        "city",
        "月",
        "上半年",
        "姓",
        "王",
        "写",
        "用",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\p{Han}{0,6}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_chinese_words_give_one_select_or_a_reason(words in prop::collection::vec(pieces(), 0..14), bare in any::<bool>()) {
        let schema = bakery();
        let question = format!("{}的", words.concat());
        for dialect in Dialect::ALL {
            let request = Request {
                question: &question,
                schema: (!bare).then_some(&schema),
                dialect,
                today: TODAY,
                aliases: None,
            };
            let first = answer(&request);
            prop_assert_eq!(&first, &answer(&request));
            match first {
                Ok(draft) => {
                    prop_assert!(crate::check(&draft.sql, dialect, (!bare).then_some(&schema)).is_ok(), "{}", draft.sql);
                    prop_assert!(!draft.explanation.contains('\n'));
                }
                Err(refusal) => prop_assert!(!refusal.reason.is_empty()),
            }
        }
    }
}

#[test]
fn what_was_supposed_and_left_out_is_told_in_chinese() {
    let draft = ask("价格最高的前3个商店");
    let notes = draft.assumptions.iter().chain(&draft.warnings);
    assert!(
        notes.into_iter().all(|note| note.chars().any(super::is_han)),
        "{draft:?}"
    );
    assert!(!draft.explanation.contains("Assumed"), "{}", draft.explanation);
}

const CLINIC: &str = "
    CREATE TABLE doctors (id INT PRIMARY KEY, name VARCHAR(40), hired_on DATE, birth_date DATE);
    CREATE TABLE visits (id INT PRIMARY KEY, doctor_id INT, fee DECIMAL(8,2),
        state TINYINT COMMENT '状态：0待诊 1已完成 2已取消', kind VARCHAR(20) COMMENT '类别',
        FOREIGN KEY (doctor_id) REFERENCES doctors (id));
";

/// The conditions of the answer to a question about a clinic that no sample tells of.
fn of_clinic(question: &str) -> String {
    let schema = read_ddl(CLINIC, Dialect::MySql).schema;
    let draft = answer(&Request {
        question,
        schema: Some(&schema),
        dialect: Dialect::MySql,
        today: TODAY,
        aliases: None,
    })
    .unwrap_or_else(|refusal| panic!("{question}: {refusal}"));
    draft.sql
}

#[test]
fn comments_tell_codes_and_names_need_no_sample() {
    for (question, told) in [
        ("已取消的就诊记录", "`state` = 2"),
        ("赵敏医生的就诊记录", "`name` = '赵敏'"),
        ("没有就诊记录的医生", "NOT EXISTS"),
        ("80后医生", "'1980-01-01'"),
        ("費用大於100的就診記錄", "> 100"),
        ("最贵的就诊", "ORDER BY"),
        ("接诊超过3次的医生", "> 3"),
    ] {
        let sql = of_clinic(question);
        let plain = sql.replace('`', "");
        assert!(plain.contains(&told.replace('`', "")), "{question}: {sql}");
    }
}
