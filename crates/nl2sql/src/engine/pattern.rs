//! Recognises patterns of text: "whose name starts with A".

use super::items::Kind;
use super::lexicon::ColumnId;
use super::phrases::{Match, Phrase};
use super::plan::{Cond, Literal};
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    pub(crate) fn read_likes(&mut self) {
        for at in 0..self.items.len() {
            self.read_word_within(at);
            let Some(Phrase::Like(place)) = self.phrase(at) else {
                continue;
            };
            let polite = at
                .checked_sub(1)
                .is_some_and(|i| matches!(self.word(i), "would" | "i" | "we" | "d"));
            if self.is_a_wish(at) {
                if polite {
                    self.mark(at);
                }
                continue;
            }
            if self.is_free(at) {
                self.read_like(at, place);
            }
        }
    }

    /// `films with dog in the title`: a word that nothing explains is looked for in the text that is named after it.
    fn read_word_within(&mut self, at: usize) {
        let said = at > 0 && matches!(self.word(at - 1), "with" | "having") && self.word(at + 1) == "in";
        let plain = matches!(self.items[at].kind, Kind::Word | Kind::Quoted(..)) && self.is_free(at);
        let Some(next) = (said && plain).then(|| self.after(at + 1)).flatten() else {
            return;
        };
        let Some(Entity::Column(column, score)) = self.entity(next).filter(|_| next - at <= 3) else {
            return;
        };
        if score < 0.5 || !self.is_textual(column) || self.lexicon.column(column).table != self.home {
            return;
        }
        let text = match &self.items[at].kind {
            Kind::Quoted(text, _) => text.clone(),
            _ => self.raw(at),
        };
        let not = self.negation_before(at);
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark_all(at..=next);
        self.plan.filters.push(Cond::Like {
            column,
            place: Match::Contains,
            text,
            negated: not.is_some(),
        });
    }

    /// `I would like to see`, `people who like cats`: the verb, not the pattern, unless a column or quotes stand beside it.
    fn is_a_wish(&self, at: usize) -> bool {
        let bare = self.word(at) == "like" && self.items[at].end - self.items[at].start == 1;
        let column = self.before(at).is_some_and(|i| {
            matches!(self.entity(i), Some(Entity::Column(..))) || self.phrase(i) == Some(Phrase::Not)
        });
        let quoted = self
            .after(at)
            .is_some_and(|i| matches!(self.items[i].kind, Kind::Quoted(..)));
        bare && !column && !quoted
    }

    fn read_like(&mut self, at: usize, place: Match) {
        let Some((text, last)) = self.pattern_text(at) else {
            return;
        };
        // "with the word "red" in its title"
        let after = (last + 1..self.items.len().min(last + 5)).find(|i| !self.is_glue(*i));
        let said_after = after
            .filter(|_| self.word(last + 1) == "in")
            .and_then(|i| match self.entity(i) {
                Some(Entity::Column(id, score))
                    if score >= 0.5 && self.is_textual(id) && self.lexicon.column(id).table == self.home =>
                {
                    Some((Some(i), id))
                }
                _ => None,
            });
        let subject = said_after.or_else(|| {
            (at.saturating_sub(6)..at)
                .rev()
                .find_map(|i| match self.entity(i) {
                    Some(Entity::Column(id, _)) if self.is_textual(id) => Some((Some(i), id)),
                    Some(Entity::Table(table, _)) => self.label_of(table).map(|id| (None, id)),
                    _ => None,
                })
        });
        if said_after.is_none()
            && subject.is_none_or(|(named, _)| named.is_none())
            && self.read_content(at, place)
        {
            return;
        }
        // "repairs mentioning the clutch": what is written of the rows, not what they are called.
        let mentions = matches!(
            self.word(at),
            "mention" | "mentions" | "mentioning" | "mentioned" | "say" | "says" | "saying"
        );
        let written = self
            .told_in()
            .filter(|_| mentions && subject.is_none_or(|(named, _)| named.is_none()));
        let subject = written.map(|id| (None, id)).or(subject);
        let Some((named_at, column)) = subject.or_else(|| {
            let told = self.label_of(self.home).or_else(|| self.told_in());
            told.map(|id| (None, id))
        }) else {
            return;
        };
        let not = self.negation_before(at);
        match named_at {
            Some(i) if self.stays_shown(i) && self.targets[i] => {}
            Some(i) => self.mark(i),
            None => self.assume(format!("the text is looked for in {}", self.column_title(column))),
        }
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark_all(at..=last);
        let text = text.trim_matches('%').to_owned();
        self.plan.filters.push(Cond::Like {
            column,
            place,
            text,
            negated: not.is_some(),
        });
    }

    /// `dishes that contain salmon` where salmon is an ingredient: the value itself, not a part of the name.
    fn read_content(&mut self, at: usize, place: Match) -> bool {
        let next = match self.after(at) {
            Some(next) if place == Match::Contains => next,
            _ => return false,
        };
        let hit = match &self.items[next].kind {
            Kind::Value(hits) | Kind::Mention(_, hits) => hits
                .iter()
                .find(|hit| {
                    let table = self.lexicon.column(hit.column).table;
                    let named = roles::label(self.lexicon, self.home).contains(&hit.column);
                    !named && self.reachable(table)
                })
                .cloned(),
            _ => None,
        };
        let Some(hit) = hit else { return false };
        let not = self.negation_before(at);
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark_all(at..=next);
        self.plan.filters.push(Cond::OneOf {
            column: hit.column,
            values: vec![Literal::Text(hit.value)],
            negated: not.is_some(),
        });
        true
    }

    /// `emails ending with …`: the column is what is asked for, and the pattern's subject too.
    fn stays_shown(&self, at: usize) -> bool {
        let introduced = at > 0
            && matches!(
                self.word(at - 1),
                "whose" | "with" | "their" | "where" | "the" | "has" | "have" | "having" | "a" | "of"
            );
        let first = (0..at).all(|i| self.is_glue(i) || matches!(self.items[i].kind, Kind::Phrase(_)));
        first && !introduced
    }

    /// The text that rows without a name are made of.
    fn told_in(&self) -> Option<ColumnId> {
        const TEXTS: &[&str] = &[
            "text",
            "body",
            "content",
            "comment",
            "comments",
            "message",
            "description",
            "note",
            "notes",
            "remark",
            "remarks",
            "summary",
        ];
        self.hinted(self.home, TEXTS, |id| self.is_textual(id))
    }

    fn label_of(&self, table: super::lexicon::TableId) -> Option<ColumnId> {
        roles::label(self.lexicon, table).into_iter().next()
    }

    /// The text of a pattern after `at`: something quoted, or the words up to the next structure.
    fn pattern_text(&self, at: usize) -> Option<(String, usize)> {
        let mut next = at + 1;
        while matches!(
            self.word(next),
            "the"
                | "letter"
                | "letters"
                | "word"
                | "string"
                | "text"
                | "substring"
                | "a"
                | "phrase"
                | "character"
                | "prefix"
        ) && next + 1 < self.items.len()
            && !(self.word(next) == "a" && self.tokens[self.items[next].start].is_capital())
        {
            next += 1;
        }
        let item = self.items.get(next)?;
        if let Kind::Quoted(text, _) = &item.kind {
            return Some((text.clone(), next));
        }
        let mut last = next;
        while self.items.get(last + 1).is_some_and(|item| {
            let capital = self.tokens[item.start].is_capital();
            capital
                && matches!(item.kind, Kind::Word | Kind::Value(_) | Kind::Mention(..))
                && self.tokens[self.items[last].start].is_capital()
        }) {
            last += 1;
        }
        let tokens = &self.tokens[item.start..self.items[last].end];
        let text: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        Some((text.join(" "), last))
    }
}
