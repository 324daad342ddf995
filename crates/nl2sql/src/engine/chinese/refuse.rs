//! Turns away Chinese requests that are no questions, and says in Chinese why there is no answer.

use super::known::Known;
use super::traditional::simplified;
use super::words::{self, LONGEST};
use crate::engine::lexicon::Lexicon;
use crate::engine::{Refusal, RefusalKind};

/// Verbs that change data, at the beginning of a request or after its object.
#[rustfmt::skip]
const WRITES: &[&str] = &[
    "删除", "删掉", "删去", "清空", "清除", "清理", "移除", "抹掉", "更新", "修改", "更改", "改成", "改为", "变更", "调整", "新增", "添加",
    "增加", "插入", "录入", "创建", "新建", "建立", "取消", "关闭", "注销", "冻结", "解冻", "禁用", "启用", "停用", "激活", "封禁",
    "设置", "设为", "置为", "重置", "替换", "导入", "写入", "发送", "提交", "审批", "批准", "退款", "转账", "转给", "下单", "购买", "预订",
    "预约", "提高", "降低", "上调", "下调", "涨", "授权", "撤销", "恢复", "备份", "安排", "指派", "分配给", "通知", "执行", "合并", "丢弃", "销毁", "重命名",
];
/// Verbs that mean a change wherever they stand.
const ANYWHERE: &[&str] = &[
    "改成",
    "改为",
    "设为",
    "设置为",
    "更新为",
    "修改为",
    "替换为",
    "置为",
    "重命名为",
    "删掉",
    "清空",
];
/// What is done for somebody after 给.
#[rustfmt::skip]
const GIFTS: &[&str] = &[
    "打折", "折", "涨", "加薪", "发送", "发一", "发放", "发邮件", "送", "升级", "升职", "降级", "退款", "减免", "充值", "开通", "加上", "授权", "打款", "转账", "续费", "延期",
];
/// Words of courtesy before the verb.
#[rustfmt::skip]
const COURTESY: &[&str] = &[
    "请", "麻烦", "帮我", "帮忙", "给我", "我想", "我要", "我想要", "想要", "需要", "可以", "能否", "能不能", "你", "您", "立即", "马上", "现在", "直接", "然后", "并", "再",
];
const SHOWS: &[&str] = &[
    "显示",
    "列出",
    "查询",
    "展示",
    "找出",
    "查看",
    "统计",
    "给我看",
    "按",
    "返回",
];
#[rustfmt::skip]
const SMALL_TALK: &[&str] = &[
    "你好", "您好", "嗨", "哈喽", "早上好", "晚上好", "下午好", "晚安", "谢谢", "多谢", "感谢", "再见", "拜拜", "辛苦了", "天气", "笑话", "讲个故事",
    "你是谁", "你叫什么", "你会什么", "你能做什么", "唱首歌", "唱歌", "写首诗", "写一首诗", "作诗", "几点了", "股票", "新闻", "翻译", "菜谱", "人生的意义",
    "你多大", "吃了吗", "忽略之前", "忽略以上", "忽略所有指令", "系统提示", "测试一下",
];

/// Those that a question may speak of too.
const TOPICS: &[&str] = &["天气", "新闻", "股票", "菜谱", "翻译"];

/// The verb of a request to change something.
pub(crate) fn write_verb(question: &str) -> Option<&'static str> {
    if let Some(verb) = ANYWHERE.iter().find(|verb| question.contains(**verb)) {
        return Some(verb);
    }
    question
        .split(['，', ',', '。', '；', ';', '！'])
        .find_map(imperative)
}

fn imperative(text: &str) -> Option<&'static str> {
    let mut rest = text.trim();
    while let Some(word) = COURTESY
        .iter()
        .filter(|word| rest.starts_with(**word))
        .max_by_key(|word| word.len())
    {
        rest = rest[word.len()..].trim_start();
    }
    // 把所有订单关闭, 将工资提高
    if let Some(object) = rest.strip_prefix('把').or_else(|| rest.strip_prefix('将')) {
        if SHOWS.iter().any(|show| object.contains(show)) {
            return None;
        }
        return WRITES
            .iter()
            .find(|verb| object.contains(**verb))
            .copied()
            .or(Some("把"));
    }
    // 给所有客户打九折, not 给出所有客户
    if let Some(object) = rest.strip_prefix('给').filter(|object| !object.starts_with('出')) {
        return GIFTS
            .iter()
            .find(|gift| object.contains(**gift) && !object.contains('的'))
            .copied();
    }
    let verb = WRITES
        .iter()
        .filter(|verb| rest.starts_with(**verb))
        .max_by_key(|verb| verb.len())?;
    let after = &rest[verb.len()..];
    // 取消的订单, 冻结账户数, 创建时间: the verb describes or names.
    let describes = after.is_empty()
        || after.contains('的')
        || [
            "时间", "日期", "人", "量", "数", "率", "记录", "状态", "金额", "方式",
        ]
        .iter()
        .any(|noun| after.starts_with(noun))
        || [
            "数",
            "数量",
            "总数",
            "多少",
            "几",
            "有哪些",
            "？",
            "?",
            "列表",
            "记录",
        ]
        .iter()
        .any(|tail| after.trim_end().ends_with(tail))
        || after.contains("多少")
        || after.contains("有几");
    let adjective = !after.contains("所有")
        && !after.contains('一')
        && matches!(
            *verb,
            "冻结"
                | "启用"
                | "停用"
                | "禁用"
                | "激活"
                | "取消"
                | "关闭"
                | "封禁"
                | "新增"
                | "退款"
                | "预订"
                | "预约"
                | "转账"
        )
        && !after.chars().any(|c| c.is_ascii_digit());
    let orders = matches!(*verb, "删除" | "清空" | "更新" | "插入" | "移除" | "清除");
    let changes = orders || !adjective;
    (changes
        && (!describes
            || orders
                && !after.starts_with('的')
                && !after.starts_with("时间")
                && !after.starts_with("日期")))
    .then_some(*verb)
}

/// Whether a question is talk.
pub(crate) fn is_small_talk(question: &str, lexicon: Option<&Lexicon<'_>>) -> bool {
    let question = simplified(question);
    // 新闻 is what a newspaper's database is about.
    let about = |talk: &str| {
        words::noun(talk)
            .zip(lexicon)
            .is_some_and(|(said, lexicon)| Known::new(Some(lexicon)).noun(talk, said).is_known())
    };
    // 订阅了新闻邮件的粉丝 asks of a table, whatever else it speaks of.
    let asks = || lexicon.is_some_and(|lexicon| names_table(&question, lexicon));
    SMALL_TALK
        .iter()
        .any(|talk| question.contains(talk) && !about(talk) && !(TOPICS.contains(talk) && asks()))
}

/// Whether a question has a noun that a table is called by.
fn names_table(question: &str, lexicon: &Lexicon<'_>) -> bool {
    let known = Known::new(Some(lexicon));
    let chars: Vec<char> = question.chars().collect();
    (0..chars.len()).any(|at| {
        (2..=LONGEST.min(chars.len() - at)).any(|length| {
            let word: String = chars[at..at + length].iter().collect();
            words::noun(&word).is_some_and(|said| {
                let name = known.noun(&word, said);
                name.is_table() && name.table >= 0.9
            })
        })
    })
}

/// A refusal in the language of the question; names stay as they are.
pub(crate) fn refusal_of(refusal: Refusal, tables: &[&str]) -> Refusal {
    let word = refusal.reason.split('"').nth(1).unwrap_or_default();
    let about = if word.is_empty() {
        String::new()
    } else {
        format!("“{word}”")
    };
    let known = if tables.is_empty() {
        String::new()
    } else {
        format!("；现有的表：{}", tables.join("、"))
    };
    let reason = match refusal.kind {
        RefusalKind::Empty => "问题是空的；请提出对数据库的查询，例如“列出所有客户”".to_owned(),
        RefusalKind::Write => format!("{about}会修改数据库，这里只回答查询；请改问要查看什么"),
        RefusalKind::ChitChat => "这不是对数据库的提问；请询问其中的数据，例如“有多少客户”".to_owned(),
        RefusalKind::NotInSchema => format!("{about}在数据库结构中没有对应的表、列或值{known}"),
        RefusalKind::NotUnderstood => format!("{about}在问题中的作用无法确定；请用表名和列名提问{known}"),
        RefusalKind::TooLong => "问题太长；请一次只问一件事".to_owned(),
    };
    Refusal { reason, ..refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_from_questions_about_what_was_changed() {
        for write in [
            "删除所有用户",
            "把订单3的状态改为已完成",
            "新增一个客户",
            "请清空日志表",
            "取消所有预订",
            "关闭所有工单",
            "更新订单状态为已完成",
            "将员工的工资提高10%",
            "给所有客户打九折",
        ] {
            assert!(write_verb(write).is_some(), "{write}");
        }
        for question in [
            "取消的订单",
            "冻结的账户",
            "已删除的用户",
            "创建时间最早的用户",
            "关闭的工单有多少",
            "把所有订单按金额排序显示",
            "更新时间",
            "新增用户数",
            "给出所有客户",
        ] {
            assert_eq!(write_verb(question), None, "{question}");
        }
    }
}
