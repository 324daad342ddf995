//! The words of a question, and which of them a word of the schema may mean.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::engine::stem::{identifier_words, is_near, singular, stem};
use crate::engine::text::{self, Shape};
use crate::engine::{shorthand, synonyms, words};

/// A word that is asked for, and how surely a word of the schema means it, 0 to 1.
pub(super) type Hit = (usize, f32);

/// More words than a question of this length has are not read.
const MAX_TERMS: usize = 120;
/// Two signs of a script without blanks, for a word.
const PAIR: usize = 2;

/// A question's words, ready to be compared with those of a schema.
pub(super) struct Asked {
    /// In lower case.
    terms: Vec<String>,
    by_word: HashMap<String, usize>,
    by_stem: HashMap<String, Vec<usize>>,
    by_group: HashMap<usize, Vec<usize>>,
    /// Every word as typed, in lower case, for sample values.
    typed: HashSet<String>,
    /// The question in lower case with one blank between its words and at its ends.
    line: String,
    /// Words of further texts, in lower case.
    named: HashSet<String>,
    /// What words of the schema mean: each stands in many names.
    known: RefCell<HashMap<String, Rc<[Hit]>>>,
}

impl Asked {
    /// Reads a question, and the texts that may name tables.
    pub(super) fn new(question: &str, texts: &[&str]) -> Asked {
        let cut = question.len().min(text::MAX_BYTES);
        let cut = (0..=cut)
            .rev()
            .find(|at| question.is_char_boundary(*at))
            .unwrap_or(0);
        let tokens = text::tokens(&question[..cut]);
        let mut asked = Asked {
            terms: Vec::new(),
            by_word: HashMap::new(),
            by_stem: HashMap::new(),
            by_group: HashMap::new(),
            typed: HashSet::new(),
            line: String::from(" "),
            named: HashSet::new(),
            known: RefCell::default(),
        };
        for token in &tokens {
            for word in plain_words(&token.lower) {
                asked.line.push_str(&word);
                asked.line.push(' ');
                asked.typed.insert(word);
            }
            if token.shape == Shape::Number {
                asked.add(&token.lower);
            }
            if token.shape != Shape::Word {
                continue;
            }
            if !token.lower.is_ascii() {
                // Without blanks between words, two signs are the best that there is.
                pairs(&token.lower).for_each(|pair| asked.add(&pair));
            }
            for word in identifier_words(&token.text) {
                asked.add(&word);
            }
        }
        for text in texts {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
            asked.named.extend(words.map(str::to_lowercase));
        }
        asked
    }

    fn add(&mut self, word: &str) {
        let is_stop = words::STOP.contains(word);
        if is_stop && !words::SOFT_STOP.contains(word)
            || self.by_word.contains_key(word)
            || self.terms.len() == MAX_TERMS
        {
            return;
        }
        let term = self.terms.len();
        self.terms.push(word.to_owned());
        self.by_word.insert(word.to_owned(), term);
        if is_stop {
            return; // It means only itself.
        }
        let own = stem(word);
        for group in synonyms::groups(&own) {
            self.by_group.entry(*group).or_default().push(term);
        }
        self.by_stem.entry(own).or_default().push(term);
    }

    /// How many words are asked for.
    pub(super) fn terms(&self) -> usize {
        self.terms.len()
    }

    /// The words of the question that a word of the schema, in lower case, may mean.
    pub(super) fn hits(&self, word: &str) -> Rc<[Hit]> {
        if let Some(hits) = self.known.borrow().get(word) {
            return Rc::clone(hits);
        }
        let hits: Rc<[Hit]> = self.find(word).into();
        self.known.borrow_mut().insert(word.to_owned(), Rc::clone(&hits));
        hits
    }

    fn find(&self, word: &str) -> Vec<Hit> {
        let mut found: Vec<Hit> = Vec::new();
        let mut offer = |term: usize, weight: f32| match found.iter_mut().find(|(known, _)| *known == term) {
            Some((_, best)) => *best = best.max(weight),
            None => found.push((term, weight)),
        };
        if let Some(term) = self.by_word.get(word) {
            offer(*term, 1.0);
        }
        let long = shorthand::long_forms(word);
        let stems = std::iter::once((stem(word), 1.0)).chain(long.iter().map(|long| (stem(long), 0.95)));
        for (stem, weight) in stems {
            for term in self.by_stem.get(&stem).into_iter().flatten() {
                offer(*term, weight);
            }
            for group in synonyms::groups(&stem) {
                for term in self.by_group.get(group).into_iter().flatten() {
                    offer(*term, 0.7 * weight);
                }
            }
        }
        found
    }

    /// For the words that nothing in the schema means: what they may be a misspelling of. Looks at every word that was
    /// looked up before.
    pub(super) fn guess(&self) {
        let mut known = self.known.borrow_mut();
        let mut is_met = vec![false; self.terms.len()];
        for (term, _) in known.values().flat_map(|hits| hits.iter()) {
            is_met[*term] = true;
        }
        let missing: Vec<usize> = (0..self.terms.len())
            .filter(|term| !is_met[*term] && !words::STOP.contains(self.terms[*term].as_str()))
            .collect();
        if missing.is_empty() {
            return;
        }
        for (word, hits) in known.iter_mut() {
            let near = missing.iter().filter(|term| {
                let typed = &self.terms[**term];
                is_near(typed, word) || is_near(&singular(typed), word)
            });
            let more: Vec<Hit> = near.map(|term| (*term, 0.6)).collect();
            if !more.is_empty() {
                *hits = hits.iter().copied().chain(more).collect();
            }
        }
    }

    /// The first of the question's words that a sample value is spelled by, in any case.
    pub(super) fn says(&self, value: &str) -> Option<usize> {
        let first = first_word(value);
        if first.len() < 2 || value.len() > 80 {
            return None;
        }
        let first = first.to_lowercase();
        if !self.typed.contains(&first) {
            return None;
        }
        let mut wanted = String::from(" ");
        for word in plain_words(&value.to_lowercase()) {
            wanted.push_str(&word);
            wanted.push(' ');
        }
        if !self.line.contains(&wanted) {
            return None;
        }
        self.by_word.get(&first).copied()
    }

    /// Whether a text names it exactly.
    pub(super) fn is_named(&self, name: &str) -> bool {
        !self.named.is_empty() && self.named.contains(&name.to_lowercase())
    }
}

/// The words of a name or a comment; of a script without blanks, its signs by twos.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let mut found = identifier_words(text);
    if text.is_ascii() {
        return found;
    }
    let more: Vec<String> = found
        .iter()
        .filter(|word| !word.is_ascii())
        .flat_map(|word| pairs(word))
        .collect();
    found.extend(more);
    found
}

fn pairs(word: &str) -> impl Iterator<Item = String> + use<> {
    // Letters of these need no more than two to be a word.
    let is_sign = |c: &char| *c >= '\u{2e80}';
    let signs: Vec<char> = word.chars().filter(is_sign).collect();
    let pairs: Vec<String> = signs.windows(PAIR).map(|pair| pair.iter().collect()).collect();
    pairs.into_iter()
}

fn plain_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

fn first_word(value: &str) -> &str {
    let words = value.split(|c: char| !c.is_alphanumeric());
    words
        .into_iter()
        .find(|word| !word.is_empty())
        .unwrap_or_default()
}
