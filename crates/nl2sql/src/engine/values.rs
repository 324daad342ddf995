//! Where a value that the schema does not know belongs: classes of well-known values and the columns that hold them, as data.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::stem::singular;

/// A kind of value, the words of the columns that hold it, and well-known members.
pub(crate) struct Class {
    /// Words of columns, most likely first.
    pub columns: &'static [&'static str],
    members: &'static str,
}

const CLASSES: &[Class] = &[
    Class {
        columns: &[
            "status",
            "state",
            "stage",
            "phase",
            "condition",
            "outcome",
            "result",
        ],
        members: "active inactive pending cancelled canceled completed complete shipped unshipped delivered open opened closed approved rejected draft published unpublished paid unpaid overdue failed successful \
                  processing processed archived suspended blocked banned expired new resolved unresolved confirmed unconfirmed scheduled ongoing finished refunded returned queued running stopped started accepted declined submitted reviewed \
                  delayed departed landed boarding diverted faulty broken damaged removed postponed blacklisted muted assigned unassigned verified unverified enabled disabled retired terminated graduated enrolled dropped withdrawn admitted discharged occupied vacant reserved lost won dispatched in-progress progress transit backordered partial hold \
                  waiting todo done missed settled outstanding late current operational offline online maintenance planned available unavailable borrowed overdue lapsed trial churned escalated reopened merged abandoned idle busy booked void",
    },
    Class {
        columns: &[
            "role",
            "user_type",
            "type",
            "position",
            "job",
            "title",
            "level",
            "rank",
        ],
        members: "admin administrator editor moderator manager owner guest viewer superuser operator supervisor reviewer contributor subscriber maintainer developer engineer analyst accountant nurse surgeon \
                  teacher assistant director clerk intern contractor consultant designer technician secretary dean librarian agent",
    },
    Class {
        columns: &["priority", "severity", "urgency", "importance", "level"],
        members: "urgent critical high low medium normal minor major blocker trivial emergency",
    },
    Class {
        columns: &[
            "brand",
            "make",
            "maker",
            "manufacturer",
            "producer",
            "vendor",
            "company",
        ],
        members: "toyota honda ford bmw mercedes audi volkswagen renault peugeot citroen fiat nissan hyundai kia volvo tesla mazda skoda opel chevrolet subaru suzuki lexus jaguar porsche ferrari byd boeing airbus embraer bombardier cessna \
                  apple samsung huawei xiaomi lenovo dell asus acer sony nokia google microsoft nike adidas puma reebok ikea intel amd nvidia cisco siemens bosch philips panasonic toshiba canon nikon",
    },
    Class {
        columns: &[
            "fuel",
            "energy",
            "engine",
            "power",
            "source",
            "propulsion",
            "type",
        ],
        members: "petrol gasoline diesel electric hybrid gas coal wind solar hydro nuclear biomass geothermal oil lpg",
    },
    Class {
        columns: &["course", "meal", "dish", "category", "type", "kind"],
        members: "starter main dessert appetizer appetiser beverage drink breakfast lunch dinner brunch snack vegetarian vegan",
    },
    Class {
        columns: &["gender", "sex"],
        members: "male female man woman boy girl non-binary nonbinary",
    },
    Class {
        columns: &["method", "payment", "mode", "channel", "type"],
        members: "paypal cash visa mastercard stripe cheque check card credit debit wire transfer amex alipay wechat bitcoin invoice voucher giftcard",
    },
    Class {
        columns: &["color", "colour", "shade"],
        members: "red blue green yellow black white silver gray grey orange purple pink brown gold beige navy turquoise",
    },
    Class {
        columns: &[
            "size",
            "plan",
            "tier",
            "level",
            "type",
            "membership",
            "class",
            "grade",
        ],
        members: "premium basic free standard gold silver platinum bronze enterprise professional starter economy business vip regular deluxe",
    },
    Class {
        columns: &["nationality", "cuisine", "language", "country", "origin"],
        members: "american british french german italian spanish chinese japanese korean indian canadian australian russian brazilian mexican dutch swedish polish portuguese thai vietnamese turkish greek irish swiss danish norwegian english arabic hindi latin",
    },
    Class {
        columns: &[
            "category",
            "type",
            "kind",
            "genre",
            "section",
            "topic",
            "department",
            "channel",
            "source",
        ],
        members: "sick annual maternity paternity vacation unpaid fiction non-fiction nonfiction drama comedy horror action romance thriller rock jazz pop classical online phone email retail wholesale permanent temporary full-time part-time remote internal external domestic international public private",
    },
    Class {
        columns: &["difficulty", "level", "grade"],
        members: "easy hard difficult intermediate beginner advanced",
    },
    Class {
        columns: &["vehicle", "body", "type", "category", "class"],
        members: "truck lorry van minivan suv sedan pickup motorcycle motorbike trailer tanker",
    },
    Class {
        columns: &["transaction", "type", "kind", "category"],
        members: "withdrawal deposit chargeback topup",
    },
    Class {
        columns: &["category", "type", "kind", "group"],
        members: "spice vegetable fruit meat dairy seafood poultry",
    },
    Class {
        columns: &["country", "nation", "nationality", "location", "region"],
        members: "afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium bolivia botswana brazil bulgaria cambodia cameroon canada chile china colombia croatia cuba \
                  cyprus czechia denmark ecuador egypt estonia ethiopia finland france georgia germany ghana greece guatemala hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya kuwait latvia \
                  lebanon libya lithuania luxembourg malaysia malta mexico moldova monaco mongolia morocco nepal netherlands nigeria norway oman pakistan panama paraguay peru philippines poland portugal qatar romania russia rwanda senegal serbia \
                  singapore slovakia slovenia somalia spain sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam yemen zambia zimbabwe usa us uk uae england scotland wales america holland",
    },
    Class {
        columns: &["state", "province", "region", "location"],
        members: "alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska \
                  nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming ontario quebec alberta bavaria",
    },
    Class {
        columns: &["continent", "region", "area"],
        members: "europe asia africa oceania antarctica emea apac north south east west northern southern eastern western northeast northwest southeast southwest central",
    },
    Class {
        columns: &["day", "weekday"],
        members: "monday tuesday wednesday thursday friday saturday sunday",
    },
    Class {
        columns: &[
            "city",
            "town",
            "location",
            "place",
            "municipality",
            "branch",
            "address",
        ],
        members: "paris london berlin madrid rome tokyo beijing shanghai delhi mumbai moscow sydney melbourne toronto vancouver montreal chicago boston seattle austin houston dallas denver miami atlanta phoenix philadelphia detroit portland \
                  amsterdam brussels vienna zurich geneva munich hamburg frankfurt cologne milan naples turin barcelona valencia seville lisbon porto dublin edinburgh glasgow manchester liverpool birmingham leeds bristol oslo stockholm copenhagen \
                  helsinki warsaw krakow prague budapest athens istanbul ankara cairo nairobi lagos johannesburg dubai bangkok jakarta manila seoul osaka kyoto hanoi lima bogota santiago lyon marseille nice stuttgart leipzig dresden",
    },
];

/// Columns that hold a place, most likely first, for a place that no list knows.
pub(crate) const PLACES: &[&str] = &[
    "city",
    "town",
    "country",
    "location",
    "place",
    "state",
    "region",
    "province",
    "county",
    "hometown",
    "address",
    "nationality",
    "origin",
    "headquarters",
    "continent",
];
/// Columns that say where something is, the nearest place first.
pub(crate) const WHERE: &[&str] = &[
    "address",
    "location",
    "place",
    "city",
    "town",
    "municipality",
    "county",
    "state",
    "province",
    "region",
    "country",
    "continent",
    "origin",
    "headquarters",
    "hometown",
    "nationality",
];
/// Columns that hold a state or a kind, most likely first, for an adjective that no list knows.
pub(crate) const STATES: &[&str] = &[
    "status",
    "state",
    "type",
    "category",
    "kind",
    "role",
    "genre",
    "level",
    "class",
    "priority",
    "method",
    "department",
    "condition",
    "stage",
    "brand",
    "specialty",
    "format",
    "language",
    "color",
    "subject",
    "specialization",
    "major",
    "field",
    "job",
    "title",
    "group",
    "course",
    "speciality",
    "cuisine",
    "sector",
    "industry",
    "segment",
    "tier",
    "plan",
    "tariff",
    "material",
    "cause",
    "fuel",
];
/// Columns that hold a proper name beside the row's own, for an adjective in capitals: `Fiat vans`.
pub(crate) const MAKERS: &[&str] = &[
    "brand",
    "make",
    "maker",
    "manufacturer",
    "producer",
    "vendor",
    "publisher",
    "company",
    "airline",
    "team",
    "club",
    "league",
    "label",
    "operator",
    "owner",
];
/// Columns that hold who or what did something, most likely first.
pub(crate) const DOERS: &[&str] = &[
    "author",
    "writer",
    "artist",
    "director",
    "creator",
    "created",
    "manufacturer",
    "maker",
    "brand",
    "publisher",
    "supplier",
    "vendor",
    "method",
    "owner",
    "assigned",
    "carrier",
    "provider",
    "instructor",
    "teacher",
    "doctor",
    "customer",
    "user",
    "seller",
    "sponsor",
    "by",
];

/// Places in [`CLASSES`] by member, in their order: every word of every question is looked up here.
static BY_MEMBER: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (place, class) in CLASSES.iter().enumerate() {
        for member in class.members.split_whitespace() {
            places.entry(member).or_default().push(place);
        }
    }
    places
});

/// The class of a value, whatever its number or case; several when a word has several meanings.
pub(crate) fn classes(value: &str) -> impl Iterator<Item = &'static Class> {
    let lower = value.to_lowercase();
    let of = |word: &str| BY_MEMBER.get(word).into_iter().flatten().copied();
    let mut places: Vec<usize> = of(&lower).chain(of(&singular(&lower))).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|place| &CLASSES[place])
}

/// Whether a word is a well-known value exactly as it stands.
pub(crate) fn is_exactly_known(lower: &str) -> bool {
    BY_MEMBER.contains_key(lower)
}

/// Whether a word is a well-known value.
pub(crate) fn is_known(value: &str) -> bool {
    classes(value).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_the_columns_that_hold_it() {
        let first = |value: &str| classes(value).next().map(|class| class.columns[0]);
        assert_eq!(first("Pending"), Some("status"));
        assert_eq!(first("editors"), Some("role"));
        assert_eq!(first("Norway"), Some("country"));
        assert_eq!(first("Lisbon"), Some("city"));
        assert_eq!(first("unicorns"), None);
    }
}
