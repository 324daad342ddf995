//! Finds the words of a reading that decide the answer although nothing in the plan came from them.

use super::items::Kind;
use super::lexicon::Sort;
use super::phrases::{Function, Phrase};
use super::reading::{Entity, Reading};
use super::stem::singular;
use super::words;

/// The part that a word without a meaning here has in its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What a function is taken of.
    Figure(Function),
    /// What rows are ranked or sorted by.
    Rank,
    /// What is compared with a value or a pattern.
    Compared,
    /// What rows are grouped by.
    Group,
    /// What rows are narrowed to.
    Condition,
    /// What describes the rows asked for.
    Adjective,
}

/// Words after which a condition begins.
const CUES: &[&str] = &[
    "with", "of", "from", "in", "for", "whose", "where", "by", "at", "on", "who", "that", "about", "to",
    "called", "named", "having", "has", "have", "had", "is", "are", "was", "were", "under", "via", "than",
    "within", "near", "using",
];
/// Words that may stand between a cue and what it speaks of.
const ARTICLES: &[&str] = &[
    "a", "an", "the", "their", "its", "his", "her", "any", "some", "all", "every", "each", "been", "being",
    "be", "this", "that",
];
/// Words that are left over and change nothing.
const HARMLESS: &[&str] = &[
    "terms",
    "money",
    "origin",
    "case",
    "general",
    "information",
    "letter",
    "enrolled",
    "following",
    "certain",
    "particular",
    "specific",
    "detail",
    "system",
    "currently",
    "overall",
    "question",
    "unique",
    "various",
    "actual",
    "actually",
    "dataset",
    "sql",
    "listing",
    "him",
    "across",
    // verbs that only relate what they stand between
    "listed",
    "involved",
    "received",
    "receive",
    "described",
    "shared",
    "got",
    "gotten",
    "given",
    "taken",
    "made",
    "mentioned",
    "found",
    "everybody",
    "everyone",
    "part",
    "charge",
    "range",
    "regarding",
    "relation",
    "showing",
    "published",
    "processed",
    "classified",
    "centered",
    "headed",
    "lived",
    "correspond",
    "types",
    "affiliated",
    "become",
    "became",
    "accessed",
    "caused",
    "lasted",
    "obtained",
    "held",
    "supplied",
    "joined",
    "stated",
    "noted",
];
/// Places that hold everything the database tells of: `employees in the company`.
const WHOLES: &[&str] = &[
    "store",
    "shop",
    "bank",
    "company",
    "system",
    "network",
    "organization",
    "organisation",
    "business",
    "firm",
    "school",
    "college",
    "university",
    "hotel",
    "inn",
    "library",
    "hospital",
    "clinic",
    "platform",
    "office",
    "competition",
    "world",
    "application",
    "app",
    "site",
    "website",
    "menu",
    "catalogue",
    "catalog",
    "inventory",
    "fleet",
    "database",
];
/// Nouns that only say again what the name before them is: `faculty members`, `airline companies`.
const APPOSITIONS: &[&str] = &[
    "member",
    "members",
    "user",
    "users",
    "person",
    "persons",
    "participant",
    "participants",
    "company",
    "companies",
    "account",
    "accounts",
    "institution",
    "institutions",
    "entry",
    "record",
    "object",
    "objects",
    "item",
    "items",
    "thing",
    "organization",
    "organizations",
    "individuals",
    "students",
    "type",
    "types",
    "size",
    "score",
    "scores",
    "amount",
    "number",
    "numbers",
    "kind",
    "kinds",
    "level",
];

impl Reading<'_> {
    /// The first word that decides the answer and is not part of it: first and last item, and its part in the question.
    pub(crate) fn decisive_leftover(&self) -> Option<(usize, usize, Part)> {
        (0..self.items.len()).find_map(|at| {
            let part = self.is_leftover(at).then(|| self.part_of(at)).flatten()?;
            let mut end = at;
            while self.items.get(end + 1).is_some_and(|_| self.is_leftover(end + 1)) {
                end += 1;
            }
            Some((at, end, part))
        })
    }

    /// Whether an item is a word with a meaning of its own that the plan does not have.
    pub(crate) fn is_leftover(&self, at: usize) -> bool {
        self.is_free(at)
            && match self.items[at].kind {
                Kind::Word => {
                    !HARMLESS.contains(&self.word(at))
                        && !self.is_apposition(at)
                        && !self.is_whole(at)
                        && !self.is_said_by_a_name(at)
                        && !self.is_mere_relation(at)
                }
                Kind::Value(_) | Kind::Quoted(..) => true,
                _ => false,
            }
    }

    /// `granted to …`, `affected by …`: a verb between what is asked and a condition that is in the plan.
    fn is_mere_relation(&self, at: usize) -> bool {
        let word = self.word(at);
        let told = at
            .checked_sub(1)
            .is_some_and(|i| matches!(self.word(i), "who" | "that" | "which" | "they"));
        let verb = word.len() > 4 && (word.ends_with("ed") || word.ends_with("ing"))
            || words::DEEDS.contains(&word)
            || told && !word.ends_with("ly");
        // "outgoing calls": nothing stands before that does something to the calls.
        let adjective = word.ends_with("ing")
            && self
                .items
                .get(at + 1)
                .is_some_and(|_| matches!(self.entity(at + 1), Some(Entity::Table(..))))
            && at.checked_sub(1).is_none_or(|i| {
                let table = matches!(self.entity(i), Some(Entity::Table(..)));
                !table
                    && !matches!(
                        self.word(i),
                        "who" | "that" | "which" | "they" | "are" | "is" | "were"
                    )
            });
        if adjective {
            return false;
        }
        let follows = self.items.get(at + 1).is_some_and(|next| {
            matches!(
                self.word(at + 1),
                "in" | "by"
                    | "to"
                    | "at"
                    | "on"
                    | "with"
                    | "for"
                    | "from"
                    | "as"
                    | "the"
                    | "a"
                    | "an"
                    | "any"
                    | "some"
            ) || next.used
                && matches!(
                    next.kind,
                    Kind::Phrase(Phrase::Compare { .. }) | Kind::Mention(..) | Kind::Number(_)
                )
        });
        let object = self.after(at).is_some_and(|i| self.items[i].used);
        let preceded = at
            .checked_sub(1)
            .is_some_and(|i| self.is_glue(i) || self.items[i].used);
        verb && follows && object && preceded
    }

    fn is_apposition(&self, at: usize) -> bool {
        // "founded year", "start time": the moment is in the plan.
        let dated = matches!(
            self.word(at),
            "year" | "years" | "date" | "dates" | "time" | "times"
        ) && at.checked_sub(1).is_some_and(|i| {
            self.items[i].used
                && self
                    .column_where(i, |id| {
                        self.is_day(id) || self.lexicon.column(id).sort == Sort::Year
                    })
                    .is_some()
        });
        if dated {
            return true;
        }
        APPOSITIONS.contains(&self.word(at))
            && at
                .checked_sub(1)
                .is_some_and(|i| self.items[i].used && matches!(self.items[i].kind, Kind::Mention(..)))
    }

    /// `in the company`, `of this shop`, at the end of what is asked.
    fn is_whole(&self, at: usize) -> bool {
        let ends = self
            .items
            .get(at + 1)
            .is_none_or(|next| matches!(next.kind, Kind::Comma | Kind::Phrase(_)));
        let pointed = at
            .checked_sub(1)
            .is_some_and(|i| matches!(self.word(i), "the" | "this" | "our" | "my"));
        let held = at
            .checked_sub(2)
            .is_some_and(|i| matches!(self.word(i), "in" | "of" | "at" | "from" | "within" | "by" | "on"));
        ends && pointed && held && WHOLES.contains(&self.word(at))
    }

    /// A word of the name of a table or column that the plan reads anyway: `user` of `user_profiles`.
    fn is_said_by_a_name(&self, at: usize) -> bool {
        let word = singular(self.word(at));
        let columns = self.plan.columns();
        let tables = columns
            .iter()
            .map(|id| self.lexicon.column(*id).table)
            .chain([self.home])
            .chain(self.via.iter().copied());
        tables
            .flat_map(|table| &self.lexicon.table(table).words)
            .any(|known| *known == word)
            || columns
                .iter()
                .flat_map(|id| &self.lexicon.column(*id).words)
                .any(|known| singular(known) == word)
    }

    /// Whether what a comparison speaks of comes after its number: `that teach more than 2 courses`.
    fn is_compared_after(&self, phrase: usize) -> bool {
        let value = |i: usize| self.is_glue(i) || matches!(self.items[i].kind, Kind::Number(_) | Kind::And);
        (phrase + 1..self.items.len())
            .find(|i| !value(*i))
            .is_some_and(|i| self.items[i].used && matches!(self.items[i].kind, Kind::Mention(..)))
    }

    /// `paintings by …`: the word that a question begins with is what it asks for.
    fn is_subject(&self, at: usize) -> bool {
        let begins = (0..at).all(|i| {
            self.is_glue(i)
                || matches!(
                    self.items[i].kind,
                    Kind::Number(_)
                        | Kind::Phrase(
                            Phrase::Filler | Phrase::Distinct | Phrase::Aggregate(Function::Count)
                        )
                )
        });
        let word = self.word(at);
        let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        begins
            && plural
            && self.items.get(at + 1).is_some_and(|_| {
                (self.is_glue(at + 1) || self.phrase(at + 1) == Some(Phrase::By))
                    && matches!(
                        self.word(at + 1),
                        "by" | "of"
                            | "from"
                            | "in"
                            | "with"
                            | "for"
                            | "that"
                            | "which"
                            | "who"
                            | "whose"
                            | "at"
                    )
            })
    }

    fn part_of(&self, at: usize) -> Option<Part> {
        if self.is_subject(at) {
            return Some(Part::Condition);
        }
        // "average monthly salary": the word only describes what the phrase before it took.
        let mut end = at;
        while self.items.get(end + 1).is_some_and(|_| self.is_leftover(end + 1)) {
            end += 1;
        }
        let describes = self
            .items
            .get(end + 1)
            .is_some_and(|next| next.used && matches!(next.kind, Kind::Mention(..)));
        if let Some(part) = self.before(at).and_then(|i| self.phrase(i)).and_then(part_after)
            && !describes
        {
            return Some(part);
        }
        // "at least 2 faulty meters", "without overdue bills": what is counted, or missing, is described.
        let counted = describes
            && matches!(self.entity(end + 1), Some(Entity::Table(..)))
            && self.before(at).is_some_and(|i| {
                matches!(self.items[i].kind, Kind::Number(_))
                    || self.phrase(i) == Some(Phrase::None_)
                    || self.word(i) == "or" && matches!(self.phrase(i), Some(Phrase::Compare { .. }))
            });
        if counted && !self.participle(at) {
            return Some(Part::Adjective);
        }
        let compared = self
            .after(end)
            .filter(|i| !self.is_compared_after(*i))
            .and_then(|i| self.phrase(i))
            .is_some_and(|phrase| {
                matches!(
                    phrase,
                    Phrase::Compare { .. }
                        | Phrase::Between
                        | Phrase::Like(_)
                        | Phrase::Absent(_)
                        | Phrase::AboveAverage(_)
                )
            });
        if compared && !describes {
            return Some(Part::Compared);
        }
        // "faulty smart meters": other adjectives may stand between.
        let mut described = end + 1;
        while self.head.is_some_and(|head| described < head)
            && self.items[described].used
            && matches!(
                self.items[described].kind,
                Kind::Mention(..) | Kind::Value(_) | Kind::Word
            )
        {
            described += 1;
        }
        if Some(described) == self.head && (describes || described > end + 1) {
            return Some(Part::Adjective);
        }
        // "of the institution "Basel"": the value itself is in the plan.
        let titles = self.items.get(end + 1).is_some_and(|next| {
            next.used
                && matches!(
                    next.kind,
                    Kind::Quoted(..) | Kind::Value(_) | Kind::Word | Kind::Number(_)
                )
        });
        let mut before = at.checked_sub(1).filter(|_| !titles);
        while let Some(i) = before.filter(|i| self.is_glue(*i) && ARTICLES.contains(&self.word(*i))) {
            before = i.checked_sub(1);
        }
        before
            .is_some_and(|i| self.is_glue(i) && CUES.contains(&self.word(i)))
            .then_some(Part::Condition)
    }
}

/// The part of a word that nothing explains, right after a phrase.
fn part_after(phrase: Phrase) -> Option<Part> {
    Some(match phrase {
        Phrase::Aggregate(function) => Part::Figure(function),
        Phrase::Superlative { .. } | Phrase::Most(_) | Phrase::Top | Phrase::Bottom => Part::Rank,
        Phrase::OrderBy | Phrase::OrderedOf(_) => Part::Rank,
        Phrase::PerEach | Phrase::By => Part::Group,
        Phrase::Compare { .. } | Phrase::Between | Phrase::Like(_) => Part::Compared,
        Phrase::None_ | Phrase::Not | Phrase::Absent(_) | Phrase::Named => Part::Condition,
        _ => return None,
    })
}
