//! What the asker is told when a model was not shown the whole schema.

use std::fmt::Write;

use nl2sql::fit::Fitted;

/// Most tables that are named.
const MAX_NAMED: usize = 5;

/// A sentence for the tables that were left out, and one for the columns.
pub(super) fn warnings(fitted: &Fitted<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if !fitted.left_out.is_empty() {
        let shown = fitted.tables - fitted.left_out.len();
        let how = match fitted.is_linked {
            true if shown == 1 => "1 that fits the question was".to_owned(),
            true => format!("{shown} that fit the question were"),
            false => format!(
                "no word of the question names one, so {shown} with the most ties to others {}",
                were(shown)
            ),
        };
        let left = fitted.left_out.len();
        warnings.push(format!(
            "the schema has {} tables; {how} shown to the model, {left} {} left out (ai.schema_tokens): {}",
            fitted.tables,
            were(left),
            list(fitted.left_out.iter().map(|name| (*name).to_owned()))
        ));
    }
    if !fitted.cut.is_empty() {
        let cut = fitted
            .cut
            .iter()
            .map(|(table, columns)| format!("{columns} of {}", printed(table)));
        warnings.push(format!(
            "columns that do not fit the question were not shown to the model (ai.schema_tokens): {}",
            list(cut)
        ));
    }
    warnings
}

fn were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn list(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len() > MAX_NAMED;
    let mut text = String::new();
    for (at, name) in names.take(MAX_NAMED).enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        write!(text, "{comma}{}", printed(&name)).expect("a string takes everything");
    }
    if more {
        text.push_str(", …");
    }
    text
}

/// A name of the database, on one line and not too long.
fn printed(name: &str) -> String {
    let shown = name.chars().take(super::tables::MAX_NAME);
    shown.map(|c| if super::is_hidden(c) { ' ' } else { c }).collect()
}
