//! Small closed word lists that say how questions and schemas are built.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A set of words.
type Words = LazyLock<HashSet<&'static str>>;

/// Prefixes of a table's name that only say that it is a table.
pub(crate) const TABLE_PREFIXES: &[&str] = &[
    "tbl", "tb", "tab", "t", "dim", "fact", "ref", "app", "lookup", "lkp", "mst", "sys", "mkt", "crm", "erp",
    "hr", "wms", "oms", "scm", "dw", "stg", "ods", "biz", "bas", "adm", "cfg", "vw", "v", "tm", "md", "m",
    "mas", "mstr", "emr", "ehr", "lis", "hms", "pms", "edu", "sis", "lms", "hrm", "hrms", "hris", "hcm",
    "sap", "dbo", "src", "core", "base", "main",
];
/// Suffixes of a table's name that only say that it is a table.
pub(crate) const TABLE_SUFFIXES: &[&str] = &[
    "tbl",
    "table",
    "tab",
    "master",
    "data",
    "info",
    "list",
    "records",
    "dim",
    "fact",
    "mst",
    "t",
    "mstr",
    "mas",
    "hdr",
    "hd",
    "header",
    "headers",
    "head",
    "inf",
    "infos",
    "information",
    "dat",
    "tb",
    "main",
    "base",
    "bas",
    "basic",
    "vw",
    "tmp",
    "bak",
];
/// First words of columns that hold yes or no.
pub(crate) const TRUTH_PREFIXES: &[&str] = &["is", "has", "was", "are", "can", "did", "should", "flag"];
/// Last words of a column that add nothing to what it is called in a question.
pub(crate) const FLAG_SUFFIXES: &[&str] = &["at", "on", "flag", "yn", "ts"];

/// Last words of columns that hold yes or no, short forms spelled out.
pub(crate) const TRUTH_SUFFIXES: &[&str] = &["flag", "yn", "indicator", "switch", "bool"];
/// Whole numbers of these names are 0 or 1.
pub(crate) const TRUTH_WORDS: &[&str] = &[
    "active",
    "enabled",
    "disabled",
    "deleted",
    "archived",
    "verified",
    "approved",
    "blocked",
    "locked",
    "banned",
    "frozen",
    "featured",
    "discontinued",
    "hidden",
    "visible",
    "confirmed",
    "insured",
    "premium",
    "online",
];
/// Last words of columns that tell the unit of a measure, not what is measured.
pub(crate) const UNIT_SUFFIXES: &[&str] = &[
    "cents",
    "cent",
    "cts",
    "ct",
    "pennies",
    "grams",
    "lb",
    "lbs",
    "pounds",
    "oz",
    "liters",
    "litres",
    "ml",
    "sqm",
    "sqft",
    "ft",
    "pence",
    "minor",
    "usd",
    "eur",
    "gbp",
    "cny",
    "rmb",
    "dollars",
    "euros",
    "amount",
    "value",
    "percent",
    "pct",
    "kg",
    "kgs",
    "g",
    "tons",
    "tonnes",
    "km",
    "cm",
    "mm",
    "meters",
    "metres",
    "miles",
    "celsius",
    "fahrenheit",
    "minutes",
    "mins",
    "seconds",
    "secs",
    "hours",
    "hrs",
    "ms",
    "mb",
    "gb",
    "indicator",
    "switch",
];
/// Last words of columns that tell what kind of value names a thing: `city_nm`, `country_code`.
pub(crate) const KIND_SUFFIXES: &[&str] = &["name", "code", "level", "type", "number"];

/// Words that carry structure, never content.
pub(crate) static STOP: Words = LazyLock::new(|| {
    "a an the of in on at to for from with by and or is are was were be been being do does did has have \
     had having that which who whom whose what where when how there their its it they them these those \
     this i me my we us our you your can could would will shall should please all any every each some as \
     than then so if also only just not no but into per out up his her he she both either together along \
     via within among about currently yet ever still already now same own such more let want need like \
     know see records record rows row entries information info details data table database list show get \
     give find display return fetch retrieve select tell print view report provide bring pull look search \
     calculate compute determine identify name output query hey hi many much one ones whole entire full \
     complete available existing registered recorded other kindly belong belongs belonging using used use \
     contain containing contains include including includes placed made located come comes came exist \
     exists respective corresponding associated related results result value values thing things go goes \
     live lives living work works working happened occurred took take takes place well sort order ordered \
     sorted group grouped through throughout during make anything anyone anybody"
        .split_whitespace()
        .collect()
});

/// Stop words that still name a column or table when the schema has that very word.
pub(crate) static SOFT_STOP: Words = LazyLock::new(|| {
    "name records record entries details information data registered recorded available complete list \
     report order ordered result results value values used placed made located view search query place \
     database table full work works working group row rows output entry sort like other existing one \
     contains live take took takes include info make"
        .split_whitespace()
        .collect()
});

/// Verbs that relate things in a sentence and name nothing by themselves.
pub(crate) static VERBS: Words = LazyLock::new(|| {
    "teach teaches taught teaching write writes wrote written attend attends treat treats treated offer \
     offers offered own owns owned lead leads led hold holds held supply supplies supplied handle handles \
     handled perform performs performed visit visits visited buy buys bought play plays played join spend \
     spends manage manages receive receives submit submits submitted run runs serve serves served \
     participate participates participated produce produces produced stored assigned appear appears earn \
     earns sell sells sold request requests years old times dollars usd eur euros percent kg km cm mm \
     people called based considered employed enter entered carry carries carried belonged deliver \
     delivers driven driving"
        .split_whitespace()
        .collect()
});

/// Past forms that no ending tells, of verbs that relate things.
pub(crate) static DEEDS: Words = LazyLock::new(|| {
    "sang sung flew flown drove rode ridden swam swum threw thrown wore worn spoke spoken drew drawn grew grown ate      eaten drank built rented rent chose chosen went gone came met fought taught thought caught brought kept left led      lent sent slept stood told wrote hosts hosted operate operates acted"
        .split_whitespace()
        .collect()
});

/// Whether a sample value says yes (`Some(true)`), no (`Some(false)`) or something else.
pub(crate) fn truth_of(sample: &str) -> Option<bool> {
    match sample.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "t" | "1" => Some(true),
        "n" | "no" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A number written as a word.
pub(crate) fn number_word(word: &str) -> Option<u32> {
    const NUMBERS: &[&str] = &[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    match word {
        "thirty" => Some(30),
        "forty" => Some(40),
        "fifty" => Some(50),
        "hundred" => Some(100),
        "thousand" => Some(1000),
        "dozen" => Some(12),
        _ => NUMBERS
            .iter()
            .position(|known| *known == word)
            .and_then(|at| u32::try_from(at).ok()),
    }
}
