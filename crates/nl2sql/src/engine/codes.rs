//! Codes of one letter or a few that stand for states and kinds in older schemas: `X` for cancelled beside `C` for closed.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::shorthand;
use super::stem::{singular, stem};

/// Words and the codes that are usual for them, most usual first. Words of a line mean the same.
const CODES: &[(&str, &str)] = &[
    ("active current", "A AC ACT ACTV Y 1"),
    ("inactive", "I N IN INA INAC INACT D 0"),
    ("open opened outstanding", "O OP OPN N 1"),
    ("closed", "C CL CLS CLSD Z"),
    (
        "cancelled canceled cancellation annulled called-off",
        "X CX CN CXL CNL CAN CANC CNCL CA V C",
    ),
    ("void voided", "V VD VO VOID"),
    (
        "completed complete done finished fulfilled",
        "C F D CP CM CMP CMPL COMP DN FIN Z",
    ),
    ("pending waiting awaiting", "P W PE PN PD PND PEND"),
    ("paid settled", "P Y PD S"),
    ("unpaid", "U UP UNP NP"),
    ("overdue late", "O L OD LT"),
    ("partial partially", "P PT PP"),
    ("processing processed progress in-progress", "P IP PR WIP PRC I W"),
    ("picking picked", "K P PK PCK"),
    ("packed", "P K PK"),
    ("shipped dispatched sent", "S SH SHP SHPD"),
    ("delivered", "D DL DE DLV DLVD"),
    ("returned", "R RT RE RTN RET"),
    ("refunded", "R RF RFD"),
    ("received", "R RC RV RCV RCVD"),
    ("released", "R RL RLS"),
    ("issued", "I IS ISS"),
    ("invoiced billed", "I B IN INV BL"),
    ("rejected refused declined denied", "R RJ REJ DN DEN J D"),
    ("approved accepted", "A AP APR APPR AC Y"),
    ("new", "N NW NEW"),
    ("draft", "D DR DF DRF DRFT"),
    ("planned", "P PL PLN"),
    ("scheduled", "S SC SCH SCHD"),
    ("deleted removed", "D DEL X"),
    ("suspended", "S SU SUS SUSP"),
    ("terminated", "T TM TRM TERM"),
    ("resigned left", "R RS RSG"),
    ("retired", "R RT RET"),
    ("leave", "L LV LOA"),
    ("probation probationary", "P PB PRB"),
    ("deceased died dead", "D DC DEC DCSD"),
    ("alive living", "A L"),
    ("discharged", "D DC DS DIS DSCH"),
    ("admitted", "A AD ADM"),
    ("transferred", "T TR TRF"),
    ("inpatient", "I IP"),
    ("outpatient", "O OP"),
    ("emergency", "E ER EM"),
    ("elective", "L E EL"),
    ("passed", "P PS Y"),
    ("failed failing", "F FL FA"),
    ("graduated graduate", "G GR GRD GRAD"),
    ("enrolled", "E EN ENR"),
    ("withdrawn", "W WD WDN WTH"),
    ("dropped", "D DR DP"),
    ("excused", "E EX"),
    ("absent", "A AB ABS"),
    ("present", "P PR"),
    ("tardy", "T L"),
    ("male man boy", "M 1"),
    ("female woman girl", "F W FEM 2"),
    ("married", "M MA MR MAR"),
    ("single unmarried", "S SG SI"),
    ("divorced", "D DV DIV"),
    ("widowed widow widower", "W WD"),
    ("separated", "SP SE"),
    ("full-time fulltime full", "F FT"),
    ("part-time parttime part", "P PT"),
    ("contract contractor", "C CT CN"),
    ("temporary temp", "T TP TMP"),
    ("permanent", "P R PM PRM"),
    ("intern", "I IN"),
    ("hourly", "H HR"),
    ("salaried", "S SL"),
    ("weekly", "W WK"),
    ("monthly", "M MO"),
    ("quarterly", "Q QT"),
    ("annual yearly annually", "A Y YR"),
    ("high", "H HI"),
    ("medium normal", "M N MD ME"),
    ("low", "L LO LW"),
    ("critical", "C CR"),
    ("urgent", "U UR H"),
    ("credit", "C CR CC"),
    ("debit", "D DR DB DC"),
    ("cash", "C CA CS H"),
    ("check cheque", "K Q CK CH CHQ"),
    ("transfer", "T TR TF W"),
    ("deposit", "D DP DEP"),
    ("withdrawal", "W WD WDL"),
    ("fee charge", "F C"),
    ("checking", "C K CH CHK"),
    ("savings saving", "S SV SAV"),
    ("loan", "L LN"),
    ("mortgage", "M MG MTG"),
    ("confirmed", "C CF CNF CONF"),
    ("booked", "B BK"),
    ("reserved", "R RS RSV"),
    ("no-show", "N NS"),
    ("hold held", "H HD HLD"),
    ("backordered backorder", "B BO"),
    ("expired", "E EX EXP X"),
    ("frozen", "F FZ FR Z"),
    ("blocked", "B BL BLK"),
    ("locked", "L LK"),
    ("dormant", "D DM"),
    ("lapsed", "L LP"),
    ("defaulted default delinquent", "D DF DFT DLQ"),
    ("restricted", "R RS"),
    ("matured", "M MT"),
    ("repaid", "P R RP"),
    ("purchase", "P PU PUR"),
    ("sale", "S SL SAL"),
    ("refund", "R RF RFD"),
    ("adjustment", "A AJ ADJ"),
    ("excellent", "E EX"),
    ("good", "G GD"),
    ("fair", "F FR"),
    ("poor", "P PR"),
    ("damage", "D DM"),
    ("obsolete discontinued", "O D OB DC X"),
    ("freshman", "FR"),
    ("sophomore", "SO"),
    ("junior", "JR J"),
    ("senior", "SR S"),
    ("student", "S ST STU"),
    ("teacher faculty", "T F FA TCH"),
    ("guest visitor", "G V GS"),
    ("staff", "S ST STF"),
    ("adult", "A AD"),
    ("child", "C CH"),
    ("corporate", "C CO CORP"),
    ("government", "G GOV"),
    ("morning", "M AM"),
    ("day", "D DY"),
    ("evening", "E EV"),
    ("night", "N NT"),
    ("weekend", "W WE"),
    ("progress", "P IP W I"),
    ("transit", "T IT"),
    ("review", "R UR RV"),
    ("repair", "R RP"),
    ("undergraduate", "U UG"),
    ("postgraduate", "P PG"),
    ("available", "A AV Y F"),
    ("unavailable", "U N UA"),
    ("occupied", "O OC"),
    ("vacant free", "V F VC"),
    ("maintenance", "M MT"),
    ("sold", "S SD SLD"),
    ("lost", "L LS"),
    ("won", "W WN"),
    ("damaged", "D DM DMG"),
    ("resolved", "R RS RSLV"),
    ("assigned", "A AS ASG"),
    ("posted", "P PS"),
    ("reversed", "R V RV"),
    ("domestic", "D DOM"),
    ("international", "I INT"),
    ("import imported", "I IM IMP"),
    ("export exported", "E EX EXP X"),
    ("individual personal", "I P IND"),
    ("business company", "B C CO"),
    ("retail", "R RT"),
    ("wholesale", "W WS"),
    ("manual", "M MN"),
    ("automatic", "A AU"),
    ("double", "D DB DBL"),
    ("single", "S SG SGL"),
    ("twin", "T TW TWN"),
    ("triple", "T TR TPL"),
    ("quad", "Q QD"),
    ("suite", "S SU STE"),
    ("family", "F FM FAM"),
    ("deluxe", "D DX DLX"),
    ("king", "K KG"),
    ("queen", "Q QN"),
    ("agency agent", "A AG AGT"),
    ("web website online internet", "W WB O ON I"),
    ("phone telephone", "P PH T TEL"),
    ("direct", "D DR DIR"),
    ("mobile app", "M MB A AP"),
    ("partner", "P PT PTR"),
    ("referral", "R RF REF"),
    ("branch", "B BR"),
    ("cash", "C CA CSH"),
    ("card", "C CD CRD"),
    ("breakfast", "B BF BRK"),
    ("lunch", "L LN"),
    ("dinner", "D DN"),
    ("economy", "Y E EC"),
    ("income", "I IN INC"),
    ("expense", "E EX"),
];

static BY_WORD: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    CODES
        .iter()
        .flat_map(|(words, codes)| words.split(' ').map(move |word| (word, *codes)))
        .collect()
});

/// A column of more different codes holds names of things, not kinds.
const MOST: usize = 30;

/// Whether samples are codes: a few short words without a small letter.
pub(crate) fn are_codes(samples: &[String]) -> bool {
    let code = |sample: &String| {
        (1..=6).contains(&sample.len())
            && sample
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    (1..=MOST).contains(&samples.len())
        && samples.iter().all(code)
        && samples
            .iter()
            .any(|sample| sample.bytes().any(|b| b.is_ascii_uppercase()))
}

/// Whether a word has usual codes.
pub(crate) fn is_known(lower: &str) -> bool {
    BY_WORD.contains_key(lower)
}

/// How far a column is from those that tell what a word does, a state or a kind, by its name; nothing where it tells something else.
pub(crate) fn distance(lower: &str, words: &[String]) -> Option<usize> {
    const STATEFUL: &[&str] = &[
        "leave",
        "hold",
        "progress",
        "transit",
        "review",
        "repair",
        "maintenance",
        "frozen",
        "dormant",
        "overdue",
        "late",
        "void",
        "obsolete",
        "delinquent",
        "alive",
        "living",
        "dead",
        "left",
        "outstanding",
        "open",
        "current",
        "active",
        "inactive",
        "pending",
        "new",
        "sold",
        "lost",
        "won",
        "sent",
        "paid",
        "unpaid",
        "draft",
        "withdrawn",
        "held",
        "probation",
        "vacant",
        "available",
        "unavailable",
        "present",
        "absent",
        "default",
        "complete",
        "done",
    ];
    const STATES: &[&str] = &["status", "state", "stage", "phase", "result"];
    const KINDS: &[&str] = &[
        "status",
        "state",
        "type",
        "kind",
        "class",
        "category",
        "method",
        "mode",
        "stage",
        "phase",
        "group",
        "level",
        "priority",
        "flag",
        "indicator",
        "frequency",
        "basis",
        "gender",
        "sex",
        "marital",
        "result",
        "reason",
        "shift",
        "role",
        "grade",
        "channel",
        "segment",
        "source",
    ];
    // What time of the day it is tells of shifts and their like alone.
    const TIMES: &[&str] = &["morning", "day", "evening", "night", "weekend"];
    const SHIFTS: &[&str] = &["shift", "type", "period", "slot", "session", "time", "tariff"];
    if TIMES.contains(&lower) && !words.iter().any(|word| SHIFTS.contains(&word.as_str())) {
        return None;
    }
    if !tells_people(lower, words) {
        return None;
    }
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    const NO_STATES: &[&str] = &[
        "priority",
        "level",
        "frequency",
        "grade",
        "shift",
        "channel",
        "segment",
        "role",
    ];
    if STATEFUL.contains(&lower) && says(NO_STATES) {
        return None;
    }
    let other = says(STATES) != (lower.ends_with("ed") || STATEFUL.contains(&lower));
    match (says(KINDS), says(&["code"])) {
        (true, _) => Some(usize::from(other)),
        (false, true) => Some(2),
        _ => None,
    }
}

/// Whether a column may tell what a word does: whether people are married, and their sex, is what no other word says.
pub(crate) fn tells_people(lower: &str, words: &[String]) -> bool {
    const MARITAL: &[&str] = &[
        "married",
        "single",
        "unmarried",
        "divorced",
        "widowed",
        "widow",
        "widower",
        "separated",
        "engaged",
    ];
    const SEXES: &[&str] = &[
        "male", "female", "man", "woman", "men", "women", "boy", "girl", "boys", "girls",
    ];
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let of = |known: &[&str]| known.contains(&lower) || known.contains(&singular(lower).as_str());
    if says(&["marital", "civil", "marriage"]) {
        return of(MARITAL);
    }
    !says(&["gender", "sex"]) || of(SEXES)
}

/// The most usual code of a word that is among the samples, with how many are more usual.
pub(crate) fn usual<'s>(lower: &str, samples: &'s [String]) -> Option<(usize, &'s String)> {
    let codes = BY_WORD
        .get(lower)
        .or_else(|| BY_WORD.get(singular(lower).as_str()))?;
    codes.split(' ').enumerate().find_map(|(rank, code)| {
        let sample = samples.iter().find(|sample| sample.eq_ignore_ascii_case(code))?;
        Some((rank, sample))
    })
}

/// The sample that is the code of a word: the most usual one that is there, else its only beginning or short form.
pub(crate) fn code_of<'s>(lower: &str, samples: &'s [String]) -> Option<&'s String> {
    usual(lower, samples)
        .map(|(_, code)| code)
        .or_else(|| cut(lower, samples))
}

/// The only sample of three letters or more that a word is cut to: `ELEC` for "electronics", `CARD` for "cardiology", `FNC` for "finance".
pub(crate) fn cut<'s>(lower: &str, samples: &'s [String]) -> Option<&'s String> {
    let one = singular(lower);
    if one.len() < 4 || !one.is_ascii() {
        return None;
    }
    let root = stem(lower);
    let bones = shorthand::skeleton(&one);
    let fits = |sample: &&String| {
        let code = sample.to_ascii_lowercase();
        let begins = code.len() >= 3 && one.len() > code.len() && one.starts_with(&code);
        let listed = shorthand::long_forms(&code)
            .iter()
            .any(|long| *long == one || stem(long) == root);
        let bare = shorthand::is_vowelless(&code) && (code == bones || shorthand::stands_in(&code, &bones));
        begins || listed || bare
    };
    let mut found = samples.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_state_has_the_code_that_no_other_state_has_first() {
        for (word, codes, code) in [
            ("cancelled", "O C X", "X"),
            ("closed", "O C X", "C"),
            ("completed", "O C X", "C"),
            ("cancelled", "P A C", "C"),
            ("inactive", "A I T", "I"),
            ("terminated", "A I T", "T"),
            ("female", "M F", "F"),
            ("cardiology", "CARD NEUR ORTH", "CARD"),
            ("finance", "FNC HRD LGL", "FNC"),
        ] {
            let samples = samples(codes);
            assert!(are_codes(&samples), "{codes}");
            assert_eq!(code_of(word, &samples).map(String::as_str), Some(code), "{word}");
        }
        assert_eq!(code_of("purple", &samples("O C X")), None);
        assert!(!are_codes(&samples("Open Closed")));
    }
}
