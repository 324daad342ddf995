//! Other names of places, as data: a question says "United States" or "Louisiana" where the values are `USA` and `LA`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::countries::COUNTRIES;

/// Names of one place, in lower case, separated by bars.
const PLACES: &[&str] = &[
    "scotland|scottish",
    "england|english",
    "wales|welsh",
    "nyc|new york city",
    "alabama|al",
    "alaska|ak",
    "arizona|az",
    "arkansas|ar",
    "california|ca",
    "colorado|co",
    "connecticut|ct",
    "delaware|de",
    "florida|fl",
    "georgia|ga",
    "hawaii|hi",
    "idaho|id",
    "illinois|il",
    "indiana|in",
    "iowa|ia",
    "kansas|ks",
    "kentucky|ky",
    "louisiana|la",
    "maine|me",
    "maryland|md",
    "massachusetts|ma",
    "michigan|mi",
    "minnesota|mn",
    "mississippi|ms",
    "missouri|mo",
    "montana|mt",
    "nebraska|ne",
    "nevada|nv",
    "new hampshire|nh",
    "new jersey|nj",
    "new mexico|nm",
    "new york|ny",
    "north carolina|nc",
    "north dakota|nd",
    "ohio|oh",
    "oklahoma|ok",
    "oregon|or",
    "pennsylvania|pa",
    "rhode island|ri",
    "south carolina|sc",
    "south dakota|sd",
    "tennessee|tn",
    "texas|tx",
    "utah|ut",
    "vermont|vt",
    "virginia|va",
    "washington|wa",
    "west virginia|wv",
    "wisconsin|wi",
    "wyoming|wy",
];
/// The most words that a name has.
pub(crate) const LONGEST: usize = 4;

/// Each name with the other names of its places: a code may be that of a state and of a country.
static BY_NAME: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by_name: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
    for group in PLACES {
        for name in group.split('|') {
            by_name.entry(name).or_default().push(group);
        }
    }
    for country in COUNTRIES {
        // The codes come first: what follows them are names.
        let names = country.splitn(3, '|').nth(2).unwrap_or_default();
        for name in country.split('|') {
            let groups = by_name.entry(name).or_default();
            if !groups.contains(&names) {
                groups.push(names);
            }
        }
    }
    by_name
});

/// The other names of a place. A name of three letters or fewer counts only where it is written in capitals.
pub(crate) fn others(name: &str, capitals: bool) -> impl Iterator<Item = &'static str> {
    let known = BY_NAME
        .get_key_value(name)
        .filter(|(name, _)| name.len() > 3 || capitals || name.len() == 3 && SHORT.contains(name));
    known.into_iter().flat_map(|(name, groups)| {
        groups
            .iter()
            .flat_map(|group| group.split('|'))
            .filter(move |other| other != name)
    })
}

/// Names of three letters that are no codes, or that are written in small letters too.
const SHORT: &[&str] = &["usa", "uae", "nyc", "prc", "u s"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_other_names_and_small_words_are_no_places() {
        assert!(others("united states", false).any(|name| name == "usa"));
        assert_eq!(others("louisiana", false).collect::<Vec<_>>(), ["la"]);
        assert_eq!(
            others("LA".to_lowercase().as_str(), true).collect::<Vec<_>>(),
            ["louisiana", "laos", "laotian"]
        );
        assert_eq!(others("in", false).count(), 0);
        assert_eq!(others("atlantis", true).count(), 0);
    }
}
