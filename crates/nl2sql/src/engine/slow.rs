//! What is fast or slow where nothing measures a speed: what takes little or much time.

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::phrases::{self, Hint, Phrase};
use super::reading::Reading;
use super::text::{self, Token};

/// Words of columns that say how long something took, likeliest first.
const LASTING: Hint = &[
    "duration",
    "latency",
    "elapsed",
    "runtime",
    "lap",
    "finish",
    "response",
    "processing",
    "execution",
    "time",
];

/// Whether a column says how fast something is.
fn is_speed(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    let entry = lexicon.column(id);
    let says = |word: &String| matches!(word.as_str(), "speed" | "velocity" | "mph" | "kmh");
    entry.sort == Sort::Number && entry.words.iter().any(says)
}

/// Whether a column of numbers says how long something took.
fn lasts(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    let entry = lexicon.column(id);
    entry.sort == Sort::Number
        && !lexicon.is_key(id)
        && entry.words.iter().any(|word| LASTING.contains(&word.as_str()))
}

/// The one column of a table that says how long something took.
fn lasting_column(lexicon: &Lexicon<'_>, table: TableId) -> Option<ColumnId> {
    let mut found = lexicon.columns_of(table).filter(|id| lasts(lexicon, *id));
    found.next().filter(|_| found.next().is_none())
}

impl Reading<'_> {
    /// The slowest is what took the longest, where the rows have no speed but a length of time.
    pub(crate) fn lasting(&self, descending: bool, hint: Hint) -> (bool, Hint) {
        let lexicon = self.lexicon;
        let paced = hint.first() == Some(&"speed")
            && !lexicon.columns_of(self.home).any(|id| is_speed(lexicon, id))
            && lasting_column(lexicon, self.home).is_some();
        if paced {
            (!descending, LASTING)
        } else {
            (descending, hint)
        }
    }
}

/// `…, slowest first` is what took the longest first.
pub(crate) fn first(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "slowest" | "fastest" | "quickest") && two[1].lower == "first"
    })?;
    let columns = || lexicon.table_ids().flat_map(|table| lexicon.columns_of(table));
    if at + 2 != tokens.len()
        || columns().any(|id| is_speed(lexicon, id))
        || !columns().any(|id| lasts(lexicon, id))
    {
        return None;
    }
    let meant = if tokens[at].lower == "slowest" {
        "longest first"
    } else {
        "shortest first"
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(meant));
    Some(spelled)
}

/// `slower than 2 seconds` is longer than that, where nothing has a speed.
pub(crate) fn than(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "slower" | "faster" | "quicker") && two[1].lower == "than"
    })?;
    let columns = || lexicon.table_ids().flat_map(|table| lexicon.columns_of(table));
    if columns().any(|id| is_speed(lexicon, id)) || !columns().any(|id| lasts(lexicon, id)) {
        return None;
    }
    let meant = if tokens[at].lower == "slower" {
        "longer"
    } else {
        "shorter"
    };
    Some(text::replaced(tokens, at, at + 1, meant))
}

/// `slowest endpoint` is so on average, where what belongs to it tells how long it took.
pub(crate) fn of_others(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "slowest" | "fastest" | "quickest"))?;
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, tokens.get(at + 1..at + 2)?)
        .or_else(|| table_of(&namer, tokens.get(at + 1..at + 3)?))?;
    let averaged = tokens.iter().any(|token| token.lower == "average");
    let own = lexicon
        .columns_of(table)
        .any(|id| is_speed(lexicon, id) || lasts(lexicon, id));
    if averaged || own {
        return None;
    }
    let end = at + 1 + usize::from(table_of(&namer, tokens.get(at + 1..at + 2)?).is_none());
    let mut spelled = tokens[..=end].to_vec();
    spelled.extend(text::tokens("on average"));
    spelled.extend_from_slice(&tokens[end + 1..]);
    on_average(lexicon, &spelled)
}

/// `slowest route on average` is the route with the highest average duration, `the path that is the fastest on average` too.
pub(crate) fn on_average(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let average = tokens
        .windows(2)
        .position(|two| two[0].lower == "on" && two[1].lower == "average")?;
    let (at, descending, taken) = (0..average).find_map(|at| match phrases::read(tokens, at)? {
        (Phrase::Superlative { descending, hint, .. }, taken) if hint.first() == Some(&"speed") => {
            Some((at, descending, taken))
        }
        _ => None,
    })?;
    let is = |at: usize, words: &[&str]| {
        tokens
            .get(at)
            .is_some_and(|token| words.contains(&token.lower.as_str()))
    };
    // "which path is the fastest", "what's the slowest path"
    let after = &tokens[at + taken..average];
    let mut lead = at;
    while lead > 0
        && is(lead - 1, &["the", "is", "are", "was", "were", "that", "which"])
        && (after.is_empty() || lead > 1)
    {
        lead -= 1;
    }
    let (shown, keep) = if after.is_empty() {
        (&tokens[..lead], 0)
    } else {
        (after, at)
    };
    let thing = shown.last()?;
    let namer = Namer::new(lexicon);
    let mention = namer.mention(&thing.text);
    let own = table_of(&namer, std::slice::from_ref(thing));
    let of_column = mention
        .columns
        .iter()
        .filter(|hit| hit.score >= 0.8)
        .map(|hit| lexicon.column(hit.id).table);
    let mut tables: Vec<TableId> = match own {
        Some(table) => lexicon
            .graph
            .links
            .iter()
            .filter(|link| link.to == table)
            .map(|link| link.from)
            .collect(),
        None => of_column.collect(),
    };
    tables.sort_unstable();
    tables.dedup();
    let mut found = tables.into_iter().filter_map(|table| {
        let paced = lexicon.columns_of(table).any(|id| is_speed(lexicon, id));
        lasting_column(lexicon, table).filter(|_| !paced)
    });
    let column = found.next().filter(|_| found.next().is_none())?;
    let mut spelled = tokens[..keep].to_vec();
    spelled.extend_from_slice(shown);
    let end = if descending { "lowest" } else { "highest" };
    spelled.extend(text::tokens(&format!(
        "with the {end} average {}",
        lexicon.column(column).words.join(" ")
    )));
    spelled.extend_from_slice(&tokens[average + 2..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_slow_takes_long() {
        let runs = schema(&[
            "machines: id int, name text",
            "runs: id int, machine_id int > machines, script text, duration_ms int, started_at timestamp",
            "boats: id int, name text, top_speed int",
        ]);
        check(
            &runs,
            &[
                (
                    "5 slowest runs",
                    "SELECT * FROM runs ORDER BY duration_ms DESC LIMIT 5",
                ),
                ("fastest run", "SELECT * FROM runs ORDER BY duration_ms LIMIT 1"),
                (
                    "fastest boat",
                    "SELECT * FROM boats ORDER BY top_speed DESC LIMIT 1",
                ),
                (
                    "what is the slowest script on average",
                    "SELECT script FROM runs GROUP BY script ORDER BY AVG(duration_ms) DESC LIMIT 1",
                ),
                (
                    "which script is the fastest on average",
                    "SELECT script FROM runs GROUP BY script ORDER BY AVG(duration_ms) LIMIT 1",
                ),
            ],
        );
    }
}
