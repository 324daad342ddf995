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
    /// 叫: the name is told next.
    Called,
    Not,
    /// 没有: there is none.
    Lacks,
    /// 分配, 指派: whose work it is.
    Assign,
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
    /// 从新到旧 (true): the order of the rows' moments.
    Newest(bool),
    /// 同, 同类 (true): the same as its own, or of the same kind.
    Same(bool),
    /// Whether a sort descends.
    Direction(bool),
    /// A function before its column.
    Figure(&'static str),
    /// A function after its column.
    FigureAfter(&'static str),
    Count,
    Distinct,
    /// 最高 (true), 最低 (false), of the column or things before it, or as a function of the column after it; and what English
    /// calls the thing itself.
    Highest(bool, &'static str),
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
    /// What only a number before it makes a measure word: 5套.
    Unit,
    /// 岁.
    Years,
    Currency(&'static str),
    /// 写的: made by what is before it.
    Maker,
    /// 签, 养, 发生: what happens between two things that are named anyway.
    Verb,
    /// 发往: where something goes is told next.
    Toward,
    /// 每类: for each kind of what follows.
    EachKind,
    /// 每种: for each of what follows, or each kind of it where they have no names.
    EachSort,
    /// 比: what follows is compared with.
    Than,
    /// 贵, 更高 at the end of a comparison that 比 began: the word, what it says in English, and whether of a price.
    Beyond(&'static str, &'static str),
    /// 引起, 导致: the cause is told before.
    Caused,
    /// 占百分之几: what share of a whole.
    Share,
    /// 占: the whole of a share is told next.
    Takes,
    /// 同时, 既 (true): what holds at once.
    Both(bool),
    /// 又: what holds too.
    Also,
    /// 各有多少: how many of each.
    EachCount,
    /// 人数: how many people.
    People,
    /// 次数: how often what is before it happened.
    Times,
    /// 一次: once, which counts after 只.
    Once,
    /// 没有人: nobody did what follows.
    Nobody,
    /// 但: a condition that the one before would not let expect.
    But,
    /// 销售额, 消费 (true): money that is taken or spent.
    Money(bool),
    /// What only a number before it makes a span of time: 5年.
    Lasting(&'static str),
}

use Mark::{
    After, Also, And, Assign, Before, Between, Both, But, By, Called, Caused, Compare, CompareAfter,
    Contains, Count, Currency, De, Degree, Direction, Distinct, Each, EachCount, EachKind, EachSort, Ends,
    Figure, FigureAfter, Filler, First, From, Has, Highest, Is, Lacks, Lasting, Maker, Measure, Monthly,
    Newest, Nobody, Not, NotNull, NotYet, Null, Once, Or, People, RangeEnd, Same, Share, Since, Sort, Starts,
    Takes, Tally, Than, Times, To, Toward, Unit, Verb, Which, With, Years,
};

/// Each mark with the phrases that make it, separated by blanks.
#[rustfmt::skip]
pub(crate) const MARKS: &[(Mark, &str)] = &[
    (Filler, "请 请问 麻烦 帮我 帮忙 给我 告诉我 我想 我要 想要 需要 知道 看看 看一下 查看 查询 查一下 查 显示 展示 列出 列举 列一下 获取 返回 找出 找到 找 搜索 检索 选出 筛选 输出 打印 提供 给出"),
    (Filler, "那 那个 那笔 那条 那位 那张 那家 那本 那部 那场 那件 那台 所有 全部 全体 一共 总共 共有 一下 的话 呢 吗 啊 吧 了 过 被 下过 出来 分别 各自 其中 当前 目前 现在 都 它们 他们 这些 那些 里 中 内 上 是多少 是什么 有什么 分别是多少 情况 记录数据 所 曾 曾经 进行 做过 以及其 填写 填 绑定 登记 指定 设定 得 用得 使用得 用的 出现得 出现 应该 具体 相应 对应 对应的 相关 下面 为止 截至 正在 名单 一览 清单 列表 花名册 名册 明细表 发生 产生 任何 任意 一些 某些 以下是"),
    (Filler, "仍 仍然 依然 还 已经 其 着 起来 一共有 总共有 想知道 想看 想查 统计一下 帮忙查 帮查 请列出 请显示 请查询 请统计 这里 这儿 我们 咱们 本 该 整个 至今为止 的时候 时 地 请给出 瞧瞧 给看 调出 拉出 拉一下 导出 汇报 罗列 一起 一并"),
    (Filler, "由 把 将 这 这个 这门 这家 这位 这本 这条 这张 这台 这批 这类 该门 该家 该位 列出来 列一列 找出来 查出来 显示出来 捞出来 单笔 单次 单张 单件 单条 再 先 各位 一共有多少钱"),
    (Filler, "可以 能够 能 可供 任何人 给任何人 给别人 给他人 给人 别人 给自己 给出过 那些人 的情况 各自的"),
    (Than, "比"),
    (Caused, "引起 导致 引发 所引起 所导致 所致 造成"),
    (De, "的 之"),
    (And, "及其 以及其 连同 和 与 及 以及 并且 并 且 而且 还有 跟 、 ， ,"),
    (Or, "或 或者 或是"),
    (Compare("more than"), "大于 超过 不止 多于 高于 超出 贵于 长于 晚于 大过 > ＞ 大於 超過 高出 在…以上"),
    (Compare("at least"), "大于等于 大于或等于 不少于 不低于 不小于 至少 最少有 起码 达到 >= ≥"),
    (Compare("less than"), "小于 少于 低于 不到 不足 未满 短于 早于 便宜于 < ＜ 不满 还不到 没到 未达到 未达 没达到"),
    (Compare("at most"), "小于等于 小于或等于 不超过 不多于 不高于 不大于 至多 最多有 <= ≤"),
    (Compare("="), "等于 = ＝ 正好是 恰好 刚好 正好"),
    (Compare("!="), "不等于 != <> ≠"),
    (CompareAfter("more than"), "多"),
    (CompareAfter("at least"), "以上 及以上 或以上 或更多"),
    (CompareAfter("at most"), "以下 及以下 或以下 以内"),
    (Between, "介于 位于区间"),
    (RangeEnd, "之间 期间"),
    (To, "到 至 ~ ～ -"),
    (Is, "是 为 属于 ： :"),
    (Called, "叫 叫做 名为 名叫 称为 叫作"),
    (Not, "不是 不为 不在 不属于 不来自 非 不 除了 除"),
    (Lacks, "没有 无 没 缺少 不存在 没有任何 从没有 还没有 没有过"),
    (NotYet, "尚未 还未 从未 从来没有 从没 未曾 未 还没 从来没 从来未 至今没有 至今未 至今没 一直没有 一直没 一直未"),
    (Has, "有 拥有 存在 含有 带有 带 具有"),
    (From, "分布在 分布于 坐落在 坐落于 就职于 任职于 毕业于 隶属于 归属于 设在 设于 生活在 任职在 来自 来自于 位于 住在 在 处于 居住在 出自"),
    (EachKind, "每类 各类"),
    (EachSort, "每种 每一种 各种"),
    (Each, "每个 每一个 每位 每名 每家 每本 每张 每间 每台 每条 每只 每辆 每款 每 各个 各 每部 每篇 每首 每座 每所 每支 每场 每套 每架 每艘 每届 每期 每间 每栋 每片 每份 每笔 每次 每块 每道 每项 每门 每所"),
    (Monthly("month"), "每个月 每月 各月 按月 按月份 逐月"),
    (Monthly("year"), "每年 各年 按年 按年份 逐年"),
    (Monthly("quarter"), "每季度 每个季度 各季度 各个季度 按季度 逐季 每季"),
    (Monthly("week"), "每周 各周 每个星期 每星期 按周 逐周"),
    (Monthly("day of the week"), "每个星期几 按星期几 按周几 各个星期几 按星期 每个周几 周几 星期几 一周内各天 一周各天 一周中各天 按一周各天"),
    (Monthly("hour of the day"), "按小时 每小时 每个小时 各小时 各个小时 按时段 各时段 每个时段 各个时段 按钟点 每个钟点"),
    (Monthly("day"), "每天 每日 按天 按日 逐日"),
    (By, "按 按照 依据 根据 依照 以每"),
    (Tally, "统计 分组 汇总 分类统计 分组统计 计算 分类汇总"),
    (Sort, "排序 排列 排 排名 排序显示"),
    (Direction(true), "降序 倒序 递减 由多到少 从高到低 从大到小 从多到少 由高到低 由大到小 逆序 从贵到便宜 从长到短 从贵到贱 从快到慢 从重到轻 从远到近 先大后小 先高后低"),
    (Direction(false), "升序 正序 递增 由少到多 从低到高 从小到大 从少到多 由低到高 由小到大 从便宜到贵 从短到长 从慢到快 从轻到重 从近到远 先小后大 先低后高"),
    (Newest(true), "从新到旧 由新到旧 从晚到早 由晚到早 先新后旧 最新的在前"),
    (Newest(false), "从旧到新 由旧到新 从早到晚 由早到晚 先旧后新 最早的在前"),
    (Figure("average"), "平均 均"),
    (Figure("sum of"), "总 总的 累计 合计 总共的"),
    (Figure("maximum"), "最大值的"),
    (FigureAfter("sum of"), "总额 总和 之和 合计 总计 总值 总量"),
    (FigureAfter("average"), "平均值 均值 平均数 平均水平 平均线 均线"),
    (FigureAfter("maximum"), "最大值 最高值"),
    (FigureAfter("minimum"), "最小值 最低值"),
    (Count, "数量 多少 有多少 几 有几 个数 总数 数目 数 条数 笔数 记录数 记录条数 记录总数 数据条数 行数 总数量 有多少个 有几个 有多少条 多少个 几个 几条 几名 几位 几本 门数 家数 件数 台数 张数 场数 单数 多少笔 多少家 多少门 多少台 多少张 多少件 多少次 有多少笔 有多少家 有多少门 有多少台 有多少张 有多少件 有多少次 有多少位 多少位 多少名 有多少名 几笔 几家 几门 几台 几张 几件 几次 几份 几场 几部 几只 几辆 几套 几间 几所 几座 几单 有几笔 有几家 有几门 有几台 有几张 有几件 有几次 有几份 有几场 有几部 有几只 有几辆 有几套 有几间 有几所 有几座 有几位 有几名 有几单 多少单 有多少单"),
    (Times, "次数 总次数 人次 总人次 人次数 单量"),
    (Once, "一次 一回 1次 一遍"),
    (Nobody, "没有人 没人 无人 从来没有人 从没有人 从没人 尚无人 还没有人 还没人 没有任何人"),
    (Same(false), "同 同一 同一个 同一种 同属 相同 其所在 其所属 所属"),
    (Same(true), "同类 同类型 同种 同种类 同类别 同一类 同一类型 同一类别 同型 同款"),
    (Assign, "分配 分配给 分配到 指派 指派给 分派 分派给 派给 安排给 交给 指定给 分给 派单给"),
    (But, "但 但是 却 但却 不过"),
    (People, "人数 总人数 人头数 多少人 有多少人 几个人 有几个人 多少个人 有多少个人"),
    (EachCount, "各有多少 各有多少个 各有几 各有几个 各多少 各是多少 分别有多少 分别有多少个 分别有几 分别有几个 分别多少 分别是多少个 各自有多少 各占多少 各多少个 各有多少人 各多少人 各有几人 各几个 各几人 各多少家 各多少位 各多少名 各多少条 各多少笔 各多少台 各有多少名 各有多少位 各有多少家 各有多少条 各有多少笔 各有多少台 各有多少张 各有多少件 各有多少次 分别多少人 分别有多少人 分别有多少家 分别有多少台 分别有多少条 分别有多少笔"),
    (Share, "占百分之多少 占百分之几 占比多少 占比是多少 占多少比例 占多大比例 占多大比重 占多大的比例 占了多大比例 所占比例 所占的比例 所占百分比 所占的百分比 所占比重 百分之多少 百分之几 占几成"),
    (Takes, "占 占了 占到 占据"),
    (Both(false), "同时"),
    (Both(true), "既 既是 既有"),
    (Also, "又 又是 又有 也 也是"),
    (Lasting("years"), "年 周年"),
    (Lasting("months"), "个月"),
    (Lasting("weeks"), "周 个星期 星期"),
    (Lasting("days"), "天"),
    (Lasting("hours"), "小时 个小时"),
    (Lasting("minutes"), "分钟"),
    (Lasting("seconds"), "秒 秒钟"),
    (Distinct, "不同 不同的 不要重复 不要重复的 去掉重复 去掉重复的 去除重复 没有重复 无重复 不重复的 去重的 去重后的 去重 有哪些 唯一的 哪些不同的 不重复 都有哪些 包括哪些"),
    (Highest(true, "tallest"), "最高"),
    (Highest(true, "largest"), "最大"),
    (Highest(true, "most"), "最多"),
    (Highest(true, "longest"), "最长 最久 时间最长"),
    (Highest(true, "heaviest"), "最重"),
    (Highest(true, "best"), "最好 最佳 最优 最优秀 最强"),
    (Highest(true, "fastest"), "最快"),
    (Highest(true, "deepest"), "最深"),
    (Highest(true, "widest"), "最宽 最广 最厚"),
    (Highest(true, "farthest"), "最远"),
    (Highest(true, "hottest"), "最热"),
    (Highest(false, "lowest"), "最低 最矮"),
    (Highest(false, "smallest"), "最小"),
    (Highest(false, "fewest"), "最少"),
    (Highest(false, "shortest"), "最短"),
    (Highest(false, "lightest"), "最轻"),
    (Highest(false, "worst"), "最差 最糟"),
    (Highest(false, "slowest"), "最慢"),
    (Highest(false, "shallowest"), "最浅"),
    (Highest(false, "nearest"), "最近距离 离得最近"),
    (Highest(false, "coldest"), "最冷"),
    (Degree("most expensive"), "最贵 最昂贵"),
    (Degree("cheapest"), "最便宜 最廉价"),
    (Degree("most common"), "最常见 最普遍 最多见 最常用 最常出现 最常发生"),
    (Degree("best selling"), "卖得最好 卖得最多 卖的最好 卖的最多 最畅销 最热销 最好卖 销量最好 卖出最多 销售最好 最热卖"),
    (Degree("latest"), "最新 最近 最晚 最后"),
    (Degree("earliest"), "最早 最先 最旧"),
    (Degree("oldest"), "历史最悠久 最悠久 最古老 最年长 最老 年纪最大 年龄最大"),
    (Degree("youngest"), "最年轻 年纪最小 年龄最小"),
    (Degree("most popular"), "最受欢迎 最热门"),
    (First, "前 头 排名前 排前 位居前 top TOP Top"),
    (Which, "哪一类 哪类 哪款 哪本 哪间 哪条 哪台 哪名 哪个 哪一个 哪些 哪位 哪家 哪种 什么 谁 哪 哪几个"),
    (With, "以 用 通过 使用"),
    (Starts, "开头 开始 打头 起始"),
    (Contains, "里有 里包含 里含有 中包含 中含有 里带 内有 带有 带 含有 出现 提到 包含 含 包括 包含有 带有字样 中有"),
    (Ends, "结尾 结束 收尾"),
    (Null, "为空的 没填 没有填写 没有填 没填写 尚未填写 还没填 留空 未知 未登记 没有登记 空白 为空 是空 为空值 缺失 空缺 未填写 未填 为null 是null 未留 没留 没留下 未留下 没登记 未录入 没录入 没有录入 未设置 没设置 没有设置 未标注 没标注 没有登记过"),
    (Null, "没有标注 没有标明 没有注明 没有写明 没有留下 没有记录 没有提供 没有填报 没有备注 没有选择 没有确定 没有说明 没有维护 没有配置 没标明 没注明 没写明 没记录 没提供 没填报 没备注 没选择 没确定 没说明 没维护 没配置 未标明 未注明 未写明 未记录 未提供 未填报 未备注 未选择 未确定 未说明 未维护 未配置 还没填写 还没登记 还没录入 还没设置 还没标注 还没标明 还没注明 还没写明 还没写 还没留下 还没记录 还没提供 还没填报 还没备注 还没上传 还没选择 还没确定 还没说明 还没维护 还没配置 还没有填写 还没有登记 还没有录入 还没有设置 还没有标注 还没有标明 还没有注明 还没有写明 还没有写 还没有留下 还没有记录 还没有提供 还没有填报 还没有备注 还没有上传 还没有选择 还没有确定 还没有说明 还没有维护 还没有配置 还没有填 尚未登记 尚未录入 尚未设置 尚未标注 尚未标明 尚未注明 尚未写明 尚未写 尚未留下 尚未记录 尚未提供 尚未填报 尚未备注 尚未上传 尚未选择 尚未确定 尚未说明 尚未维护 尚未配置 尚未填 从未填写 从未登记 从未录入 从未设置 从未标注 从未标明 从未注明 从未写明 从未留下 从未记录 从未提供 从未填报 从未备注 从未上传 从未选择 从未确定 从未说明 从未维护 从未配置 从未填"),
    (NotNull, "不为空 非空 不是空 已填写 已填"),
    (After, "之后 以后 后"),
    (Before, "之前 以前"),
    (Since, "以来 起 至今 开始至今 之后至今"),
    (Measure, "籍 分 个 名 位 条 本 张 件 台 间 家 种 款 只 辆 笔 次 份 人 类 级 型 项 部 门 场 封 篇 页 公斤 千克 吨 字样"),
    (Unit, "套 座 头 艘 架 幅 首 栋 幢 届 轮 平米 平方米 平方 平 米 厘米 毫米 公里 千米 海里 英里 克 斤 升 毫升 度 摄氏度 支 队 期 章 节 杯 瓶 盒 箱 包 袋 桶 片 颗 粒 棵 株 匹 群 户 口 所 起 宗 例 档 集 季 话 道 盘 kg g km m cm GB MB TB KB ms 票 版 卷 册 枚 副 双 对 组 排 层 楼 阶 站 趟 班 毫秒 晚 课时 学分 千瓦 千瓦时 兆瓦 兆瓦时 吉瓦 吉瓦时 太瓦时 瓦 瓦时 度电 千伏 伏 伏特 毫伏 安培 毫安 毫安时 安时 立方米 立方厘米 立方 平方公里 平方千米 平方厘米 平方英尺 英尺 英寸 英亩 分米 微米 纳米 光年 磅 盎司 毫克 微克 公吨 加仑 公升 马力 百帕 千帕 兆帕 赫兹 千赫 兆赫 吉赫 分贝 千卡 大卡 焦耳 千焦 牛顿 像素 字节 千字节 兆字节 吉字节 比特 兆 华氏度 公里每小时 千米每小时 米每秒 亩 公顷 号人 成 点 级别 倍 集数 桌 餐 顿"),
    (Years, "岁 周岁"),
    (Currency("yuan"), "元 块 块钱 人民币 元人民币"),
    (Currency("dollars"), "美元 美金 刀"),
    (Currency("euros"), "欧元"),
    (Currency("pounds"), "英镑"),
    (Toward, "发往 寄往 运往 飞往 开往 前往 到达 抵达 发到 寄到"),
    (Verb, "来过 到过 发 发过 投 投过 投放 投放过 评 评过 收 点 点过 卖出过 买入 购入 采购过 购买过 申请过 申请 办 办过 办理 办理过 请过 提交过 跑 报名 报名过 参与过 加入过 使用过 浏览 浏览过 回复 回复过 关注 关注过 订阅 订阅过 收藏 收藏过 下载 下载过 完成过 享受 享受过 接过 安排 安排过 生成 生成过 饰演 扮演 签 订 订过 住 去 看 看过 签订 签署 签过 订立 养 饲养 喂养 开 开具 打 打过 做 做过 买 买过 卖 卖过 卖出 卖掉 上过 交 发生 发起 产生 出过 拍 拍过 演 演过 唱 唱过 踢 踢过 玩 玩过 用过 吃 喝 住过 发表 发过 租过 借过 借 租 下 下过 接 接待 接诊 处理 处理过 负责 管理 承担 举办 举行 组织 参与 加入 去过 拿过 获得 获得过 得过 赢得 收到 收到过 付过 交过 报过 选过 选 教 教过 带 提供 供应 涉及 写过 写了 出版过 开设 开过 设有 建造 驾驶 开着 领养 收养 运营 经营 写 撰写 发布 发送 发出 提交 主持 主办 承办 策划 指导 负责过 举办过 参加 参加过 预订 预订过 开办 维护 执导 导演 主演 拥有着 看管 照看 照顾 经过 停靠 贡献 拥有过 担任 担任过 服务 服务过 对应 花 花费 花了 消费 消费过 养了 存放 存储 存 装 装有 配备 考 考过 学 学过 修 修过 选修过 听过 听 调用 调用过 访问 访问过 请求过 排过 轮过 值过 捐 捐过 捐赠过 资助过 认领过 领过 领取过 领取 退过 退换过 送 送过 运送过 运过 配送过 派送过 开通过 充过 充值过 兑换过 兑换 抽过 赢过 输过 打卡过 触发 触发过 上报 上报过 采集 采集过 部署过 合并过 推送过 上传 上传过 留 留下 留过 挂过 挂 转诊过 开过药 光顾过 光顾 点评过 邀请过 推荐过 带过 跑过 飞过 接种过 接种"),
    (Maker, "写 撰写 编写 著 所写 制作 生产"),
];
