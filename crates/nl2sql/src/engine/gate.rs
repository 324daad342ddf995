//! Turns away requests that are no questions: changes of data, small talk, nothing at all.

use super::text::{Shape, Token};

/// Verbs that change data or structure.
const WRITES: &[&str] = &[
    "delete",
    "drop",
    "update",
    "insert",
    "truncate",
    "alter",
    "create",
    "remove",
    "erase",
    "wipe",
    "purge",
    "destroy",
    "modify",
    "rename",
    "grant",
    "revoke",
    "replace",
    "add",
    "increase",
    "decrease",
    "reset",
    "edit",
    "merge",
    "overwrite",
    "assign",
    "deactivate",
    "disable",
    "enable",
    "import",
    "upsert",
    "shutdown",
    "exec",
    "execute",
    "reduce",
    "swap",
    "append",
    "ban",
    "unset",
    "vacuum",
    "attach",
    "detach",
    "unlock",
    "unpublish",
    "reopen",
];
/// Verbs that also read ("close" as an adjective, "empty rooms"): a write only with an object that is pointed at.
const MILD: &[&str] = &[
    "close",
    "empty",
    "lower",
    "lock",
    "store",
    "block",
    "correct",
    "double",
    "make",
    "mark",
    "clear",
    "move",
    "change",
    "set",
    "cancel",
    "copy",
    "restore",
    "archive",
    "transfer",
    "refund",
    "approve",
    "reject",
    "publish",
    "register",
    "activate",
    "raise",
    "kill",
    "write",
    "save",
    "fix",
    "fire",
    "hire",
    "promote",
    "send",
    "email",
    "notify",
    "buy",
    "sell",
    "pay",
    "schedule",
    "ship",
    "deliver",
    "dispatch",
    "enroll",
    "enrol",
    "unenroll",
    "admit",
    "discharge",
    "suspend",
    "terminate",
    "dismiss",
    "appoint",
    "invite",
    "subscribe",
    "unsubscribe",
    "reserve",
    "upload",
    "deploy",
    "restart",
    "reboot",
    "evict",
    "rehire",
    "demote",
    "charge",
    "bill",
    "reschedule",
    "turn",
    "switch",
];
/// What is given to somebody, or taken from them, rather than shown.
const GIFTS: &[&str] = &[
    "access",
    "badge",
    "bonus",
    "coupon",
    "credit",
    "credits",
    "discount",
    "extension",
    "increase",
    "license",
    "licence",
    "permission",
    "permissions",
    "pin",
    "point",
    "points",
    "promotion",
    "raise",
    "rebate",
    "refund",
    "reward",
    "rise",
    "role",
    "voucher",
    "warning",
];
/// Mild verbs that are no adjectives or nouns of data: one thing that is pointed at by its number is enough.
const DEEDS: &[&str] = &[
    "make",
    "mark",
    "move",
    "change",
    "set",
    "cancel",
    "restore",
    "archive",
    "refund",
    "approve",
    "reject",
    "publish",
    "activate",
    "kill",
    "save",
    "fix",
    "hire",
    "promote",
    "send",
    "notify",
    "sell",
    "pay",
    "ship",
    "deliver",
    "dispatch",
    "suspend",
    "terminate",
    "dismiss",
    "invite",
    "subscribe",
    "unsubscribe",
    "reserve",
    "deploy",
    "restart",
    "reboot",
    "evict",
    "rehire",
    "demote",
    "reschedule",
];
/// Words of courtesy before the real beginning.
const COURTESY: &[&str] = &[
    "please", "can", "could", "would", "you", "will", "i", "want", "to", "need", "let", "us", "now",
    "kindly", "just", "go", "ahead", "and", "then", "also", "hey", "hi", "hello", "ok", "okay", "we",
    "should", "must", "like", "me", "help", "sql", "query",
];
const GREETINGS: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "howdy",
    "greetings",
    "yo",
    "hiya",
    "sup",
    "thanks",
    "thank",
    "thx",
    "bye",
    "goodbye",
    "ok",
    "okay",
    "cool",
    "great",
    "nice",
    "lol",
    "haha",
    "wow",
    "cheers",
    "welcome",
    "ciao",
    "hola",
    "bonjour",
    "test",
    "testing",
    "ping",
];
const SMALL_TALK: &[&str] = &[
    "good morning",
    "good evening",
    "good night",
    "good afternoon",
    "how are you",
    "who are you",
    "what are you",
    "what can you do",
    "what is your name",
    "your name",
    "tell me a joke",
    "a joke",
    "are you",
    "do you love",
    "i love you",
    "what is the time",
    "what time is it",
    "meaning of life",
    "write a poem",
    "a poem",
    "tell me a story",
    "a story",
    "weather",
    "sing a song",
    "who made you",
    "who created you",
    "how old are you",
    "ignore previous",
    "ignore all previous",
    "ignore your instructions",
    "your instructions",
    "system prompt",
    "capital of",
    "translate",
    "recipe",
    "play music",
    "the news",
    "stock market",
    "horoscope",
    "2 + 2",
    "help me",
    "thank you",
    "thanks",
];

/// The verb of a request to change something.
pub(crate) fn write_verb(tokens: &[Token]) -> Option<&str> {
    if let Some(verb) = imperative(tokens) {
        return Some(verb);
    }
    // "show users; drop table users", "list orders and then delete them"
    (1..tokens.len()).find_map(|at| {
        let breaks = tokens[at - 1].text == ";"
            || tokens[at - 1].lower == "then"
            || (tokens[at - 1].lower == "and" && at + 1 < tokens.len());
        if !breaks {
            return None;
        }
        let verb = imperative(&tokens[at..])?;
        let hard = matches!(
            verb,
            "delete"
                | "drop"
                | "truncate"
                | "update"
                | "insert"
                | "alter"
                | "remove"
                | "erase"
                | "destroy"
                | "purge"
                | "wipe"
                | "overwrite"
                | "rename"
        );
        hard.then_some(verb)
    })
}

fn imperative(tokens: &[Token]) -> Option<&str> {
    let first = tokens
        .iter()
        .position(|token| !COURTESY.contains(&token.lower.as_str()))?;
    let verb = tokens
        .get(first)
        .filter(|token| token.shape == Shape::Word)?
        .lower
        .as_str();
    if let Some(verb) = phrasal(&tokens[first..]) {
        return Some(verb);
    }
    if !WRITES.contains(&verb) && !MILD.contains(&verb) {
        return None;
    }
    let next = tokens.get(first + 1).map(|token| token.lower.as_str());
    // "add up the fees" is a sum.
    let sums = matches!(
        tokens.get(first + 2).map(|token| token.lower.as_str()),
        Some("the" | "all" | "our" | "every")
    );
    if verb == "add" && next == Some("up") && sums {
        return None;
    }
    let object = matches!(
        next,
        Some(
            "the"
                | "all"
                | "a"
                | "an"
                | "this"
                | "that"
                | "these"
                | "every"
                | "my"
                | "any"
                | "it"
                | "them"
                | "new"
                | "each"
                | "everything"
                | "our"
                | "some"
                | "one"
                | "their"
        )
    );
    let assigned = tokens[first..]
        .iter()
        .any(|token| matches!(token.lower.as_str(), "to" | "=" | "by" | "as" | "from" | "into"));
    let given = tokens[first..]
        .iter()
        .any(|token| matches!(token.lower.as_str(), "to" | "="));
    let statement = matches!(
        next,
        Some(
            "table"
                | "into"
                | "from"
                | "database"
                | "index"
                | "column"
                | "view"
                | "user"
                | "row"
                | "rows"
                | "record"
        )
    );
    if MILD.contains(&verb) {
        // "refund invoice 12", "transfer 500 dollars to …": one thing is pointed at by its number.
        let numbered = |at: usize| {
            tokens
                .get(at)
                .is_some_and(|token| token.shape == Shape::Number && token.text.len() != 4)
        };
        let pointed = (first + 2..=first + 3)
            .any(|at| numbered(at) && (at + 1 == tokens.len() || DEEDS.contains(&verb)));
        let counted = numbered(first + 1) && assigned;
        // "enroll Ada Novak in Physics", "turn off plant 7"
        let named = first == 0
            && tokens.get(1).is_some_and(Token::is_capital)
            && tokens.len() > 2
            && matches!(
                verb,
                "enroll"
                    | "enrol"
                    | "unenroll"
                    | "appoint"
                    | "invite"
                    | "dismiss"
                    | "promote"
                    | "demote"
                    | "fire"
                    | "hire"
                    | "suspend"
                    | "notify"
                    | "email"
                    | "rehire"
                    | "evict"
                    | "pay"
            );
        let switched = matches!(verb, "turn" | "switch") && matches!(next, Some("on" | "off"));
        return (object
            || pointed
            || counted
            || named
            || switched
            || (verb == "set" && given)
            || (statement && assigned))
            .then_some(verb);
    }
    Some(verb)
}

/// A change that several words say: "give all fans a discount", "get rid of old concerts", "sign Ann up", "book a room".
fn phrasal(tokens: &[Token]) -> Option<&str> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let changes = match word(0) {
        // "give all fans a discount", not "give all fans with a discount"
        "give" | "offer" => (2..tokens.len()).any(|at| {
            let is_given = matches!(word(at), "a" | "an")
                && !matches!(
                    word(at - 1),
                    "with" | "without" | "have" | "has" | "got" | "had" | "by" | "of" | "for"
                );
            is_given && (at + 1..at + 5).any(|i| GIFTS.contains(&word(i)))
        }),
        "get" => word(1) == "rid",
        "sign" | "log" | "opt" => (1..tokens.len()).any(|at| matches!(word(at), "up" | "out" | "in")),
        "book" | "enter" | "open" | "place" | "submit" => matches!(word(1), "a" | "an"),
        _ => false,
    };
    changes.then(|| word(0)).filter(|word| !word.is_empty())
}

/// Whether the words are talk rather than a question about data.
pub(crate) fn is_small_talk(tokens: &[Token]) -> bool {
    let plain: Vec<&str> = tokens.iter().map(|token| token.lower.as_str()).collect();
    let text = plain.join(" ");
    let greeting_only = plain.iter().all(|word| {
        GREETINGS.contains(word)
            || matches!(
                *word,
                "there"
                    | "you"
                    | "so"
                    | "much"
                    | "a"
                    | "lot"
                    | "very"
                    | "everyone"
                    | "all"
                    | ","
                    | "me"
                    | "is"
                    | "this"
                    | "it"
            )
    });
    let greeted = plain.iter().any(|word| GREETINGS.contains(word));
    (greeting_only && greeted) || SMALL_TALK.iter().any(|phrase| is_within(phrase, &text))
}

fn is_within(phrase: &str, text: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let end = at + phrase.len();
        (at == 0 || text.as_bytes()[at - 1] == b' ') && (end == text.len() || text.as_bytes()[end] == b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::tokens;
    use super::*;

    #[test]
    fn a_change_is_known_by_its_verb() {
        for question in [
            "please delete all visits",
            "set the fee of visit 3 to 9",
            "could you drop table wards",
            "show wards; drop table wards",
            "add a new patient",
            "cancel the visit of Ann",
            "list visits and then remove them",
            "give every patient a 10% discount",
            "get rid of the old visits",
            "sign Ann up for a visit",
            "make visit 4 cancelled",
            "book a visit for Ann",
        ] {
            assert!(write_verb(&tokens(question)).is_some(), "{question}");
        }
    }

    #[test]
    fn a_question_about_changes_is_a_question() {
        for question in [
            "visits created today",
            "deleted patients",
            "show updated wards",
            "set lists by size",
            "empty rooms",
            "lower fees than average",
            "which doctor was added last",
            "change requests",
            "give me a list of patients",
            "give all patients with a discount",
            "open visits",
            "sign-ups in 2024",
            "book titles",
        ] {
            assert_eq!(write_verb(&tokens(question)), None, "{question}");
        }
    }
}
