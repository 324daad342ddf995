//! Word forms: stems, singulars, the words inside an identifier, and how far two spellings are apart.

use rust_stemmers::{Algorithm, Stemmer};

/// Forms whose stem no suffix rule finds.
const IRREGULAR: &[(&str, &str)] = &[
    ("bought", "buy"),
    ("born", "birth"),
    ("built", "build"),
    ("children", "child"),
    ("chosen", "choose"),
    ("data", "data"),
    ("died", "death"),
    ("due", "due"),
    ("feet", "foot"),
    ("given", "give"),
    ("held", "hold"),
    ("indices", "index"),
    ("led", "lead"),
    ("left", "leave"),
    ("lent", "lend"),
    ("lost", "lose"),
    ("made", "make"),
    ("men", "man"),
    ("met", "meet"),
    ("paid", "pay"),
    ("people", "person"),
    ("ran", "run"),
    ("sent", "send"),
    ("series", "series"),
    ("sold", "sell"),
    ("spent", "spend"),
    ("taken", "take"),
    ("taught", "teach"),
    ("took", "take"),
    ("went", "go"),
    ("women", "woman"),
    ("won", "win"),
    ("written", "write"),
    ("wrote", "write"),
    ("news", "news"),
    ("status", "status"),
    ("statuses", "status"),
    ("movies", "movie"),
    ("movie", "movie"),
    ("driver", "driver"),
    ("drivers", "driver"),
    ("address", "address"),
    ("bus", "bus"),
    ("buses", "bus"),
    ("campuses", "campus"),
    ("viruses", "virus"),
    ("analyses", "analysis"),
    ("diagnoses", "diagnosis"),
    ("diagnosis", "diagnosis"),
    ("analysis", "analysis"),
];

/// The stem of a word in lower case.
pub(crate) fn stem(lower: &str) -> String {
    if let Some((_, root)) = IRREGULAR.iter().find(|(form, _)| *form == lower) {
        return (*root).to_owned();
    }
    if !lower.is_ascii() || lower.len() < 3 || lower.len() > 40 {
        return lower.to_owned();
    }
    Stemmer::create(Algorithm::English).stem(lower).into_owned()
}

/// The singular of an English noun in lower case.
pub(crate) fn singular(lower: &str) -> String {
    const FIXED: &[(&str, &str)] = &[
        ("people", "person"),
        ("men", "man"),
        ("women", "woman"),
        ("children", "child"),
        ("movies", "movie"),
        ("series", "series"),
        ("analyses", "analysis"),
        ("crises", "crisis"),
        ("diagnoses", "diagnosis"),
        ("hypotheses", "hypothesis"),
        ("theses", "thesis"),
        ("gases", "gas"),
        ("aliases", "alias"),
        ("campuses", "campus"),
        ("buses", "bus"),
        ("statuses", "status"),
        ("viruses", "virus"),
        ("bonuses", "bonus"),
        ("menus", "menu"),
    ];
    if let Some((_, one)) = FIXED.iter().find(|(many, _)| *many == lower) {
        return (*one).to_owned();
    }
    let cut = |tail: &str| lower.strip_suffix(tail).filter(|rest| rest.len() > 1);
    if let Some(rest) = cut("ies").filter(|rest| rest.len() > 2) {
        return format!("{rest}y");
    }
    for tail in ["sses", "shes", "ches", "xes", "zes"] {
        if cut(tail).is_some() {
            return lower[..lower.len() - 2].to_owned();
        }
    }
    if ["ss", "us", "is"].iter().any(|tail| lower.ends_with(tail)) {
        return lower.to_owned();
    }
    cut("s").map_or_else(|| lower.to_owned(), str::to_owned)
}

/// Second halves that tables glue to a first half (`lastname`, `custid`).
const GLUED_TAILS: &[&str] = &[
    "name", "id", "date", "code", "type", "number", "time", "count", "price", "num", "address", "status",
];
/// Words that end like a glued pair and are not one.
const NOT_GLUED: &[&str] = &[
    "paid",
    "said",
    "aid",
    "bid",
    "grid",
    "void",
    "mid",
    "valid",
    "invalid",
    "candidate",
    "update",
    "account",
    "discount",
    "overtime",
    "sometime",
    "lifetime",
    "runtime",
    "mandate",
    "liquid",
    "solid",
    "covid",
    "rapid",
    "humid",
    "prototype",
    "postcode",
    "zipcode",
    "barcode",
    "amount",
];

/// The words of an identifier in lower case: `orderItemId`, `ORDER_ITEM_ID` and `order-item id` all give order, item, id.
pub(crate) fn identifier_words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let previous = i.checked_sub(1).map(|before| chars[before]);
        let next_is_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        let hump = c.is_uppercase()
            && previous.is_some_and(|p| {
                p.is_lowercase() || p.is_ascii_digit() || (p.is_uppercase() && next_is_lower)
            });
        let digit_edge =
            previous.is_some_and(|p| p.is_ascii_digit() != c.is_ascii_digit() && p.is_alphanumeric());
        if (!c.is_alphanumeric() || hump || (digit_edge && c.is_alphanumeric())) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `lastname` as `last`, `name`; nothing when the word is not two words glued together.
pub(crate) fn unglued(word: &str) -> Option<(&str, &str)> {
    if NOT_GLUED.contains(&word) {
        return None;
    }
    GLUED_TAILS.iter().find_map(|tail| {
        word.strip_suffix(tail)
            .filter(|head| head.len() >= 3 || matches!(*head, "f" | "l"))
            .map(|head| (head, *tail))
    })
}

/// Whether `typed` may be a misspelling of `known`: long enough, the same first letter, and one or two edits away.
pub(crate) fn is_near(typed: &str, known: &str) -> bool {
    let length = typed.chars().count();
    let other = known.chars().count();
    if length < 5
        || other < 4
        || length > 40
        || length.abs_diff(other) > 2
        || typed.chars().next() != known.chars().next()
    {
        return false;
    }
    let allowed = if length >= 8 { 2 } else { 1 };
    strsim::osa_distance(typed, known) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_every_habit_give_the_same_words() {
        for name in [
            "order_item_id",
            "orderItemId",
            "ORDER_ITEM_ID",
            "OrderItemID",
            "order-item id",
        ] {
            assert_eq!(identifier_words(name), ["order", "item", "id"], "{name}");
        }
        assert_eq!(identifier_words("address2line"), ["address", "2", "line"]);
    }

    #[test]
    fn number_and_tense_do_not_change_a_stem() {
        for (one, other) in [
            ("city", "cities"),
            ("people", "person"),
            ("ship", "shipped"),
            ("sold", "sell"),
            ("status", "statuses"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!(singular("categories"), "category");
        assert_eq!(singular("branches"), "branch");
        assert_eq!(singular("status"), "status");
    }

    #[test]
    fn a_near_word_is_one_slip_away() {
        assert!(is_near("custmers", "customers"));
        assert!(is_near("pateints", "patients"));
        assert!(!is_near("unicorns", "users"));
        assert!(!is_near("rate", "date"));
    }
}
