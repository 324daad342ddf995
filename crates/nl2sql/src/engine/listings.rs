//! Puts lists that speak of rows by pronouns into plain lists: "each album with its artist's name", "teams and how many players
//! they have", "and when it was sold".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::roles;
use super::stem::stem;
use super::text::{self, Shape, Token};

const PRONOUNS: &[&str] = &["its", "their", "his", "her"];
const LEADS: &[&str] = &[
    "list", "show", "give", "me", "get", "display", "find", "each", "every", "all", "the", "of", "please",
    "a", "for",
];

/// The question as a plain list, when it is said otherwise.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    type Listing = fn(&Lexicon<'_>, &[Token]) -> Option<Vec<Token>>;
    const LISTINGS: &[Listing] = &[when, with_theirs, how_many_each];
    LISTINGS
        .iter()
        .fold(None, |spelled: Option<Vec<Token>>, listing| {
            listing(lexicon, spelled.as_deref().unwrap_or(tokens)).or(spelled)
        })
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.lower.as_str())
}

/// The table that a few words name outright.
pub(super) fn table_of(namer: &Namer<'_, '_>, words: &[Token]) -> Option<TableId> {
    let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
    let mention = namer.mention(&said.join(" "));
    let hit = mention.tables.first()?;
    (hit.score >= 0.8 && hit.score >= mention.column_score()).then_some(hit.id)
}

fn named(lexicon: &Lexicon<'_>, id: ColumnId) -> Token {
    Token::new(lexicon.column(id).column.name.clone(), Shape::Word)
}

/// `each album with its artist's name` is the title and the artist's name of all albums.
fn with_theirs(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let with = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "and" | "together"))?;
    let rest = &tokens[with + 1..];
    let plain = |token: &Token| token.is_word() || token.text == ",";
    let owned = rest.iter().any(|token| token.owns);
    let named_of = (0..rest.len()).find(|at| {
        word(rest, *at) == "of" && PRONOUNS.contains(&word(rest, at + 1)) && *at > 0 && *at + 3 == rest.len()
    });
    let pointed = rest.iter().any(|token| PRONOUNS.contains(&token.lower.as_str()));
    if !(pointed && (owned || named_of.is_some()))
        || !rest.iter().all(plain)
        || tokens[with].lower == "and" && !owned
    {
        return None;
    }
    let skipped = tokens[..with]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = &tokens[skipped..with];
    if head.is_empty() || head.len() > 3 {
        return None;
    }
    let namer = Namer::new(lexicon);
    let (shown, of) = match table_of(&namer, head) {
        Some(table) => {
            let labels = roles::label(lexicon, table);
            let shown: Vec<Token> = labels.into_iter().map(|id| named(lexicon, id)).collect();
            (shown, head)
        }
        // "each item description with …"
        None => {
            table_of(&namer, &head[..1]).filter(|_| head.len() > 1)?;
            (head.to_vec(), &head[..1])
        }
    };
    let first = shown.first()?.clone();
    let mut question = vec![first];
    for token in &shown[1..] {
        if of.len() == head.len() {
            question.extend(text::tokens(","));
        }
        question.push(token.clone());
    }
    question.extend(text::tokens(","));
    let listed: Vec<Token> = match named_of {
        Some(at) => rest[at + 2..].iter().chain(&rest[..at]).cloned().collect(),
        None => rest.to_vec(),
    };
    let bare = listed.into_iter().filter(|token| {
        !PRONOUNS.contains(&token.lower.as_str())
            && !matches!(token.lower.as_str(), "the" | "a" | "an" | "with")
    });
    question.extend(bare.map(|token| Token { owns: false, ..token }));
    question.extend(text::tokens("of all"));
    question.extend_from_slice(of);
    Some(question)
}

/// `teams and how many players they have` is the number of players per team.
fn how_many_each(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(2)).find(|at| {
        matches!(tokens[*at].lower.as_str(), "and" | "with")
            && word(tokens, at + 1) == "how"
            && word(tokens, at + 2) == "many"
    })?;
    let tail = (at + 4..tokens.len()).find(|i| {
        matches!(
            word(tokens, *i),
            "they"
                | "each"
                | "it"
                | "he"
                | "she"
                | "are"
                | "were"
                | "have"
                | "has"
                | "belong"
                | "report"
                | "work"
        )
    })?;
    let refers = tokens[tail..].iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "they" | "each" | "them" | "it" | "he" | "she"
        )
    });
    let plain = tokens[tail..]
        .iter()
        .all(|token| token.shape == Shape::Word && token.lower != "and" && token.lower != "or");
    let skipped = tokens[..at]
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let head = &tokens[skipped..at];
    let is_short = (1..=2).contains(&head.len()) && tokens.len() - tail <= 6;
    if !refers || !plain || !is_short {
        return None;
    }
    table_of(&Namer::new(lexicon), head)?;
    let mut question = text::tokens("number of");
    question.extend_from_slice(&tokens[at + 3..tail]);
    question.extend(text::tokens("per"));
    question.extend_from_slice(head);
    Some(question)
}

/// `and when it was sold` is the moment of that, and `when was each car sold` the name and the moment.
fn when(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const BE: &[&str] = &[
        "was", "were", "is", "are", "has", "have", "had", "been", "did", "got",
    ];
    let at = tokens.iter().position(|token| token.lower == "when")?;
    let namer = Namer::new(lexicon);
    if at == 0 {
        let each = matches!(word(tokens, 1), "was" | "were" | "did" | "has")
            && matches!(word(tokens, 2), "each" | "every" | "all");
        let (verb, head) = tokens.get(3..)?.split_last()?;
        let table = table_of(&namer, head).filter(|_| each)?;
        let moment = moment_of(lexicon, &[table], &verb.lower)?;
        let mut question = Vec::new();
        let mut labels = roles::label(lexicon, table);
        if labels.is_empty() {
            labels.extend(lexicon.primary_key(table));
        }
        for id in labels {
            question.push(named(lexicon, id));
            question.extend(text::tokens("and"));
        }
        question.push(named(lexicon, moment));
        question.extend(text::tokens("of all"));
        question.extend_from_slice(head);
        return Some(question);
    }
    let follows = matches!(word(tokens, at - 1), "and" | "," | "with" | "plus");
    let pronoun = matches!(
        word(tokens, at + 1),
        "it" | "they" | "he" | "she" | "this" | "these" | "each"
    );
    if !(follows && pronoun) {
        return None;
    }
    let mut verb = at + 2;
    while BE.contains(&word(tokens, verb)) {
        verb += 1;
    }
    let said = tokens.get(verb).filter(|token| token.is_word())?;
    let tables: Vec<TableId> = (0..at).filter_map(|i| table_of(&namer, &tokens[i..=i])).collect();
    let moment = moment_of(lexicon, &tables, &said.lower)?;
    let mut question = tokens[..at].to_vec();
    question.extend(text::tokens("their"));
    question.push(named(lexicon, moment));
    question.extend_from_slice(&tokens[verb + 1..]);
    Some(question)
}

/// The moment of one of the tables that a verb names, or that dates the rows of the first.
fn moment_of(lexicon: &Lexicon<'_>, tables: &[TableId], verb: &str) -> Option<ColumnId> {
    const BEGINS: &[&str] = &[
        "posted",
        "created",
        "made",
        "added",
        "opened",
        "placed",
        "ordered",
        "written",
        "published",
        "uploaded",
        "submitted",
        "booked",
        "registered",
        "joined",
        "join",
        "started",
        "start",
        "hired",
        "signed",
        "filed",
        "happened",
        "happen",
        "occurred",
        "took",
    ];
    let root = stem(verb);
    let said = tables.iter().find_map(|table| {
        lexicon.columns_of(*table).find(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. } | Sort::Year)
                && entry.words.iter().any(|word| stem(word) == root)
        })
    });
    said.or_else(|| {
        let first = tables.first().filter(|_| BEGINS.contains(&verb))?;
        roles::moment(lexicon, *first)
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn lists_that_speak_by_pronouns_are_plain_lists() {
        let music = schema(&[
            "artists: id int, name text, country text",
            "labels: id int, name text",
            "albums: id int, title text, artist_id int > artists, label_id int > labels, released_on date",
        ]);
        check(
            &music,
            &[
                (
                    "each album with its artist's name",
                    "SELECT albums.title, artists.name FROM albums JOIN artists ON albums.artist_id = artists.id",
                ),
                (
                    "list every album with the name of its label",
                    "SELECT albums.title, labels.name FROM albums JOIN labels ON albums.label_id = labels.id",
                ),
                (
                    "title of each album and when it was released",
                    "SELECT title, released_on FROM albums",
                ),
                (
                    "when was each album released",
                    "SELECT title, released_on FROM albums",
                ),
                (
                    "artists and how many albums they have",
                    "SELECT artists.name, COUNT(*) FROM albums JOIN artists ON albums.artist_id = artists.id \
                     GROUP BY artists.id, artists.name",
                ),
            ],
        );
    }
}
