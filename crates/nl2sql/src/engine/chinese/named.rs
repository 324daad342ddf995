//! Which name of the schema a Chinese noun is at its place: of the thing in question, of a kind of it, a sum, or how many there are.

use super::cut::Cutter;
use super::marks::Mark;
use super::part::{Name, Part};
use super::words::{self, LONGEST};
use crate::engine::lexicon::TableId;

/// Verbs that say when a thing itself began or came out.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "成立", "创立", "创办", "创建", "建立", "建成", "落成", "建造", "竣工", "投产", "投运", "开业", "开办", "出生", "入职", "上映", "首映", "退役",
];

/// Those of a thing that was made or opened, and what a schema may call the day of it.
const THINGS_BEGIN: &[&str] = &[
    "成立", "创立", "创办", "创建", "建立", "建成", "落成", "建造", "竣工", "投产", "投运", "开业", "开办",
];
const BEGUN: &[&str] = &[
    "founded",
    "formed",
    "established",
    "opened",
    "commissioned",
    "built",
    "launched",
    "created",
];

impl Cutter<'_, '_> {
    /// 绘画 where works are of the kind `painting`: a likelier reading than the table's is a sample of the table.
    pub(super) fn kind(&self, word: &str, noun: &Name) -> Option<Name> {
        let readings = words::noun(word).filter(|_| noun.is_table())?;
        let table = readings.iter().position(|said| *said == noun.said)?;
        let likelier = readings[..table].to_vec();
        let (said, told) = self.known.state(&likelier, noun.table_home);
        let sampled = |home| self.known.sampled(&said.to_lowercase(), Some(home)).is_some();
        let is_kind = told && !likelier.is_empty() && noun.table_home.is_some_and(sampled);
        is_kind.then(|| Name {
            said: format!("{said} {}", noun.said),
            ..noun.clone()
        })
    }

    /// 智能电表 where the meters have a column that tells the smart ones: the beginning of the word is a condition.
    pub(super) fn lead_that_tells(&self, word: &str, name: &Name) -> Option<(Part, usize)> {
        if !self.known.has_schema() {
            return None;
        }
        let cuts = word.char_indices().skip(1).map(|(at, _)| word.split_at(at));
        cuts.collect::<Vec<_>>()
            .into_iter()
            .rev()
            .find_map(|(lead, tail)| {
                let readings = words::state(lead).or_else(|| words::noun(lead))?;
                let rest = self.known.noun(tail, words::noun(tail)?);
                let same = rest.is_known()
                    && if name.is_table() {
                        rest.is_table() && rest.table_home == name.table_home
                    } else {
                        !rest.is_table() && rest.column_home == name.column_home && rest.said == name.said
                    };
                if !same {
                    return None;
                }
                let (said, told) = self.known.state(
                    readings,
                    name.table_home.filter(|_| name.is_table()).or(name.column_home),
                );
                // 请假申请 is the leave request, not one of somebody on leave.
                let unsaid = !said
                    .split([' ', '_'])
                    .any(|part| part.len() > 3 && name.said.contains(part))
                    && !name.said.contains(said.as_str());
                if name.is_table() {
                    return (told && unsaid).then(|| (Part::Value(said, false), lead.chars().count()));
                }
                // 维修费用 is what the repairs cost.
                let thing = words::noun(lead).map(|said| self.known.noun(lead, said));
                let own = thing.as_ref().is_some_and(|thing| {
                    thing.is_table() && thing.table_home == name.column_home && name.said != "quantity"
                });
                let of_thing = thing
                    .filter(|thing| {
                        thing.is_table()
                            && (thing.table_home != name.column_home || self.known.is_shared(name))
                    })
                    .and_then(|thing| {
                        let column = self.known.column_of(thing.table_home, &[name.said.as_str()])?;
                        let said = format!("{} {}", thing.said, column.said);
                        (name.measure && !matches!(name.said.as_str(), "quantity" | "number" | "count"))
                            .then_some(Name { said, ..column })
                    });
                if let Some(column) = of_thing {
                    return Some((Part::Name(column), word.chars().count()));
                }
                // 购买价格 is the purchase cost.
                let whole = readings
                    .iter()
                    .map(|reading| self.known.name(&format!("{reading} {}", name.said)))
                    .find(|whole| whole.column >= 0.9 && !whole.is_table());
                if let Some(whole) = whole.filter(|_| told) {
                    return Some((Part::Name(whole), word.chars().count()));
                }
                (told && unsaid && !own).then(|| (Part::Value(said, false), lead.chars().count()))
            })
    }

    /// 维修总费用: the sum of a column whose name goes on around the word that says so.
    pub(super) fn summed(&self, word: &str) -> Option<Name> {
        let (lead, tail) = word.split_once('总')?;
        if lead.chars().count() < 2 || tail.chars().count() < 2 {
            return None;
        }
        let whole = format!("{lead}{tail}");
        let name = if self.known.spells(&whole) {
            self.known.name(&whole)
        } else {
            let noun = words::noun(&whole).map(|said| self.known.noun(&whole, said));
            let known = noun.filter(|noun| noun.column >= 0.8 && !noun.is_table());
            known.or_else(|| self.known.compound(&whole))?
        };
        (name.measure && !name.is_table()).then_some(Name { total: true, ..name })
    }

    /// Whether a noun is a column, and not how many there are of a thing that has a table.
    pub(super) fn is_no_count(&self, word: &str, noun: &Name) -> bool {
        let Some(thing) = counted(word) else {
            return true;
        };
        let column = noun.measure && noun.is_known() && !noun.is_table();
        let table = words::noun(thing)
            .map(|said| self.known.noun(thing, said))
            .filter(Name::is_table);
        // 评论数 beside comments is a column only where it is called so in full; 载客量 is how much fits in.
        // An order is one however much of something it is for.
        let ordered = thing.ends_with('单')
            && !noun.said.contains(' ')
            && words::noun(thing)
                .is_some_and(|said| said.iter().any(|said| self.known.name(said).table >= 0.4));
        column
            && !ordered
            && table.is_none_or(|table| {
                // 订单数量 counts the orders, not what their lines have so many of.
                let lines = table.table_home.zip(noun.column_home);
                if table.table >= 0.9
                    && thing.ends_with(['单', '户', '票', '品', '件'])
                    && lines.is_some_and(|(things, lines)| self.known.refers(lines, things))
                {
                    return false;
                }
                let full = noun.said.contains(' ') || word.ends_with('量') && !word.ends_with("数量");
                table.table_home == noun.column_home || full && noun.column >= 0.9
            })
    }

    /// A name of the thing in question; a beginning that it has no column of is a word that nothing explains.
    pub(super) fn placed(
        &self,
        word: &str,
        length: usize,
        at: usize,
        name: Name,
        before: Option<&Part>,
    ) -> Part {
        let owner = match before {
            Some(Part::Name(thing)) if thing.is_table() => thing.table_home,
            _ => None,
        };
        let name = self.at_home(word, length, at, name, owner);
        if name.is_known() || !BEGINNINGS.contains(&word) {
            Part::Name(self.known.sharper(word, name))
        } else {
            Part::Other(self.typed[at..at + length].iter().collect())
        }
    }

    /// 场馆名称: the name of the thing that the word begins with, where it has one.
    pub(super) fn thing_of_name(&self, word: &str, name: &Name) -> Option<(Part, usize)> {
        if let Some(thing) = self.thing_of_key(word, name) {
            return Some(thing);
        }
        if name.is_table() || !matches!(name.said.as_str(), "name" | "title") {
            return None;
        }
        let (lead, tail) = ["名称", "姓名", "名字", "标题"]
            .iter()
            .find_map(|tail| Some((word.strip_suffix(tail)?, *tail)))?;
        let thing = self.known.noun(lead, words::noun(lead)?);
        let home = thing
            .table_home
            .filter(|_| thing.is_table() && thing.table >= 0.9)?;
        self.known.column_of(Some(home), words::noun(tail)?)?;
        Some((Part::Name(thing), lead.chars().count()))
    }

    /// 工单编号: the key of the thing itself, not what other rows refer to it by.
    fn thing_of_key(&self, word: &str, name: &Name) -> Option<(Part, usize)> {
        let lexicon = self.known.lexicon.filter(|_| !name.is_table())?;
        let (lead, tail) = ["编号", "号码", "号"]
            .iter()
            .find_map(|tail| Some((word.strip_suffix(tail)?, *tail)))?;
        let thing = self.known.noun(lead, words::noun(lead)?);
        let home = thing
            .table_home
            .filter(|home| thing.is_table() && thing.table >= 0.9 && Some(*home) != name.column_home)?;
        let key = lexicon.column(lexicon.primary_key(home)?);
        let other = name.column_home.filter(|other| self.known.refers(*other, home))?;
        let plain =
            matches!(&key.words[..], [only] if matches!(only.as_str(), "id" | "number" | "no" | "code"));
        (plain && tail != "号" && other != home).then(|| (Part::Name(thing), lead.chars().count()))
    }

    /// 导演的出生年份: a column of the table in question, where a noun has one there too.
    pub(super) fn at_home(
        &self,
        word: &str,
        length: usize,
        at: usize,
        name: Name,
        owner: Option<TableId>,
    ) -> Name {
        let Some(said) = words::noun(word).filter(|_| !name.is_table()) else {
            return name;
        };
        let ahead = self.table_ahead(at + length);
        let homes = [owner, ahead, self.home.get()];
        let mut homes = homes.into_iter().flatten();
        // 赞助商名称: what names the thing right before, whatever its column is called.
        if let Some(owner) = owner.filter(|owner| Some(*owner) != name.column_home)
            && matches!(word, "名称" | "姓名" | "名字" | "标题" | "名")
            && self.known.column_of(Some(owner), said).is_none()
            && let Some(label) = self.known.label_of(owner)
        {
            return label;
        }
        if homes.clone().any(|home| Some(home) == name.column_home) {
            return name;
        }
        // 成立 is when the thing itself began, never when a row of another table did.
        let elsewhere = match said.first() {
            Some(first) if BEGINNINGS.contains(&word) && homes.clone().next().is_some() => Name {
                said: (*first).to_owned(),
                ..Name::default()
            },
            _ => name.clone(),
        };
        let begun: &[&str] = if THINGS_BEGIN.contains(&word) { BEGUN } else { &[] };
        let moments: Vec<String> = said
            .iter()
            .filter(|_| BEGINNINGS.contains(&word))
            .chain(begun)
            .flat_map(|said| ["year", "on", "at", "date"].map(|unit| format!("{said} {unit}")))
            .collect();
        let moments: Vec<&str> = moments.iter().map(String::as_str).collect();
        // 成绩 that is the score of another table is no result of this one: vaguer readings are not tried.
        let sure = name.column >= 0.9 && !matches!(name.said.as_str(), "name" | "title");
        let place = said.iter().position(|one| sure && *one == name.said);
        let nearer = &said[..place.map_or(said.len(), |place| place + 1)];
        homes
            .find_map(|home| {
                let plain = self.known.column_of(Some(home), nearer);
                plain.or_else(|| self.known.column_of(Some(home), &moments))
            })
            .map_or(elsewhere, |column| Name {
                total: name.total,
                ..column
            })
    }

    /// The next table that the question names.
    pub(super) fn table_ahead(&self, at: usize) -> Option<TableId> {
        (at..self.chars.len().min(at + 8)).find_map(|at| {
            let rest = &self.chars[at..];
            (1..=LONGEST.min(rest.len())).rev().find_map(|length| {
                let word: String = rest[..length].iter().collect();
                let name = if self.known.spells(&word) {
                    self.known.name(&word)
                } else {
                    self.known.noun(&word, words::noun(&word)?)
                };
                name.table_home.filter(|_| name.is_table())
            })
        })
    }

    /// Whether a word that names a table begins at a character.
    pub(super) fn table_begins(&self, at: usize) -> bool {
        let rest = self.chars.get(at..).unwrap_or_default();
        (2..=LONGEST.min(rest.len())).rev().any(|length| {
            let word: String = rest[..length].iter().collect();
            words::noun(&word).is_some_and(|said| {
                let name = self.known.noun(&word, said);
                name.is_table() && name.table >= 0.8
            })
        })
    }

    /// A word that the schema itself uses, as it was typed or in simplified characters.
    pub(super) fn spelled(
        &self,
        at: usize,
        length: usize,
        word: &str,
        before: Option<&Part>,
    ) -> Option<Part> {
        let typed: String = self.typed[at..at + length].iter().collect();
        let word = [typed.as_str(), word]
            .into_iter()
            .find(|word| self.known.spells(word))?;
        let name = self.known.in_english(self.known.name(word));
        if !name.is_known() {
            return None;
        }
        // 宠物数量 counts the pets, whatever other table has a 数量.
        if words::is_mark(word, Mark::Count)
            && let Some(Part::Name(thing)) = before
            && thing.is_table()
            && thing.table_home != name.column_home
        {
            // 入库数量 where each of them has one.
            return self.known.column_of(thing.table_home, &[word]).map(Part::Name);
        }
        let noun = words::noun(word).map(|said| self.known.noun(word, said));
        // A column that is called like a table only refers to it.
        let table = noun.filter(|noun| {
            let sure = if name.column < 0.9 { 0.65 } else { 0.9 };
            noun.table >= sure && !name.is_table()
        });
        let total = word.contains('总');
        Some(Part::Name(table.unwrap_or(Name { total, ..name })))
    }
}

/// What a word says the number of: 订单数.
fn counted(word: &str) -> Option<&str> {
    [
        "总次数",
        "总人次",
        "总数",
        "数量",
        "人数",
        "次数",
        "人次",
        "笔数",
        "条数",
        "件数",
        "趟数",
        "场数",
        "场次",
        "家数",
        "台数",
        "总量",
        "数",
        "量",
    ]
    .iter()
    .find_map(|end| word.strip_suffix(end))
    .filter(|thing| words::noun(thing).is_some())
}
