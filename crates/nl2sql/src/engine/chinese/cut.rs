//! Cuts a Chinese question into parts: marks of structure, names of the schema, values, numbers, times and what is left.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::marks::{MARKS, Mark};
use super::nouns::NOUNS;
use super::places::PLACES;
use super::states::STATES;
use super::{is_han, numerals, spans};
use crate::engine::lexicon::{Lexicon, Sort, TableId};
use crate::engine::link::Namer;

/// The longest word that the tables or a schema may hold, in characters.
const LONGEST: usize = 10;
/// The score from which a noun is a name of the schema.
const KNOWN: f32 = 0.55;

/// One part of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Mark(Mark),
    Number(String),
    Name(Name),
    /// A value: as a sample spells it (`true`), or an English word for a state.
    Value(String, bool),
    /// A time, in English.
    Period(String),
    /// A place that no sample spells.
    Place(String),
    Quoted(String),
    /// 姓张: the first letters of a name.
    Surname(String),
    /// Something that nothing explains.
    Other(String),
}

/// A noun or verb that may name a table or a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Name {
    /// The words that the vocabulary knows it by.
    pub said: String,
    pub table: f32,
    pub column: f32,
    /// Whether its column holds numbers to add up.
    pub measure: bool,
    /// Whether the word itself says a sum: 总金额.
    pub total: bool,
    pub table_home: Option<TableId>,
    pub column_home: Option<TableId>,
    /// The words of the column's table.
    pub home_said: String,
}

impl Name {
    pub(crate) fn is_table(&self) -> bool {
        self.table >= KNOWN && self.table + 0.05 >= self.column
    }

    pub(crate) fn is_known(&self) -> bool {
        self.table.max(self.column) >= KNOWN
    }
}

/// Nouns that are columns rather than tables where no schema says.
const ATTRIBUTES: &[&str] = &[
    "name",
    "title",
    "price",
    "amount",
    "total amount",
    "status",
    "email",
    "phone",
    "mobile",
    "age",
    "gender",
    "city",
    "country",
    "salary",
    "quantity",
    "stock",
    "date",
    "time",
    "address",
    "revenue",
    "cost",
    "fee",
    "balance",
    "level",
    "category",
    "type",
    "score",
    "rating",
    "birthday",
    "id",
    "created at",
    "updated at",
    "registered at",
    "description",
];

/// Places that hold everything the database tells of, where no table is called so.
const WHOLES: &[&str] = &[
    "company",
    "system",
    "library",
    "hotel",
    "bank",
    "store",
    "hospital",
    "school",
    "database",
    "information",
    "data",
    "list",
    "record",
    "shop",
    "detail",
    "site",
];

static MARK_OF: LazyLock<HashMap<&'static str, Mark>> = LazyLock::new(|| {
    let split = |(mark, said): &(Mark, &'static str)| -> Vec<(&'static str, Mark)> {
        let bar = if *said == "|" {
            vec![*said]
        } else {
            said.split('|').collect()
        };
        bar.into_iter().map(|said| (said, *mark)).collect()
    };
    MARKS.iter().flat_map(split).collect()
});
static NOUN_OF: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| NOUNS.iter().copied().collect());
static STATE_OF: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut states: HashMap<String, &'static str> = STATES
        .iter()
        .map(|(word, said)| ((*word).to_owned(), *said))
        .collect();
    // 归档 says of itself what 已归档 says: 未归档 is its opposite.
    for (word, said) in STATES {
        if let Some(bare) = word.strip_prefix('已').or_else(|| word.strip_prefix('被')) {
            states.entry(bare.to_owned()).or_insert(said);
        }
    }
    states
});
static PLACE_OF: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| PLACES.iter().copied().collect());

/// Words before a noun that English puts before it too.
const MODIFIERS: &[(&str, &[&str])] = &[
    ("预计", &["estimated", "expected"]),
    ("预估", &["estimated"]),
    ("实际", &["actual"]),
    ("计划", &["planned", "scheduled"]),
    ("目标", &["target"]),
    ("初始", &["initial"]),
    ("原始", &["original"]),
    ("当前", &["current"]),
    ("每日", &["daily"]),
    ("日", &["daily"]),
    ("月", &["monthly"]),
    ("年", &["annual", "yearly"]),
    ("默认", &["default"]),
    ("家庭", &["home"]),
    ("办公", &["office"]),
    ("最大", &["max"]),
    ("最小", &["min"]),
    ("首次", &["first"]),
    ("最后", &["last"]),
    ("可用", &["available"]),
    ("剩余", &["remaining"]),
    ("市场", &["market"]),
];

/// Whether a word is a noun that schemas use.
pub(crate) fn is_noun(word: &str) -> bool {
    NOUN_OF.contains_key(word) && !MARK_OF.contains_key(word)
}

/// The parts of a question, in its order.
pub(crate) fn parts(question: &str, lexicon: Option<&Lexicon<'_>>, today: Date) -> Vec<Part> {
    let chars: Vec<char> = question.chars().map(plain).collect();
    let cutter = Cutter {
        namer: lexicon.map(Namer::new),
        lexicon,
        samples: lexicon.map_or_else(Vec::new, |lexicon| samples_in(lexicon, &chars)),
        today,
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (part, taken) = cutter.next(&chars, at, parts.last());
        at += taken;
        match (part, parts.last_mut()) {
            (Some(Part::Other(text)), Some(Part::Other(known))) => {
                if chars.get(at.wrapping_sub(taken + 1)) == Some(&' ') {
                    known.push(' ');
                }
                known.push_str(&text);
            }
            (Some(part), _) => parts.push(part),
            (None, _) => {}
        }
    }
    settle_quantities(&mut parts);
    parts
}

/// Full-width letters and digits as plain ones.
fn plain(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    }
}

/// The sample values that the question spells, longest first.
fn samples_in(lexicon: &Lexicon<'_>, chars: &[char]) -> Vec<Vec<char>> {
    let lower: String = chars.iter().collect::<String>().to_lowercase();
    let mut found: Vec<Vec<char>> = lexicon
        .columns
        .iter()
        .filter(|entry| matches!(entry.sort, Sort::Text | Sort::Other))
        .flat_map(|entry| &entry.column.samples)
        .filter(|sample| {
            let telling = sample.chars().any(is_han) || (sample.len() > 1 && sample.parse::<f64>().is_err());
            telling && sample.len() <= 80 && lower.contains(&sample.to_lowercase())
        })
        .map(|sample| sample.chars().collect())
        .collect();
    found.sort_by(|a: &Vec<char>, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    found.dedup();
    found
}

/// 数量 before a comparison is a column unless the things before it are what is counted.
fn settle_quantities(parts: &mut [Part]) {
    for at in 0..parts.len() {
        let ranked = matches!(
            parts.get(at + 1),
            Some(Part::Mark(
                Mark::Compare(_) | Mark::Direction(_) | Mark::Highest(_) | Mark::Between | Mark::Is
            ))
        );
        let counted = at > 0 && matches!(parts[at - 1], Part::Name(_));
        // 座位数 is the column that already counts.
        if parts[at] == Part::Mark(Mark::Count)
            && at > 0
            && matches!(&parts[at - 1], Part::Name(name) if name.measure && !name.is_table())
        {
            parts[at] = Part::Mark(Mark::Filler);
        }
        if parts[at] == Part::Mark(Mark::Count) && ranked && !counted {
            parts[at] = Part::Name(Name {
                said: "quantity".into(),
                table: 0.0,
                column: 0.7,
                measure: true,
                ..Name::default()
            });
        }
    }
}

struct Cutter<'q, 'a> {
    namer: Option<Namer<'q, 'a>>,
    lexicon: Option<&'q Lexicon<'a>>,
    samples: Vec<Vec<char>>,
    today: Date,
}

impl Cutter<'_, '_> {
    /// The part that begins at a character, if any, and how many characters it takes.
    fn next(&self, chars: &[char], at: usize, before: Option<&Part>) -> (Option<Part>, usize) {
        let rest = &chars[at..];
        if rest[0] == ' ' || matches!(rest[0], '?' | '？' | '!' | '！' | '。' | '.' | ';' | '；') {
            return (None, 1);
        }
        if let Some((text, taken)) = quoted(rest) {
            return (Some(Part::Quoted(text)), taken);
        }
        if let Some((text, taken)) = iso_day(rest) {
            return (Some(Part::Period(text)), taken);
        }
        if let ['姓', name, '的', ..] = rest
            && is_han(*name)
        {
            return (Some(Part::Surname(name.to_string())), 2);
        }
        let word = self.word(rest, before);
        let known = word.as_ref().map_or(0, |(part, length)| match part {
            Part::Name(name) if !name.is_known() => 0,
            Part::Value(_, false) => 0,
            _ => *length,
        });
        if let Some(sample) = self.sample(chars, at)
            && sample.len() >= known
        {
            return (Some(Part::Value(sample.iter().collect(), true)), sample.len());
        }
        let degree = matches!(rest, ['最', ..]);
        if !degree && let Some((text, taken)) = spans::span(rest, self.today) {
            return (Some(Part::Period(text)), taken);
        }
        // 最近7天 is a time, 最近10条 the latest ten.
        if degree && let Some((text, taken)) = spans::span(rest, self.today).filter(|_| rest.len() > 3) {
            return (Some(Part::Period(text)), taken);
        }
        if let Some((digits, taken)) = numerals::number(rest)
            && self.longest_word(rest) <= taken
        {
            return (Some(Part::Number(digits)), taken);
        }
        if let Some((part, taken)) = word {
            return (Some(part), taken);
        }
        if rest[0].is_ascii_alphanumeric() || rest[0] == '_' {
            return self.latin(rest);
        }
        if is_han(rest[0]) || rest[0].is_alphabetic() {
            return (Some(Part::Other(rest[0].to_string())), 1);
        }
        (None, 1)
    }

    fn sample(&self, chars: &[char], at: usize) -> Option<&Vec<char>> {
        let inside = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        self.samples.iter().find(|sample| {
            let end = at + sample.len();
            let same = chars.get(at..end).is_some_and(|said| {
                said.iter()
                    .zip(sample.iter())
                    .all(|(a, b)| a == b || a.to_lowercase().eq(b.to_lowercase()))
            });
            let cut = |c: Option<&char>, edge: Option<&char>| inside(c) && inside(edge);
            same && !cut(at.checked_sub(1).and_then(|i| chars.get(i)), sample.first())
                && !cut(chars.get(end), sample.last())
        })
    }

    /// The length of the longest word of the tables or the schema at the beginning.
    fn longest_word(&self, rest: &[char]) -> usize {
        (1..=LONGEST.min(rest.len()))
            .rev()
            .find(|length| {
                let word: String = rest[..*length].iter().collect();
                MARK_OF.contains_key(word.as_str())
                    || NOUN_OF.contains_key(word.as_str())
                    || STATE_OF.contains_key(word.as_str())
                    || PLACE_OF.contains_key(word.as_str())
                    || self.lexicon.is_some_and(|lexicon| lexicon.has_word(&word))
            })
            .unwrap_or(0)
    }

    /// The longest word that means something here; a noun or state that nothing here is called by comes last.
    fn word(&self, rest: &[char], before: Option<&Part>) -> Option<(Part, usize)> {
        let mut unknown: Option<(Part, usize)> = None;
        for length in (1..=LONGEST.min(rest.len())).rev() {
            let word: String = rest[..length].iter().collect();
            if !word.chars().any(is_han) && word.chars().any(char::is_alphanumeric) {
                continue;
            }
            let noun = NOUN_OF.get(word.as_str()).map(|said| self.noun(&word, said));
            if self.lexicon.is_some_and(|lexicon| lexicon.has_word(&word)) {
                let name = self.name(&word);
                // A column that is called like a table only refers to it.
                let table = noun.as_ref().filter(|noun| {
                    let sure = if name.column < 0.9 { 0.65 } else { 0.9 };
                    noun.table >= sure && !name.is_table()
                });
                if name.is_known() {
                    let name = Name {
                        total: word.contains('总'),
                        ..name
                    };
                    return Some((Part::Name(table.cloned().unwrap_or(name)), length));
                }
            }
            let noun = noun.or_else(|| self.modified(&word));
            let state = STATE_OF.get(word.as_str()).map(|said| self.state(said));
            if let Some(said) = PLACE_OF.get(word.as_str()) {
                let part = match self.state(said) {
                    (said, true) => Part::Value(said, false),
                    _ => Part::Place(word),
                };
                return Some((part, length));
            }
            if let Some(mark) = MARK_OF.get(word.as_str())
                && stands(*mark, length, before)
                // 按年龄 sorts or groups by 年龄, not by 年.
                && !(matches!(mark, Mark::Monthly(_)) && self.longest_word(&rest[1..]) >= length)
            {
                return Some((Part::Mark(*mark), length));
            }
            match (noun, state) {
                (_, Some((said, true))) => return Some((Part::Value(said, false), length)),
                (Some(name), _) if name.is_known() => {
                    let name = self.sharper(&word, name);
                    return Some((Part::Name(name), length));
                }
                (_, Some((said, false))) if unknown.is_none() => {
                    unknown = Some((Part::Value(said, false), length));
                }
                (Some(name), None) if unknown.is_none() && length > 1 => {
                    let whole = WHOLES.contains(&name.said.as_str());
                    let part = if whole {
                        Part::Mark(Mark::Filler)
                    } else {
                        Part::Name(name)
                    };
                    return Some((part, length));
                }
                (Some(name), None) if unknown.is_none() => unknown = Some((Part::Name(name), length)),
                _ => {}
            }
        }
        unknown
    }

    /// A word of Latin letters: a name of the schema, or something to look for.
    fn latin(&self, rest: &[char]) -> (Option<Part>, usize) {
        let length = rest
            .iter()
            .position(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '@' | '.' | '\''))
            .unwrap_or(rest.len());
        let word: String = rest[..length.max(1)].iter().collect();
        let name = self.name(&word);
        let part = if self.namer.is_some() && name.table.max(name.column) >= 0.7 {
            Part::Name(name)
        } else {
            Part::Other(word)
        };
        (Some(part), length.max(1))
    }

    fn name(&self, said: &str) -> Name {
        let Some(namer) = &self.namer else {
            let attribute = ATTRIBUTES.contains(&said);
            return Name {
                said: said.to_owned(),
                table: if attribute { 0.0 } else { 0.7 },
                column: if attribute { 0.7 } else { 0.0 },
                ..Name::default()
            };
        };
        let mention = namer.mention(said);
        let measure = mention.columns.first().is_some_and(|hit| {
            self.lexicon
                .is_some_and(|lexicon| lexicon.column(hit.id).sort == Sort::Number && !lexicon.is_key(hit.id))
        });
        let table = mention.table_score();
        // "order by" would sort; "orders by" cannot.
        let plural = table >= KNOWN && said.ends_with("order");
        let home = mention
            .columns
            .first()
            .and_then(|hit| self.lexicon.map(|lexicon| lexicon.column(hit.id).table));
        Name {
            home_said: home
                .and_then(|home| self.lexicon.map(|lexicon| lexicon.table(home).words.join(" ")))
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

    /// The reading of a noun that the schema knows best, the first of equals.
    fn noun(&self, word: &str, readings: &str) -> Name {
        let mut best: Option<Name> = None;
        for (place, said) in readings.split('|').enumerate() {
            let name = self.name(said);
            let worth = |name: &Name, place: usize| name.table.max(name.column) - 0.02 * place as f32;
            if best
                .as_ref()
                .is_none_or(|known| worth(&name, place) > worth(known, 0) + 1e-6)
            {
                best = Some(name);
            }
            if self.namer.is_none() {
                break;
            }
        }
        let mut name = best.unwrap_or_else(|| self.name(readings));
        name.total = word.starts_with('总') || word.ends_with("总额");
        name
    }

    /// 消费金额 is hardly known here, but 金额 is the end of a comment.
    fn sharper(&self, word: &str, name: Name) -> Name {
        if name.table.max(name.column) >= 0.8 {
            return name;
        }
        let Some(lexicon) = self.lexicon else {
            return name;
        };
        let ends = word.char_indices().skip(1).map(|(at, _)| &word[at..]);
        ends.filter(|end| end.chars().count() > 1 && lexicon.has_word(end))
            .map(|end| self.name(end))
            .find(|sharper| sharper.column > name.column)
            .unwrap_or(name)
    }

    /// 预计工时: a noun with a word before it, where the schema has both.
    fn modified(&self, word: &str) -> Option<Name> {
        let (_, leads, noun) = MODIFIERS.iter().find_map(|(lead, english)| {
            let noun = NOUN_OF.get(word.strip_prefix(lead)?)?;
            Some((lead, english, noun))
        })?;
        leads
            .iter()
            .flat_map(|lead| noun.split('|').map(move |said| format!("{lead} {said}")))
            .map(|said| self.name(&said))
            .find(|name| name.table.max(name.column) >= 0.7)
    }

    /// The reading of a state that a sample or a column of yes and no has, and whether one has.
    fn state(&self, readings: &str) -> (String, bool) {
        let first = readings.split('|').next().unwrap_or(readings).to_owned();
        let Some(lexicon) = self.lexicon else {
            return (first, true);
        };
        let sampled = |said: &str| {
            lexicon.columns.iter().find_map(|entry| {
                let text = matches!(entry.sort, Sort::Text | Sort::Other);
                let sample = entry.column.samples.iter().find(|sample| same_word(sample, said));
                sample.filter(|_| {
                    text && (said.len() > 1 || entry.words.iter().any(|w| w == "gender" || w == "sex"))
                })
            })
        };
        if let Some(said) = readings.split('|').find_map(sampled) {
            return (said.clone(), true);
        }
        let truth = |said: &&str| {
            lexicon
                .columns
                .iter()
                .any(|entry| matches!(entry.sort, Sort::Truth | Sort::Day { .. }) && says(&entry.words, said))
        };
        match readings.split('|').filter(|said| said.len() > 1).find(truth) {
            Some(said) => (said.to_owned(), true),
            None => (first, false),
        }
    }
}

/// Whether a sample is a word, in any case, with blanks or underscores.
fn same_word(sample: &str, said: &str) -> bool {
    let plain = |c: char| {
        if matches!(c, '_' | '-') {
            ' '
        } else {
            c.to_ascii_lowercase()
        }
    };
    sample.chars().map(plain).eq(said.chars())
}

/// Whether the words of a column say a state or its opposite.
fn says(words: &[String], said: &str) -> bool {
    use crate::engine::stem::stem;
    let bare: Vec<&str> = ["un", "in", "dis", ""]
        .iter()
        .filter_map(|prefix| said.strip_prefix(prefix))
        .collect();
    let all: Vec<&str> = said.split(' ').collect();
    let has = |word: &str| words.iter().any(|known| stem(known) == stem(word));
    all.iter().all(|word| has(word)) || bare.iter().any(|word| has(word))
}

/// Whether a short mark may stand after what is before it: 个 counts only after a number.
fn stands(mark: Mark, length: usize, before: Option<&Part>) -> bool {
    match mark {
        Mark::Measure | Mark::Years => matches!(
            before,
            Some(
                Part::Number(_)
                    | Part::Value(..)
                    | Part::Other(_)
                    | Part::Quoted(_)
                    | Part::Mark(Mark::Each | Mark::Count | Mark::Which | Mark::First)
            )
        ),
        Mark::Currency(_) => {
            length > 1 || matches!(before, Some(Part::Number(_) | Part::Mark(Mark::Measure)))
        }
        Mark::CompareAfter(_) => {
            matches!(
                before,
                Some(Part::Number(_) | Part::Mark(Mark::Measure | Mark::Years | Mark::Currency(_)))
            )
        }
        Mark::After | Mark::Before | Mark::Since if length == 1 => matches!(before, Some(Part::Period(_))),
        Mark::First if length == 1 => !matches!(before, Some(Part::Period(_))),
        Mark::Count if length == 1 => matches!(before, Some(Part::Name(_) | Part::Value(..))),
        Mark::Maker => matches!(before, Some(Part::Value(..) | Part::Other(_) | Part::Quoted(_))),
        _ => true,
    }
}

fn quoted(chars: &[char]) -> Option<(String, usize)> {
    let close = match chars[0] {
        '“' => '”',
        '「' => '」',
        '《' => '》',
        '‘' => '’',
        '"' => '"',
        '\'' => '\'',
        '【' => '】',
        _ => return None,
    };
    let end = chars.iter().skip(1).position(|c| *c == close)? + 1;
    (end > 1).then(|| (chars[1..end].iter().collect(), end + 1))
}

fn iso_day(chars: &[char]) -> Option<(String, usize)> {
    let shape = chars.get(..10)?;
    let fits = shape.iter().enumerate().all(|(i, c)| match i {
        4 | 7 => *c == '-' || *c == '/',
        _ => c.is_ascii_digit(),
    });
    fits.then(|| (shape.iter().collect(), 10))
}
