//! Everyday turns of a Chinese question that say no more than a plainer one does: 手上一套房源都没有的经纪人, 入职时间最长的员工, 最贵的课程叫什么.

use super::is_han;

/// Turns and what the rest reads for them.
#[rustfmt::skip]
const TURNS: &[(&str, &str)] = &[
    ("预约看过", "看过"), ("预约参观过", "参观过"), ("全公司平均", "平均"), ("全公司的平均", "平均"), ("全体平均", "平均"), ("全体员工平均", "平均"),
    ("全部平均", "平均"), ("整体平均", "平均"), ("总体平均", "平均"), ("全校平均", "平均"), ("全店平均", "平均"), ("全厂平均", "平均"), ("全院平均", "平均"),
    ("公司平均", "平均"), ("所有人平均", "平均"), ("大盘平均", "平均"), ("平均水准", "平均水平"), ("平均标准", "平均水平"),
    ("通过电话预订", "电话预订"), ("在网上预订", "网上预订"), ("从网上预订", "网上预订"), ("通过网站预订", "网站预订"),
    ("新注册", "注册"), ("新加入", "加入"), ("新入职", "入职"), ("新开户", "开户"), ("新办理", "办理"), ("新发生", "发生"),
    ("新入学", "入学"), ("新登记", "登记"), ("新签约", "签约"), ("新上架", "上架"), ("新创建", "创建"), ("新开业", "开业"),
    ("及其所属的", "及其"), ("及其所属", "及其"), ("后又被", "且"), ("后又", "且"), ("之后又", "且"),
    ("先后", ""), ("究竟", ""), ("到底", ""), ("大概", ""), ("大约", ""), ("约莫", ""), ("麻烦", ""), ("劳驾", ""),
];

/// What somebody has by him, before how much of it there is.
const BY_HIM: &[&str] = &[
    "手上",
    "手里",
    "手头上",
    "手头",
    "名下的",
    "名下",
    "手中",
    "旗下的",
    "旗下",
];

/// Beginnings, of which the longest ago is the earliest.
const BEGINNINGS: &[&str] = &[
    "入职",
    "注册",
    "加入",
    "成立",
    "开业",
    "任职",
    "在职",
    "开户",
    "入会",
    "登记",
    "建成",
    "上架",
    "挂牌",
    "入学",
    "开通",
    "签约",
    "参加工作",
    "投产",
    "投用",
    "启用",
    "服役",
    "入驻",
    "创立",
    "创办",
    "建校",
    "建馆",
    "购入",
    "购置",
    "上线",
    "上市",
    "出道",
    "入院",
    "入行",
    "工龄",
    "会龄",
];

/// Beginnings that are told by another word's moment.
const ALSO: &[(&str, &str)] = &[
    ("任职", "入职"),
    ("在职", "入职"),
    ("工龄", "入职"),
    ("会龄", "加入"),
    ("入行", "入职"),
];

/// Words that ask for columns after what they are of: 已取消的课程,要课程名和教室.
const WANTED: &[&str] = &[
    "只要",
    "要",
    "只看",
    "包括",
    "包含",
    "给出",
    "给我",
    "附上",
    "带上",
    "写明",
    "注明",
    "显示",
    "列出",
    "列明",
    "输出",
    "展示",
    "说明",
    "标明",
    "并给出",
    "并列出",
    "并显示",
    "并附上",
    "并带上",
    "并标明",
    "同时给出",
    "同时列出",
    "同时显示",
    "同时附上",
    "一并列出",
    "一并给出",
    "一并显示",
    "需要",
    "我要",
    "我想要",
    "要看",
    "想看",
    "要有",
    "内容包括",
    "字段要",
    "字段包括",
];

/// The question in plainer words.
pub(super) fn plainly(question: &str) -> String {
    let mut said = question.to_owned();
    for (turn, plain) in TURNS {
        if said.contains(turn) {
            said = said.replace(turn, plain);
        }
    }
    said = called_what(&said);
    said = longest_since(&said);
    said = of_same_kind(&said);
    said = all_but(&each_with(&said));
    said = how_long_on_average(&said);
    if let Some((lead, rest)) = said.split_once('占')
        && let Some(whole) = ["的比例", "的比重", "的份额"]
            .iter()
            .find_map(|end| rest.strip_suffix(end))
    {
        said = format!("{lead}占{whole}的百分比");
    }
    said = not_even_one(&said);
    said = neither(&said);
    said = done_both(&said);
    wanted(&said)
}

/// 最贵的课程叫什么 asks for its name.
fn called_what(question: &str) -> String {
    let bare = question.trim_end_matches(['?', '？', '。', ' ', '呢', '啊', '呀']);
    let row = [
        "叫什么名字",
        "叫什么名",
        "叫什么名称",
        "的名字叫什么",
        "名字叫什么",
        "叫什么",
        "叫啥名字",
        "叫啥",
        "是叫什么",
    ]
    .iter()
    .find_map(|end| bare.strip_suffix(end));
    match row.map(|row| row.trim_end_matches(['都', '分', '别', '各', '的'])) {
        // 工人叫什么: people have names of their own.
        Some(row) if row.ends_with(['人', '员', '师', '者', '生', '手', '主', '友', '长', '民', '客']) =>
        {
            format!("{row}的姓名")
        }
        Some(row) if !row.is_empty() => format!("{row}的名称"),
        _ => question.to_owned(),
    }
}

/// 每个部门及其负责人: the name of the one beside the other.
fn each_with(question: &str) -> String {
    for each in ["每个", "各个", "每位", "每家", "每间", "每名"] {
        if let Some((lead, rest)) = question.split_once(each)
            && let Some((thing, with)) = rest.split_once("及其")
        {
            let counted = with.contains(['数', '量', '总', '平', '最', '多', '几', '额', '率', '占']);
            if !counted && !thing.contains(['的', '，', ',']) && (1..7).contains(&thing.chars().count()) {
                return format!("{lead}{thing}的名称和{with}");
            }
        }
    }
    question.to_owned()
}

/// 除了小说以外的书, 小说之外的书: those that are not.
fn all_but(question: &str) -> String {
    for outside in ["以外的", "之外的"] {
        let Some((lead, rest)) = question.split_once(outside) else {
            continue;
        };
        let (start, left) = match lead.find("除了").or_else(|| lead.find('除')) {
            Some(at) => (
                &lead[..at],
                lead[at..].trim_start_matches("除了").trim_start_matches('除'),
            ),
            None => ("", lead),
        };
        let plain = (1..9).contains(&left.chars().count())
            && !left.contains(['的', '，', ',', '、', '和', '中', '国'])
            && !left.contains("列出");
        if plain {
            let left = left.trim_end_matches('类');
            return format!("{start}不是{left}的{rest}");
        }
    }
    question.to_owned()
}

/// 同类型(出租或出售)的: what the bracket tells of the kinds is no condition.
fn of_same_kind(question: &str) -> String {
    for same in ["同类型", "同种类", "同类别", "同一类型", "同类", "同一类别"] {
        for (open, close) in [('(', ')'), ('（', '）')] {
            if let Some(at) = question.find(&format!("{same}{open}"))
                && let Some(length) = question[at..].find(close)
            {
                let lead = &question[..at + same.len()];
                return format!("{lead}{}", &question[at + length + close.len_utf8()..]);
            }
        }
    }
    question.to_owned()
}

/// 病假平均请几天: the average of the days, unless two moments are told.
fn how_long_on_average(question: &str) -> String {
    let Some(at) = question.find("平均").filter(|_| !question.contains('从')) else {
        return question.to_owned();
    };
    let after = &question[at + "平均".len()..];
    for lead in [
        "请", "要", "需要", "住", "用", "花", "休", "借", "租", "停", "延误", "晚点", "持续", "",
    ] {
        for ask in ["多少", "几"] {
            for unit in ["天", "小时", "分钟", "晚"] {
                let turn = format!("{lead}{ask}{unit}");
                if let Some(rest) = after.strip_prefix(turn.as_str()) {
                    let said = if unit == "天" { "天数" } else { "时长" };
                    let rest = rest.trim_start_matches(['呢', '?', '？']);
                    return format!("{}平均{said}{rest}", &question[..at]);
                }
            }
        }
    }
    question.to_owned()
}

/// 入职时间最长 is who came first, 注册最久 likewise.
fn longest_since(question: &str) -> String {
    let mut said = question.to_owned();
    for beginning in BEGINNINGS {
        let plain = ALSO
            .iter()
            .find(|(also, _)| also == beginning)
            .map_or(*beginning, |(_, plain)| *plain);
        for time in ["时间", "时长", "年限", "年头", "的时间", ""] {
            for (end, first) in [("最长", "最早"), ("最久", "最早"), ("最短", "最晚")] {
                let turn = format!("{beginning}{time}{end}");
                if said.contains(&turn) {
                    said = said.replace(&turn, &format!("{plain}{first}"));
                }
            }
        }
    }
    said
}

/// 手上一套房源都没有的经纪人, 一个订单也没有的客户: none of it.
fn not_even_one(question: &str) -> String {
    let mut said = question.to_owned();
    for by_him in BY_HIM {
        if let Some(at) = said.find(by_him) {
            let after = &said[at + by_him.len()..];
            if after.chars().next().is_some_and(is_han) && !after.starts_with(['的', '是']) {
                said.replace_range(at..at + by_him.len(), "");
                break;
            }
        }
    }
    let chars: Vec<char> = said.chars().collect();
    for at in 0..chars.len() {
        let ['一', measure, rest @ ..] = &chars[at..] else {
            continue;
        };
        let even = rest.iter().take(9).position(|c| matches!(c, '都' | '也'));
        let Some(even) = even.filter(|even| *even > 0) else {
            continue;
        };
        let thing = &rest[..even];
        let denied = match &rest[even + 1..] {
            ['没', '有', ..] => 2,
            ['没' | '未', ..] => 1,
            _ => continue,
        };
        if !is_han(*measure) || !thing.iter().all(|c| is_han(*c)) {
            continue;
        }
        let after = &rest[even + 1 + denied..];
        // 一个订单都没有下过: what was not done to it stands before it.
        let done = after
            .iter()
            .take_while(|c| !matches!(c, '的' | '，' | ',' | '？' | '?'))
            .count();
        let mut plain: String = chars[..at].iter().collect();
        plain.push_str("没有");
        plain.extend(&after[..done]);
        // 一块地 is a field; 地 alone says no thing.
        if thing == ['地'] {
            plain.push_str("地块");
        } else {
            plain.extend(thing);
        }
        plain.extend(&after[done..]);
        return plain;
    }
    said
}

/// 既没填预算也没填城市: both are missing.
fn neither(question: &str) -> String {
    for (both, and) in [
        ("既没", "也没"),
        ("既没", "又没"),
        ("既未", "也未"),
        ("既未", "又未"),
        ("既不", "也不"),
        ("既不", "又不"),
        ("既无", "也无"),
        ("既无", "又无"),
    ] {
        if let Some((lead, rest)) = question.split_once(both)
            && let Some((one, other)) = rest.split_once(and)
        {
            let denied = both.trim_start_matches('既');
            let joint = and.trim_start_matches(['也', '又']);
            return format!(
                "{lead}{denied}{}且{joint}{other}",
                one.trim_end_matches(['，', ',', ' '])
            );
        }
    }
    question.to_owned()
}

/// 点过汤又点过主食的学生: both were done.
fn done_both(question: &str) -> String {
    let Some((one, other)) = question.split_once("又").filter(|_| !question.contains('既')) else {
        return question.to_owned();
    };
    let Some(verb) = other.split_once('过').map(|(verb, _)| format!("{verb}过")) else {
        return question.to_owned();
    };
    let short = (2..=4).contains(&verb.chars().count());
    match one.rfind(verb.as_str()).filter(|_| short) {
        Some(at) if at == 0 || one[..at].ends_with(['，', ',', '出', '找', '看', '查']) => {
            format!("{}既{}又{other}", &one[..at], &one[at..])
        }
        _ => question.to_owned(),
    }
}

/// 已取消的课程,要课程名、教室和开始时间: the columns of what is told before.
fn wanted(question: &str) -> String {
    let bare = question.trim_end_matches(['?', '？', '。', ' ', '即', '可', '就', '行']);
    let Some((row, asked)) = bare.rsplit_once(['，', ',', '；', '：', ':']) else {
        return question.to_owned();
    };
    let lead = WANTED
        .iter()
        .filter(|lead| asked.trim_start().starts_with(**lead))
        .max_by_key(|lead| lead.len());
    let Some(columns) = lead.map(|lead| &asked.trim_start()[lead.len()..]) else {
        return question.to_owned();
    };
    let columns = columns.trim_start_matches([
        '出', '其', '他', '它', '们', '的', '它', '下', '面', '：', ':', ' ',
    ]);
    let listed = columns.contains(['、', '和', '及', '与']);
    let plain = !columns.contains(['的', '最', '按', '前', '每', '各', '大', '小', '过', '低', '高'])
        && columns.chars().count() <= 30;
    if row.contains(['，', ',']) || !listed || !plain || row.chars().count() < 3 || row.contains('按') {
        return question.to_owned();
    }
    format!("{}的{columns}", row.trim_end_matches([' ', '的']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_turns_are_said_plainly() {
        for (question, said) in [
            ("手上一套房源都没有的经纪人", "没有房源的经纪人"),
            ("一张罚单都没收到过的车主", "没有收到过罚单的车主"),
            ("入职时间最长的技师是谁", "入职最早的技师是谁"),
            ("工龄最长的船员", "入职最早的船员"),
            ("最贵的展品叫什么？", "最贵的展品的名称"),
            ("既没填电话也没填邮箱的货主", "没填电话且没填邮箱的货主"),
            (
                "已下架的展品,要名称、展厅和年代",
                "已下架的展品的名称、展厅和年代",
            ),
            ("列出展品，价格高的排前面", "列出展品，价格高的排前面"),
            ("车票价格高于全公司平均水平的线路", "车票价格高于平均水平的线路"),
        ] {
            assert_eq!(plainly(question), said, "{question}");
        }
    }
}
