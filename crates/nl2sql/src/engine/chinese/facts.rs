//! What a schema is like where the structure of a Chinese question depends on it: keys, moments, flags, rows.

use super::known::{Known, says};
use super::part::Name;
use super::words::Readings;
use crate::engine::lexicon::{ColumnId, Sort, TableId};
use crate::engine::roles;
use crate::schema::ColumnKind;

impl Known<'_, '_> {
    /// The first reading of a noun that is a table: what 10条评论 are.
    pub(super) fn rows(&self, readings: &Readings) -> Option<Name> {
        self.namer.as_ref()?;
        readings
            .iter()
            .map(|said| self.name(said))
            .find(|name| name.is_table() && name.table >= 0.9)
    }

    /// What a column holds.
    pub(super) fn sort_of(&self, name: &Name) -> Option<Sort> {
        let hit = self.namer.as_ref()?.mention(&name.said).columns.first()?.id;
        (!name.is_table()).then(|| self.lexicon.map(|lexicon| lexicon.column(hit).sort))?
    }

    /// Whether rows of a table have a key of another.
    pub(super) fn refers(&self, from: TableId, to: TableId) -> bool {
        self.lexicon.is_some_and(|lexicon| {
            lexicon
                .graph
                .links
                .iter()
                .any(|link| link.from == from && link.to == to && link.from != link.to)
        })
    }

    /// Whether a table has a state as a sample or a flag.
    pub(super) fn holds(&self, said: &str, home: TableId) -> bool {
        let Some(lexicon) = self.lexicon else { return false };
        self.sampled(said, Some(home)).is_some()
            || lexicon
                .columns
                .iter()
                .any(|entry| entry.table == home && entry.sort == Sort::Truth && says(&entry.words, said))
    }

    /// Whether a name is a column of yes and no.
    pub(super) fn is_flag(&self, name: &Name) -> bool {
        self.sort_of(name) == Some(Sort::Truth)
    }

    /// A name of a schema that is Chinese in Latin letters, by the English words that the schema is read with.
    pub(super) fn in_english(&self, name: Name) -> Name {
        let Some(lexicon) = self.lexicon.filter(|lexicon| lexicon.is_pinyin) else {
            return name;
        };
        let hits = self.namer.as_ref().map(|namer| namer.mention(&name.said));
        let hit = hits.as_ref().and_then(|mention| mention.columns.first());
        let table = name.table_home.filter(|_| name.is_table());
        if let Some(table) = table {
            return Name {
                said: lexicon.title(table),
                ..name
            };
        }
        match hit.map(|hit| lexicon.column(hit.id).words.join(" ")) {
            Some(said) if !name.is_table() => Name { said, ..name },
            _ => name,
        }
    }

    /// A column by its own words.
    pub(super) fn column_name(&self, id: ColumnId) -> Option<Name> {
        let lexicon = self.lexicon?;
        let entry = lexicon.column(id);
        Some(Name {
            said: entry.words.join(" "),
            column: 1.0,
            measure: entry.sort == Sort::Number && !lexicon.is_key(id),
            column_home: Some(entry.table),
            home_said: lexicon.title(entry.table),
            ..Name::default()
        })
    }

    /// The first column that has all of some samples, one of a table before any other.
    pub(super) fn column_holding(&self, values: &[String], home: Option<TableId>) -> Option<Name> {
        let lexicon = self.lexicon?;
        let holds = |id: &ColumnId, home: Option<TableId>| {
            let entry = lexicon.column(*id);
            let has = |value: &String| {
                let samples = &entry.column.samples;
                samples.iter().any(|sample| sample.eq_ignore_ascii_case(value))
            };
            home.is_none_or(|home| entry.table == home) && values.iter().all(has)
        };
        let mut columns = (0..lexicon.columns.len()).map(ColumnId);
        let own = columns.clone().find(|id| home.is_some() && holds(id, home));
        own.or_else(|| columns.find(|id| holds(id, None)))
            .and_then(|id| self.column_name(id))
    }

    /// The column of a table that has a sample.
    pub(super) fn holding(&self, said: &str, home: TableId) -> Option<Name> {
        self.column_holding(&[said.to_owned()], Some(home))
            .filter(|name| name.column_home == Some(home))
    }

    /// Whether two names are of one column.
    pub(super) fn is_same(&self, one: &Name, other: &Name) -> bool {
        let column = |name: &Name| {
            let hits = self.namer.as_ref()?.mention(&name.said).columns;
            let mut of_home = hits.iter().filter(|hit| {
                self.lexicon
                    .is_some_and(|lexicon| Some(lexicon.column(hit.id).table) == name.column_home)
            });
            of_home.next().map(|hit| hit.id)
        };
        column(one).is_some() && column(one) == column(other)
    }

    /// The flag that says one of two words and denies the other.
    pub(super) fn flag_of(&self, said: &[&str], home: Option<TableId>) -> Option<Name> {
        let lexicon = self.lexicon?;
        let bare = |said: &str| {
            let said = ["non ", "not ", "non-"]
                .iter()
                .find_map(|lead| said.strip_prefix(lead))
                .unwrap_or(said);
            said.to_owned()
        };
        let id = (0..lexicon.columns.len()).map(ColumnId).find(|id| {
            let entry = lexicon.column(*id);
            entry.sort == Sort::Truth
                && home.is_none_or(|home| entry.table == home)
                && said.iter().all(|said| says(&entry.words, &bare(said)))
        })?;
        self.column_name(id)
    }

    /// The people that a table's rows have: those whose rows refer to it.
    pub(super) fn people_of(&self, home: TableId) -> Option<Name> {
        let lexicon = self.lexicon?;
        lexicon
            .table_ids()
            .find(|table| self.names_people(*table) && self.refers(*table, home))
            .map(|table| self.table_name(table))
    }

    /// The table that has a word as a flag or a value.
    pub(super) fn table_telling(&self, said: &str) -> Option<TableId> {
        let lexicon = self.lexicon?;
        let flag = lexicon
            .columns
            .iter()
            .find(|entry| entry.sort == Sort::Truth && says(&entry.words, said));
        let held = || self.column_holding(&[said.to_owned()], None);
        flag.map(|entry| entry.table)
            .or_else(|| held().and_then(|name| name.column_home))
    }

    /// The column of the money that is taken, or that the rows of a table spend: of orders before payments and the like.
    pub(super) fn money_of(&self, home: Option<TableId>, spent: bool) -> Option<Name> {
        const SALES: &[&str] = &[
            "order",
            "sale",
            "transaction",
            "purchase",
            "payment",
            "invoice",
            "bill",
            "receipt",
            "consumption",
            "booking",
            "reservation",
            "deal",
            "contract",
            "ticket",
        ];
        let lexicon = self.lexicon?;
        let tables = |kind: &str| {
            lexicon.table_ids().find(|table| {
                let words = &lexicon.table(*table).words;
                const MORE: &[&str] = &[
                    "record",
                    "order",
                    "history",
                    "header",
                    "transaction",
                    "payment",
                    "bill",
                    "log",
                    "info",
                ];
                match &words[..] {
                    [one] => one == kind,
                    [one, more] => one == kind && MORE.contains(&more.as_str()),
                    _ => false,
                }
            })
        };
        SALES.iter().filter_map(|kind| tables(kind)).find_map(|table| {
            let related = home.is_none_or(|home| home == table || !spent || self.refers(table, home));
            let column = roles::taken(lexicon, table).filter(|_| related)?;
            self.column_name(column)
        })
    }

    /// Whether the words of a column have each word that a noun says, as it stands.
    pub(super) fn is_literal(&self, name: &Name, said: &str) -> bool {
        self.lexicon.is_some_and(|lexicon| {
            lexicon.columns.iter().any(|entry| {
                Some(entry.table) == name.column_home
                    && said
                        .split(' ')
                        .all(|word| entry.words.iter().any(|own| own == word))
            })
        })
    }

    /// Whether the words of a table have a word that a noun says, in the singular or the plural.
    pub(super) fn is_called(&self, name: &Name, said: &str) -> bool {
        let Some((lexicon, home)) = self.lexicon.zip(name.table_home) else {
            return true;
        };
        let words = &lexicon.table(home).words;
        said.split(' ').any(|word| {
            words.iter().any(|own| {
                own == word || own.strip_suffix('s') == Some(word) || word.strip_suffix('s') == Some(own)
            })
        })
    }

    /// Whether a word names columns of several tables.
    pub(super) fn is_shared(&self, name: &Name) -> bool {
        let hits = self.namer.as_ref().map(|namer| namer.mention(&name.said).columns);
        hits.zip(self.lexicon).is_some_and(|(hits, lexicon)| {
            hits.iter()
                .any(|hit| hit.score >= 0.6 && Some(lexicon.column(hit.id).table) != name.column_home)
        })
    }

    /// The words of a column.
    pub(super) fn words_of(&self, name: &Name) -> Option<&[String]> {
        let hits = self.namer.as_ref()?.mention(&name.said).columns;
        let lexicon = self.lexicon?;
        let id = hits.first().filter(|_| !name.is_table())?.id;
        Some(&lexicon.column(id).words)
    }

    /// The tables whose rows have a key of another.
    pub(super) fn referring(&self, home: TableId) -> Vec<TableId> {
        let tables = self.lexicon.map(|lexicon| lexicon.table_ids());
        tables.map_or_else(Vec::new, |tables| {
            tables.filter(|table| self.refers(*table, home)).collect()
        })
    }

    /// The samples of a column.
    pub(super) fn samples_of(&self, name: &Name) -> Vec<String> {
        let hits = self.namer.as_ref().map(|namer| namer.mention(&name.said));
        let hit = hits.as_ref().and_then(|mention| mention.columns.first());
        hit.zip(self.lexicon).map_or_else(Vec::new, |(hit, lexicon)| {
            lexicon.column(hit.id).column.samples.clone()
        })
    }

    /// The only column whose name begins with a Latin word that is short for something: IP of `ip_address`.
    pub(super) fn begun_with(&self, word: &str) -> Option<Name> {
        let word = word.to_lowercase();
        let mut columns = self
            .lexicon?
            .columns
            .iter()
            .filter(|entry| entry.words.len() == 2 && entry.words[0] == word);
        let column = columns.next()?;
        let sure = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
        (sure && columns.next().is_none())
            .then(|| self.column_of(Some(column.table), &[column.words.join(" ").as_str()]))
            .flatten()
    }

    /// The people that a table's rows are of, where its keys refer to one table of people only.
    pub(super) fn owner_of(&self, home: TableId) -> Option<Name> {
        let lexicon = self.lexicon?;
        let mut tables = lexicon
            .table_ids()
            .filter(|table| self.names_people(*table) && self.refers(home, *table));
        match (tables.next(), tables.next()) {
            (Some(only), None) => Some(self.table_name(only)),
            _ => None,
        }
    }

    /// The rows that refer to those of a table, where only one table has such.
    pub(super) fn only_referring(&self, home: TableId) -> Option<Name> {
        let lexicon = self.lexicon?;
        let mut tables = lexicon.table_ids().filter(|table| self.refers(*table, home));
        match (tables.next(), tables.next()) {
            (Some(only), None) => Some(self.table_name(only)),
            _ => None,
        }
    }

    /// The rows that have a value and refer to those of a table, which has no such value itself.
    pub(super) fn rows_holding(&self, said: &str, home: TableId) -> Option<Name> {
        if self.holding(said, home).is_some() || self.holds(said, home) {
            return None;
        }
        let holding = self.column_holding(&[said.to_owned()], None)?.column_home?;
        self.refers(holding, home).then(|| self.table_name(holding))
    }

    /// The column that names the rows of a table.
    pub(super) fn label_of(&self, home: TableId) -> Option<Name> {
        let lexicon = self.lexicon?;
        self.column_name(roles::label(lexicon, home).into_iter().next()?)
    }

    /// The column of a table that holds months as text, and how it spells them.
    pub(super) fn month_column(&self, home: TableId) -> Option<(Name, &'static str)> {
        let lexicon = self.lexicon?;
        let style = |sample: &str| {
            let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
            match sample.len() {
                6 if digits(sample)
                    && sample[4..]
                        .parse::<u8>()
                        .is_ok_and(|month| (1..=12).contains(&month)) =>
                {
                    Some("YYYYMM")
                }
                7 if sample.is_ascii() && digits(&sample[..4]) && digits(&sample[5..]) => {
                    match sample.as_bytes()[4] {
                        b'-' => Some("YYYY-MM"),
                        b'/' => Some("YYYY/MM"),
                        _ => None,
                    }
                }
                _ => None,
            }
        };
        lexicon.columns_of(home).find_map(|id| {
            let entry = lexicon.column(id);
            let column = entry.column;
            if column.kind != ColumnKind::Text {
                return None;
            }
            let unsampled = column.samples.is_empty()
                && entry.words.last().is_some_and(|word| word == "month")
                && column.type_name.contains('7');
            let told = match &column.samples[..] {
                [] => unsampled.then_some("YYYY-MM"),
                [first, rest @ ..] => {
                    style(first).filter(|told| rest.iter().all(|sample| style(sample) == Some(*told)))
                }
            }?;
            Some((self.column_name(id)?, told))
        })
    }

    /// What a table measures: days where those are asked for, else what its rows are worth.
    pub(super) fn measure_of(&self, home: TableId, days: bool) -> Option<Name> {
        let lexicon = self.lexicon?;
        let id = if days {
            lexicon.columns_of(home).find(|id| {
                let entry = lexicon.column(*id);
                entry.sort == Sort::Number
                    && entry
                        .words
                        .iter()
                        .any(|word| matches!(word.as_str(), "days" | "day" | "hours" | "duration"))
            })
        } else {
            roles::taken(lexicon, home)
        };
        self.column_name(id.or_else(|| roles::measure(lexicon, home))?)
    }
}
