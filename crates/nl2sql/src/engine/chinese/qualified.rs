//! A word before what it is one of: 手机渠道, 技术组, 香料类, 美元账户.

use super::countries::capital;
use super::cut::Cutter;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::words::{self, LONGEST};
use crate::engine::lexicon::TableId;

/// Last words of columns that hold kinds.
const KINDS: &[&str] = &[
    "channel",
    "type",
    "category",
    "kind",
    "method",
    "source",
    "platform",
    "mode",
    "class",
    "class code",
    "medium",
    "level",
    "grade",
    "tier",
    "plan",
    "way",
    "means",
    "currency",
    "genre",
    "style",
    "region",
    "language",
    "brand",
    "industry",
    "specialty",
    "nature",
];

/// What a group of people is called after the word for it, and the words of columns that hold such groups.
const TEAMS: &[&str] = &["小组", "团队", "部门", "班组", "组", "部", "队", "科", "室", "处"];
const TEAM_COLUMNS: &[&str] = &[
    "team",
    "group",
    "department",
    "dept",
    "squad",
    "unit",
    "division",
    "section",
    "specialty",
    "name",
    "office",
];

/// Currencies with their codes.
const CURRENCIES: &[(&str, &str)] = &[
    ("dollars", "USD"),
    ("euros", "EUR"),
    ("pounds", "GBP"),
    ("yuan", "CNY"),
];

impl Cutter<'_, '_> {
    /// 手机渠道, 技术组: the value of the column after a word, or of one that holds groups.
    pub(super) fn qualified(&self, at: usize) -> Option<(Vec<Part>, usize)> {
        if !self.known.has_schema() {
            return None;
        }
        let rest = &self.chars[at..];
        // 支付方式 is a word of its own.
        let whole = (2..=LONGEST.min(rest.len()))
            .rev()
            .find(|length| {
                let word: String = rest[..*length].iter().collect();
                self.known.spells(&word)
                    || words::noun(&word).is_some_and(|said| self.known.noun(&word, said).is_known())
            })
            .unwrap_or(0);
        (2..=LONGEST.min(rest.len()))
            .rev()
            .take_while(|length| *length >= whole)
            .find_map(|length| {
                let word: String = rest[..length].iter().collect();
                if self.known.spells(&word) {
                    return None;
                }
                self.of_class(at, length, &word)
                    .or_else(|| self.of_head(length, &word, at))
                    .or_else(|| self.of_cuisine(at, length, &word))
                    .or_else(|| self.of_team(at, length, &word))
                    .or_else(|| self.of_kind(at, length, &word))
            })
    }

    /// 难度为困难: what a column is, is a value, whatever else is called so.
    pub(super) fn valued(
        &self,
        part: Option<Part>,
        before: &[Part],
        at: usize,
        taken: usize,
    ) -> Option<Part> {
        let Some(Part::Name(said)) = &part else {
            return part;
        };
        let [.., Part::Name(column), Part::Mark(Mark::Is)] = before else {
            return part;
        };
        let word: String = self.chars[at..at + taken].iter().collect();
        let ends = matches!(
            self.chars.get(at + taken),
            None | Some('的' | '且' | '，' | ',' | '、' | '或' | '和' | '并')
        );
        let textual =
            column.is_known() && !column.is_table() && !column.measure && !self.known.is_day(column);
        match words::state(&word) {
            Some(readings) if textual && ends && !said.is_table() => {
                let (value, told) = self.known.state(readings, column.column_home);
                Some(Part::Value(
                    value,
                    told && !self.known.samples_of(column).is_empty(),
                ))
            }
            _ => part,
        }
    }

    /// 卡车 where nothing but the vehicles is called so: those of the kind.
    fn of_head(&self, length: usize, word: &str, at: usize) -> Option<(Vec<Part>, usize)> {
        let readings = words::state(word)?;
        let (said, told) = self.known.state(readings, None);
        if told || words::noun(word).is_some_and(|noun| self.known.noun(word, noun).is_known()) {
            return None;
        }
        let head: String = word.chars().last()?.to_string();
        let thing = self.known.noun(&head, words::noun(&head)?);
        let named = thing.is_table() && thing.table >= 0.9;
        // 卡车车辆 says the thing itself.
        let again = self.table_ahead(at + length) == thing.table_home;
        let unsampled = thing.table_home.is_some_and(|home| self.lacks_samples(home));
        (named && unsampled && word.chars().count() > 1).then(|| {
            let mut parts = vec![Part::Value(said, false)];
            if !again {
                parts.push(Part::Name(thing));
            }
            (parts, length)
        })
    }

    /// 账单类投诉: a kind that a sample spells.
    fn of_class(&self, at: usize, length: usize, word: &str) -> Option<(Vec<Part>, usize)> {
        if !matches!(self.chars.get(at + length), Some('类' | '型')) || self.longest_word(at + length) > 1 {
            return None;
        }
        let home = self.table_ahead(at + length + 1)?;
        let lexicon = self.known.lexicon?;
        let readings = words::state(word).into_iter().chain(words::noun(word)).flatten();
        let kinds = |entry_words: &[String]| entry_words.iter().any(|word| KINDS.contains(&word.as_str()));
        let sample = readings
            .flat_map(|reading| {
                lexicon
                    .columns
                    .iter()
                    .filter(|entry| entry.table == home && kinds(&entry.words))
                    .flat_map(|entry| &entry.column.samples)
                    .find(|sample| sample.eq_ignore_ascii_case(reading) || shortens(sample, reading))
            })
            .next()?;
        Some((vec![Part::Value(sample.clone(), true)], length + 1))
    }

    /// Whether no text of a table has samples.
    fn lacks_samples(&self, home: TableId) -> bool {
        self.known.lexicon.is_some_and(|lexicon| {
            lexicon
                .columns_of(home)
                .all(|id| lexicon.column(id).column.samples.is_empty())
        })
    }

    /// 泰国菜 where dishes have a cuisine that no sample tells.
    fn of_cuisine(&self, at: usize, length: usize, word: &str) -> Option<(Vec<Part>, usize)> {
        let rest: String = self.chars[at + length..].iter().take(2).collect();
        let tail = ["料理", "菜系", "菜", "餐"]
            .iter()
            .find(|tail| rest.starts_with(**tail))?;
        let column = self.known.column_of(None, &["cuisine", "cuisine type"])?;
        let readings = words::place(word)?;
        if !self.known.samples_of(&column).is_empty() {
            return None;
        }
        let people = readings
            .iter()
            .skip(1)
            .find(|said| said.len() > 3 && !said.contains(' '))?;
        Some((
            vec![
                Part::Name(column),
                Part::Mark(Mark::Is),
                Part::Quoted(capital(people)),
            ],
            length + tail.chars().count(),
        ))
    }

    fn of_team(&self, at: usize, length: usize, word: &str) -> Option<(Vec<Part>, usize)> {
        let rest: String = self.chars[at + length..].iter().take(2).collect();
        let tail = TEAMS.iter().find(|tail| rest.starts_with(**tail))?;
        let whole = format!("{word}{tail}");
        if words::noun(&whole).is_some_and(|said| self.known.noun(&whole, said).is_known()) {
            return None;
        }
        let columns = |entry_words: &[String]| {
            entry_words
                .iter()
                .any(|word| TEAM_COLUMNS.contains(&word.as_str()))
        };
        let lexicon = self.known.lexicon?;
        let readings = words::state(word).into_iter().chain(words::noun(word)).flatten();
        let sample = readings
            .flat_map(|reading| {
                lexicon
                    .columns
                    .iter()
                    .filter(|entry| columns(&entry.words))
                    .flat_map(|entry| &entry.column.samples)
                    .find(|sample| begins_same(sample, reading))
            })
            .next()?;
        Some((
            vec![Part::Value(sample.clone(), true)],
            length + tail.chars().count(),
        ))
    }

    fn of_kind(&self, at: usize, length: usize, word: &str) -> Option<(Vec<Part>, usize)> {
        let readings = words::state(word)?;
        let (column, taken) = self.kind_column(at + length)?;
        let after = self.chars.get(at + length + taken);
        if !matches!(after, None | Some('的' | '，' | ',' | '、' | '和' | '或'))
            && self.table_ahead(at + length + taken).is_none()
        {
            return None;
        }
        let samples = self.known.samples_of(&column);
        // A sample that is spelled so is found as any other value.
        if readings
            .iter()
            .any(|reading| samples.iter().any(|sample| sample.eq_ignore_ascii_case(reading)))
        {
            return None;
        }
        let coded = readings.iter().find_map(|reading| {
            let mut fits = samples.iter().filter(|sample| shortens(sample, reading));
            match (fits.next(), fits.next()) {
                (Some(only), None) => Some(only.clone()),
                _ => None,
            }
        });
        let value = match coded {
            Some(sample) => Part::Quoted(sample),
            None if samples.is_empty() => Part::Quoted((*readings.first()?).to_owned()),
            None => return None,
        };
        Some((
            vec![Part::Name(column), Part::Mark(Mark::Is), value],
            length + taken,
        ))
    }

    /// The column of kinds that the word at a character names.
    fn kind_column(&self, at: usize) -> Option<(Name, usize)> {
        let rest = &self.chars[at..];
        (2..=LONGEST.min(rest.len())).rev().find_map(|length| {
            let word: String = rest[..length].iter().collect();
            let name = if self.known.spells(&word) {
                self.known.name(&word)
            } else {
                self.known.noun(&word, words::noun(&word)?)
            };
            let kind = name.said.split(' ').any(|said| KINDS.contains(&said));
            (kind && name.is_known() && !name.is_table() && !name.measure).then_some((name, length))
        })
    }
}

/// Whether a code of two letters or more is how a word begins: `MOB` of "mobile".
fn shortens(code: &str, word: &str) -> bool {
    code.len() > 1
        && code.len() < word.len()
        && code.is_ascii()
        && word.is_ascii()
        && word[..code.len()].eq_ignore_ascii_case(code)
}

/// Whether a sample and a reading are one word but for their endings: `Technical` and "technology".
fn begins_same(sample: &str, reading: &str) -> bool {
    if sample.eq_ignore_ascii_case(reading) {
        return true;
    }
    let same = sample
        .bytes()
        .zip(reading.bytes())
        .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    same >= 5 && same + 4 >= sample.len() && same + 4 >= reading.len() && sample.is_ascii()
}

/// 美元账户: a currency that counts no number is one that a column holds.
pub(super) fn currencies(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len().saturating_sub(1) {
        let Part::Mark(Mark::Currency(name)) = parts[at] else {
            continue;
        };
        let counts = at > 0
            && matches!(
                parts[at - 1],
                Part::Number(_) | Part::Mark(Mark::Measure | Mark::Compare(_))
            );
        let thing = matches!(&parts[at + 1], Part::Name(name) if name.is_table());
        let code = CURRENCIES
            .iter()
            .find(|(said, _)| *said == name)
            .map(|(_, code)| *code);
        let held = known
            .column_of(None, &["currency", "currency code", "ccy"])
            .is_some();
        if let (false, true, true, Some(code)) = (counts, thing, held, code) {
            let sampled = known.sampled(&code.to_lowercase(), None);
            let told = sampled.is_some();
            parts[at] = Part::Value(sampled.unwrap_or_else(|| code.to_owned()), told);
        }
    }
}

/// 实发金额, 车型类别: of two names of columns beside each other the one that says both.
pub(super) fn doubled(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    // 金卡会员(gold): one value said twice.
    for at in (1..parts.len()).rev() {
        if let (Part::Value(one, _), Part::Value(other, _)) = (&parts[at - 1], &parts[at])
            && one.eq_ignore_ascii_case(other)
        {
            parts.remove(at - 1);
        }
    }
    for at in (0..parts.len().saturating_sub(1)).rev() {
        let (Part::Name(first), Part::Name(second)) = (&parts[at], &parts[at + 1]) else {
            continue;
        };
        if first.is_table() || second.is_table() || !first.is_known() || !second.is_known() {
            continue;
        }
        let ends = first
            .said
            .strip_suffix(second.said.as_str())
            .is_some_and(|lead| lead.ends_with(' '));
        let kind = matches!(second.said.as_str(), "type" | "category" | "kind" | "class")
            && first.column_home == second.column_home
            && !first.measure
            && !second.measure
            && !known.is_same(first, second);
        if ends {
            parts.remove(at + 1);
        } else if kind {
            parts.remove(at);
        }
    }
}
