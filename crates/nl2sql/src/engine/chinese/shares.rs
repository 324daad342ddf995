//! Shares of a Chinese question: 被拒的理赔占比, 已退订用户占全部用户的百分比, 高级会员占百分之几.

use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// What nouns for a share are called where no column is.
const SAID: &[&str] = &["percentage", "share", "ratio", "proportion", "percent", "pct"];

/// Puts a question for a share into the order "what is narrowed, of what, percentage".
pub(super) fn shares(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let is_share = |part: &Part| match part {
        Part::Mark(Mark::Share) => true,
        Part::Name(name) => !name.is_known() && SAID.contains(&name.said.as_str()),
        _ => false,
    };
    let Some(mut share) = parts.iter().rposition(is_share).filter(|at| *at > 0) else {
        return;
    };
    let takes = parts[..share]
        .iter()
        .position(|part| *part == Part::Mark(Mark::Takes));
    if let Some(takes) = takes {
        let whole = &parts[takes + 1..share];
        let home = |part: &Part| match part {
            Part::Name(name) if name.is_table() => name.table_home,
            _ => None,
        };
        let same = |part: &Part| {
            home(part).is_some_and(|of| parts[..takes].iter().any(|part| home(part) == Some(of)))
        };
        let says_all = whole.iter().all(|part| {
            matches!(
                part,
                Part::Mark(
                    Mark::Filler | Mark::De | Mark::Count | Mark::Figure("sum of") | Mark::FigureAfter(_)
                )
            ) || same(part)
        });
        // 占哪里的比例: a whole of something else is not left out.
        if !says_all || takes == 0 {
            return;
        }
        parts.drain(takes..share);
        share = takes;
    }
    if parts.get(share - 1) == Some(&Part::Mark(Mark::De)) {
        parts.remove(share - 1);
        share -= 1;
    }
    let idle = |part: &Part| {
        matches!(
            part,
            Part::Mark(Mark::Filler | Mark::De | Mark::Count | Mark::Is | Mark::Measure)
        )
    };
    if parts[share + 1..].iter().all(idle) {
        parts.truncate(share + 1);
    }
    // 各行业的客户数占比: the share is of how many there are anyway.
    if share > 1 && parts[share - 1] == Part::Mark(Mark::Count) {
        parts.remove(share - 1);
        share -= 1;
    }
    narrowed(&mut parts[..share], known);
    // 各支付方式占比: a share of the rows that the column is of.
    let tabled = parts
        .iter()
        .any(|part| matches!(part, Part::Name(name) if name.is_table()));
    let home = parts[..share].iter().rev().find_map(|part| match part {
        Part::Name(name) if name.is_known() && !name.is_table() => name.column_home,
        _ => None,
    });
    if let (Some(home), false, Some(Part::Mark(Mark::Each))) = (home, tabled, parts.first()) {
        parts.insert(share, Part::Name(known.table_name(home)));
        parts.insert(share, Part::Mark(Mark::De));
        share += 2;
    }
    parts[share] = Part::Name(Name {
        said: "percentage".to_owned(),
        ..Name::default()
    });
}

/// 完播的播放: a flag before its thing.
fn narrowed(parts: &mut [Part], known: &Known<'_, '_>) {
    for part in parts {
        if let Part::Name(name) = part
            && known.is_flag(name)
        {
            *part = Part::Value(name.said.clone(), false);
        }
    }
}
