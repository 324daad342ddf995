//! Finds the tables, columns and sample values that spans of a question may name.

use super::incidental;
use super::lexicon::{ColumnId, Lexicon, Sort, TableId, Variant, WordId};
use super::stem::singular;
use super::text::{self, Shape, Token};
use super::words;
use super::{phrases, synonyms, values};

/// The longest span that may name a table or column, in words.
const MAX_SPAN: usize = 4;
/// Hits under this score are noise.
const MIN_SCORE: f32 = 0.4;

/// A table or column that a span may name, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit<Id> {
    pub id: Id,
    pub score: f32,
}

/// What a span may name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mention {
    /// Best first.
    pub tables: Vec<Hit<TableId>>,
    /// Best first.
    pub columns: Vec<Hit<ColumnId>>,
    /// Whether a spelling had to be guessed.
    pub fuzzy: bool,
}

impl Mention {
    pub(crate) fn score(&self) -> f32 {
        self.table_score().max(self.column_score())
    }

    pub(crate) fn table_score(&self) -> f32 {
        self.tables.first().map_or(0.0, |hit| hit.score)
    }

    pub(crate) fn column_score(&self) -> f32 {
        self.columns.first().map_or(0.0, |hit| hit.score)
    }
}

/// A span of tokens and what it may name.
#[derive(Debug, Clone)]
pub(crate) struct Span<T> {
    pub start: usize,
    pub end: usize,
    pub what: T,
}

/// A sample value that the question names, as the database spells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ValueHit {
    pub column: ColumnId,
    pub value: String,
}

type Senses = Vec<(WordId, f32)>;

/// All spans that name tables or columns, overlapping ones too.
pub(crate) fn mentions(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Vec<Span<Mention>> {
    let index = Index::new(lexicon);
    let senses: Vec<(Senses, bool)> = tokens.iter().map(|token| token_senses(lexicon, token)).collect();
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        for length in 1..=MAX_SPAN.min(tokens.len() - start) {
            let end = start + length;
            if !tokens[end - 1].is_word() && tokens[end - 1].shape != Shape::Number {
                break;
            }
            let span: Vec<&Senses> = senses[start..end].iter().map(|(senses, _)| senses).collect();
            if span.iter().any(|senses| senses.is_empty()) {
                break;
            }
            let pointed = start > 0 && is_pointed(lexicon, &tokens[start - 1], &tokens[start]);
            if length == 1 && !pointed && !may_stand_alone(&tokens[start], span[0]) {
                continue;
            }
            let mut mention = Mention {
                fuzzy: senses[start..end].iter().any(|(_, fuzzy)| *fuzzy),
                ..index.find(lexicon, &span)
            };
            if length == 1 && lexicon.has_word(&tokens[start].lower) && !tokens[start].lower.ends_with('s') {
                forget_kin_of_figures(lexicon, &mut mention);
            }
            if length == 1 {
                forget_doers(lexicon, &tokens[start], &mut mention);
                forget_rates(lexicon, &tokens[start], &mut mention);
                forget_states(lexicon, &index, tokens, &senses, start, &mut mention);
                forget_moments_of_rows(lexicon, &tokens[start], &mut mention);
                // "claim amount" is the amount of a claim, not its `claim_date` and an amount.
                let owner = mention
                    .tables
                    .first()
                    .filter(|hit| hit.score >= 0.8)
                    .map(|hit| hit.id);
                if let (Some(owner), Some((next, _))) =
                    (owner, senses.get(end).filter(|(next, _)| !next.is_empty()))
                {
                    let figure = index.find(lexicon, &[next]);
                    let owned = |hit: &Hit<ColumnId>| {
                        let entry = lexicon.column(hit.id);
                        entry.table == owner && entry.sort == Sort::Number && hit.score >= 0.5
                    };
                    if figure.columns.iter().any(owned) {
                        mention
                            .columns
                            .retain(|hit| !matches!(lexicon.column(hit.id).sort, Sort::Day { .. }));
                    }
                }
                incidental::forget(lexicon, &tokens[start], &mut mention);
            }
            if length > 1 && tokens[end - 1].lower.ends_with("ed") {
                // "posts tagged" is no name of a table post_tags.
                mention.tables.clear();
            }
            // "the customer named Ann": no column of names.
            let calls = length > 1 && matches!(tokens[end - 1].lower.as_str(), "named" | "called");
            if calls {
                continue;
            }
            // "list all plants": the verb is no column listed.
            let asks = length == 1
                && start == 0
                && tokens.len() > 1
                && matches!(
                    tokens[0].lower.as_str(),
                    "list" | "show" | "give" | "get" | "find" | "display" | "return"
                );
            if asks {
                continue;
            }
            // "orders at table 4" speaks of orders, not of ordered_at.
            let placed = length > 1 && matches!(tokens[end - 1].lower.as_str(), "at" | "on" | "by");
            if placed && index.find(lexicon, &[&senses[start].0]).table_score() >= 0.9 {
                continue;
            }
            // "of customers" is no name of a column no_of_customers.
            let lead = tokens[start].lower.as_str();
            let hanging = length > 1 && words::STOP.contains(&lead) && !words::SOFT_STOP.contains(&lead);
            if hanging && mention.score() < 0.95 {
                continue;
            }
            if mention.score() > 0.0 {
                found.push(Span {
                    start,
                    end,
                    what: mention,
                });
            }
        }
        found.extend(reversed(lexicon, &index, tokens, &senses, start));
    }
    found
}

/// `salary` is a figure that is called so, and no row of the pay that it is only kin to.
fn forget_kin_of_figures(lexicon: &Lexicon<'_>, mention: &mut Mention) {
    let figure = mention.columns.iter().any(|hit| {
        let entry = lexicon.column(hit.id);
        hit.score >= 0.6 && entry.sort == Sort::Number && !lexicon.is_key(hit.id)
    });
    if figure {
        let kin = |hit: &Hit<TableId>| hit.score < 0.76 && lexicon.table(hit.id).words.len() == 1;
        mention.tables.retain(|hit| !kin(hit));
    }
}

/// `open trips` have a state, whatever column begins with something like it.
fn forget_states(
    lexicon: &Lexicon<'_>,
    index: &Index,
    tokens: &[Token],
    senses: &[(Senses, bool)],
    start: usize,
    mention: &mut Mention,
) {
    // "expired documents" are told by the day on which they expire.
    let done = tokens[start].lower.ends_with("ed");
    if done || !values::is_known(&tokens[start].lower) || lexicon.has_word(&tokens[start].lower) {
        return;
    }
    let describes = senses
        .get(start + 1)
        .is_some_and(|(next, _)| !next.is_empty() && index.find(lexicon, &[next]).table_score() >= 0.8);
    if describes {
        mention.columns.retain(|hit| {
            let sort = lexicon.column(hit.id).sort;
            hit.score >= 0.9 || sort == Sort::Truth
        });
    }
}

/// `hours` are no `hourly_rate`, and months no `monthly_fee`.
fn forget_rates(lexicon: &Lexicon<'_>, token: &Token, mention: &mut Mention) {
    let by = match singular(&token.lower).as_str() {
        "hour" => "hourly",
        "day" => "daily",
        "night" => "nightly",
        "week" => "weekly",
        "month" => "monthly",
        "year" => "yearly",
        _ => return,
    };
    mention.columns.retain(|hit| {
        let words = &lexicon.column(hit.id).words;
        !words.iter().any(|word| word == by) || words.len() == 1
    });
}

/// `approved` claims have that state, whoever the `approver_id` is.
fn forget_doers(lexicon: &Lexicon<'_>, token: &Token, mention: &mut Mention) {
    let state = token.lower.ends_with("ed")
        && lexicon
            .columns
            .iter()
            .flat_map(|entry| &entry.column.samples)
            .any(|sample| sample.eq_ignore_ascii_case(&token.lower));
    if state {
        mention.columns.retain(|hit| {
            let words = &lexicon.column(hit.id).words;
            let doer = words
                .iter()
                .any(|word| word.ends_with("er") || word.ends_with("or"));
            !(doer && words.last().is_some_and(|last| last == "id"))
        });
    }
}

/// `calls` are the rows of a log of them, and not the moment `called_at`.
fn forget_moments_of_rows(lexicon: &Lexicon<'_>, token: &Token, mention: &mut Mention) {
    let one = singular(&token.lower);
    let of_rows = mention
        .tables
        .first()
        .is_some_and(|hit| hit.score >= 0.8 && lexicon.table(hit.id).words.contains(&one));
    if of_rows && !token.lower.ends_with("ed") {
        let says = |word: &String| *word == token.lower || *word == one;
        // "claims" are rows, whose date is `claim_date`.
        let several = token.lower != one;
        mention.columns.retain(|hit| {
            let entry = lexicon.column(hit.id);
            let spoken = if several {
                entry.words.last().is_some_and(says)
            } else {
                entry.words.iter().any(says)
            };
            !matches!(entry.sort, Sort::Day { .. }) || spoken
        });
    }
}

/// `date of birth` for `birth_date`: only a full match, and only where no part is a table by itself.
fn reversed(
    lexicon: &Lexicon<'_>,
    index: &Index,
    tokens: &[Token],
    senses: &[(Senses, bool)],
    start: usize,
) -> Option<Span<Mention>> {
    tokens.get(start + 1).filter(|token| token.lower == "of")?;
    let article = tokens
        .get(start + 2)
        .is_some_and(|token| matches!(token.lower.as_str(), "the" | "a"));
    let end = start + 3 + usize::from(article);
    let span = [&senses.get(end - 1)?.0, &senses.get(start)?.0];
    if span.iter().any(|senses| senses.is_empty()) {
        return None;
    }
    // "number of lines" counts rows where they are a table, whatever has a line number.
    let counts = tokens[start].lower == "number" && tokens[end - 1].lower.ends_with('s');
    let least = if counts { 0.6 } else { 0.9 };
    // "number of room types" counts them, whatever has a room number.
    let longer = tokens[start].lower == "number"
        && senses
            .get(end)
            .is_some_and(|next| index.find(lexicon, &[&senses[end - 1].0, &next.0]).table_score() >= 0.9);
    if longer {
        return None;
    }
    let alone = |senses: &Senses| index.find(lexicon, &[senses]).table_score() >= least;
    let mut mention = index.find(lexicon, &span);
    mention.tables.clear();
    mention.columns.retain(|hit| hit.score >= 0.9);
    (!mention.columns.is_empty() && !alone(span[0])).then_some(Span {
        start,
        end,
        what: mention,
    })
}

/// Stop words name nothing unless the schema has that very word.
/// `for each view`, `one report`: a word that elsewhere asks is a noun after a determiner, where a table is called so.
fn is_pointed(lexicon: &Lexicon<'_>, before: &Token, token: &Token) -> bool {
    matches!(
        token.lower.as_str(),
        "show" | "view" | "return" | "report" | "display" | "search"
    ) && matches!(
        before.lower.as_str(),
        "each" | "every" | "per" | "a" | "one" | "own" | "same" | "any" | "which" | "this" | "by"
    ) && lexicon
        .tables
        .iter()
        .any(|entry| entry.words.last().is_some_and(|word| *word == token.lower))
}

fn may_stand_alone(token: &Token, senses: &Senses) -> bool {
    let exact = senses.iter().any(|(_, weight)| *weight >= 0.95);
    let stop = words::STOP.contains(&token.lower.as_str());
    token.is_word() && (!stop || (exact && words::SOFT_STOP.contains(&token.lower.as_str())))
}

/// The senses of one token, and whether its spelling was guessed.
fn token_senses(lexicon: &Lexicon<'_>, token: &Token) -> (Senses, bool) {
    if !token.is_word() {
        let exact = lexicon.senses(&token.lower, &token.stem);
        return (
            exact.into_iter().filter(|(_, weight)| *weight >= 1.0).collect(),
            false,
        );
    }
    let mut senses = lexicon.senses(&token.lower, &token.stem);
    if words::STOP.contains(&token.lower.as_str()) {
        senses.retain(|(_, weight)| *weight >= 0.95);
        return (senses, false);
    }
    if senses.is_empty() {
        senses = lexicon.vowelless(&token.lower, &token.stem);
        if !senses.is_empty() {
            return (senses, false);
        }
    }
    if senses.is_empty() && !is_ordinary(token) {
        let mut near = lexicon.near(&token.lower);
        if near.is_empty() {
            near = lexicon.cut_short(&token.lower);
        }
        let fuzzy = !near.is_empty();
        return (near, fuzzy);
    }
    // A word that other schemas know may still be cut short in this one.
    if senses.is_empty() && !values::is_known(&token.lower) && !phrases::is_part(&token.lower) {
        let short = lexicon.cut_short(&token.lower);
        let guessed = !short.is_empty();
        return (short, guessed);
    }
    // "employes" is nearer to a name of the schema than to what its stem happens to be kin to.
    let kin = senses.iter().all(|(_, weight)| *weight < 0.8);
    if kin && !senses.is_empty() && token.lower.len() >= 6 && !synonyms::is_listed(&token.lower) {
        let near = lexicon.near(&token.lower);
        if !near.is_empty() {
            return (near, true);
        }
    }
    (senses, false)
}

/// A word that questions use for something else, so that it is no misspelling of a name.
fn is_ordinary(token: &Token) -> bool {
    words::STOP.contains(&token.lower.as_str())
        || !synonyms::groups(&token.stem).is_empty()
        || values::is_known(&token.lower)
        || phrases::is_part(&token.lower)
}

/// Tells what words name outside of a question.
pub(crate) struct Namer<'q, 'a> {
    lexicon: &'q Lexicon<'a>,
    index: Index,
}

impl<'q, 'a> Namer<'q, 'a> {
    pub(crate) fn new(lexicon: &'q Lexicon<'a>) -> Namer<'q, 'a> {
        Namer {
            lexicon,
            index: Index::new(lexicon),
        }
    }

    /// What a few words name together, spelled as they are.
    pub(crate) fn mention(&self, words: &str) -> Mention {
        let senses: Vec<Senses> = text::tokens(words)
            .iter()
            .map(|token| {
                let senses = self.lexicon.senses(&token.lower, &token.stem);
                if senses.is_empty() {
                    self.lexicon.vowelless(&token.lower, &token.stem)
                } else {
                    senses
                }
            })
            .collect();
        let span: Vec<&Senses> = senses.iter().collect();
        if span.is_empty() || span.iter().any(|senses| senses.is_empty()) {
            return Mention::default();
        }
        let mut mention = self.index.find(self.lexicon, &span);
        if let [only] = &text::tokens(words)[..] {
            forget_moments_of_rows(self.lexicon, only, &mut mention);
        }
        mention
    }
}

/// Which tables and columns use a word.
struct Index {
    tables: Vec<Vec<TableId>>,
    columns: Vec<Vec<ColumnId>>,
}

impl Index {
    fn new(lexicon: &Lexicon<'_>) -> Index {
        let size = lexicon.word_count();
        let mut index = Index {
            tables: vec![Vec::new(); size],
            columns: vec![Vec::new(); size],
        };
        for id in lexicon.table_ids() {
            for word in lexicon
                .table(id)
                .variants
                .iter()
                .flat_map(|variant| &variant.words)
            {
                if !index.tables[*word].contains(&id) {
                    index.tables[*word].push(id);
                }
            }
        }
        for (number, entry) in lexicon.columns.iter().enumerate() {
            for word in entry.variants.iter().flat_map(|variant| &variant.words) {
                if index.columns[*word].last() != Some(&ColumnId(number)) {
                    index.columns[*word].push(ColumnId(number));
                }
            }
        }
        index
    }

    fn find(&self, lexicon: &Lexicon<'_>, span: &[&Senses]) -> Mention {
        let mut mention = Mention::default();
        for (word, _) in span[0] {
            for table in &self.tables[*word] {
                let score = best(&lexicon.table(*table).variants, span, true);
                offer(&mut mention.tables, *table, score);
            }
            for column in &self.columns[*word] {
                let score = best(&lexicon.column(*column).variants, span, false);
                offer(&mut mention.columns, *column, score);
            }
        }
        mention
            .tables
            .sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        mention
            .columns
            .sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        mention
    }
}

fn offer<Id: PartialEq>(hits: &mut Vec<Hit<Id>>, id: Id, score: f32) {
    if score >= MIN_SCORE && !hits.iter().any(|hit| hit.id == id) {
        hits.push(Hit { id, score });
    }
}

fn best(variants: &[Variant], span: &[&Senses], table: bool) -> f32 {
    variants
        .iter()
        .map(|variant| fit(variant, span, table))
        .fold(0.0, f32::max)
}

/// How well a span names a variant: each token must be one of its words; a part of the name counts less than the whole.
fn fit(variant: &Variant, span: &[&Senses], table: bool) -> f32 {
    let words = &variant.words;
    if span.len() > words.len() || words.len() > 32 {
        return 0.0;
    }
    let mut taken = 0_u32;
    let mut sum = 0.0;
    for senses in span {
        let mut top: Option<(usize, f32)> = None;
        for (at, word) in words.iter().enumerate() {
            if taken & (1 << at) != 0 {
                continue;
            }
            let weight = senses
                .iter()
                .find(|(sense, _)| sense == word)
                .map_or(0.0, |(_, weight)| *weight);
            if weight > 0.0 && weight >= top.map_or(0.0, |(_, best)| best) {
                top = Some((at, weight));
            }
        }
        let Some((at, weight)) = top else {
            return 0.0;
        };
        taken |= 1 << at;
        sum += weight;
    }
    let mean = sum / span.len() as f32 * variant.weight;
    if span.len() == words.len() {
        return mean;
    }
    let share = span.len() as f32 / words.len() as f32;
    let guessed = if mean < 0.9 { 0.85 } else { 1.0 };
    let last = words.len() - 1;
    let has_last = taken & (1 << last) != 0;
    match (table, has_last) {
        (true, true) => mean * (0.45 + 0.5 * share) * guessed,
        (true, false) => mean * 0.62 * share * guessed,
        (false, true) => mean * (0.5 + 0.4 * share) * guessed,
        (false, false) => mean * (0.42 + 0.4 * share) * guessed,
    }
}
