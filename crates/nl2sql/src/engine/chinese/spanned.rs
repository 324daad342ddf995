//! Times between two moments that a Chinese word says, and rows beyond the average of their own group: 住院天数, 高于本部门平均工资的员工.

use super::clause::{Said, english};
use super::cut::Cutter;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use crate::engine::lexicon::TableId;

/// Words for a time, the unit, and the moments that it may lie between.
#[rustfmt::skip]
const SPANS: &[(&str, &[(&str, &str)])] = &[
    ("住院天数 在院天数 住院日 住院时长 住院时间", &[("admission date", "discharge date"), ("admitted at", "discharged at"), ("admission", "discharge")]),
    ("入住天数 居住天数 入住晚数 入住时长", &[("check in date", "check out date"), ("check in", "check out"), ("checked in at", "checked out at"), ("arrival date", "departure date")]),
    ("配送天数 配送时长 配送用时 运输天数 运输时长 送货天数 派送时长", &[("shipped at", "delivered at"), ("ship date", "delivery date"), ("picked up at", "delivered at"), ("order date", "delivered at")]),
    ("发货时长 发货用时 备货时长 备货天数", &[("order date", "shipped at"), ("created at", "shipped at"), ("ordered at", "shipped at"), ("order date", "ship date")]),
    ("借阅天数 借阅时长 借书天数", &[("borrowed at", "returned at"), ("loan date", "return date"), ("borrow date", "return date")]),
    ("租赁天数 租用天数 租期天数 租赁时长", &[("start date", "end date"), ("rented at", "returned at"), ("pickup date", "return date")]),
    ("处理天数 解决天数 解决时长 处理时长 关闭时长", &[("created at", "resolved at"), ("opened at", "closed at"), ("created at", "closed at"), ("reported at", "resolved at")]),
    ("维修天数 修理天数 维修时长", &[("reported at", "repaired at"), ("received at", "finished at"), ("start date", "end date")]),
    ("停车时长 停车时间 停放时长 停放时间 停车分钟", &[("entry time", "exit time"), ("enter time", "exit time"), ("entered at", "exited at"), ("entered at", "left at"), ("entry", "exit"), ("start time", "end time"), ("started at", "ended at")]),
    ("停留时长 停留时间 逗留时长 逗留时间 在场时长 锻炼时长 健身时长 在馆时长 训练时长", &[("checked in at", "checked out at"), ("check in", "check out"), ("entered at", "left at"), ("entered at", "exited at"), ("entry time", "exit time"), ("arrived at", "left at"), ("arrived at", "departed at")]),
    ("靠泊时长 在港时长 在港时间 停泊时长 靠港时间", &[("arrived at", "departed at"), ("arrival time", "departure time"), ("docked at", "undocked at"), ("berthed at", "sailed at"), ("arrival", "departure")]),
    ("飞行时长 飞行时间 航行时间 航行时长 行程时长 骑行时长 行驶时长 途中时间", &[("departed at", "arrived at"), ("departure time", "arrival time"), ("started at", "ended at"), ("start time", "end time"), ("departure", "arrival")]),
    ("通话时长 充电时长 使用时长 会议时长 加工时长 停机时长 停机时间 故障时长 检修时长 施工时长 演出时长 活动时长 作业时长 装卸时长 工作时长 值班时长 会话时长", &[("started at", "ended at"), ("start time", "end time"), ("starts at", "ends at"), ("started at", "finished at"), ("begin time", "end time"), ("start date", "end date"), ("started on", "ended on"), ("clock in", "clock out")]),
    ("审批时长 审批天数 审批时间 审核时长 审核天数", &[("requested at", "decided at"), ("submitted at", "approved at"), ("submitted at", "reviewed at"), ("submitted at", "decided at"), ("created at", "approved at"), ("applied at", "approved at")]),
    ("响应时长 响应时间 回复时长 回复时间 答复时长", &[("created at", "responded at"), ("submitted at", "responded at"), ("opened at", "first response at"), ("sent at", "replied at"), ("created at", "first response at")]),
    ("生长天数 生长周期 种植周期 生长期", &[("planted on", "harvested on"), ("planted at", "harvested at"), ("planting date", "harvest date"), ("sown on", "harvested on")]),
    ("通关时长 通关天数 清关时长 清关天数 放行时长", &[("declared at", "cleared at"), ("declared at", "released at"), ("submitted at", "cleared at"), ("declaration date", "release date"), ("filed at", "released at")]),
    ("审理天数 审理时长 办案天数 结案周期", &[("filed on", "closed on"), ("filed at", "closed at"), ("opened on", "closed on"), ("filing date", "closing date"), ("opened at", "closed at")]),
    ("成交周期 挂牌天数 售出周期 在售天数", &[("listed on", "sold on"), ("listed date", "sold date"), ("listed date", "closed date"), ("listed at", "sold at"), ("listed on", "closed on")]),
    ("交货周期 供货周期 采购周期 到货周期", &[("ordered on", "received on"), ("order date", "receipt date"), ("ordered at", "delivered at"), ("order date", "delivery date"), ("ordered at", "received at")]),
    ("付款天数 回款天数 付款周期 回款周期", &[("issued on", "paid on"), ("invoice date", "paid date"), ("issued at", "paid at"), ("bill date", "paid date")]),
];

impl Cutter<'_, '_> {
    /// The unit of time that the question asks for: 是多少小时.
    fn unit_asked(&self) -> &'static str {
        let said: String = self.chars.iter().collect();
        let asks = |unit: &str| {
            ["多少", "几个", "几", "(", "（"]
                .iter()
                .any(|lead| said.contains(&format!("{lead}{unit}")))
        };
        match (asks("小时"), asks("分钟")) {
            (true, _) => "hours",
            (_, true) => "minutes",
            _ => "days",
        }
    }

    /// 住院天数: the days between two moments of one table, where no column is called so.
    pub(super) fn spanned(&self, word: &str) -> Option<Name> {
        let (_, pairs) = SPANS
            .iter()
            .find(|(words, _)| words.split(' ').any(|one| one == word))?;
        let own = super::words::noun(word).map(|said| self.known.noun(word, said));
        if self.known.spells(word) || own.is_some_and(|name| name.column >= 0.8 && !name.is_table()) {
            return None;
        }
        pairs.iter().find_map(|(from, to)| {
            let start = self.known.column_of(None, &[from])?;
            let end = self.known.column_of(start.column_home, &[to])?;
            let unlike = !self.known.is_same(&start, &end);
            (unlike && self.known.is_day(&start) && self.known.is_day(&end)).then(|| Name {
                said: format!("{} between {from} and {to}", self.unit_asked()),
                column: 1.0,
                column_home: start.column_home,
                ..Name::default()
            })
        })
    }
}

/// The column of a table that tells the kind of its rows.
fn kind_of(home: TableId, known: &Known<'_, '_>) -> Option<Name> {
    known.column_of(
        Some(home),
        &[
            "type",
            "category",
            "kind",
            "class",
            "genre",
            "species",
            "category name",
            "type name",
            "category code",
            "type code",
            "category id",
        ],
    )
}

/// 工资高于本部门平均工资: more than the average of those that share the group.
pub(super) fn of_own(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let [Part::Name(column), Part::Mark(Mark::Compare(op)), rest @ ..] = &parts[at..] else {
            continue;
        };
        let lead = |part: &&Part| {
            matches!(
                part,
                Part::Mark(Mark::Filler | Mark::From | Mark::Same(_) | Mark::Measure)
            )
        };
        let alike = rest.first() == Some(&Part::Mark(Mark::Same(true)));
        let leads = rest.iter().take_while(lead).count();
        // 同类交易: those of the same kind.
        let entity = parts[at..]
            .iter()
            .position(|part| *part == Part::Mark(Mark::De))
            .and_then(|de| entity_after(parts, at + de))
            .map(|(home, _)| home)
            .filter(|home| known.column_of(Some(*home), &[column.said.as_str()]).is_some());
        let kind = entity
            .or(column.column_home)
            .filter(|_| alike)
            .and_then(|home| kind_of(home, known));
        let (group, said) = match (&kind, rest.get(leads)) {
            // 同类平均价格 has no thing between.
            (Some(kind), Some(Part::Mark(Mark::Figure(_)))) => (kind, &rest[leads..]),
            (Some(kind), Some(Part::Name(group))) if !group.is_table() && known.is_same(column, group) => {
                (kind, &rest[leads..])
            }
            (Some(kind), Some(Part::Name(_))) => (kind, &rest[leads + 1..]),
            (None, Some(Part::Name(group))) => (group, &rest[leads + 1..]),
            _ => continue,
        };
        let taken_before = rest.len() - said.len();
        let de = usize::from(said.first() == Some(&Part::Mark(Mark::De)));
        let (figure, of, taken) = match &said[de..] {
            [Part::Mark(Mark::Figure(figure)), Part::Name(of), ..] => (*figure, of, 2),
            [Part::Name(of), Part::Mark(Mark::FigureAfter(figure)), ..] => (*figure, of, 2),
            [Part::Mark(Mark::FigureAfter(figure)), ..] => (*figure, column, 1),
            _ => continue,
        };
        let refers = || {
            group
                .table_home
                .zip(column.column_home)
                .is_some_and(|(to, from)| known.refers(from, to))
        };
        let grouping = if kind.is_some() {
            true
        } else if group.is_table() {
            refers()
        } else {
            group.column_home == column.column_home && !group.measure
        };
        if leads > 0
            && grouping
            && !column.is_table()
            && column.measure
            && known.is_same(column, of)
            && matches!(figure, "average" | "maximum" | "minimum")
        {
            let told: Said = english(&format!(
                "whose {} is {op} the {figure} of the same {}",
                column.said, group.said
            ));
            let end = at + 2 + taken_before + de + taken;
            parts.splice(at..end, [Part::Said(told)]);
            return;
        }
    }
}
