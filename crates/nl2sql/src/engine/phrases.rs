//! Phrases that carry the structure of a question, as data.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::period::{Slot, Unit};
use super::text::{Shape, Token};

/// A function over a group of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Where a pattern must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Starts,
    Contains,
    Ends,
}

/// Words of columns that an adjective speaks of, most likely first.
pub(crate) type Hint = &'static [&'static str];

/// What a phrase asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phrase {
    Aggregate(Function),
    /// A comparison whose other side follows; `later` says that a moment is compared.
    Compare {
        op: Op,
        hint: Hint,
        time: bool,
    },
    Between,
    Like(Match),
    /// The column before (or after) has no value (`true`), or has one (`false`).
    Absent(bool),
    Not,
    /// `without`, `no`, `never`.
    None_,
    /// An adjective in its highest (or lowest) degree; `flip` marks those whose moment column sorts the other way ("oldest" by birth date).
    Superlative {
        descending: bool,
        hint: Hint,
        flip: bool,
    },
    /// `most` (`true`) or `fewest` of something that is counted.
    Most(bool),
    Top,
    Bottom,
    PerEach,
    By,
    OrderBy,
    /// `in descending order of`: the column follows.
    OrderedOf(bool),
    Direction(bool),
    Distinct,
    AboveAverage(bool),
    /// `named`, `called`.
    Named,
    /// `at least one`: the thing after it exists.
    Monthly,
    Yearly,
    Daily,
    /// `per week`, `by hour of the day`.
    Each(Slot),
    /// Says nothing by itself: `where`, `in total`.
    Filler,
    /// `out of stock`.
    Exhausted,
    /// `in stock`.
    Stocked,
}

const PRICE: Hint = &[
    "price", "cost", "fee", "rate", "fare", "charge", "rent", "premium", "amount", "total", "salary",
];
const AGE: Hint = &[
    "age",
    "birth",
    "dob",
    "birthday",
    "birthdate",
    "founded",
    "built",
    "established",
    "opened",
    "created",
    "year",
    "date",
    "registered",
    "joined",
    "hire",
];
const TENURE: Hint = &[
    "tenure",
    "seniority",
    "hire",
    "hired",
    "joined",
    "join",
    "start",
    "started",
    "employed",
    "enrolled",
    "since",
];
const PAY: Hint = &[
    "salary",
    "pay",
    "wage",
    "income",
    "earnings",
    "compensation",
    "rate",
];
const RECENT: Hint = &[];
const SIZE: Hint = &[
    "size",
    "area",
    "capacity",
    "population",
    "amount",
    "total",
    "quantity",
    "number",
    "budget",
];
const LENGTH: Hint = &[
    "length",
    "duration",
    "runtime",
    "distance",
    "minutes",
    "seconds",
    "milliseconds",
    "pages",
    "time",
    "hours",
    "word",
    "words",
];
const HEIGHT: Hint = &["height", "elevation", "altitude"];
const WEIGHT: Hint = &["weight", "mass"];
const SPEED: Hint = &["speed", "velocity", "horsepower"];
const RATING: Hint = &["rating", "score", "stars", "rank", "grade", "gpa", "points"];
const POPULAR: Hint = &[
    "popularity",
    "views",
    "sales",
    "likes",
    "followers",
    "downloads",
    "rating",
    "votes",
    "borrowed",
    "visits",
];
const SALES: Hint = &["sales", "sold", "quantity", "revenue", "copies"];
const MONEY: Hint = &[
    "revenue", "salary", "income", "wealth", "worth", "balance", "budget", "profit", "amount", "price",
];
const DISTANCE: Hint = &["distance", "mileage"];
const URGENT: Hint = &["priority", "severity", "urgency"];

const fn cmp(op: Op) -> Phrase {
    Phrase::Compare {
        op,
        hint: &[],
        time: false,
    }
}
const fn than(op: Op, hint: Hint) -> Phrase {
    Phrase::Compare {
        op,
        hint,
        time: false,
    }
}
const fn when(op: Op) -> Phrase {
    Phrase::Compare {
        op,
        hint: &[],
        time: true,
    }
}
const fn best(descending: bool, hint: Hint) -> Phrase {
    Phrase::Superlative {
        descending,
        hint,
        flip: false,
    }
}
const fn aged(descending: bool) -> Phrase {
    Phrase::Superlative {
        descending,
        hint: AGE,
        flip: true,
    }
}

/// What is asked, and the phrases that ask it: in lower case, separated by bars; the longest that fits wins.
pub(crate) const PHRASES: &[(Phrase, &[&str])] = &[
    (
        Phrase::Aggregate(Function::Count),
        &[
            "how many|number of|total number of|count of|total count of|count|counts|counts of",
            "counting",
        ],
    ),
    (
        Phrase::Aggregate(Function::Sum),
        &["amount of|total|sum of|sum|sum up|add up|how much|combined|overall|total sum of"],
    ),
    (Phrase::Aggregate(Function::Avg), &["average|avg|mean|average of"]),
    (Phrase::Aggregate(Function::Max), &["maximum|max|maximal"]),
    (Phrase::Aggregate(Function::Min), &["minimum|min|minimal"]),
    (
        cmp(Op::Gt),
        &["more than|greater than|higher than|over|above|exceeding|exceeds|exceed|beyond|>"],
    ),
    (than(Op::Gt, SIZE), &["larger than|bigger than"]),
    (
        cmp(Op::Ge),
        &[
            "upwards of|>=|at least|no less than|not less than|no fewer than|minimum of|or more",
            "or higher|or above|greater than or equal to|more than or equal to",
            "larger than or equal to|bigger than or equal to|higher than or equal to|equal to or more than",
            "equal to or greater than",
        ],
    ),
    (cmp(Op::Lt), &["<|less than|fewer than|lower than|under|below"]),
    (
        cmp(Op::Le),
        &[
            "<=|at most|no more than|not more than|up to|or less|or fewer|or lower|or below",
            "not exceeding|less than or equal to|lower than or equal to|smaller than or equal to|equal to or less than",
        ],
    ),
    (cmp(Op::Eq), &["=|==|equal to|equals|equal|exactly"]),
    (
        cmp(Op::Ne),
        &["!=|<>|not equal to|is not equal to|different from|different than"],
    ),
    (than(Op::Ge, AGE), &["or older"]),
    (than(Op::Le, AGE), &["or younger"]),
    (than(Op::Lt, SIZE), &["smaller than"]),
    (than(Op::Gt, AGE), &["older than"]),
    (than(Op::Lt, AGE), &["younger than"]),
    (
        than(Op::Lt, PRICE),
        &[
            "cheaper than|less expensive than|cost less than|costing less than|costs less than",
            "costing under|cost under",
        ],
    ),
    (
        than(Op::Gt, PRICE),
        &[
            "more expensive than|pricier than|costing more than|cost more than|costs more than",
            "costing over|cost over",
        ],
    ),
    (than(Op::Gt, LENGTH), &["longer than"]),
    (than(Op::Lt, LENGTH), &["shorter than"]),
    (than(Op::Gt, HEIGHT), &["taller than"]),
    (than(Op::Gt, WEIGHT), &["heavier than"]),
    (than(Op::Lt, WEIGHT), &["lighter than"]),
    (than(Op::Gt, SPEED), &["faster than"]),
    (than(Op::Lt, SPEED), &["slower than"]),
    (than(Op::Gt, RATING), &["better than"]),
    (than(Op::Lt, RATING), &["worse than"]),
    (than(Op::Gt, DISTANCE), &["farther than"]),
    (than(Op::Gt, MONEY), &["worth more than|worth over"]),
    (when(Op::Gt), &["after|later than|newer than"]),
    (
        when(Op::Ge),
        &["or after|or later|or newer|since|on or after|starting from|as of"],
    ),
    (when(Op::Lt), &["before|earlier than|prior to"]),
    (
        when(Op::Le),
        &["or before|or earlier|until|till|on or before|no later than"],
    ),
    (
        Phrase::Between,
        &["between|in the range of|ranging from|in between"],
    ),
    (
        Phrase::Like(Match::Starts),
        &[
            "starts with|start with|starting with|begins with|begin with|beginning with",
            "starts with the letter|starting with the letter|start with the letter",
            "begins with the letter|starts with letter|prefixed with",
        ],
    ),
    (
        Phrase::Like(Match::Ends),
        &["ends with|end with|ending with|ending in|ends in|end in|ends with the letter"],
    ),
    (
        Phrase::Like(Match::Contains),
        &[
            "with substring|with the substring|has substring|have substring|has the phrase|have the phrase|have the letter",
            "has the letter|with the letter|with letter|includes the substring|contains the phrase|contain the string",
            "contain the substring|contains the character|has the string|have the string|with the string",
            "containing the string|containing the substring|containing the phrase|with the phrase|include the substring",
            "contains|contain|containing|containing the word|contains the word|contain the word",
            "with the word|contains the string|contains the substring|contains the letter",
            "include the string|includes the string|include the phrase|includes the phrase|include letter|includes letter",
            "include the letter|contains letter|contain letter|containing letter|with the letters|have the letters",
            "has the letters|contain the letters|contains the letters",
            "includes the letter|contain the letter|containing the letter|includes the word",
            "include the word|including the word|has the word|have the word|has the substring",
            "have the substring|mentions|mentioning|mention|is like|like|matching",
        ],
    ),
    (
        Phrase::Absent(true),
        &[
            "is null|are null|null|is missing|are missing|missing|is empty|is blank|is unknown",
            "is not set|not set|is unset",
        ],
    ),
    (
        Phrase::None_,
        &[
            "lacking|lack|lacks|without|without any|without a|without an|no|have no|has no|with no",
            "having no|never|zero|not any|do not have|does not have|did not have|do not have any",
            "does not have any|not have|not have any|not have a|not have an|not had any",
            "has not had any|have not had any|not yet|have never|has never|were never|was never",
            "nobody|none|not made any|not placed any|not placed an|not made an|not made a",
            "not placed a|yet to be|still to be|waiting to be",
        ],
    ),
    (
        Phrase::Absent(false),
        &["is not null|not null|is set|is known|is not empty|is not missing"],
    ),
    (
        Phrase::Not,
        &[
            "not|except|excluding|other than|except for|outside|outside of|apart from|besides|is not",
            "are not|non|neither|rather than",
        ],
    ),
    (
        best(false, PRICE),
        &["cheapest|least expensive|least costly|costs the least|cost the least"],
    ),
    (
        best(true, PRICE),
        &["most expensive|priciest|costliest|most costly|costs the most|cost the most"],
    ),
    (aged(true), &["oldest|eldest|most senior"]),
    (
        Phrase::Superlative {
            descending: true,
            hint: TENURE,
            flip: true,
        },
        &[
            "longest serving|longest-serving|longest standing|longest-standing|longest tenured|longest-tenured",
        ],
    ),
    (aged(false), &["youngest"]),
    (
        best(true, RECENT),
        &["newest|latest|most recent|most recently|last|recent"],
    ),
    (best(false, RECENT), &["earliest|first|least recent"]),
    (best(true, LENGTH), &["longest"]),
    (best(false, LENGTH), &["shortest"]),
    (best(true, HEIGHT), &["tallest"]),
    (best(true, WEIGHT), &["heaviest|weighs the most|weigh the most"]),
    (best(false, WEIGHT), &["lightest"]),
    (best(true, SPEED), &["fastest"]),
    (best(false, SPEED), &["slowest"]),
    (best(true, SIZE), &["largest|biggest|greatest"]),
    (best(false, SIZE), &["smallest"]),
    (best(true, DISTANCE), &["farthest|most distant"]),
    (best(true, &[]), &["highest"]),
    (best(false, &[]), &["lowest"]),
    (
        best(true, RATING),
        &["best|top rated|top-rated|highest rated|highest-rated|best rated|best-rated"],
    ),
    (
        best(false, RATING),
        &["worst|lowest rated|lowest-rated|worst rated"],
    ),
    (
        best(true, PAY),
        &[
            "highest paid|highest-paid|best paid|best-paid|earns the most|earn the most|earns most|earn most",
            "earning the most|makes the most money|make the most money|paid the most|earns the most money|earned the most",
        ],
    ),
    (
        best(false, PAY),
        &[
            "lowest paid|lowest-paid|worst paid|worst-paid|earns the least|earn the least|earns least|earning the least",
            "makes the least money|paid the least|earned the least",
        ],
    ),
    (
        best(true, MONEY),
        &["top earning|highest earning|richest|wealthiest|most valuable|most profitable"],
    ),
    (best(true, POPULAR), &["most popular"]),
    (best(false, POPULAR), &["least popular"]),
    (
        best(true, SALES),
        &["best selling|best-selling|top selling|top-selling"],
    ),
    (best(false, MONEY), &["poorest"]),
    (best(true, URGENT), &["most urgent"]),
    (best(true, &["views", "hits"]), &["most viewed"]),
    (
        Phrase::Most(true),
        &[
            "most|the most|most number of|highest number of|largest number of|greatest number of",
            "the largest number of|the highest number of|maximum number of|most common|most frequent",
            "most frequently|most often|the most often|most frequently used|most active",
        ],
    ),
    (
        Phrase::Most(false),
        &[
            "fewest|least|the fewest|the least|lowest number of|smallest number of|minimum number of",
            "least number of|fewest number of|least common|least frequent|least often|the least often|least frequently",
        ],
    ),
    (Phrase::Top, &["top|limit|limit to|limited to"]),
    (Phrase::Bottom, &["bottom"]),
    (
        Phrase::PerEach,
        &[
            "per|for each|of each|in each|by each|for every|in every|of every|from each|at each",
            "with each|to each|within each|each|grouped by|group by|broken down by|split by",
            "for the different|on each|in different|for different|of different|group them by",
            "breakdown by|by every",
        ],
    ),
    (Phrase::By, &["by"]),
    (
        Phrase::OrderBy,
        &[
            "order by|ordered by|sort by|sorted by|ranked by|rank by|order them by|sort them by",
            "arranged by|sorting by|ordering by|in order of|in the order of|sorted in order of",
            "sort the list by|ordered in terms of|sorted on|ordered on|sort results by",
            "order the results by|sort the results by|order results by",
        ],
    ),
    (
        Phrase::OrderedOf(false),
        &[
            "in ascending order of|in the ascending order of|ascending order of|ordered ascending by",
            "in ascending order by|in increasing order of|in alphabetical order of",
            "in ascending alphabetical order of|in lexicographical order of|alphabetically by",
            "in ascending order according to|in ascending order sorted by|in alphabetical order by",
            "in the alphabetical order of|in increasing order by|by increasing|by ascending",
            "in ascending alphabetical order of|ordered alphabetically by|sorted alphabetically by",
        ],
    ),
    (
        Phrase::OrderedOf(true),
        &[
            "in descending order of|in the descending order of|descending order of",
            "in descending order by|in decreasing order of|in the decreasing order of",
            "by descending|by decreasing|in decreasing order by|in descending order by|in reverse order of|in descending alphabetical order of|ordered descending by",
            "in reverse alphabetical order of",
        ],
    ),
    (
        Phrase::Direction(true),
        &[
            "decreasing|descending|desc|in descending order|descending order|in decreasing order",
            "from highest to lowest|highest to lowest|from high to low|high to low|largest first",
            "highest first|newest first|latest first|most recent first|from oldest to youngest",
            "from most to least|in reverse order|in reverse alphabetical order|from newest to oldest",
            "in descending alphabetical order|descending alphabetical order|from largest to smallest|from most expensive to cheapest|biggest first",
            "from big to small|from large to small|big to small|large to small|from biggest to smallest|from greatest to least|from long to short|from new to old|from z to a",
            "most expensive first|longest first|largest to smallest|biggest to smallest|newest to oldest|most first",
            "best first|heaviest first|priciest first|tallest first|youngest first|most popular first",
            "from most to fewest|most to least",
        ],
    ),
    (
        Phrase::Direction(false),
        &[
            "ascending|asc|in ascending order|ascending order|in increasing order|alphabetically",
            "in alphabetical order|in lexicographical order|in lexicographic order",
            "in the alphabetical order|in an alphabetical order|in alphabetic order|by alphabetical order",
            "alphabetical order|alphabetic order|in ascending alphabetic order|increasing|in increasing alphabetical order",
            "from lowest to highest|lowest to highest|from low to high|low to high|lowest first",
            "from small to big|from small to large|small to large|small to big|from smallest to biggest|from smallest to largest|from least to most|from short to long|from old to new|from a to z",
            "smallest first|oldest first|cheapest first|earliest first|from youngest to oldest",
            "chronologically|in chronological order|in ascending alphabetical order",
            "from oldest to newest|from smallest to largest|from least to most|shortest first|smallest to largest",
            "smallest to biggest|oldest to newest|fewest first|least first|lightest first|from fewest to most|eldest first",
        ],
    ),
    (Phrase::Distinct, &["distinct|different|unique|all the different"]),
    (
        Phrase::AboveAverage(true),
        &[
            "more than the average|above average|above the average|higher than the average",
            "higher than average|greater than the average|greater than average|more than average",
            "over the average|larger than the average|longer than the average|older than the average",
            "larger than average|exceeding the average|exceeds the average|better than average",
            "older than average|longer than average|above-average|heavier than the average",
            "heavier than average|taller than the average|taller than average|bigger than average",
            "bigger than the average|more expensive than the average|more expensive than average",
        ],
    ),
    (
        Phrase::AboveAverage(false),
        &[
            "less than the average|below average|below the average|lower than the average",
            "lower than average|less than average|under the average|smaller than the average",
            "shorter than the average|younger than the average|cheaper than the average",
            "cheaper than average|younger than average|shorter than average|below-average",
            "lighter than average|worse than average|smaller than average",
        ],
    ),
    (
        Phrase::Named,
        &["named|called|with name|with the name|titled|whose name is|with the title|entitled"],
    ),
    (
        Phrase::Monthly,
        &[
            "monthly|per month|by month|each month|for each month|in each month|every month",
            "month by month|grouped by month|group by month|per calendar month|over months",
            "across months",
        ],
    ),
    (
        Phrase::Yearly,
        &[
            "yearly|annual|annually|per year|by year|each year|for each year|in each year|every year",
            "year by year|grouped by year|group by year|across years",
        ],
    ),
    (
        Phrase::Daily,
        &[
            "daily|per day|by day|each day|for each day|every day|grouped by day|group by day",
            "day by day",
        ],
    ),
    (
        Phrase::Each(Slot::Of(Unit::Week)),
        &[
            "weekly|per week|by week|each week|for each week|in each week|every week|week by week",
            "grouped by week|group by week|per calendar week|across weeks",
        ],
    ),
    (
        Phrase::Each(Slot::Of(Unit::Quarter)),
        &[
            "quarterly|per quarter|by quarter|each quarter|for each quarter|in each quarter|every quarter",
            "quarter by quarter|grouped by quarter|group by quarter|across quarters",
        ],
    ),
    (
        Phrase::Each(Slot::HourOfDay),
        &[
            "per hour|each hour|in each hour|every hour|grouped by hour|group by hour|hour by hour",
            "by hour|by hour of day|by hour of the day|per hour of day|per hour of the day|by the hour",
            "for each hour of the day|each hour of the day|for each hour|by time of day|by time of the day",
        ],
    ),
    (
        Phrase::Each(Slot::DayOfWeek),
        &[
            "per weekday|by weekday|per day of the week|by day of the week|by day of week|per day of week",
            "for each day of the week|each day of the week|for each weekday|each weekday|by the day of the week",
        ],
    ),
    (Phrase::Filler, &["where|in total|in all|at all|times"]),
    (Phrase::Exhausted, &["out of stock|sold out"]),
    (Phrase::Stocked, &["in stock|still in stock|currently in stock"]),
];

struct Reader {
    /// By first word, the phrases that begin with it as their words, longest first.
    by_first: HashMap<&'static str, Vec<(Vec<&'static str>, Phrase)>>,
    parts: HashSet<&'static str>,
}

static READER: LazyLock<Reader> = LazyLock::new(|| {
    let mut by_first: HashMap<&'static str, Vec<(Vec<&'static str>, Phrase)>> = HashMap::new();
    let mut parts = HashSet::new();
    for (phrase, lines) in PHRASES {
        for text in lines.iter().flat_map(|line| line.split('|')) {
            let words: Vec<&'static str> = text.split(' ').collect();
            parts.extend(words.iter().copied());
            by_first.entry(words[0]).or_default().push((words, *phrase));
        }
    }
    for list in by_first.values_mut() {
        list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    Reader { by_first, parts }
});

/// The longest phrase that begins at a token, and the number of tokens it takes.
pub(crate) fn read(tokens: &[Token], at: usize) -> Option<(Phrase, usize)> {
    let list = READER.by_first.get(tokens.get(at)?.lower.as_str())?;
    let fits = |words: &[&str]| {
        tokens.len() >= at + words.len()
            && words
                .iter()
                .zip(&tokens[at..])
                .all(|(word, token)| token.lower == *word && token.shape != Shape::Quoted)
    };
    let (words, phrase) = list.iter().find(|(words, _)| fits(words))?;
    // "the most recent order": the article belongs to no shorter phrase than the one after it.
    let longer = words[0] == "the" && read(tokens, at + 1).is_some_and(|(_, taken)| taken >= words.len());
    (!longer).then_some((*phrase, words.len()))
}

/// Whether a word is part of some phrase.
pub(crate) fn is_part(lower: &str) -> bool {
    READER.parts.contains(lower)
}
