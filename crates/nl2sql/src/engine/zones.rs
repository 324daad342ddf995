//! Tells the part of a question that says what to show from the parts that only say of what, which and how.

use super::items::{Item, Kind};
use super::phrases::{Function, Phrase};
use super::text::Token;
use super::words;

/// Words that begin a new request in the middle of a question.
const RESTARTS: &[&str] = &[
    "show", "list", "give", "return", "find", "tell", "report", "display", "provide", "select", "state",
    "print", "get", "name", "identify", "output", "include", "sort",
];
/// Words after which a question speaks of which rows, once it has said what to show.
const OPENERS: &[&str] = &[
    "that",
    "which",
    "who",
    "whom",
    "whose",
    "where",
    "with",
    "having",
    "has",
    "have",
    "had",
    "for",
    "in",
    "from",
    "at",
    "on",
    "by",
    "when",
    "during",
    "to",
    "as",
    "is",
    "are",
    "was",
    "were",
    "does",
    "do",
    "did",
    "can",
    "under",
    "within",
    "among",
    "via",
    "through",
    "using",
    "if",
    "containing",
    "contain",
    "contains",
    "belong",
    "belongs",
    "belonging",
    "about",
    "into",
    "held",
    "across",
    "living",
    "lives",
    "live",
    "located",
    "made",
    "used",
    "if",
    "not",
    "but",
    "than",
    "given",
];
/// Words that take up the list of what to show again.
const RESUMES: &[&str] = &["their", "its", "his", "her", "along", "together", "what", "how"];

/// For each item, whether it stands where a question says what to show.
pub(crate) fn targets(items: &[Item], tokens: &[Token]) -> Vec<bool> {
    let mut zones = vec![false; items.len()];
    let mut walk = Walk {
        items,
        tokens,
        wanted: true,
        seen: false,
        leading: true,
    };
    let mut sentence = 0;
    let mut starts: Vec<usize> = Vec::new();
    for (at, zone) in zones.iter_mut().enumerate() {
        if walk.is_end(at) {
            starts.push(at + 1);
            walk.begin();
            continue;
        }
        *zone = walk.step(at);
    }
    // "Which wards are full? Show their titles.": the second sentence says what to show, the first which rows.
    for start in starts {
        let asks = (start..items.len()).any(|at| zones[at] && shows(&items[at].kind));
        let restart = items.get(start).is_some_and(|item| {
            let word = tokens[item.start].lower.as_str();
            RESTARTS.contains(&word) || matches!(word, "what" | "who" | "please" | "also")
        });
        let also = items
            .get(start)
            .is_some_and(|item| tokens[item.start].lower == "also");
        if asks && restart && !also {
            zones[sentence..start].fill(false);
        }
        sentence = start;
    }
    zones
}

/// Whether an item names something that can be shown.
fn shows(kind: &Kind) -> bool {
    match kind {
        Kind::Mention(mention, _) => mention.score() >= 0.5,
        Kind::Phrase(Phrase::Aggregate(_)) => true,
        _ => false,
    }
}

struct Walk<'a> {
    items: &'a [Item],
    tokens: &'a [Token],
    /// Whether what is read now is to be shown.
    wanted: bool,
    /// Whether anything to be shown was read in this stretch.
    seen: bool,
    /// Whether the sentence has not come to what it asks yet: "for each ward, show …".
    leading: bool,
}

impl Walk<'_> {
    fn word(&self, at: usize) -> &str {
        self.items
            .get(at)
            .and_then(|item| self.tokens.get(item.start))
            .map_or("", |token| token.lower.as_str())
    }

    fn is_end(&self, at: usize) -> bool {
        self.items[at].kind == Kind::Glue && self.word(at) == "."
    }

    fn begin(&mut self) {
        self.wanted = true;
        self.seen = false;
        self.leading = true;
    }

    /// Moves over one item, and tells whether it is to be shown.
    fn step(&mut self, at: usize) -> bool {
        let word = self.word(at).to_owned();
        match &self.items[at].kind {
            Kind::Comma => {
                if self.leading && !self.wanted {
                    self.begin();
                } else if !self.wanted && self.resumes(at + 1) {
                    self.wanted = true;
                }
                false
            }
            Kind::And => {
                if self.resumes(at + 1) {
                    self.wanted = true;
                    self.seen = false;
                }
                false
            }
            Kind::Phrase(phrase) => self.phrase(*phrase, at),
            Kind::Mention(..) => {
                // "students enrolled in": the participle begins a clause.
                if self.seen && self.wanted && is_participle(&word) && self.before_preposition(at) {
                    self.wanted = false;
                }
                if self.wanted {
                    self.seen = true;
                    self.leading = false;
                }
                self.wanted
            }
            Kind::Glue | Kind::Word => {
                self.small(&word, at);
                false
            }
            Kind::Value(_) | Kind::Quoted(..) | Kind::Number(_) | Kind::Period(_) => false,
            Kind::Or => false,
        }
    }

    fn before_preposition(&self, at: usize) -> bool {
        matches!(
            self.word(at + 1),
            "in" | "by" | "at" | "on" | "with" | "for" | "to" | "from" | "the" | "a" | "an"
        )
    }

    fn phrase(&mut self, phrase: Phrase, at: usize) -> bool {
        match phrase {
            Phrase::Aggregate(_) => {
                if self.wanted {
                    self.leading = false;
                    self.seen = true;
                }
                self.wanted
            }
            Phrase::Distinct | Phrase::Filler if self.word(at) != "where" => self.wanted,
            Phrase::Superlative { .. } | Phrase::Most(_) | Phrase::Top | Phrase::Bottom => self.wanted,
            _ => {
                self.wanted = false;
                false
            }
        }
    }

    fn small(&mut self, word: &str, at: usize) {
        if RESTARTS.contains(&word) && (self.leading || !self.wanted || at == 0) {
            let last = at.checked_sub(1).map_or("", |i| self.word(i));
            let requested = at == 0
                || matches!(
                    last,
                    "." | "," | "and" | "please" | "then" | "also" | ";" | "me" | "to" | "you"
                );
            if requested && word != "sort" {
                self.begin();
            }
            return;
        }
        if matches!(word, "along" | "together") {
            self.wanted = true;
            self.seen = false;
            return;
        }
        if !self.wanted {
            // "top 5 artists by number of concerts, with their genre"
            let adds = matches!(word, "with" | "including" | "showing");
            self.wanted = self.seen && adds && self.goes_on_listing(at + 1);
            return;
        }
        // "in which year", "from what city": the question word follows its preposition.
        let asks = matches!(self.word(at + 1), "which" | "what" | "how");
        if self.seen && word == "with" && (self.resumes(at + 1) || self.goes_on_listing(at + 1)) {
            return;
        }
        // "how many members play chess": what is done, and with what, is not shown.
        if self.seen && words::VERBS.contains(&word) && !asks {
            self.wanted = false;
            return;
        }
        if OPENERS.contains(&word) && !asks {
            let leads = !self.seen
                && matches!(
                    word,
                    "for" | "in" | "from" | "at" | "on" | "among" | "within" | "by"
                );
            if self.seen || leads {
                self.wanted = false;
            }
        } else if self.seen && self.items[at].kind == Kind::Word && word.ends_with("ing") && word.len() > 5 {
            self.wanted = false;
        }
    }

    /// `with the names of their artists`, `with artist names`, `with city and capacity`, `with their genre`: nothing but columns
    /// to the end, and one that tells who or what, or whose they are, or several of them.
    fn goes_on_listing(&self, at: usize) -> bool {
        let rest = &self.items[at.min(self.items.len())..];
        // "…, sorted by capacity"
        let end = rest
            .iter()
            .position(|item| matches!(item.kind, Kind::Phrase(Phrase::OrderBy | Phrase::OrderedOf(_))));
        let rest = &rest[..end.unwrap_or(rest.len())];
        let listed = rest.iter().all(|item| {
            matches!(
                item.kind,
                Kind::Mention(..) | Kind::Glue | Kind::And | Kind::Comma
            )
        });
        let of = (at..self.items.len().saturating_sub(1)).any(|i| {
            self.word(at) == "the"
                && matches!(self.items[i].kind, Kind::Mention(..))
                && self.word(i + 1) == "of"
        });
        let named = rest.iter().any(|item| {
            matches!(item.kind, Kind::Mention(..))
                && matches!(
                    self.tokens[item.end - 1].lower.as_str(),
                    "names" | "titles" | "name" | "title"
                )
        });
        let columns = rest.iter().filter(|item| matches!(item.kind, Kind::Mention(..)));
        let are_columns = columns.clone().all(|item| {
            matches!(&item.kind, Kind::Mention(mention, values) if values.is_empty()
                && mention.column_score() >= 0.7
                && mention.column_score() > mention.table_score())
                && !is_participle(&self.tokens[item.start].lower)
        });
        let owned = matches!(self.word(at), "their" | "its" | "his" | "her");
        // "with the guest's phone": a column of somebody, to the end.
        let possessed = rest.windows(2).any(|two| {
            let [whose, what] = two else { return false };
            matches!((&whose.kind, &what.kind), (Kind::Mention(..), Kind::Mention(mention, _))
                if mention.column_score() >= 0.7)
                && self.tokens[whose.end - 1].owns
        });
        listed && (of || named || possessed || are_columns && (owned || columns.count() > 1))
    }

    /// Whether what follows is shown again: "and their ages", "and how many", "and the number of".
    fn resumes(&self, at: usize) -> bool {
        let mut at = at;
        while matches!(self.word(at), "the" | "also" | "then" | "please" | "all" | "and") {
            at += 1;
        }
        // "and in which towns"
        if matches!(self.word(at), "in" | "from" | "at" | "on")
            && matches!(self.word(at + 1), "which" | "what")
        {
            return true;
        }
        let counts = self
            .items
            .get(at)
            .is_some_and(|item| item.kind == Kind::Phrase(Phrase::Aggregate(Function::Count)));
        counts || RESUMES.contains(&self.word(at)) || matches!(self.word(at), "corresponding" | "respective")
    }
}

fn is_participle(word: &str) -> bool {
    word.ends_with("ed") || word.ends_with("ing")
}
