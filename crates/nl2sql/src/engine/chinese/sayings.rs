//! More sentence structures of Chinese questions: over a gym, and over a school library whose names are initials of pinyin.

use super::tests::{TODAY, hold, schema_of};
use crate::dialect::Dialect;
use crate::engine::{Request, answer};
use crate::schema::Schema;

const GYM: &str = "
    CREATE TABLE gyms (id INTEGER PRIMARY KEY, name TEXT, town TEXT);
    CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, gym_id INTEGER REFERENCES gyms (id), tier TEXT, email TEXT,
        joined_on DATE, is_smoker BOOLEAN);
    CREATE TABLE shows (id INTEGER PRIMARY KEY, title TEXT, gym_id INTEGER REFERENCES gyms (id), floor INTEGER);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), goods TEXT,
        total_amount REAL, cancelled BOOLEAN, created_at DATETIME);
    CREATE TABLE visits (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), kind TEXT, minutes INTEGER,
        created_at DATETIME);
    CREATE TABLE vouchers (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), used_at DATETIME);
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE show_tags (show_id INTEGER REFERENCES shows (id), tag_id INTEGER REFERENCES tags (id));
";
const LIBRARY: &str = "
    CREATE TABLE bj (bj_id INTEGER PRIMARY KEY, bjmc VARCHAR(20), nj INTEGER);
    CREATE TABLE xs_info (xsid INTEGER PRIMARY KEY, xm VARCHAR(20), xb VARCHAR(2), csrq DATE, bj_id INTEGER REFERENCES bj (bj_id));
    CREATE TABLE tsxx (tsid INTEGER PRIMARY KEY, sm VARCHAR(50), zz VARCHAR(30), jg DECIMAL(8,2));
    CREATE TABLE jyjl (id INTEGER PRIMARY KEY, xsid INTEGER REFERENCES xs_info (xsid), tsid INTEGER REFERENCES tsxx (tsid),
        jyrq DATE, zt VARCHAR(10));
";

fn gym() -> Schema {
    schema_of(
        GYM,
        &[
            ("members", "tier", &["gold", "silver", "basic"]),
            ("orders", "goods", &["towel", "shake"]),
            ("visits", "kind", &["swim", "sauna"]),
        ],
    )
}

fn library() -> Schema {
    schema_of(
        LIBRARY,
        &[
            ("bj", "bjmc", &["甲班", "乙班"]),
            ("xs_info", "xb", &["男", "女"]),
            ("jyjl", "zt", &["已归还", "逾期"]),
        ],
    )
}

#[test]
fn what_nobody_did_has_no_rows() {
    hold(
        &gym(),
        &[
            ("没有人使用的标签", "id NOT IN (SELECT tag_id FROM show_tags"),
            ("没被使用过的标签", "id NOT IN (SELECT tag_id FROM show_tags"),
            ("从没投放过节目的健身房", "id NOT IN (SELECT gym_id FROM shows"),
            ("还没使用的代金券", "used_at IS NULL"),
        ],
    );
}

#[test]
fn a_share_is_asked_for_after_what_it_is_of() {
    let share = "100.0 * (SELECT COUNT(*) FROM members WHERE tier = 'gold')";
    hold(
        &gym(),
        &[
            ("gold会员占比", share),
            ("gold会员占全部会员的百分比", share),
            ("gold会员占百分之多少", share),
            (
                "取消率",
                "100.0 * (SELECT COUNT(*) FROM orders WHERE cancelled = 1)",
            ),
            ("每个会员的订单取消率", "GROUP BY members.id"),
        ],
    );
}

#[test]
fn both_of_two_things_are_two_conditions() {
    hold(
        &gym(),
        &[
            ("同时买过towel和shake的会员", "INTERSECT"),
            ("既买过towel又买过shake的会员", "INTERSECT"),
            ("既有订单又有代金券的会员", "SELECT member_id FROM vouchers"),
        ],
    );
}

#[test]
fn how_many_of_each_value_is_a_group() {
    hold(
        &gym(),
        &[
            (
                "gold和silver的会员各有多少",
                "WHERE tier IN ('gold', 'silver') GROUP BY tier",
            ),
            ("gold会员和silver会员分别有多少", "GROUP BY tier"),
            ("吸烟和不吸烟的会员各有多少", "GROUP BY is_smoker"),
        ],
    );
}

#[test]
fn people_are_counted_by_the_table_that_they_are_in() {
    hold(
        &gym(),
        &[
            ("各健身房人数", "FROM members JOIN gyms"),
            (
                "人数超过5人的健身房",
                "FROM members GROUP BY gym_id HAVING COUNT(*) > 5",
            ),
            ("每个健身房有多少人，从多到少", "ORDER BY COUNT(*) DESC"),
            ("只有1个订单的会员", "HAVING COUNT(*) = 1"),
            ("订单数不止3个的会员", "HAVING COUNT(*) > 3"),
        ],
    );
}

#[test]
fn money_and_time_need_no_column_of_the_name() {
    hold(
        &gym(),
        &[
            ("本月销售额", "SELECT SUM(total_amount) FROM orders"),
            ("累计消费超过1000的会员", "HAVING SUM(orders.total_amount) > 1000"),
            ("加入满3年的会员", "joined_on < DATE('now', '-3 years')"),
            ("二层的节目", "WHERE floor = 2"),
            ("swim次数最多的会员", "visits.kind = 'swim'"),
            ("用qq邮箱的会员", "email LIKE '%qq%'"),
        ],
    );
}

#[test]
fn names_in_pinyin_are_chinese_words() {
    hold(
        &library(),
        &[
            ("所有学生的姓名和出生日期", "SELECT xm, csrq FROM xs_info"),
            ("女学生有多少个", "WHERE xb = '女'"),
            ("各班级人数，从多到少", "ORDER BY COUNT(*) DESC"),
            ("从没借阅过图书的学生", "xsid NOT IN (SELECT xsid FROM jyjl"),
            ("价格最高的3本图书", "FROM tsxx ORDER BY jg DESC LIMIT 3"),
            ("2024年的借阅记录", "jyrq >= '2024-01-01'"),
            ("没有逾期过的学生", "AND zt = '逾期')"),
            ("甲班有哪些学生", "bj.bjmc = '甲班'"),
        ],
    );
}

#[test]
fn words_beside_each_other_are_read_together() {
    hold(
        &gym(),
        &[
            ("gold等级的会员", "tier = 'gold'"),
            ("gold和silver等级的会员", "tier IN ('gold', 'silver')"),
            ("今年新加入的会员", "joined_on >= DATE('now', 'start of year')"),
            ("本月新增会员数", "SELECT COUNT(*) FROM members WHERE joined_on"),
            ("有过订单的会员", "id IN (SELECT member_id FROM orders"),
            ("订单数最多的会员", "ORDER BY COUNT(*) DESC LIMIT 1"),
            ("会员张伟的订单", "members.name = '张伟'"),
            ("每个健身房的会员数，从高到低", "ORDER BY COUNT(*) DESC"),
        ],
    );
}

#[test]
fn a_time_before_a_ranking_is_that_of_the_figures() {
    hold(
        &gym(),
        &[(
            "上个月消费最高的5个会员",
            "WHERE orders.created_at >= DATE('now', 'start of month', '-1 months')",
        )],
    );
}

#[test]
fn a_time_before_what_was_done_is_the_time_of_that() {
    hold(
        &gym(),
        &[
            ("上个月下过单的会员", "WHERE orders.created_at >="),
            ("上个月有订单的会员", "WHERE orders.created_at >="),
            ("最近30天没有订单的会员", "created_at >= DATE('now', '-30 days'))"),
            ("哪些会员既下过单又用过代金券", "SELECT member_id FROM vouchers"),
        ],
    );
}

#[test]
fn once_only_and_first_of_all() {
    hold(
        &gym(),
        &[
            ("只买过一次的会员", "HAVING COUNT(*) = 1"),
            ("swim最多的会员", "visits.kind = 'swim'"),
            ("业绩最好的3个健身房", "SUM(orders.total_amount) DESC LIMIT 3"),
            ("各类别会员数", "COUNT(*)"),
        ],
    );
    hold(
        &library(),
        &[
            ("张三的借阅记录", "xs_info.xm = '张三'"),
            ("王小明的借阅记录", "xs_info.xm = '王小明'"),
        ],
    );
}

#[test]
fn months_may_be_texts() {
    let pay = schema_of(
        "CREATE TABLE yg (yg_id INTEGER PRIMARY KEY, xm VARCHAR(20), rzrq DATE);
         CREATE TABLE gz (id INTEGER PRIMARY KEY, yg_id INTEGER REFERENCES yg (yg_id), yf VARCHAR(7), sfgz DECIMAL(10,2), jj DECIMAL(10,2));",
        &[("gz", "yf", &["2025-06", "2025-07"])],
    );
    hold(
        &pay,
        &[
            ("2025年6月的平均实发工资", "yf = '2025-06'"),
            ("上个月实发工资最高的员工", "gz.yf = '2025-07'"),
            ("2025年6月没有奖金的员工", "gz.jj = 0"),
            ("2025年6月入职的员工", "rzrq >= '2025-06-01'"),
        ],
    );
}

/// Whether there is no answer.
fn is_refused(schema: &Schema, question: &str) -> bool {
    answer(&Request {
        question,
        schema: Some(schema),
        dialect: Dialect::Sqlite,
        today: TODAY,
        aliases: None,
    })
    .is_err()
}

#[test]
fn what_a_schema_does_not_have_is_refused_still() {
    for question in ["各健身房的教练评分", "没有人投诉的教练", "好评率"] {
        assert!(is_refused(&gym(), question), "{question}");
    }
    for question in ["各班级的宿舍", "没有处方的学生"] {
        assert!(is_refused(&library(), question), "{question}");
    }
}
