//! The words of a language for what a plan asks: pieces of a sentence with `{0}`, `{1}` where others go.

/// How a list is written: what stands between its parts, and before the last.
pub(crate) type Between = (&'static str, &'static str);

/// A language that answers are told in.
#[derive(Debug)]
pub(crate) struct Tongue {
    /// Things in a list.
    pub things: Between,
    /// Conditions that all hold.
    pub conditions: Between,
    /// Values of which any fits.
    pub values: Between,
    pub order_keys: Between,
    pub notes: Between,
    /// The end of a sentence.
    pub stop: &'static str,
    /// What goes before an inner question is cut off.
    pub lead: &'static str,

    pub all_columns: &'static str,
    /// All columns of a table, and others.
    pub all_and: &'static str,
    pub columns: &'static str,
    pub distinct: &'static str,
    pub whole_units: &'static str,
    pub filters: &'static str,
    pub groups: &'static str,
    pub having: &'static str,
    pub order: &'static str,
    pub ascending: &'static str,
    pub descending: &'static str,
    pub one_row: &'static str,
    pub rows: &'static str,
    /// How many rows before are left out.
    pub skipped: &'static str,
    pub assumed: &'static str,

    pub column: &'static str,
    pub row_count: &'static str,
    pub count_distinct: &'static str,
    pub apply: &'static str,
    pub product: &'static str,
    /// A sum, a difference and a product of two columns.
    pub joint: [&'static str; 3],
    pub bucket: &'static str,
    pub day_of_week: &'static str,
    pub hour_of_day: &'static str,
    /// From Sunday on.
    pub weekdays: [&'static str; 7],
    pub on_days: &'static str,
    pub related_count: &'static str,
    pub share: &'static str,
    /// The time from one moment to another, in a unit.
    pub elapsed: &'static str,
    pub part_of_all: &'static str,
    pub across: &'static str,
    pub related: &'static str,

    pub compare: &'static str,
    pub against: &'static str,
    /// Two moments in the same unit of time.
    pub together: &'static str,
    pub between: &'static str,
    pub one_of: &'static str,
    pub none_of: &'static str,
    pub starts: &'static str,
    pub contains: &'static str,
    pub ends: &'static str,
    pub not_starts: &'static str,
    pub not_contains: &'static str,
    pub not_ends: &'static str,
    pub null: &'static str,
    pub not_null: &'static str,
    pub is_true: &'static str,
    pub is_false: &'static str,
    pub within: &'static str,
    /// In the month of a moment, or on its day, of whatever year.
    pub same_month: &'static str,
    pub same_day: &'static str,
    pub outside: &'static str,
    pub average: &'static str,
    /// An average of a group beside that of all rows.
    pub group_average: &'static str,
    pub peer_average: &'static str,
    /// The highest, or lowest, within what shares a column.
    pub highest_of_each: &'static str,
    pub lowest_of_each: &'static str,
    pub beyond: &'static str,
    pub among: &'static str,
    pub highest_of: &'static str,
    pub lowest_of: &'static str,
    pub either: &'static str,
    pub exist: &'static str,
    pub exist_not: &'static str,

    pub text: &'static str,
    /// Count, sum, average, minimum, maximum.
    pub functions: [&'static str; 5],
    /// Equal, other, above, at least, below, at most.
    pub comparisons: [&'static str; 6],
    /// Hour, day, week, month, quarter, year.
    pub units: [&'static str; 7],
    pub day: &'static str,
    pub ago: &'static str,
    pub from_now: &'static str,
    pub start_of_this: &'static str,
    pub start_ago: &'static str,
    pub start_ahead: &'static str,
    pub year: &'static str,
    pub span: &'static str,
    pub since: &'static str,
    pub before: &'static str,
    pub any_time: &'static str,
    pub now: &'static str,

    /// A question of which only rows are kept that another finds too, or does not.
    pub also_found: &'static str,
    pub not_found: &'static str,
    /// Average, highest, lowest figure over the groups of a question.
    pub over_groups: [&'static str; 3],
    pub quotient: &'static str,
    pub beside: &'static str,
    pub percentage: &'static str,

    /// Notes as the recognisers write them, each with how this language says it; none where they are written in it.
    pub notes_said: &'static [(&'static str, &'static str)],
}

/// A piece with its places filled.
pub(crate) fn fill(piece: &str, parts: &[&str]) -> String {
    let mut text = String::with_capacity(piece.len() + 16);
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(
            place
                .parse()
                .ok()
                .and_then(|at: usize| parts.get(at))
                .copied()
                .unwrap_or_default(),
        );
        rest = after;
    }
    text.push_str(rest);
    text
}

impl Tongue {
    /// Parts as a list.
    pub(crate) fn list(&self, parts: &[String], between: Between) -> String {
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [many @ .., last] => format!("{}{}{last}", many.join(between.0), between.1),
        }
    }

    /// A note in this language; as it is where the language has no words for it.
    pub(crate) fn note(&self, note: &str) -> String {
        self.notes_said
            .iter()
            .find_map(|(written, said)| Some(fill(said, &places(written, note)?)))
            .unwrap_or_else(|| note.to_owned())
    }
}

/// What stands in the places of a pattern, when a text is made by it.
fn places<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    let pieces: Vec<&str> = pieces.collect();
    for (at, piece) in pieces.iter().enumerate() {
        let end = if at + 1 == pieces.len() {
            rest.strip_suffix(piece)?.len()
        } else {
            rest.find(piece)?
        };
        found.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty().then_some(found)
}

pub(crate) static ENGLISH: Tongue = Tongue {
    things: (", ", " and "),
    conditions: (", ", " and "),
    values: (" or ", " or "),
    order_keys: (", ", " and "),
    notes: ("; ", "; "),
    stop: ".",
    lead: "Shows ",
    all_columns: "Shows every column of {0}",
    all_and: "Shows every column of {0}, and {1}",
    columns: "Shows {0} from {1}",
    distinct: ", each row once",
    whole_units: "",
    filters: ", where {0}",
    groups: ", for each {0}",
    having: ", keeping groups where {0}",
    order: ", sorted by {0}",
    ascending: "{0} (lowest first)",
    descending: "{0} (highest first)",
    one_row: ", at most 1 row",
    skipped: ", after leaving out the first {0}",
    rows: ", at most {0} rows",
    assumed: " Assumed: {0}.",
    column: "{0}.{1}",
    row_count: "the number of rows",
    count_distinct: "the number of different {0}",
    apply: "the {0} of {1}",
    joint: ["{0} plus {1}", "{0} minus {1}", "{0} times {1}"],
    product: "the sum of {0} times {1}",
    bucket: "the {0} of {1}",
    day_of_week: "day of the week",
    hour_of_day: "hour of the day",
    weekdays: [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ],
    on_days: "{0} is on a {1}",
    related_count: "the number of {0}",
    share: "the percentage of rows where {0}",
    elapsed: "{0}s from {1} to {2}",
    part_of_all: "the percentage of all rows",
    across: "the {0} that {1} refers to",
    related: "related {0}",
    compare: "{0} is {1} {2}",
    against: "{0} is {1} {2}",
    together: "{0} and {1} are in the same {2}",
    between: "{0} is between {1} and {2}",
    one_of: "{0} is {1}",
    none_of: "{0} is not {1}",
    starts: "{0} starts with '{1}'",
    contains: "{0} contains '{1}'",
    ends: "{0} ends with '{1}'",
    not_starts: "{0} is not one that starts with '{1}'",
    not_contains: "{0} is not one that contains '{1}'",
    not_ends: "{0} is not one that ends with '{1}'",
    null: "{0} is missing",
    not_null: "{0} is known",
    is_true: "{0} is true",
    is_false: "{0} is false",
    within: "{0} lies in {1}",
    same_month: "{0} is in the month of {1}, whatever the year",
    same_day: "{0} is on the day of {1}, whatever the year",
    outside: "{0} lies outside {1}",
    average: "{0} is {1} its average",
    group_average: "{0} is {1} that of all rows",
    peer_average: "{0} is {1} its average for the same {2}",
    highest_of_each: "{0} is the highest for each {1}",
    lowest_of_each: "{0} is the lowest for each {1}",
    beyond: "{0} is {1} {2}",
    among: "{0} is the {1} of a row where {2}",
    highest_of: "{0} is the {1} of the row with the highest {2}",
    lowest_of: "{0} is the {1} of the row with the lowest {2}",
    either: "either {0}, or {1}",
    exist: "there are {0}",
    exist_not: "there are no {0}",
    text: "'{0}'",
    functions: ["count", "sum", "average", "minimum", "maximum"],
    comparisons: ["equal to", "other than", "above", "at least", "below", "at most"],
    units: ["minute", "hour", "day", "week", "month", "quarter", "year"],
    day: "{0}",
    ago: "{0} {1}s ago",
    from_now: "{0} {1}s from now",
    start_of_this: "the start of this {1}",
    start_ago: "the start of the {1} {0} ago",
    start_ahead: "the start of the {1} {0} ahead",
    year: "the year {0}",
    span: "the time from {0} to before {1}",
    since: "the time since {0}",
    before: "the time before {0}",
    any_time: "any time",
    now: "today",
    also_found: "{0} Only rows that are also found by: {1}",
    not_found: "{0} Only rows that are not found by: {1}",
    over_groups: [
        "Shows the average of {0}",
        "Shows the highest of {0}",
        "Shows the lowest of {0}",
    ],
    beside: "Shows two figures. {0} And: {1}",
    quotient: "Shows the ratio of two figures. {0} Divided by: {1}",
    percentage: "Shows the percentage of two figures. {0} Divided by: {1}",
    notes_said: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_filled_in_the_order_that_a_language_has() {
        assert_eq!(fill("{1}所指的{0}", &["a", "{1}"]), "{1}所指的a");
        assert_eq!(fill("any time", &[]), "any time");
    }

    #[test]
    fn a_note_is_told_in_the_words_of_the_language() {
        let tongue = Tongue {
            notes_said: &[("\"{}\" is a value of {}", "“{0}”是 {1} 的值")],
            ..ENGLISH
        };
        assert_eq!(tongue.note("\"x of y\" is a value of a.b"), "“x of y”是 a.b 的值");
        assert_eq!(tongue.note("something else"), "something else");
    }
}
