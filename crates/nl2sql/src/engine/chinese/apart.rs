//! How far two moments lie apart in a Chinese question: 从提交报价到收到回复平均要多少小时, 从下单到发货的平均天数.

use super::cut::Cutter;
use super::marks::Mark;
use super::part::{Name, Part};
use super::words;
use crate::engine::lexicon::TableId;

/// What happens, and what its moment may be called.
#[rustfmt::skip]
const MOMENTS: &[(&str, &[&str])] = &[
    ("提交 申请 提出 递交 上报 发起 申报", &["submitted", "requested", "applied", "filed", "raised", "created", "reported", "declared", "request", "application", "submission"]),
    ("回复 答复 响应 反馈 回应", &["responded", "replied", "answered", "response", "reply", "responded at"]),
    ("审批 批准 批复 审核 决定 批", &["decided", "approved", "reviewed", "approval", "decision", "review"]),
    ("预订 订房 预定 订 预约 下订", &["booked", "booking", "reserved", "reservation", "scheduled", "ordered", "created"]),
    ("入住 到店 办理入住", &["check in", "checked in", "checkin", "arrival", "arrived"]),
    ("退房 离店", &["check out", "checked out", "checkout", "departure", "departed"]),
    ("下单 订购 订货", &["ordered", "order", "created", "placed"]),
    ("发货 发出 寄出 出货", &["shipped", "dispatched", "ship", "sent", "shipment"]),
    ("送达 签收 收货 到货 妥投 交付", &["delivered", "received", "delivery", "arrived", "receipt"]),
    ("付款 支付 缴费 打款 到账 交费", &["paid", "payment", "settled"]),
    ("报名 注册 登记 加入 入会", &["registered", "enrolled", "joined", "signed up", "registration", "enrollment"]),
    ("完成 做完 办完 完工 结束 完", &["completed", "finished", "ended", "end", "closed", "completion", "done", "resolved"]),
    ("关闭 结案 办结 关单", &["closed", "resolved", "closing", "completed", "settled"]),
    ("受理 接单 接受 接收", &["accepted", "received", "assigned", "acknowledged"]),
    ("解决 处理 处理完 修好 修复 修完", &["resolved", "fixed", "repaired", "completed", "finished", "closed", "handled"]),
    ("创建 建单 立案 开单 立项", &["created", "opened", "filed", "issued"]),
    ("挂牌 上架 发布 挂出", &["listed", "published", "posted", "listing"]),
    ("成交 卖出 售出 出售", &["sold", "closed", "sale", "closing"]),
    ("借出 借书 借阅 借", &["borrowed", "loaned", "lent", "checked out", "loan", "checkout"]),
    ("归还 还书 退还 还", &["returned", "return"]),
    ("进站 入场 进场 进入 驶入 进港 靠泊 入港", &["entered", "entry", "arrived", "arrival", "checked in", "in", "docked", "berthed"]),
    ("出站 离场 出场 离开 驶离 离港 驶出", &["left", "exit", "exited", "departed", "departure", "checked out", "out", "sailed"]),
    ("到达 抵达 到", &["arrived", "arrival"]),
    ("出发 起飞 发车", &["departed", "departure"]),
    ("开始 开工 启动 动工 上课", &["started", "start", "starts", "began", "begin", "from"]),
    ("报修 报障", &["reported", "created", "requested", "opened"]),
    ("入院", &["admitted", "admission"]),
    ("出院", &["discharged", "discharge"]),
    ("签到", &["checked in", "check in"]),
    ("签退", &["checked out", "check out"]),
    ("播种 种植 种下", &["planted", "sown", "planting", "sowing"]),
    ("收获 采收 收割", &["harvested", "harvest"]),
    ("生产 制造", &["produced", "manufactured", "production"]),
    ("过期 到期 失效", &["expires", "expiry", "expired", "expiration"]),
    ("取件 揽收 揽件", &["picked up", "collected", "pickup"]),
    ("出生", &["birth", "born"]),
    ("入职", &["hire", "hired", "joined", "start"]),
    ("离职", &["termination", "terminated", "left", "leave"]),
    ("投递 投简历", &["applied", "application", "submitted"]),
    ("录用 发offer", &["hired", "offered"]),
    ("开票 出账", &["issued", "invoice", "billed", "billing"]),
    ("起诉", &["filed"]),
    ("开庭", &["hearing"]),
    ("判决 宣判", &["decided", "judged", "verdict", "ruled", "closed"]),
    ("放行 清关", &["released", "cleared", "clearance", "release"]),
    ("扣留 查验", &["inspected", "inspection", "held"]),
];

/// Words that ask how far apart, and the unit.
const UNITS: &[(&str, &str)] = &[
    ("个小时", "hours"),
    ("小时", "hours"),
    ("分钟", "minutes"),
    ("星期", "weeks"),
    ("周", "weeks"),
    ("晚", "days"),
    ("天", "days"),
    ("日", "days"),
];

impl Cutter<'_, '_> {
    /// 从预订到入住平均隔多少天: a figure of the time between two moments of one table, and how many characters say it.
    pub(super) fn apart(&self, at: usize) -> Option<(Vec<Part>, usize)> {
        let rest = &self.chars[at..];
        if rest.first() != Some(&'从') || !self.known.has_schema() {
            return None;
        }
        let to = rest.iter().position(|c| matches!(c, '到' | '至'))?;
        (to..rest.len().min(to + 3)).find_map(|to| {
            if !matches!(rest[to], '到' | '至') || to < 2 {
                return None;
            }
            // 收到回复: the moment ends where the question for the time begins.
            (to + 2..rest.len().min(to + 9)).find_map(|end| {
                let (figure, unit, taken) = asked(&rest[end..])?;
                let from: String = rest[1..to].iter().collect();
                let until: String = rest[to + 1..end].iter().collect();
                let (start, stop) = self.moments_of(&from, &until)?;
                let mut parts = Vec::new();
                if let Some(figure) = figure {
                    parts.push(Part::Mark(figure));
                }
                let home = start.column_home;
                parts.push(Part::Name(Name {
                    said: format!("{unit} between {} and {}", start.said, stop.said),
                    column: 1.0,
                    ..start
                }));
                // The rows that the moments are of, where nothing before says them.
                if self.home.get().is_none()
                    && let Some(home) = home
                {
                    parts.insert(0, Part::Mark(Mark::De));
                    parts.insert(0, Part::Name(self.known.table_name(home)));
                } else if at > 0 && self.chars[at - 1] != '的' {
                    parts.insert(0, Part::Mark(Mark::De));
                }
                Some((parts, end + taken))
            })
        })
    }

    /// The two moments of one table that two phrases tell of.
    fn moments_of(&self, from: &str, until: &str) -> Option<(Name, Name)> {
        let lexicon = self.known.lexicon?;
        let homes = self
            .home
            .get()
            .into_iter()
            .chain((0..lexicon.tables.len()).map(TableId));
        homes.into_iter().find_map(|home| {
            let start = self.moment_named(from, home)?;
            let end = self.moment_named(until, home)?;
            (start.said != end.said).then_some((start, end))
        })
    }

    /// The moment of a table that a phrase tells of: by a word of the list, or a noun.
    fn moment_named(&self, phrase: &str, home: TableId) -> Option<Name> {
        let listed = MOMENTS.iter().flat_map(|(said, readings)| {
            said.split(' ')
                .filter(|said| phrase.contains(said))
                .map(|said| (said.len(), *readings))
        });
        let mut listed: Vec<(usize, &[&str])> = listed.collect();
        listed.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        let own: Vec<&str> = words::noun(phrase).into_iter().flatten().copied().collect();
        let readings = own
            .into_iter()
            .chain(listed.iter().flat_map(|(_, readings)| readings.iter().copied()));
        readings
            .into_iter()
            .find_map(|said| self.known.moment_of(home, said))
    }
}

/// 平均要多少小时, 的平均时长, 隔了几天: the figure, the unit, and how many characters say it.
fn asked(rest: &[char]) -> Option<(Option<Mark>, &'static str, usize)> {
    const IDLE: &[&str] = &[
        "平均",
        "一般",
        "通常",
        "大约",
        "最长",
        "最多",
        "最短",
        "最少",
        "最快",
        "最慢",
        "的",
        "所",
        "需要",
        "需",
        "要",
        "花费",
        "花",
        "用了",
        "用",
        "隔了",
        "间隔",
        "相隔",
        "相差",
        "隔",
        "了",
        "经过",
        "时间",
        "是",
        "耗时",
        "历时",
        "多少",
        "多久",
        "多长",
        "几",
        "个",
        "时长",
        "间",
        "周期",
        "天数",
        "小时数",
    ];
    let text: String = rest.iter().collect();
    let mut at = 0;
    let (mut figure, mut unit, mut asks) = (None, None, false);
    loop {
        let more = &text[at..];
        if let Some((said, of)) = UNITS.iter().find(|(said, _)| more.starts_with(said)) {
            unit = Some(*of);
            asks = true;
            at += said.len();
            if more[said.len()..].starts_with('数') {
                at += '数'.len_utf8();
            }
            continue;
        }
        let Some(said) = IDLE
            .iter()
            .filter(|said| more.starts_with(**said))
            .max_by_key(|said| said.len())
        else {
            break;
        };
        match *said {
            "平均" | "一般" | "通常" => figure = Some(Mark::Figure("average")),
            "最长" | "最多" | "最慢" => figure = Some(Mark::Figure("maximum")),
            "最短" | "最少" | "最快" => figure = Some(Mark::Figure("minimum")),
            "天数" => unit = Some("days"),
            "小时数" => unit = Some("hours"),
            _ => {}
        }
        asks |= matches!(
            *said,
            "多少" | "多久" | "多长" | "时长" | "间隔" | "周期" | "天数" | "小时数" | "时间" | "几"
        );
        at += said.len();
    }
    let ends = text[at..]
        .chars()
        .next()
        .is_none_or(|c| matches!(c, '?' | '？' | '。' | ' ' | '，' | ','));
    (asks && ends && at > 0).then(|| (figure, unit.unwrap_or("days"), text[..at].chars().count()))
}
