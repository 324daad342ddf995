//! What a Chinese word means over a schema: a name of a table or column, a state that a column holds, or neither.

use super::affixes::{ATTRIBUTES, MODIFIERS, RECORDS, WHOLES};
use super::codes::{Code, codes};
use super::is_han;
use super::part::{KNOWN, Name};
use super::words::{self, Readings};
use crate::engine::lexicon::{ColumnEntry, Lexicon, Sort, TableId};
use crate::engine::link::Namer;
use crate::engine::roles;

/// A schema as the words of a question see it.
pub(super) struct Known<'q, 'a> {
    pub lexicon: Option<&'q Lexicon<'a>>,
    pub(super) namer: Option<Namer<'q, 'a>>,
    /// What the comments say of codes, with the words of their columns.
    codes: Vec<(Code, String)>,
}

impl<'q, 'a> Known<'q, 'a> {
    pub(super) fn new(lexicon: Option<&'q Lexicon<'a>>) -> Known<'q, 'a> {
        let coded = |entry: &ColumnEntry<'a>| -> Vec<(Code, String)> {
            let comment = entry.column.comment.as_deref().unwrap_or_default();
            let said = entry.words.join(" ");
            codes(comment)
                .into_iter()
                .map(|code| (code, said.clone()))
                .collect()
        };
        Known {
            lexicon,
            namer: lexicon.map(Namer::new),
            codes: lexicon.map_or_else(Vec::new, |lexicon| {
                lexicon.columns.iter().flat_map(coded).collect()
            }),
        }
    }

    pub(super) fn has_schema(&self) -> bool {
        self.namer.is_some()
    }

    /// Whether the schema itself uses a word.
    pub(super) fn spells(&self, word: &str) -> bool {
        self.lexicon.is_some_and(|lexicon| lexicon.has_word(word))
    }

    /// The codes that a word stands for, each with the words of its column.
    pub(super) fn coded(&self, word: &str) -> Vec<(String, String)> {
        let same = |label: &str| {
            let sex = matches!(label, "男" | "女");
            label == word
                || label.strip_prefix(['已', '被']) == Some(word)
                || sex && word.strip_suffix(['生', '性', '士']) == Some(label)
        };
        self.codes
            .iter()
            .filter(|(code, _)| same(&code.label) && !matches!(word, "是" | "否"))
            .map(|(code, said)| (said.clone(), code.code.clone()))
            .collect()
    }

    /// The tables and columns that English words name.
    pub(super) fn name(&self, said: &str) -> Name {
        let Some(namer) = &self.namer else {
            let attribute = ATTRIBUTES.contains(&said);
            return Name {
                said: said.to_owned(),
                table: if attribute { 0.0 } else { 0.7 },
                column: if attribute { 0.7 } else { 0.0 },
                ..Name::default()
            };
        };
        let mut mention = namer.mention(said);
        // A rate is no rating.
        if said.split(' ').any(|word| word == "rate")
            && let Some(lexicon) = self.lexicon
        {
            let rated =
                |words: &[String]| !words.iter().any(|word| matches!(word.as_str(), "rate" | "rates"));
            mention
                .columns
                .retain(|hit| !rated(&lexicon.column(hit.id).words));
            mention.tables.retain(|hit| !rated(&lexicon.table(hit.id).words));
        }
        // A booking is no book.
        if said.split(' ').any(|word| matches!(word, "booking" | "bookings"))
            && let Some(lexicon) = self.lexicon
        {
            let read = |words: &[String]| words.iter().any(|word| matches!(word.as_str(), "book" | "books"));
            mention.columns.retain(|hit| !read(&lexicon.column(hit.id).words));
            mention.tables.retain(|hit| !read(&lexicon.table(hit.id).words));
        }
        let measure = mention.columns.first().is_some_and(|hit| {
            self.lexicon
                .is_some_and(|lexicon| lexicon.column(hit.id).sort == Sort::Number && !lexicon.is_key(hit.id))
        });
        let table = mention.table_score();
        // "order by" would sort and "show" ask; "orders by" and "shows" cannot.
        // "number of admission" would be the admission number that a table has.
        let numbered = || {
            self.lexicon.is_some_and(|lexicon| {
                lexicon.columns.iter().any(
                    |entry| matches!(&entry.words[..], [thing, last] if thing == said && last == "number"),
                )
            })
        };
        let plural = (table >= KNOWN || said == "order" && mention.column_score() < KNOWN)
            && (VERBS.iter().any(|verb| said == *verb || said.ends_with("order"))
                || said.starts_with("top ") && !said.ends_with('s')
                || !said.ends_with('s') && numbered());
        let home = mention
            .columns
            .first()
            .and_then(|hit| self.lexicon.map(|lexicon| lexicon.column(hit.id).table));
        Name {
            home_said: home
                .and_then(|home| self.lexicon.map(|lexicon| lexicon.title(home)))
                .unwrap_or_default(),
            said: if plural {
                format!("{said}s")
            } else {
                said.to_owned()
            },
            table,
            column: mention.column_score(),
            measure,
            total: false,
            table_home: mention.tables.first().map(|hit| hit.id),
            column_home: home,
        }
    }

    /// Whether the rows of a table are people.
    pub(super) fn names_people(&self, table: TableId) -> bool {
        self.lexicon
            .is_some_and(|lexicon| roles::names_people(lexicon, table))
    }

    /// The table that a sample is of, by its words.
    pub(super) fn table_of_sample(&self, said: &str) -> Option<Name> {
        let lexicon = self.lexicon?;
        let entry = lexicon.columns.iter().find(|entry| {
            entry
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(said))
        })?;
        Some(self.table_name(entry.table)).filter(|name| !name.said.is_empty())
    }

    /// A table by the words of its name.
    pub(super) fn table_name(&self, table: TableId) -> Name {
        Name {
            said: self
                .lexicon
                .map_or_else(String::new, |lexicon| lexicon.title(table)),
            table: 1.0,
            table_home: Some(table),
            ..Name::default()
        }
    }

    /// The first of some English readings that names a column of a table, or of any where none is given.
    pub(super) fn column_of(&self, home: Option<TableId>, readings: &[&str]) -> Option<Name> {
        let namer = self.namer.as_ref()?;
        let lexicon = self.lexicon?;
        readings.iter().find_map(|said| {
            let mention = namer.mention(said);
            let hit = mention.columns.iter().find(|hit| {
                let entry = lexicon.column(hit.id);
                // length_m is the length, in its unit.
                let in_unit = hit.score >= 0.6
                    && matches!(&entry.words[..], [name, unit] if name == said && unit.len() <= 2);
                (hit.score >= 0.8 || in_unit && home.is_some()) && home.is_none_or(|home| entry.table == home)
            })?;
            let entry = lexicon.column(hit.id);
            Some(Name {
                said: (*said).to_owned(),
                column: hit.score,
                measure: entry.sort == Sort::Number,
                column_home: Some(entry.table),
                home_said: lexicon.title(entry.table),
                ..Name::default()
            })
        })
    }

    /// The reading of a noun that the schema knows best, the first of equals.
    pub(super) fn noun(&self, word: &str, readings: &Readings) -> Name {
        let mut best: Option<(f32, Name)> = None;
        for (place, said) in readings.iter().enumerate() {
            let name = self.name(said);
            // 活动 is no flag like is_active where a thing is called so.
            let flag =
                !name.is_table() && self.sort_of(&name) == Some(Sort::Truth) && !self.is_literal(&name, said);
            let worth = name.table.max(name.column) - 0.02 * place as f32 - if flag { 0.3 } else { 0.0 };
            // 账号 is the number of the account where it has one.
            let numbered = best
                .as_ref()
                .is_some_and(|(_, number)| !number.is_table() && number.column >= 0.8);
            if word.ends_with(['号', '码']) && numbered && name.is_table() {
                continue;
            }
            // 请假天数 is no day.
            if word.ends_with("天数") && !name.is_table() && !name.measure && name.is_known() {
                continue;
            }
            // 主厨 is the head chef where there is one, not any chef.
            let vaguer = best.as_ref().is_some_and(|(known, sharper)| {
                *known >= 0.8
                    && sharper
                        .said
                        .strip_suffix(*said)
                        .is_some_and(|lead| lead.ends_with(' '))
            });
            // 评论 are the reviews, not the comment that each of them has.
            let whole = best.as_ref().is_some_and(|(_, part)| {
                !part.is_table()
                    && !part.measure
                    && name.is_table()
                    && name.table >= 0.9
                    && name.table_home == part.column_home
            });
            // 价格 is no rating, although a rate may be one.
            let by_stem = place > 0
                && best
                    .as_ref()
                    .is_some_and(|(_, sharper)| !sharper.is_table() && sharper.column >= KNOWN)
                && name.is_table()
                && !self.is_called(&name, said);
            if !vaguer && !by_stem && (whole || best.as_ref().is_none_or(|(known, _)| worth > known + 1e-6)) {
                best = Some((worth, name));
            }
            if self.namer.is_none() {
                break;
            }
        }
        let mut name = best.map_or_else(|| self.name(word), |(_, name)| name);
        // 退房日期 where the day is called check_out.
        if !name.is_known() {
            let bare = readings
                .iter()
                .filter_map(|said| said.strip_suffix(" date").or_else(|| said.strip_suffix(" time")));
            let day = bare
                .map(|said| self.name(said))
                .find(|name| name.column >= 0.9 && !name.is_table() && self.is_day(name));
            name = day.unwrap_or(name);
        }
        // 质检 are the inspections, not the day of each.
        if name.is_table()
            && name.column > name.table
            && let Some(home) = name.table_home.filter(|home| name.column_home == Some(*home))
        {
            name = self.table_name(home);
        }
        // 载客量 is how many fit in, not who they are.
        if name.is_table()
            && word.ends_with(['量', '率', '额'])
            && let Some(column) = readings
                .iter()
                .map(|said| self.name(said))
                .find(|name| name.measure && !name.is_table() && name.column >= 0.8)
        {
            name = column;
        }
        name.total = word.starts_with('总') || word.ends_with("总额") || word.ends_with("总量");
        name
    }

    /// A noun with an ending that makes a table of it, and how many characters the ending has.
    pub(super) fn recorded(&self, word: &str, rest: &str) -> Option<(Name, usize)> {
        let ending = RECORDS
            .iter()
            .filter(|ending| rest.starts_with(**ending))
            .max_by_key(|ending| ending.len())?;
        let readings = words::noun(word)?;
        let table = |said: &str| Some(self.name(said)).filter(|name| name.is_table());
        let name = readings
            .iter()
            .flat_map(|said| [format!("{said} record"), format!("{said} log")])
            .find_map(|said| table(&said).filter(|name| name.table >= 0.9))
            .or_else(|| readings.iter().find_map(|said| table(said)))?;
        // 质检记录 are the inspections, not the day of each.
        let name = match name.table_home {
            Some(home) if name.column > name.table && name.column_home == Some(home) => self.table_name(home),
            _ => name,
        };
        Some((name, ending.chars().count()))
    }

    /// 消费金额 is hardly known here, but 金额 is the end of a comment.
    pub(super) fn sharper(&self, word: &str, name: Name) -> Name {
        if name.table.max(name.column) >= 0.8 {
            return name;
        }
        let ends = word.char_indices().skip(1).map(|(at, _)| &word[at..]);
        ends.filter(|end| end.chars().count() > 1 && self.spells(end))
            .map(|end| self.in_english(self.name(end)))
            .find(|sharper| sharper.column > name.column)
            .unwrap_or(name)
    }

    /// 预计工时, 采购价格: a noun with a word before it, where the schema has both in one name.
    pub(super) fn compound(&self, word: &str) -> Option<Name> {
        self.namer.as_ref()?;
        let cuts = word.char_indices().skip(1).map(|(at, _)| word.split_at(at));
        let mut best: Option<Name> = None;
        for (lead, tail) in cuts {
            let Some(tails) = words::noun(tail) else { continue };
            let modifier = MODIFIERS.iter().find(|(modifier, _)| *modifier == lead);
            let leads: Vec<&str> = match modifier {
                Some((_, said)) => said.to_vec(),
                None if lead.chars().count() > 1 => words::noun(lead)
                    .into_iter()
                    .chain(words::state(lead))
                    .flatten()
                    .copied()
                    .collect(),
                None => continue,
            };
            for lead in leads.iter().take(6) {
                // 订单金额 names a thing and what it has: both are said.
                if modifier.is_none() && self.name(lead).is_table() {
                    continue;
                }
                for tail in tails.iter().take(6) {
                    let name = self.name(&format!("{lead} {tail}"));
                    let least = if modifier.is_some() { 0.7 } else { 0.85 };
                    if tail.is_empty() || word.ends_with("天数") && self.is_day(&name) {
                        continue;
                    }
                    if name.table.max(name.column) >= least
                        && best.as_ref().is_none_or(|known| {
                            name.column.max(name.table) > known.column.max(known.table) + 1e-6
                        })
                    {
                        best = Some(name);
                    }
                }
            }
        }
        if let Some(name) = &mut best {
            name.total |= word.ends_with("总额") || word.ends_with("总量");
        }
        best
    }
}

/// Tables whose names in the singular ask for something or count it.
const VERBS: &[&str] = &[
    "order", "show", "list", "report", "return", "display", "count", "find", "rank", "group", "sort", "share",
];

/// Whether the words of a column say a state or its opposite.
pub(super) fn says(words: &[String], said: &str) -> bool {
    use crate::engine::stem::stem;
    let bare: Vec<&str> = ["un", "in", "dis", ""]
        .iter()
        .filter_map(|prefix| said.strip_prefix(prefix))
        .collect();
    let all: Vec<&str> = said.split(' ').collect();
    let has = |word: &str| words.iter().any(|known| stem(known) == stem(word));
    all.iter().all(|word| has(word)) || bare.iter().any(|word| has(word))
}

/// Whether a word says nothing where no table is called so: 系统, 公司.
pub(super) fn is_whole(said: &str) -> bool {
    WHOLES.contains(&said)
}

/// Whether a word has a Chinese character.
pub(super) fn is_chinese_word(word: &str) -> bool {
    word.chars().any(is_han)
}
