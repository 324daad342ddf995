//! The countries of the world with their codes and other names, as data.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::{ColumnEntry, Sort};

/// The codes of two and three letters of a country, its name, and what else it and its people are called; in lower case,
/// separated by bars.
pub(crate) const COUNTRIES: &[&str] = &[
    "af|afg|afghanistan|afghan",
    "al|alb|albania|albanian",
    "dz|dza|algeria|algerian",
    "ad|and|andorra|andorran",
    "ao|ago|angola|angolan",
    "ag|atg|antigua and barbuda",
    "ar|arg|argentina|argentine|argentinian",
    "am|arm|armenia|armenian",
    "au|aus|australia|australian",
    "at|aut|austria|austrian",
    "az|aze|azerbaijan|azerbaijani",
    "bs|bhs|bahamas|the bahamas|bahamian",
    "bh|bhr|bahrain|bahraini",
    "bd|bgd|bangladesh|bangladeshi",
    "bb|brb|barbados|barbadian",
    "by|blr|belarus|belarusian",
    "be|bel|belgium|belgian",
    "bz|blz|belize|belizean",
    "bj|ben|benin|beninese",
    "bt|btn|bhutan|bhutanese",
    "bo|bol|bolivia|bolivian",
    "ba|bih|bosnia and herzegovina|bosnia|bosnian",
    "bw|bwa|botswana",
    "br|bra|brazil|brazilian",
    "bn|brn|brunei|bruneian",
    "bg|bgr|bulgaria|bulgarian",
    "bf|bfa|burkina faso",
    "bi|bdi|burundi|burundian",
    "kh|khm|cambodia|cambodian",
    "cm|cmr|cameroon|cameroonian",
    "ca|can|canada|canadian",
    "cv|cpv|cape verde|cabo verde",
    "cf|caf|central african republic",
    "td|tcd|chad|chadian",
    "cl|chl|chile|chilean",
    "cn|chn|china|chinese|prc|people s republic of china|cn",
    "co|col|colombia|colombian",
    "km|com|comoros",
    "cg|cog|congo|congolese",
    "cd|cod|democratic republic of the congo|dr congo",
    "cr|cri|costa rica|costa rican",
    "ci|civ|ivory coast|cote d ivoire|ivorian",
    "hr|hrv|croatia|croatian",
    "cu|cub|cuba|cuban",
    "cy|cyp|cyprus|cypriot",
    "cz|cze|czechia|czech republic|czech",
    "dk|dnk|denmark|danish",
    "dj|dji|djibouti",
    "do|dom|dominican republic|dominican",
    "ec|ecu|ecuador|ecuadorian",
    "eg|egy|egypt|egyptian",
    "sv|slv|el salvador|salvadoran",
    "gq|gnq|equatorial guinea",
    "er|eri|eritrea|eritrean",
    "ee|est|estonia|estonian",
    "sz|swz|eswatini|swaziland",
    "et|eth|ethiopia|ethiopian",
    "fj|fji|fiji|fijian",
    "fi|fin|finland|finnish",
    "fr|fra|france|french",
    "ga|gab|gabon|gabonese",
    "gm|gmb|gambia|gambian",
    "ge|geo|georgia|georgian",
    "de|deu|germany|german|ger",
    "gh|gha|ghana|ghanaian",
    "gr|grc|greece|greek",
    "gd|grd|grenada",
    "gl|grl|greenland",
    "gt|gtm|guatemala|guatemalan",
    "gn|gin|guinea|guinean",
    "gy|guy|guyana|guyanese",
    "ht|hti|haiti|haitian",
    "hn|hnd|honduras|honduran",
    "hk|hkg|hong kong",
    "hu|hun|hungary|hungarian",
    "is|isl|iceland|icelandic",
    "in|ind|india|indian",
    "id|idn|indonesia|indonesian",
    "ir|irn|iran|iranian",
    "iq|irq|iraq|iraqi",
    "ie|irl|ireland|irish",
    "il|isr|israel|israeli",
    "it|ita|italy|italian",
    "jm|jam|jamaica|jamaican",
    "jp|jpn|japan|japanese",
    "jo|jor|jordan|jordanian",
    "kz|kaz|kazakhstan|kazakh",
    "ke|ken|kenya|kenyan",
    "kr|kor|south korea|korea|republic of korea|korean|south korean",
    "kp|prk|north korea|north korean",
    "kw|kwt|kuwait|kuwaiti",
    "kg|kgz|kyrgyzstan|kyrgyz",
    "la|lao|laos|laotian",
    "lv|lva|latvia|latvian",
    "lb|lbn|lebanon|lebanese",
    "ls|lso|lesotho",
    "lr|lbr|liberia|liberian",
    "ly|lby|libya|libyan",
    "li|lie|liechtenstein",
    "lt|ltu|lithuania|lithuanian",
    "lu|lux|luxembourg",
    "mo|mac|macau|macao",
    "mg|mdg|madagascar|malagasy",
    "mw|mwi|malawi|malawian",
    "my|mys|malaysia|malaysian",
    "mv|mdv|maldives|maldivian",
    "ml|mli|mali|malian",
    "mt|mlt|malta|maltese",
    "mr|mrt|mauritania",
    "mu|mus|mauritius|mauritian",
    "mx|mex|mexico|mexican",
    "md|mda|moldova|moldovan",
    "mc|mco|monaco",
    "mn|mng|mongolia|mongolian",
    "me|mne|montenegro|montenegrin",
    "ma|mar|morocco|moroccan",
    "mz|moz|mozambique|mozambican",
    "mm|mmr|myanmar|burma|burmese",
    "na|nam|namibia|namibian",
    "np|npl|nepal|nepalese|nepali",
    "nl|nld|netherlands|holland|the netherlands|dutch|ned",
    "nz|nzl|new zealand|new zealander",
    "ni|nic|nicaragua|nicaraguan",
    "ne|ner|niger|nigerien",
    "ng|nga|nigeria|nigerian",
    "mk|mkd|north macedonia|macedonia|macedonian",
    "no|nor|norway|norwegian",
    "om|omn|oman|omani",
    "pk|pak|pakistan|pakistani",
    "ps|pse|palestine|palestinian",
    "pa|pan|panama|panamanian",
    "pg|png|papua new guinea",
    "py|pry|paraguay|paraguayan",
    "pe|per|peru|peruvian",
    "ph|phl|philippines|the philippines|filipino|philippine",
    "pl|pol|poland|polish",
    "pt|prt|portugal|portuguese",
    "pr|pri|puerto rico|puerto rican",
    "qa|qat|qatar|qatari",
    "ro|rou|romania|romanian",
    "ru|rus|russia|russian federation|russian",
    "rw|rwa|rwanda|rwandan",
    "sa|sau|saudi arabia|saudi",
    "sn|sen|senegal|senegalese",
    "rs|srb|serbia|serbian",
    "sc|syc|seychelles",
    "sl|sle|sierra leone",
    "sg|sgp|singapore|singaporean",
    "sk|svk|slovakia|slovak",
    "si|svn|slovenia|slovenian|slovene",
    "so|som|somalia|somali",
    "za|zaf|south africa|south african|rsa",
    "ss|ssd|south sudan",
    "es|esp|spain|spanish",
    "lk|lka|sri lanka|sri lankan",
    "sd|sdn|sudan|sudanese",
    "sr|sur|suriname",
    "se|swe|sweden|swedish",
    "ch|che|switzerland|swiss|sui",
    "sy|syr|syria|syrian",
    "tw|twn|taiwan|taiwanese",
    "tj|tjk|tajikistan|tajik",
    "tz|tza|tanzania|tanzanian",
    "th|tha|thailand|thai",
    "tg|tgo|togo|togolese",
    "to|ton|tonga|tongan",
    "tt|tto|trinidad and tobago|trinidad",
    "tn|tun|tunisia|tunisian",
    "tr|tur|turkey|turkiye|turkish",
    "tm|tkm|turkmenistan|turkmen",
    "ug|uga|uganda|ugandan",
    "ua|ukr|ukraine|ukrainian",
    "ae|are|uae|united arab emirates|emirati",
    "gb|gbr|uk|united kingdom|great britain|britain|british|gb|gbr",
    "us|usa|united states|united states of america|america|the united states|american|u s|u s a|usa|us",
    "uy|ury|uruguay|uruguayan",
    "uz|uzb|uzbekistan|uzbek",
    "vu|vut|vanuatu",
    "va|vat|vatican|vatican city",
    "ve|ven|venezuela|venezuelan",
    "vn|vnm|vietnam|viet nam|vietnamese",
    "ye|yem|yemen|yemeni",
    "zm|zmb|zambia|zambian",
    "zw|zwe|zimbabwe|zimbabwean",
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    COUNTRIES
        .iter()
        .flat_map(|country| country.split('|').skip(2).map(move |name| (name, *country)))
        .collect()
});

/// The code of a country in capitals, of so many letters, by a name of it in lower case.
pub(crate) fn code_of(name: &str, letters: usize) -> Option<String> {
    let country = BY_NAME.get(name)?;
    let code = country.split('|').take(2).find(|code| code.len() == letters)?;
    Some(code.to_ascii_uppercase())
}

/// Whether a word is the code of a country, in capitals or not.
pub(crate) fn is_code(code: &str) -> bool {
    static CODES: LazyLock<HashMap<&'static str, ()>> = LazyLock::new(|| {
        let codes = COUNTRIES.iter().flat_map(|country| country.split('|').take(2));
        codes.map(|code| (code, ())).collect()
    });
    (2..=3).contains(&code.len()) && CODES.contains_key(code.to_ascii_lowercase().as_str())
}

/// How many letters the codes of countries have that a column holds: by its samples, else by its name and its type.
pub(crate) fn letters_in(entry: &ColumnEntry<'_>) -> Option<usize> {
    let says = |known: &[&str]| entry.words.iter().any(|word| known.contains(&word.as_str()));
    let named = says(&["country", "nation", "nationality", "citizenship", "origin"]);
    if !matches!(entry.sort, Sort::Text | Sort::Other) {
        return None;
    }
    let samples = &entry.column.samples;
    if let Some(first) = samples.first() {
        let coded = |sample: &String| {
            sample.len() == first.len()
                && sample.bytes().all(|b| b.is_ascii_uppercase())
                && (named || is_code(sample))
        };
        let other = says(&["state", "province", "region", "language", "currency"]);
        let all = (2..=3).contains(&first.len()) && !other && samples.iter().all(coded);
        return (all && (named || samples.len() > 2)).then_some(first.len());
    }
    let sized = entry.column.type_name.to_ascii_lowercase().replace(' ', "");
    let letters = [2, 3].into_iter().find(|letters| {
        [
            "char",
            "varchar",
            "nchar",
            "nvarchar",
            "varchar2",
            "character",
            "bpchar",
        ]
        .iter()
        .any(|name| sized == format!("{name}({letters})"))
    });
    letters.filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_its_name_and_its_people() {
        for (name, letters, code) in [
            ("poland", 2, "PL"),
            ("polish", 2, "PL"),
            ("germany", 3, "DEU"),
            ("united states", 2, "US"),
            ("south africa", 2, "ZA"),
        ] {
            assert_eq!(code_of(name, letters).as_deref(), Some(code), "{name}");
        }
        assert_eq!(code_of("atlantis", 2), None);
        assert!(is_code("PL") && is_code("DEU") && !is_code("XQ"));
    }
}
