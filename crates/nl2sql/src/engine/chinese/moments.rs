//! Verbs beside a time in a Chinese question that say which moment of a thing the time is of: 最近30天申请的候选人.

use super::cut::Cutter;
use super::known::{Known, says};
use super::part::{Name, Part};
use crate::engine::lexicon::{ColumnId, Sort, TableId};

/// Verbs with what English says of a thing to which it was done.
#[rustfmt::skip]
const DONE: &[(&str, &[&str])] = &[
    ("申请", &["applied", "requested", "filed"]), ("提交", &["submitted", "filed", "created"]), ("报名", &["registered", "signed up", "enrolled"]),
    ("注册", &["registered", "signed up", "joined", "signup"]), ("下单", &["ordered", "placed", "order"]), ("付款", &["paid", "payment"]),
    ("支付", &["paid", "payment"]), ("缴费", &["paid", "payment"]), ("发货", &["shipped", "dispatched", "ship"]), ("发出", &["shipped", "sent", "dispatched"]),
    ("签收", &["delivered", "received", "signed"]), ("送达", &["delivered", "arrived"]), ("取消", &["cancelled", "canceled"]), ("关闭", &["closed", "resolved"]),
    ("解决", &["resolved", "solved", "closed"]), ("完成", &["completed", "finished", "done"]), ("创建", &["created", "opened"]), ("更新", &["updated", "modified"]),
    ("发布", &["published", "posted", "released"]), ("归还", &["returned", "return"]), ("借出", &["borrowed", "loaned", "lent"]), ("入库", &["received", "stocked"]),
    ("激活", &["activated", "activation"]), ("登录", &["last login", "logged in", "login"]), ("签到", &["checked in", "check in"]), ("上线", &["launched", "released", "deployed"]),
    ("投诉", &["filed", "complained", "opened"]), ("审批", &["approved", "reviewed"]), ("采购", &["ordered", "purchased", "purchase"]), ("购买", &["purchased", "bought", "purchase"]),
    ("开通", &["opened", "activated", "open"]), ("评论", &["commented", "posted"]), ("上传", &["uploaded"]), ("发送", &["sent"]), ("预订", &["booked", "reserved"]),
    ("入职", &["hired", "hire", "joined"]), ("离职", &["left", "leave", "resigned", "terminated"]), ("报修", &["reported", "requested"]), ("检测", &["tested", "inspected"]),
];

impl Cutter<'_, '_> {
    /// 最近30天申请的候选人: the moment of what was done to the thing that is named next.
    pub(super) fn done_when(&self, at: usize, before: Option<&Part>) -> Option<(Name, usize)> {
        if !matches!(before, Some(Part::Period(_))) {
            return None;
        }
        let word: String = self.chars[at..].iter().take(2).collect();
        let (_, said) = DONE.iter().find(|(verb, _)| *verb == word)?;
        let past = usize::from(matches!(self.chars.get(at + 2), Some('过' | '了')));
        if self.chars.get(at + 2 + past) != Some(&'的') {
            return None;
        }
        let home = self.table_ahead(at + 3 + past)?;
        let moments: Vec<String> = said
            .iter()
            .flat_map(|said| ["at", "on", "date", "time"].map(|unit| format!("{said} {unit}")))
            .collect();
        let moments: Vec<&str> = moments.iter().map(String::as_str).collect();
        let column = self.known.column_of(Some(home), &moments)?;
        self.known.is_day(&column).then_some((column, 2 + past))
    }
}

impl Known<'_, '_> {
    /// The moment whose name says a state: `hired_on` of "hired".
    pub(super) fn moment_saying(&self, said: &str) -> Option<Name> {
        let lexicon = self.lexicon?;
        let id = (0..lexicon.columns.len()).map(ColumnId).find(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. }) && says(&entry.words, said)
        })?;
        self.column_name(id)
    }

    /// The moment of a table whose name says all of some words, and by all of its own.
    pub(super) fn moment_of(&self, home: TableId, said: &str) -> Option<Name> {
        let lexicon = self.lexicon?;
        let id = lexicon.columns_of(home).find(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. }) && said.split(' ').all(|word| says(&entry.words, word))
        })?;
        self.column_name(id)
    }

    /// The moment of a table whose name begins like a word: `shipped_at` of "shipment".
    pub(super) fn moment_like(&self, home: TableId, said: &str) -> Option<Name> {
        let lexicon = self.lexicon?;
        let id = lexicon.columns_of(home).find(|id| {
            let entry = lexicon.column(*id);
            let like = |word: &String| {
                word.ends_with("ed")
                    && word.len() > 5
                    && word.get(..4).is_some_and(|lead| said.starts_with(lead))
            };
            matches!(entry.sort, Sort::Day { .. }) && entry.words.first().is_some_and(like)
        })?;
        self.column_name(id)
    }

    /// Whether a name is a column of days or moments.
    pub(super) fn is_day(&self, name: &Name) -> bool {
        matches!(self.sort_of(name), Some(Sort::Day { .. }))
    }

    /// The words of a column that holds a moment.
    pub(super) fn words_of_moment(&self, name: &Name) -> Option<String> {
        let hits = self.namer.as_ref()?.mention(&name.said).columns;
        let lexicon = self.lexicon?;
        let mut columns = hits.iter().map(|hit| lexicon.column(hit.id));
        let column = columns.find(|entry| name.column_home.is_none_or(|home| home == entry.table))?;
        matches!(column.sort, Sort::Day { .. }).then(|| column.words.join(" "))
    }
}
