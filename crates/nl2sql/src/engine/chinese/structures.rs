//! Sentence structures of Chinese questions, each over a club of mountain hotels.

use super::tests::{TODAY, schema_of};
use crate::dialect::Dialect;
use crate::engine::{Request, answer};
use crate::schema::Schema;

const HOTELS: &str = "
    CREATE TABLE hotels (id INTEGER PRIMARY KEY, name TEXT, town TEXT, beds INTEGER, founded_year INTEGER,
        chief_manager_id INTEGER REFERENCES managers (id), closed_on DATE);
    CREATE TABLE managers (id INTEGER PRIMARY KEY, name TEXT, town TEXT, hired_on DATE);
    CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT, town TEXT, allergen TEXT, newsletter BOOLEAN);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guests (id),
        hotel_id INTEGER REFERENCES hotels (id), table_no INTEGER, price REAL, state TEXT, created_at DATETIME);
    CREATE TABLE reviews (id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guests (id),
        hotel_id INTEGER REFERENCES hotels (id), stars INTEGER, comment TEXT, created_at DATETIME);
    CREATE TABLE outages (id INTEGER PRIMARY KEY, hotel_id INTEGER REFERENCES hotels (id), cause TEXT,
        started_at DATETIME, ended_at DATETIME);
    CREATE TABLE concerts (id INTEGER PRIMARY KEY, hotel_id INTEGER REFERENCES hotels (id), title TEXT, starts_at DATETIME);
";

fn hotels() -> Schema {
    schema_of(
        HOTELS,
        &[
            ("guests", "town", &["Vienna", "Graz"]),
            ("orders", "state", &["open", "paid"]),
            ("outages", "cause", &["storm", "frost"]),
        ],
    )
}

fn hold(told: &[(&str, &str)]) {
    super::tests::hold(&hotels(), told);
}

#[test]
fn what_a_number_and_its_measure_word_count_is_rows() {
    hold(&[
        (
            "最新的10条评论",
            "SELECT * FROM reviews ORDER BY created_at DESC LIMIT 10",
        ),
        (
            "至少有5个订单的客人",
            "FROM orders GROUP BY guest_id HAVING COUNT(*) >= 5",
        ),
        (
            "有5个以上订单的客人",
            "FROM orders GROUP BY guest_id HAVING COUNT(*) >= 5",
        ),
        (
            "哪些客人至少写过3条评论",
            "FROM reviews GROUP BY guest_id HAVING COUNT(*) >= 3",
        ),
        (
            "至少写过3条评论的客人",
            "FROM reviews GROUP BY guest_id HAVING COUNT(*) >= 3",
        ),
    ]);
}

#[test]
fn what_was_never_done_has_no_rows() {
    hold(&[
        ("从未下过单的客人", "id NOT IN (SELECT guest_id FROM orders"),
        ("从没写过评论的客人", "id NOT IN (SELECT guest_id FROM reviews"),
        ("从未办过演唱会的旅馆", "id NOT IN (SELECT hotel_id FROM concerts"),
        ("从未停电的旅馆", "id NOT IN (SELECT hotel_id FROM outages"),
        ("没有过敏原的客人", "allergen IS NULL"),
    ]);
}

#[test]
fn a_number_may_say_which_one() {
    hold(&[
        ("4号桌的订单", "WHERE table_no = 4"),
        ("4星的评论", "WHERE stars = 4"),
        ("至少4星的评论", "WHERE stars >= 4"),
        ("星级至少4星的评论", "WHERE stars >= 4"),
    ]);
}

#[test]
fn a_beginning_is_that_of_the_thing_itself() {
    hold(&[
        ("2000年以前成立的旅馆", "WHERE founded_year < 2000"),
        ("1990到2005年之间成立的旅馆", "founded_year BETWEEN 1990 AND 2005"),
        ("1950年以前建成的旅馆", "WHERE founded_year < 1950"),
        ("2020年以后入职的经理", "hired_on >= '2021-01-01'"),
    ]);
}

#[test]
fn causes_and_doers_stand_before_their_verb() {
    hold(&[
        ("由storm引起的停电", "WHERE cause = 'storm'"),
        ("暴风雨导致的停电", "WHERE cause = 'storm'"),
        ("维也纳客人写的评论", "guests.town = 'Vienna'"),
        (
            "最常见的停电原因",
            "GROUP BY cause ORDER BY COUNT(*) DESC LIMIT 1",
        ),
    ]);
}

#[test]
fn things_are_compared_with_an_average_or_a_number() {
    hold(&[
        ("比平均价格便宜的订单", "price < (SELECT AVG(price)"),
        ("价格比平均价格更高的订单", "price > (SELECT AVG(price)"),
        ("床位数比20大的旅馆", "beds > 20"),
        ("比100元贵的订单", "price > 100"),
    ]);
}

#[test]
fn a_moment_tells_what_is_over_and_what_is_to_come() {
    hold(&[
        ("已关闭的旅馆", "closed_on IS NOT NULL"),
        ("仍在运营的旅馆", "closed_on IS NULL"),
        ("尚未结束的停电", "ended_at IS NULL"),
        ("即将举行的演唱会", "starts_at >= DATE('now')"),
        ("未结订单", "state = 'open'"),
    ]);
}

#[test]
fn columns_of_two_things_are_both_shown() {
    hold(&[
        ("演唱会标题和旅馆名称", "SELECT concerts.title, hotels.name"),
        ("演唱会的标题和旅馆的名称", "SELECT concerts.title, hotels.name"),
        ("演唱会标题、旅馆名称", "SELECT concerts.title, hotels.name"),
        ("演唱会的标题及其旅馆", "JOIN hotels"),
        ("订阅了新闻邮件的客人", "newsletter = 1"),
        ("客人的城镇，不要重复", "SELECT DISTINCT town FROM guests"),
    ]);
}

/// The reason of a refusal, `None` where there is an answer.
fn refused(question: &str) -> Option<String> {
    answer(&Request {
        question,
        schema: Some(&hotels()),
        dialect: Dialect::Sqlite,
        today: TODAY,
        aliases: None,
    })
    .err()
    .map(|refusal| refusal.reason)
}

#[test]
fn what_a_structure_cannot_be_read_with_is_not_left_out() {
    for question in ["比灯塔贵的订单", "燃料不足导致的停电", "2000年以前成立的客人"] {
        assert!(refused(question).is_some(), "{question}");
    }
    assert!(refused("今天天气怎么样").is_some());
}
