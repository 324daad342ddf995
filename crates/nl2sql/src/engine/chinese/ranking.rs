//! Rankings of a Chinese question: 工资最高, 借阅最多, 最早注册.

use super::clause::{Clause, Highest, Said, english};
use super::marks::Mark;
use super::part::Part;

/// 工资最高, 借阅最多, 最早注册.
pub(super) fn ranked(clause: &mut Clause, rest: &[Part]) -> Option<(Said, usize)> {
    if let [
        Part::Mark(Mark::Degree(degree @ ("latest" | "earliest"))),
        Part::Name(name),
        ..,
    ] = rest
        && !name.is_table()
        && !name.measure
        && name.is_known()
    {
        clause.highest = Some(Highest {
            said: english(&name.said),
            counts: false,
            descends: *degree == "latest",
            home: name.column_home,
            timed: true,
        });
        return Some((Said::new(), 2));
    }
    // 平均分最高的课程: by a figure of its rows.
    if let [
        Part::Mark(Mark::Figure(figure)),
        Part::Name(name),
        Part::Mark(Mark::Highest(descends, _)),
        ..,
    ] = rest
        && !name.is_table()
        && !matches!(rest.get(3), Some(Part::Name(_)))
    {
        clause.highest = Some(Highest {
            said: english(&format!("{figure} {}", name.said)),
            counts: false,
            descends: *descends,
            home: None,
            timed: false,
        });
        clause.figure = true;
        return Some((Said::new(), 3));
    }
    let Part::Name(name) = &rest[0] else {
        return None;
    };
    let mut at = 1;
    let counts = rest.get(at) == Some(&Part::Mark(Mark::Count));
    at += usize::from(counts);
    let (descends, figure) = match rest.get(at)? {
        Part::Mark(Mark::Highest(descends, _)) => (*descends, rest.get(at + 1)),
        Part::Mark(Mark::Degree(_)) if !name.is_table() => (true, None),
        _ => return None,
    };
    // 哪种支付方式最多: of which there are the most rows.
    if !counts
        && !name.is_table()
        && !name.measure
        && clause.which
        && matches!(rest.get(at), Some(Part::Mark(Mark::Highest(true, _))))
    {
        clause.ask.push(english(&name.said));
        clause.highest = Some(Highest {
            said: english(&name.home_said),
            counts: true,
            descends: true,
            home: name.column_home,
            timed: false,
        });
        return Some((Said::new(), at + 1));
    }
    // 年龄最大值 asks for a figure; 图书最高价格 too.
    if matches!(figure, Some(Part::Name(next)) if !next.is_table()) {
        return None;
    }
    clause.measures |= name.measure;
    let lowest = matches!(
        rest.get(at),
        Some(Part::Mark(Mark::Degree("earliest" | "cheapest" | "youngest")))
    );
    let timed = matches!(
        rest.get(at),
        Some(Part::Mark(Mark::Degree("earliest" | "latest")))
    );
    clause.highest = Some(Highest {
        said: english(&name.said),
        counts: counts || name.is_table(),
        descends: descends && !lowest,
        home: name.column_home,
        timed,
    });
    Some((Said::new(), at + 1))
}
