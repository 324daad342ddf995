//! Other names of places, as data: a question says "United States" or "Louisiana" where the values are `USA` and `LA`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Names of one place, in lower case, separated by bars.
const PLACES: &[&str] = &[
    "usa|us|u s|u s a|united states|united states of america|america|the united states|american",
    "uk|united kingdom|great britain|britain|gb|gbr|british",
    "uae|united arab emirates",
    "china|prc|cn|people s republic of china|chinese",
    "south korea|korea|republic of korea|korean",
    "russia|russian federation|russian",
    "czechia|czech republic|czech",
    "netherlands|holland|the netherlands|dutch",
    "ivory coast|cote d ivoire",
    "turkey|turkiye|turkish",
    "france|french",
    "germany|german",
    "spain|spanish",
    "italy|italian",
    "portugal|portuguese",
    "japan|japanese",
    "india|indian",
    "canada|canadian",
    "australia|australian",
    "brazil|brazilian",
    "mexico|mexican",
    "argentina|argentine|argentinian",
    "sweden|swedish",
    "norway|norwegian",
    "denmark|danish",
    "finland|finnish",
    "poland|polish",
    "austria|austrian",
    "switzerland|swiss",
    "belgium|belgian",
    "greece|greek",
    "ireland|irish",
    "scotland|scottish",
    "england|english",
    "wales|welsh",
    "hungary|hungarian",
    "romania|romanian",
    "ukraine|ukrainian",
    "egypt|egyptian",
    "nigeria|nigerian",
    "kenya|kenyan",
    "south africa|south african",
    "thailand|thai",
    "vietnam|vietnamese",
    "indonesia|indonesian",
    "israel|israeli",
    "new zealand|new zealander",
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

static BY_NAME: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    PLACES
        .iter()
        .flat_map(|group| group.split('|').map(move |name| (name, *group)))
        .collect()
});

/// The other names of a place. A name of two letters counts only where it is written in capitals.
pub(crate) fn others(name: &str, capitals: bool) -> impl Iterator<Item = &'static str> {
    let known = BY_NAME
        .get_key_value(name)
        .filter(|(name, _)| name.len() > 2 || capitals)
        .map(|(name, group)| (*name, *group));
    known
        .into_iter()
        .flat_map(|(name, group)| group.split('|').filter(move |other| *other != name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_other_names_and_small_words_are_no_places() {
        assert!(others("united states", false).any(|name| name == "usa"));
        assert_eq!(others("louisiana", false).collect::<Vec<_>>(), ["la"]);
        assert_eq!(
            others("LA".to_lowercase().as_str(), true).collect::<Vec<_>>(),
            ["louisiana"]
        );
        assert_eq!(others("in", false).count(), 0);
        assert_eq!(others("atlantis", true).count(), 0);
    }
}
