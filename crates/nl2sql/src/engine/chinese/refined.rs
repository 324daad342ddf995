//! Sentence structures of Chinese questions over an owners' club of sensors, and marks over a driving school.

use super::tests::{hold, schema_of};
use crate::schema::Schema;

const SENSORS: &str = "
    CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, role TEXT, email TEXT, newsletter BOOLEAN, sms_enabled BOOLEAN,
        is_active BOOLEAN, last_login_at DATETIME, created_at DATETIME);
    CREATE TABLE sensors (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), name TEXT, remark TEXT,
        price REAL, registered_at DATETIME, created_at DATETIME);
    CREATE TABLE requests (id INTEGER PRIMARY KEY, sensor_id INTEGER REFERENCES sensors (id), ip_address TEXT, zone TEXT,
        status_code INTEGER, requested_at DATETIME);
    CREATE TABLE payments (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members (id), amount REAL, paid_on DATE);
    CREATE TABLE campaigns (id INTEGER PRIMARY KEY, title TEXT, start_date DATE);
";
const DRIVING: &str = "
    CREATE TABLE students (id INTEGER PRIMARY KEY, name TEXT, gender TEXT, phone TEXT);
    CREATE TABLE tests (id INTEGER PRIMARY KEY, student_id INTEGER REFERENCES students (id), road TEXT, score INTEGER, held_on DATE);
";

fn sensors() -> Schema {
    schema_of(
        SENSORS,
        &[
            ("members", "role", &["admin", "guest"]),
            ("requests", "zone", &["GET", "north", "south"]),
        ],
    )
}

#[test]
fn verbs_that_are_moments_say_no_more_than_their_things() {
    hold(
        &sensors(),
        &[
            (
                "注册了3个以上传感器的会员",
                "GROUP BY member_id HAVING COUNT(*) >= 3",
            ),
            ("没有注册过传感器的管理员", "role = 'admin'"),
            (
                "没有注册过传感器的管理员",
                "id NOT IN (SELECT member_id FROM sensors",
            ),
            ("从未登录过的会员", "last_login_at IS NULL"),
            (
                "上个月新增了多少会员",
                "SELECT COUNT(*) FROM members WHERE created_at >=",
            ),
        ],
    );
}

#[test]
fn what_a_thing_has_or_lacks_is_told_by_its_own_columns() {
    hold(
        &sensors(),
        &[
            ("有备注的传感器", "WHERE remark IS NOT NULL"),
            ("没留邮箱的会员", "WHERE email IS NULL"),
            ("没订阅newsletter的会员", "newsletter = 0"),
            ("没开启SMS的会员", "sms_enabled = 0"),
            ("邮箱是qq的会员", "email LIKE '%qq%'"),
            ("2024年开始的活动", "FROM campaigns WHERE start_date"),
        ],
    );
}

#[test]
fn figures_without_a_column_of_their_own() {
    hold(
        &sensors(),
        &[
            ("每个传感器最近一次请求时间", "MAX(requests.requested_at)"),
            ("今天收到几笔付款", "SELECT COUNT(*) FROM payments WHERE paid_on"),
            (
                "累计付款最多的前5位会员",
                "ORDER BY SUM(payments.amount) DESC LIMIT 5",
            ),
            ("每个传感器的名称和价格", "SELECT name, price FROM sensors"),
            ("GET请求里返回404的比例", "status_code = 404 AND zone = 'GET'"),
            ("调用过north的不同IP有多少个", "COUNT(DISTINCT ip_address)"),
        ],
    );
}

#[test]
fn two_orders_and_two_values() {
    hold(
        &sensors(),
        &[
            ("传感器按价格从高到低、再按名称排序", "ORDER BY price DESC, name"),
            ("同时有north和south两种请求的传感器", "INTERSECT"),
        ],
    );
}

#[test]
fn marks_of_examinations() {
    let driving = schema_of(
        DRIVING,
        &[
            ("students", "gender", &["男", "女"]),
            ("tests", "road", &["环山路", "滨江路"]),
        ],
    );
    hold(
        &driving,
        &[
            ("环山路的最高分是多少", "SELECT MAX(score) FROM tests"),
            ("总分最高的3名学生", "ORDER BY SUM(tests.score) DESC LIMIT 3"),
            ("不及格的考试", "score < 60"),
            ("重考（分数低于60）的考试有多少", "WHERE score < 60"),
            ("男生女生各多少人", "GROUP BY gender"),
        ],
    );
}

#[test]
fn times_between_moments_and_averages_of_ones_own_group() {
    let clinic = schema_of(
        "CREATE TABLE stays (id INTEGER PRIMARY KEY, room TEXT, admission_date DATE, discharge_date DATE, status TEXT);
         CREATE TABLE nurses (id INTEGER PRIMARY KEY, name TEXT, specialty TEXT, salary INTEGER);
         CREATE TABLE gifts (id INTEGER PRIMARY KEY, nurse_id INTEGER REFERENCES nurses (id), amount REAL, given_on DATE);",
        &[("stays", "status", &["open", "closed"])],
    );
    hold(
        &clinic,
        &[
            (
                "平均住院天数是多少",
                "AVG(julianday(discharge_date) - julianday(admission_date))",
            ),
            (
                "工资高于本专科平均工资的护士",
                "AS peer WHERE peer.specialty = nurses.specialty",
            ),
        ],
    );
    hold(
        &schema_of(
            "CREATE TABLE apiKeys (apiKeyId INTEGER PRIMARY KEY, keyName TEXT, userId INTEGER REFERENCES users (userId));
             CREATE TABLE users (userId INTEGER PRIMARY KEY, fullName TEXT);",
            &[],
        ),
        &[("没有API key的用户", "NOT IN (SELECT userId FROM apiKeys")],
    );
}
