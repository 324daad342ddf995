//! Answers without a schema: the nouns of the question become the names, and the answer says so.

use super::dates;
use super::gate;
use super::lexicon::Sort;
use super::period;
use super::phrases::{self, Function, Match, Phrase};
use super::quote::{identifier, text_literal};
use super::render::op_sign;
use super::stem::singular;
use super::text::{Shape, Token};
use super::values;
use super::words;
use super::{Draft, Refusal, RefusalKind, Request, small_talk};

/// Confidence without a schema never exceeds this: no name is known to exist.
const CAP: f64 = 0.5;

/// A guess at what was asked, grown word by word.
#[derive(Default)]
struct Guess {
    table: Option<String>,
    columns: Vec<String>,
    function: Option<Function>,
    distinct: bool,
    filters: Vec<String>,
    group: Option<String>,
    order: Option<(String, bool)>,
    limit: Option<u32>,
    assumptions: Vec<String>,
    /// Words that nothing was made of.
    unused: u32,
    used: u32,
}

/// Words that measure something, for sums and averages without a table.
const FIGURES: &[(&str, &str)] = &[
    ("revenue", "orders"),
    ("sales", "orders"),
    ("income", "payments"),
    ("turnover", "orders"),
    ("price", "products"),
    ("cost", "products"),
    ("salary", "employees"),
    ("amount", "orders"),
    ("age", "users"),
    ("stock", "products"),
    ("quantity", "order_items"),
    ("rating", "reviews"),
    ("score", "results"),
    ("profit", "orders"),
    ("expenses", "expenses"),
    ("balance", "accounts"),
    ("discount", "orders"),
    ("tax", "orders"),
];

/// The answer to a question about an unknown database.
pub(crate) fn answer(tokens: &[Token], request: &Request<'_>) -> Result<Draft, Refusal> {
    if gate::is_small_talk(tokens) {
        return Err(small_talk());
    }
    let mut guess = Guess::default();
    let mut at = 0;
    while at < tokens.len() {
        at += guess.read(tokens, at, request);
    }
    guess.finish(request)
}

impl Guess {
    /// Reads what begins at a token; gives the number of tokens it took.
    fn read(&mut self, tokens: &[Token], at: usize, request: &Request<'_>) -> usize {
        let before = at.checked_sub(1).map(|i| &tokens[i]);
        if let Some((period, taken)) = period::read(&tokens[at..], before, request.today) {
            let column = identifier("created_at", request.dialect);
            self.assumptions
                .push("the time is that of a column created_at".into());
            self.filters.push(dates::within(
                &column,
                Sort::Day { timed: true },
                &period,
                request.dialect,
            ));
            self.used += 1;
            return taken;
        }
        if let Some((phrase, taken)) = phrases::read(tokens, at) {
            return self.read_phrase(phrase, tokens, at, taken, request);
        }
        let token = &tokens[at];
        if token.shape == Shape::Number
            && self.limit.is_none()
            && at > 0
            && matches!(tokens[at - 1].lower.as_str(), "first" | "last" | "latest" | "top")
        {
            self.limit = token.text.parse().ok();
            return 1;
        }
        if !token.is_word() || words::STOP.contains(&token.lower.as_str()) {
            return 1;
        }
        self.read_word(tokens, at, request);
        1
    }

    fn read_phrase(
        &mut self,
        phrase: Phrase,
        tokens: &[Token],
        at: usize,
        taken: usize,
        request: &Request<'_>,
    ) -> usize {
        let next = tokens[at + taken..]
            .iter()
            .find(|token| !matches!(token.lower.as_str(), "the" | "of" | "all"));
        match phrase {
            Phrase::Aggregate(function) if self.function.is_none() => {
                self.function = Some(function);
                self.used += 1;
            }
            Phrase::Distinct => self.distinct = true,
            Phrase::By if self.limit.is_some() && self.table.is_some() => {
                if let Some(token) = next.filter(|token| token.is_word()) {
                    self.order = Some((plain_name(&singular(&token.lower)), true));
                    self.used += 1;
                    return taken + up_to(&tokens[at + taken..], token);
                }
            }
            Phrase::PerEach | Phrase::By => {
                if let Some(token) = next
                    .filter(|token| token.is_word() && (self.function.is_some() || phrase == Phrase::PerEach))
                {
                    self.group = Some(plain_name(&singular(&token.lower)));
                    self.used += 1;
                    return taken + up_to(&tokens[at + taken..], token);
                }
            }
            Phrase::OrderBy | Phrase::OrderedOf(_) => {
                if let Some(token) = next.filter(|token| token.is_word()) {
                    let descending = phrase == Phrase::OrderedOf(true)
                        || tokens
                            .iter()
                            .any(|token| matches!(token.lower.as_str(), "descending" | "desc"));
                    self.order = Some((plain_name(&singular(&token.lower)), descending));
                    self.used += 1;
                    return taken + up_to(&tokens[at + taken..], token);
                }
            }
            Phrase::Compare { op, .. } => {
                let column = self
                    .columns
                    .pop()
                    .or_else(|| at.checked_sub(1).map(|i| plain_name(&singular(&tokens[i].lower))));
                if let (Some(token), Some(column)) =
                    (next.filter(|token| token.shape == Shape::Number), column)
                {
                    self.filters.push(format!(
                        "{} {} {}",
                        identifier(&column, request.dialect),
                        op_sign(op),
                        token.text
                    ));
                    self.used += 1;
                    return taken + 1;
                }
                self.unused += 1;
            }
            Phrase::Like(place) => {
                if let (Some(column), Some(token)) = (self.columns.pop(), next) {
                    let pattern = match place {
                        Match::Starts => format!("{}%", token.text),
                        Match::Contains => format!("%{}%", token.text),
                        Match::Ends => format!("%{}", token.text),
                    };
                    self.filters.push(format!(
                        "{} LIKE {}",
                        identifier(&column, request.dialect),
                        text_literal(&pattern, request.dialect)
                    ));
                    return taken + 1;
                }
            }
            Phrase::Top => self.limit = next.and_then(period::count),
            Phrase::Superlative { descending, hint, .. } => {
                let column = hint.first().copied().unwrap_or("created_at");
                self.order = Some((column.to_owned(), descending));
                self.limit = self.limit.or(next.and_then(period::count)).or(Some(1));
                self.assumptions
                    .push(format!("the ranking is by a column {column}"));
            }
            Phrase::Direction(_) | Phrase::Filler | Phrase::Named => {}
            _ => self.unused += 1,
        }
        taken
    }

    /// A word is a value of a known kind, a column before `of` and `and`, or the table.
    fn read_word(&mut self, tokens: &[Token], at: usize, request: &Request<'_>) {
        let token = &tokens[at];
        let lower = token.lower.as_str();
        let noun_follows = tokens.get(at + 1).is_some_and(Token::is_word);
        let class = values::classes(lower).next();
        let described = self.table.is_some() || noun_follows;
        if let Some(class) = class.filter(|_| described && !is_figure(lower)) {
            let value = if token.is_capital() && at > 0 {
                token.text.clone()
            } else {
                lower.to_owned()
            };
            let column = class.columns[0];
            self.filters.push(format!(
                "{} = {}",
                identifier(column, request.dialect),
                text_literal(&value, request.dialect)
            ));
            self.assumptions
                .push(format!("\"{}\" is a value of a column {column}", token.text));
            self.used += 1;
            return;
        }
        self.used += 1;
        let counted = noun_follows && tokens[at + 1].lower == "count";
        let of_follows = tokens.get(at + 1).is_some_and(|next| next.lower == "of");
        let listed = tokens
            .get(at + 1)
            .is_some_and(|next| matches!(next.lower.as_str(), "and" | ","))
            && self.table.is_none()
            && tokens[at + 1..]
                .iter()
                .any(|token| matches!(token.lower.as_str(), "of" | "from" | "for"));
        if self.table.is_none()
            && !counted
            && (of_follows
                || listed
                || (self.function.is_some_and(|function| function != Function::Count) && is_figure(lower)))
        {
            self.columns.push(plain_name(&singular(lower)));
        } else if self.table.is_none() {
            self.table = Some(plain_name(&plural(lower)));
        } else if is_figure(lower)
            || tokens
                .get(at + 1)
                .is_some_and(|next| phrases::is_part(&next.lower))
            || tokens[..at].iter().any(|token| token.lower == "whose")
        {
            self.columns.push(plain_name(&singular(lower)));
        } else {
            self.used -= 1;
            self.unused += 1;
        }
    }

    fn finish(mut self, request: &Request<'_>) -> Result<Draft, Refusal> {
        if self.table.is_none() {
            let figure = self.columns.first().and_then(|column| {
                FIGURES
                    .iter()
                    .find(|(name, _)| *name == column || singular(name) == *column)
            });
            if let Some((name, table)) = figure {
                self.assumptions
                    .push(format!("the {name} is a column of a table {table}"));
                self.table = Some((*table).to_owned());
            } else if let Some(column) = self.columns.pop() {
                self.table = Some(plural(&column));
            }
        }
        let Some(table) = self.table.clone() else {
            return Err(Refusal {
                kind: RefusalKind::NotUnderstood,
                reason: "the question names nothing that could be a table; say what to list, count or add up, and send the schema for a sure answer".into(),
                suggestions: Vec::new(),
            });
        };
        let sql = self.sql(&table, request);
        let mut assumptions = vec![format!("the table is called {table}")];
        assumptions.extend(self.assumptions.iter().cloned());
        let coverage = f64::from(self.used) / f64::from((self.used + self.unused).max(1));
        let confidence =
            (CAP * coverage * 0.9 - 0.05 * self.assumptions.len() as f64 + 0.04).clamp(0.05, CAP);
        Ok(Draft {
            explanation: format!(
                "Reads {table} by the words of the question alone. Assumed: {}.",
                assumptions.join("; ")
            ),
            sql,
            confidence: (confidence * 10_000.0).round() / 10_000.0,
            warnings: vec![
                "no schema was given: table and column names are guessed from the question".into(),
            ],
            assumptions,
            alternative: None,
            signals: Vec::new(),
        })
    }

    fn sql(&self, table: &str, request: &Request<'_>) -> String {
        let name = |text: &str| identifier(text, request.dialect);
        let columns: Vec<String> = self.columns.iter().map(|column| name(column)).collect();
        let mut outputs: Vec<String> = self.group.iter().map(|group| name(group)).collect();
        match (self.function, columns.first()) {
            (Some(Function::Count), Some(column)) if self.distinct => {
                outputs.push(format!("COUNT(DISTINCT {column})"))
            }
            (Some(Function::Count), _) => outputs.push("COUNT(*)".into()),
            (Some(function), column) => {
                let word = match function {
                    Function::Sum => "SUM",
                    Function::Avg => "AVG",
                    Function::Min => "MIN",
                    Function::Max | Function::Count => "MAX",
                };
                outputs.push(format!(
                    "{word}({})",
                    column.map_or_else(|| name("amount"), Clone::clone)
                ));
            }
            (None, None) if self.group.is_some() => outputs.push("COUNT(*)".into()),
            (None, None) => outputs.push("*".into()),
            (None, Some(_)) => outputs.extend(columns),
        }
        let distinct = if self.distinct && self.function.is_none() && !self.columns.is_empty() {
            "DISTINCT "
        } else {
            ""
        };
        let mut sql = format!("SELECT {distinct}{} FROM {}", outputs.join(", "), name(table));
        if !self.filters.is_empty() {
            sql.push_str(&format!(" WHERE {}", self.filters.join(" AND ")));
        }
        if let Some(group) = &self.group {
            sql.push_str(&format!(" GROUP BY {}", name(group)));
        }
        if let Some((column, descending)) = self.order.as_ref().filter(|_| self.function.is_none()) {
            sql.push_str(&format!(
                " ORDER BY {}{}",
                name(column),
                if *descending { " DESC" } else { "" }
            ));
        }
        if let Some(limit) = self.limit.filter(|_| self.function.is_none()) {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        sql
    }
}

fn is_figure(lower: &str) -> bool {
    FIGURES
        .iter()
        .any(|(name, _)| *name == lower || singular(name) == singular(lower))
}

/// A word as an identifier: letters, digits and underscores.
fn plain_name(word: &str) -> String {
    word.chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .take(64)
        .collect()
}

fn plural(lower: &str) -> String {
    if lower.ends_with('s') || !lower.is_ascii() || lower == "people" || lower == "staff" {
        return lower.to_owned();
    }
    if let Some(rest) = lower
        .strip_suffix('y')
        .filter(|rest| !rest.ends_with(['a', 'e', 'i', 'o', 'u']))
    {
        return format!("{rest}ies");
    }
    if ["x", "ch", "sh", "z"].iter().any(|tail| lower.ends_with(tail)) {
        return format!("{lower}es");
    }
    format!("{lower}s")
}

/// How many tokens there are up to and with the given one; none when it is not among them.
fn up_to(tokens: &[Token], last: &Token) -> usize {
    tokens
        .iter()
        .position(|token| token == last)
        .map_or(0, |index| index + 1)
}
