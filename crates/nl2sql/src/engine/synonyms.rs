//! Words that mean the same in questions and in schemas, as data.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::stem::stem;

/// Groups of words that may stand for each other. A word may be in several groups; meaning does not travel from group to group.
const GROUPS: &[&[&str]] = &[
    // people and organisations
    &[
        "customer",
        "client",
        "buyer",
        "shopper",
        "consumer",
        "purchaser",
        "account",
    ],
    &["user", "account", "member", "login"],
    &["member", "subscriber", "membership"],
    &["employee", "staff", "worker", "personnel", "colleague"],
    &["person", "people", "individual", "human"],
    &["doctor", "physician", "clinician", "gp"],
    &[
        "teacher",
        "instructor",
        "professor",
        "lecturer",
        "tutor",
        "faculty",
        "educator",
    ],
    &["student", "pupil", "learner", "enrollee"],
    &[
        "company",
        "business",
        "firm",
        "corporation",
        "organization",
        "organisation",
        "enterprise",
    ],
    &["supplier", "vendor", "provider"],
    &["manufacturer", "maker", "producer", "company"],
    &["brand", "make", "manufacturer"],
    &["manager", "supervisor", "boss", "head"],
    &["author", "writer"],
    &["singer", "artist", "musician", "performer"],
    &["driver", "courier", "chauffeur"],
    &["assignee", "assigned", "assign", "owner"],
    &["reporter", "requester", "submitter", "opened"],
    &["player", "athlete"],
    &["team", "club", "squad"],
    &["guest", "visitor"],
    &["patient", "case"],
    &["candidate", "applicant"],
    // places
    &["mountain", "mount", "mt", "peak"],
    &["border", "neighbor", "neighbour", "adjacent", "surround"],
    // things
    &["product", "item", "article", "goods", "merchandise", "sku"],
    &["order", "purchase", "bought", "ordered"],
    &["invoice", "bill"],
    &["bill", "charge"],
    &["payment", "transaction", "paid", "pay"],
    &["delivery", "shipment", "shipping", "consignment"],
    &["category", "type", "kind", "class", "genre", "group"],
    &["department", "division", "dept", "unit"],
    &["ticket", "issue", "incident", "bug"],
    &["comment", "reply", "remark", "note"],
    &["review", "rating", "feedback"],
    &["post", "article", "entry"],
    &["book", "publication", "volume"],
    &["movie", "film", "picture"],
    &["song", "track", "music"],
    &["album", "record", "disc"],
    &["picture", "photo", "image"],
    &["loan", "borrowing", "checkout", "borrowed", "lending", "lend"],
    &["visit", "appointment", "consultation"],
    &["appointment", "booking"],
    &["booking", "reservation", "booked", "reserved"],
    &["medicine", "drug", "medication"],
    &["prescription", "prescribed"],
    &["diagnosis", "condition", "disease", "illness"],
    &["course", "class", "subject", "module"],
    &["enrollment", "enrolment", "enrolled", "registration"],
    &["grade", "mark", "score", "gpa"],
    &["exam", "test"],
    &["school", "college", "university"],
    &["vehicle", "car"],
    &["aircraft", "airplane", "plane"],
    &["warehouse", "depot"],
    &["store", "shop", "outlet", "branch"],
    &["hotel", "accommodation", "lodging"],
    &["room", "ward"],
    &["file", "document", "attachment"],
    &["device", "machine", "equipment"],
    &["job", "position", "role", "title", "occupation", "profession"],
    &["project", "programme", "program"],
    &["task", "todo", "assignment"],
    &["event", "activity"],
    &["match", "game", "fixture"],
    &["flight", "trip"],
    &["trip", "journey", "ride"],
    &["subscription", "plan"],
    &["language", "tongue", "speak", "spoken"],
    &["inventory", "stock"],
    &["stock", "quantity", "available"],
    // amounts
    &[
        "revenue", "sales", "income", "turnover", "earnings", "amount", "total",
    ],
    &["amount", "total", "sum", "value", "worth"],
    &["price", "cost", "expensive", "cheap", "priced"],
    &["price", "amount"],
    &["cost", "expense", "spending", "spend", "expenditure"],
    &["fee", "charge", "cost", "price"],
    &[
        "salary",
        "wage",
        "pay",
        "compensation",
        "earn",
        "income",
        "paid",
        "earning",
    ],
    &["quantity", "units"],
    &["sold", "sale"],
    &["profit", "margin", "gain"],
    &["discount", "rebate", "reduction"],
    &["balance", "credit"],
    &["rating", "score", "stars", "rank"],
    &["rank", "ranking", "position", "place"],
    &["point", "score"],
    &["budget", "funding", "fund"],
    &["weight", "mass", "heavy"],
    &["height", "tall", "elevation", "altitude"],
    &["length", "long", "duration"],
    &["duration", "runtime", "length"],
    &["distance", "mileage"],
    &["mileage", "odometer"],
    &["garage", "workshop"],
    &["gas", "petrol", "fuel"],
    &["size", "area", "square"],
    &["capacity", "seat", "seating"],
    &["population", "inhabitant", "resident"],
    &["speed", "velocity", "fast"],
    &["percent", "percentage", "share", "ratio"],
    &["view", "hits", "visits"],
    &["page", "length"],
    // describing
    &["name", "title", "called", "named"],
    &["title", "heading", "subject"],
    &["description", "details", "detail", "summary"],
    &["id", "identifier", "identification", "key"],
    &["code", "number", "identifier"],
    &["email", "mail"],
    &["phone", "telephone", "mobile", "cell", "cellphone", "contact"],
    &["address", "location", "street"],
    &["location", "place", "site", "venue", "located"],
    &["city", "town", "municipality"],
    &["country", "nation"],
    &["nationality", "country", "citizenship"],
    &["state", "province"],
    &["region", "area", "territory", "zone"],
    &["zip", "postcode", "postal", "zipcode"],
    &["continent", "region"],
    &["headquarters", "hq", "headquarter"],
    &["status", "state", "condition"],
    &["gender", "sex"],
    &["age", "old", "older"],
    &["birthday", "birth", "birthdate", "dob", "born"],
    &["color", "colour"],
    &["method", "mode", "channel"],
    &["priority", "severity", "urgency", "importance"],
    &["result", "outcome", "score"],
    &["reason", "cause"],
    &[
        "specialty",
        "speciality",
        "specialization",
        "specialisation",
        "specialism",
        "specialized",
        "specializing",
        "specialised",
    ],
    &["major", "program", "field"],
    &["hometown", "home", "town"],
    &["destination", "arrival"],
    &["origin", "source", "departure"],
    &["publisher", "press"],
    &["website", "url", "homepage", "link"],
    &["active", "enabled"],
    &["verified", "confirmed"],
    &["available", "stock"],
    &["attendance", "attended", "attendee", "attend"],
    &["winner", "won", "win", "victory"],
    // moments
    &["created", "added", "registered", "joined", "made", "opened"],
    &[
        "registration",
        "registered",
        "signup",
        "signed",
        "joined",
        "enrolled",
    ],
    &["joined", "hired", "hire", "start", "joining"],
    &["hire", "hired", "employed", "recruited", "employment"],
    &["updated", "modified", "changed", "edited"],
    &["login", "logged", "signin", "seen"],
    &["shipped", "dispatched", "sent"],
    &["delivered", "received", "arrived", "delivery"],
    &[
        "published",
        "released",
        "issued",
        "launched",
        "publication",
        "release",
    ],
    &["closed", "resolved", "finished", "completed", "ended", "solved"],
    &["start", "begin", "began", "started", "from", "opening"],
    &["end", "finish", "ended", "finished"],
    &["due", "deadline"],
    &["returned", "return"],
    &["cancelled", "canceled"],
    &[
        "founded",
        "established",
        "foundation",
        "opened",
        "built",
        "opening",
    ],
    &["date", "day", "when"],
    &["time", "when"],
    &["expiry", "expires", "expired", "expiration"],
    &["discharged", "discharge", "released"],
    &["admitted", "admission"],
    &["scheduled", "schedule", "planned"],
];

struct Tables {
    groups_of: HashMap<String, Vec<usize>>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut groups_of: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, group) in GROUPS.iter().enumerate() {
        for word in *group {
            let groups = groups_of.entry(stem(word)).or_default();
            if !groups.contains(&number) {
                groups.push(number);
            }
        }
    }
    Tables { groups_of }
});

/// Whether a word is written in the list of synonyms just so, in the singular or the plural.
pub(crate) fn is_listed(lower: &str) -> bool {
    let one = super::stem::singular(lower);
    GROUPS
        .iter()
        .any(|group| group.iter().any(|word| *word == lower || *word == one))
}

/// The groups that a stem belongs to.
pub(crate) fn groups(stem: &str) -> &'static [usize] {
    TABLES.groups_of.get(stem).map_or(&[], Vec::as_slice)
}

/// Every word of the list.
pub(crate) fn listed() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synonym_shares_a_group_whatever_its_form() {
        let shares = |a: &str, b: &str| {
            groups(&stem(a))
                .iter()
                .any(|group| groups(&stem(b)).contains(group))
        };
        assert!(shares("clients", "customer"));
        assert!(shares("revenue", "amount"));
        assert!(!shares("customer", "revenue"));
    }
}
