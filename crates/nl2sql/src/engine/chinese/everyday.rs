//! Everyday questions in Chinese: over a swimming pool and over a garage whose names are short forms.

use super::tests::{hold, schema_of};
use crate::schema::Schema;

const POOL: &str = "
    CREATE TABLE coaches (id INTEGER PRIMARY KEY, full_name TEXT, hired_on DATE, salary REAL);
    CREATE TABLE swimmers (id INTEGER PRIMARY KEY, full_name TEXT, email TEXT, phone TEXT, birth_date DATE, is_active BOOLEAN);
    CREATE TABLE lanes (id INTEGER PRIMARY KEY, code TEXT, coach_id INTEGER REFERENCES coaches (id));
    CREATE TABLE lessons (id INTEGER PRIMARY KEY, title TEXT, lane_id INTEGER REFERENCES lanes (id), duration_minutes INTEGER,
        price REAL, level TEXT);
    CREATE TABLE visits (id INTEGER PRIMARY KEY, swimmer_id INTEGER REFERENCES swimmers (id), entered_at DATETIME,
        left_at DATETIME, locker_count INTEGER);
";

fn pool() -> Schema {
    schema_of(POOL, &[("lessons", "level", &["beginner", "advanced"])])
}

#[test]
fn ages_are_told_by_a_day_of_birth() {
    hold(
        &pool(),
        &[
            ("25岁以下的swimmers名单", "birth_date > "),
            ("平均年龄", "birth_date"),
            ("生日在本月的swimmers", "'%m', birth_date"),
        ],
    );
}

#[test]
fn lengths_of_time_keep_their_unit() {
    hold(
        &pool(),
        &[
            ("时长超过1小时的课程", "duration_minutes > 60"),
            ("停留超过2小时的visits", "* 24 > 2"),
            ("从入场到离场平均要多少分钟", "* 1440"),
        ],
    );
}

#[test]
fn parts_of_the_calendar_come_again() {
    hold(
        &pool(),
        &[
            ("周末的visits", "IN ('0', '6')"),
            ("按星期几统计visits数量", "GROUP BY strftime('%w'"),
            ("按小时统计visits数量", "GROUP BY strftime('%H'"),
        ],
    );
}

#[test]
fn everyday_turns_reach_the_same_answer() {
    hold(
        &pool(),
        &[
            ("入职时间最长的教练", "ORDER BY hired_on LIMIT 1"),
            (
                "最贵的课程叫什么",
                "SELECT title FROM lessons ORDER BY price DESC",
            ),
            ("薪资高于全公司平均水平的教练", "salary > (SELECT AVG(salary)"),
            ("除了beginner以外的课程", "level <> 'beginner'"),
        ],
    );
}
