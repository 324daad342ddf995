//! Chinese phrases that carry the structure of a question, as data.

/// What a phrase does in a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mark {
    /// Says nothing: 请, 显示, 所有.
    Filler,
    /// 的: what is before it narrows what is after it.
    De,
    And,
    Or,
    /// A comparison, in English.
    Compare(&'static str),
    /// A comparison that follows its number: 以上.
    CompareAfter(&'static str),
    Between,
    RangeEnd,
    To,
    Is,
    Not,
    /// 没有: there is none.
    Lacks,
    /// 尚未: it has not happened.
    NotYet,
    /// 有: there is some.
    Has,
    /// 来自, 在: the place or kind is told next.
    From,
    /// 每个: for each of what follows.
    Each,
    /// 每月: for each of a unit of time.
    Monthly(&'static str),
    /// 按: sorted by or grouped by what follows.
    By,
    /// 统计, 分组: what 按 began is a group.
    Tally,
    Sort,
    /// Whether a sort descends.
    Direction(bool),
    /// A function before its column.
    Figure(&'static str),
    /// A function after its column.
    FigureAfter(&'static str),
    Count,
    Distinct,
    /// 最高 (true), 最低 (false), of the column or things before it, or as a function of the column after it.
    Highest(bool),
    /// A degree that says its own column, in English.
    Degree(&'static str),
    First,
    Which,
    /// 以…开头 begins.
    With,
    Starts,
    Contains,
    Ends,
    Null,
    NotNull,
    After,
    Before,
    Since,
    /// A measure word.
    Measure,
    /// 岁.
    Years,
    Currency(&'static str),
    /// 写的: made by what is before it.
    Maker,
}

use Mark::{
    After, And, Before, Between, By, Compare, CompareAfter, Contains, Count, Currency, De, Degree, Direction,
    Distinct, Each, Ends, Figure, FigureAfter, Filler, First, From, Has, Highest, Is, Lacks, Maker, Measure,
    Monthly, Not, NotNull, NotYet, Null, Or, RangeEnd, Since, Sort, Starts, Tally, To, Which, With, Years,
};

/// Each mark with the phrases that make it, separated by bars.
#[rustfmt::skip]
pub(crate) const MARKS: &[(Mark, &str)] = &[
    (Filler, "请|请问|麻烦|帮我|帮忙|给我|告诉我|我想|我要|想要|需要|知道|看看|看一下|查看|查询|查一下|查|显示|展示|列出|列举|列一下|获取|返回|找出|找到|找|搜索|检索|选出|筛选|输出|打印|提供|给出"),
    (Filler, "所有|全部|全体|一共|总共|共有|一下|的话|呢|吗|啊|吧|了|过|被|下过|出来|分别|各自|其中|当前|目前|现在|都|它们|他们|这些|那些|里|中|内|上|是多少|是什么|有什么|分别是多少|情况|记录数据|所|曾|曾经|进行|做过|以及其|填写|填|分配|绑定|登记|指定|设定|得|用得|使用得|用的|出现得|出现|应该|具体|相应|对应|对应的|相关|下面|为止|截至|正在|名单|一览|清单|明细表|发生|产生|任何|任意|一些|某些|以下是"),
    (De, "的|之"),
    (And, "和|与|及|以及|并且|并|且|而且|同时|还有|跟|、|，|,"),
    (Or, "或|或者|或是"),
    (Compare("more than"), "大于|超过|多于|高于|超出|贵于|长于|晚于|大过|>|＞|大於|超過|高出|在…以上"),
    (Compare("at least"), "大于等于|大于或等于|不少于|不低于|不小于|至少|最少有|起码|达到|>=|≥"),
    (Compare("less than"), "小于|少于|低于|不到|不足|未满|短于|早于|便宜于|<|＜|不满"),
    (Compare("at most"), "小于等于|小于或等于|不超过|不多于|不高于|不大于|至多|最多有|<=|≤"),
    (Compare("="), "等于|=|＝|正好是|恰好"),
    (Compare("!="), "不等于|!=|<>|≠"),
    (CompareAfter("at least"), "以上|及以上|或以上|或更多"),
    (CompareAfter("at most"), "以下|及以下|或以下|以内"),
    (Between, "介于|位于区间"),
    (RangeEnd, "之间"),
    (To, "到|至|~|～|-"),
    (Is, "是|为|属于|叫|叫做|名为|：|:"),
    (Not, "不是|不为|不在|不属于|不来自|非|不|除了|除"),
    (Lacks, "没有|无|没|缺少|不存在|没有任何|从没有|还没有|没有过"),
    (NotYet, "尚未|还未|从未|从来没有|从没|未曾|未|还没"),
    (Has, "有|拥有|存在|含有|带有|带|具有"),
    (From, "来自|来自于|位于|住在|在|处于|居住在|出自"),
    (Each, "每个|每一个|每位|每名|每种|每一种|每类|每家|每本|每张|每间|每台|每条|每只|每辆|每款|每|各个|各|各种|各类"),
    (Monthly("month"), "每个月|每月|各月|按月|按月份|逐月"),
    (Monthly("year"), "每年|各年|按年|按年份|逐年"),
    (Monthly("day"), "每天|每日|按天|按日|逐日"),
    (By, "按|按照|依据|根据|依照|以每"),
    (Tally, "统计|分组|汇总|分类统计|分组统计|计算|分类汇总"),
    (Sort, "排序|排列|排|排名|排序显示"),
    (Direction(true), "降序|倒序|递减|由多到少|由新到旧|从高到低|从大到小|从多到少|由高到低|由大到小|从新到旧|从晚到早|逆序|从贵到便宜|从长到短"),
    (Direction(false), "升序|正序|递增|由少到多|从低到高|从小到大|从少到多|由低到高|由小到大|从旧到新|从早到晚|从便宜到贵|从短到长"),
    (Figure("average"), "平均|均"),
    (Figure("sum of"), "总|总的|累计|合计|总共的"),
    (Figure("maximum"), "最大值的"),
    (FigureAfter("sum of"), "总额|总和|之和|合计|总计|总值|总量"),
    (FigureAfter("average"), "平均值|均值|平均数"),
    (FigureAfter("maximum"), "最大值|最高值"),
    (FigureAfter("minimum"), "最小值|最低值"),
    (Count, "数量|多少|有多少|几|有几|个数|总数|数目|数|次数|总次数|条数|笔数|人数|总人数|总数量|有多少个|有几个|有多少条|多少个|几个|几条|几名|几位|几本"),
    (Distinct, "不同|不同的|不重复的|去重的|去重后的|去重|有哪些|唯一的|哪些不同的|不重复|都有哪些|包括哪些"),
    (Highest(true), "最高|最大|最多|最长|最重|最好|最快|最强|最久"),
    (Highest(false), "最低|最小|最少|最短|最轻|最差|最慢"),
    (Degree("most expensive"), "最贵|最昂贵"),
    (Degree("cheapest"), "最便宜|最廉价"),
    (Degree("latest"), "最新|最近|最晚|最后"),
    (Degree("earliest"), "最早|最先|最旧"),
    (Degree("oldest"), "最年长|最老|年纪最大|年龄最大"),
    (Degree("youngest"), "最年轻|年纪最小|年龄最小"),
    (Degree("most popular"), "最受欢迎|最热门"),
    (First, "前|头|排名前|排前|位居前|top|TOP|Top"),
    (Which, "哪一类|哪类|哪款|哪本|哪间|哪条|哪台|哪名|哪个|哪一个|哪些|哪位|哪家|哪种|什么|谁|哪|哪几个"),
    (With, "以|用|通过|使用"),
    (Starts, "开头|开始|打头|起始"),
    (Contains, "包含|含|包括|包含有|带有字样|中有"),
    (Ends, "结尾|结束|收尾"),
    (Null, "为空|是空|为空值|缺失|空缺|未填写|未填|为null|是null"),
    (NotNull, "不为空|非空|不是空|已填写|已填"),
    (After, "之后|以后|后"),
    (Before, "之前|以前"),
    (Since, "以来|起|至今|开始至今|之后至今"),
    (Measure, "分|个|名|位|条|本|张|件|台|间|家|种|款|只|辆|笔|次|份|人|类|级|型|项|部|门|场|封|篇|页|公斤|千克|吨|分钟|小时|天|字样"),
    (Years, "岁|周岁"),
    (Currency("yuan"), "元|块|块钱|人民币|元人民币"),
    (Currency("dollars"), "美元|美金|刀"),
    (Currency("euros"), "欧元"),
    (Currency("pounds"), "英镑"),
    (Maker, "写|撰写|编写|著|所写|制作|生产"),
];
