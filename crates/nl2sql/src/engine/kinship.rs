//! Tells keys by names alone, in schemas that declare none: `visits.nurse` refers to `nurses`, `tryouts.club` to `clubs.club`.

use super::graph::Link;
use super::lexicon::{ColumnEntry, ColumnId, TableEntry, TableId};
use super::stem::singular;
use crate::schema::ColumnKind;

/// Names that say nothing of whose key a column is.
const GENERIC: &[&str] = &[
    "id",
    "name",
    "title",
    "code",
    "number",
    "no",
    "key",
    "type",
    "status",
    "date",
    "time",
    "year",
    "month",
    "day",
    "rank",
    "position",
    "description",
    "location",
    "value",
    "label",
    "notes",
];
/// Beginnings of the names of figures: QTY_ORD is how much was ordered, and no order.
const FIGURES: &[&str] = &[
    "quantity", "amount", "total", "count", "sum", "average", "avg", "minimum", "min", "maximum", "max",
    "price", "cost", "percent", "weight", "gross", "net", "hours", "days", "value", "balance", "date",
    "time",
];
/// What a key costs that only names tell: more than any that is declared.
const COST: u32 = 4;
/// Columns that hold the key of another row of their own table.
const OWN_ROWS: &[&[&str]] = &[
    &["reports", "to"],
    &["report", "to"],
    &["manager"],
    &["supervisor"],
    &["boss"],
    &["parent"],
    &["mentor"],
    &["referred", "by"],
];

/// Those who work on something.
const STAFF: &[&str] = &[
    "employee",
    "staff",
    "user",
    "worker",
    "person",
    "personnel",
    "agent",
    "member",
];
/// What somebody is to a row of another table.
const ROLES: &[&str] = &[
    "head",
    "manager",
    "supervisor",
    "approver",
    "reviewer",
    "owner",
    "assignee",
    "creator",
    "author",
    "lead",
    "leader",
    "requester",
    "recruiter",
    "coordinator",
    "handler",
    "inspector",
    "cashier",
    "operator",
    "editor",
    "contact",
];

/// Whether a column tells who has a part in a row: `head_id`, `approved_by`.
fn is_role(column: &ColumnEntry<'_>) -> bool {
    match &column.words[..] {
        [role, last] if matches!(last.as_str(), "id" | "no" | "number" | "code") => {
            ROLES.contains(&role.as_str())
        }
        [done, by] if by == "by" => done.ends_with("ed"),
        [done, by, id] if by == "by" && id == "id" => done.ends_with("ed"),
        _ => false,
    }
}

/// The keys that a column without a declared one may be, likeliest first.
pub(crate) fn links(id: ColumnId, tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) -> Option<Link> {
    let from = columns[id.0].table;
    if let [first, _, ..] = &columns[id.0].words[..]
        && FIGURES.contains(&first.as_str())
    {
        return None;
    }
    let others = || (0..tables.len()).map(TableId).filter(move |to| *to != from);
    let key_of = |to: TableId| {
        tables[to.0]
            .columns
            .clone()
            .map(ColumnId)
            .find(|key| columns[key.0].is_primary)
    };
    let by_name = others().find_map(|to| {
        let key =
            key_of(to).filter(|key| alike(&columns[id.0], &columns[key.0]) && !columns[id.0].is_primary)?;
        let words: Vec<String> = columns[id.0].words.iter().map(|word| singular(word)).collect();
        (words == tables[to.0].words && is_one(&columns[id.0])).then_some(key)
    });
    let by_key = || others().find_map(|to| key_of(to).filter(|key| shares_name(id, *key, tables, columns)));
    let by_table = || {
        let found = others().filter_map(|to| {
            let key = key_of(to)?;
            let said = names_table(&columns[id.0], &tables[to.0].words).filter(|_| is_one(&columns[id.0]))?;
            alike(&columns[id.0], &columns[key.0]).then_some((said, key))
        });
        found
            .max_by_key(|(said, key)| (*said, std::cmp::Reverse(*key)))
            .map(|(_, key)| key)
    };
    let by_namesake = || {
        others()
            .flat_map(|to| tables[to.0].columns.clone().map(ColumnId))
            .find(|other| is_namesake(id, *other, tables, columns))
    };
    let by_values = || {
        others()
            .flat_map(|to| tables[to.0].columns.clone().map(ColumnId))
            .find(|other| holds_its_values(id, *other, tables, columns))
    };
    let by_role = || {
        let role = is_role(&columns[id.0]) && is_one(&columns[id.0]);
        let mut staff = (0..tables.len()).map(TableId).filter(|to| {
            role && tables[to.0]
                .words
                .last()
                .is_some_and(|last| STAFF.contains(&last.as_str()))
        });
        let only = staff
            .next()
            .filter(|_| staff.next().is_none())
            .filter(|to| *to != from)?;
        key_of(only).filter(|key| alike(&columns[id.0], &columns[key.0]))
    };
    let told = by_name
        .or_else(by_key)
        .or_else(by_table)
        .or_else(by_namesake)
        .or_else(by_role);
    // What only values tell is the last thing that a join goes by.
    let cost = if told.is_some() { COST } else { COST + 2 };
    let target = told.or_else(by_values)?;
    Some(Link {
        from,
        to: columns[target.0].table,
        pairs: vec![(id, target)],
        cost,
    })
}

/// The key that a column holds of another row of its own table: `reports_to`, `manager_id`.
pub(crate) fn own_row(
    id: ColumnId,
    tables: &[TableEntry<'_>],
    columns: &[ColumnEntry<'_>],
) -> Option<ColumnId> {
    let column = &columns[id.0];
    let table = column.table;
    let stump = match &column.words[..] {
        [head @ .., last] if !head.is_empty() && matches!(last.as_str(), "id" | "no" | "number" | "code") => {
            head
        }
        words => words,
    };
    let ends_with = |stump: &[String]| {
        OWN_ROWS.iter().any(|words| {
            stump.len() >= words.len() && stump[stump.len() - words.len()..].iter().eq(words.iter())
        })
    };
    let elsewhere = tables.iter().any(|other| other.words.iter().eq(stump.iter()));
    let key = tables[table.0]
        .columns
        .clone()
        .map(ColumnId)
        .find(|key| columns[key.0].is_primary)?;
    // "supervisor_doctor_id" beside "doctor_id": the key's name again, after the role.
    let again = column.words.strip_suffix(&columns[key.0].words[..]);
    let own = ends_with(stump) || columns[key.0].words.len() > 1 && again.is_some_and(ends_with);
    (own && !elsewhere && key != id && alike(column, &columns[key.0])).then_some(key)
}

/// Whether a column is called as the key of another table is, or a part in front says its role: `start_dock_no`, `dock_no`.
fn shares_name(id: ColumnId, key: ColumnId, tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) -> bool {
    let (mine, other) = (&columns[id.0], &columns[key.0]);
    if !alike(mine, other) || other.words.concat() == "id" || GENERIC.contains(&other.words.concat().as_str())
    {
        return false;
    }
    let same = mine.column.name.eq_ignore_ascii_case(&other.column.name);
    // Two tables with one key between them: the one that is called as the key is holds the rows.
    if same && mine.is_primary {
        return names_table(other, &tables[other.table.0].words).is_some()
            && names_table(mine, &tables[mine.table.0].words).is_none();
    }
    let role =
        mine.words.len() > other.words.len() && mine.words.ends_with(&other.words) && other.words.len() > 1
            || mine.words.len() == 2
                && other.words.len() == 1
                && mine.words.ends_with(&other.words)
                && other.words[0].ends_with("id");
    same || role && !mine.is_primary
}

/// How many words of a column's name say the table it refers to, its last ones but for `id`.
fn names_table(column: &ColumnEntry<'_>, table: &[String]) -> Option<usize> {
    let mut words: Vec<String> = column.words.iter().map(|word| singular(word)).collect();
    // `club_no_2` is another club.
    if words
        .last()
        .is_some_and(|last| last.len() == 1 && last.bytes().all(|c| c.is_ascii_digit()))
    {
        words.pop();
    }
    let stump = match &words[..] {
        [head @ .., last]
            if !head.is_empty() && matches!(last.as_str(), "id" | "code" | "key" | "no" | "number") =>
        {
            head
        }
        words => words,
    };
    let whole = stump.ends_with(table).then_some(table.len());
    // "assistingnurse" is a nurse.
    let glued = || match (stump, table) {
        ([one], [name]) if name.len() >= 4 && one.len() > name.len() + 2 && one.ends_with(name.as_str()) => {
            Some(1)
        }
        _ => None,
    };
    whole.or_else(glued)
}

/// Whether a column is called as one that names the rows of its table: `samples.grape`, `grapes.grape`.
fn is_namesake(
    id: ColumnId,
    other: ColumnId,
    tables: &[TableEntry<'_>],
    columns: &[ColumnEntry<'_>],
) -> bool {
    let (mine, theirs) = (&columns[id.0], &columns[other.0]);
    let same = mine.column.name.eq_ignore_ascii_case(&theirs.column.name);
    let begins = |column: &ColumnEntry<'_>| {
        let table = &tables[column.table.0].words;
        column.words.len() >= table.len()
            && column
                .words
                .iter()
                .zip(table)
                .all(|(word, name)| singular(word) == *name)
    };
    same && alike(mine, theirs) && begins(theirs) && !begins(mine) && !mine.is_primary
}

/// Whether a text holds what the rows of another table are called: `trails.crosses`, `districts.district_name`.
fn holds_its_values(
    id: ColumnId,
    other: ColumnId,
    tables: &[TableEntry<'_>],
    columns: &[ColumnEntry<'_>],
) -> bool {
    /// Fewer values may meet by chance.
    const FEW: usize = 3;
    let (mine, theirs) = (&columns[id.0], &columns[other.0]);
    let table = &tables[theirs.table.0].words;
    let names_rows = theirs.words.len() == table.len() + 1
        && theirs.words.last().is_some_and(|last| last == "name")
        && theirs
            .words
            .iter()
            .zip(table)
            .all(|(word, name)| singular(word) == *name);
    let own = mine
        .words
        .iter()
        .zip(&tables[mine.table.0].words)
        .all(|(word, name)| singular(word) == *name);
    let (held, known) = (&mine.column.samples, &theirs.column.samples);
    let met = held.iter().filter(|value| known.contains(value)).count();
    names_rows && !own && mine.column.kind == theirs.column.kind && met >= FEW && met * 5 >= held.len() * 4
}

/// Whether a column is called as one thing: `home_games` counts, `home_game` refers.
fn is_one(column: &ColumnEntry<'_>) -> bool {
    column.words.last().is_some_and(|last| singular(last) == *last)
}

/// Whether two columns can hold the same values: types of one kind, and samples that meet where both have some.
fn alike(one: &ColumnEntry<'_>, other: &ColumnEntry<'_>) -> bool {
    let number =
        |column: &ColumnEntry<'_>| matches!(column.column.kind, ColumnKind::Integer | ColumnKind::Decimal);
    let kinds = one.column.kind == other.column.kind || number(one) && number(other);
    let (mine, theirs) = (&one.column.samples, &other.column.samples);
    let apart = !mine.is_empty() && !theirs.is_empty() && !mine.iter().any(|value| theirs.contains(value));
    kinds && !apart
}
