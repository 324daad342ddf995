//! What is measured of a reading, to choose between readings and to tell how likely one is right.

pub(super) mod echoes;
mod filters;
mod links;
mod mismatches;
mod output;
mod shape;

use super::choose::Chosen;
use super::lexicon::TableId;

/// From this margin on there is no other reading to speak of.
const CLEAR: f64 = 1.0;
/// Under this margin another reading is about as good.
const CLOSE: f64 = 0.3;

/// Defines the measures and their names.
macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One measure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Signal {
            $($(#[$doc])* $name,)*
        }

        /// The names of the measures, in their order.
        const NAMES: &[&str] = &[$(stringify!($name),)*];
    };
}

signals! {
    // What is left of the question.
    Content,
    TokensUsed,
    LongestGap,
    LeftAfter,
    LeftCapitals,
    Leftovers,
    LeftPhrases,
    LeftTables,
    LeftColumns,
    LeftNumbers,
    AloneWhole,
    Glue,
    Ors,
    // How names were linked.
    LinkMin,
    LinkPoor,
    LinkAmbIn,
    LinkAmbOut,
    LinkAmbTables,
    LinkTableOrColumn,
    LinkUnread,
    // Which tables are read.
    TableHead,
    TableHomeScore,
    TableNamedOut,
    TableJoins,
    TableUnnamed,
    TableBridges,
    TableGuessed,
    TableNested,
    // What is shown.
    ShownStar,
    ShownOne,
    ShownUnsaid,
    ShownUnsaidKey,
    ShownKeys,
    ShownForeign,
    ShownFiltered,
    ShownLabels,
    ShownText,
    ShownNumber,
    ShownMissed,
    // Which rows.
    WhereNone,
    WhereSeveral,
    WhereBetween,
    WhereNull,
    WhereExists,
    WhereAbsent,
    WhereKey,
    WhereLabel,
    WhereLower,
    WhereDespite,
    WhereComplete,
    WhereNumberOfText,
    WhereWordsUsed,
    // The shape of the plan beside that of the question.
    Simple,
    Groups,
    EachUngrouped,
    OrderForeign,
    OrderRelated,
    SuperlativeUnordered,
    Superlatives,
    SuperlativesOver,
    Comparisons,
    Not,
    Assumptions,
    Assumes,
    // What fits badly together.
    RepeatsUnfiltered,
    CategoryDistinct,
    NamesAlone,
    ForeignKeyShown,
    DistinctOrder,
    ExtremeGroup,
    FigureGroupUnasked,
    FigureFilterGroup,
    GroupHavingFigure,
    LimitUnordered,
    WantedOver,
    ExistsUnique,
    StarFiltered,
    StarJoined,
    StarNames,
    StarDetails,
    SeveralAnd,
    SumUnsaid,
    NumberUncounted,
    JoinedFilters,
    JoinedGroup,
    JoinedShown,
    PrepositionsOver,
    Openers,
    // What the question and the names of the plan say of each other.
    ShownSilent,
    FilterSilent,
    EqualSilent,
    HomeSilent,
    JoinedSilent,
    SilentShare,
    KnownSilent,
    KnownOutside,
    FullUnread,
    LongUnread,
    ReadOutside,
    // The other readings.
    Prior,
    Worth,
    Clear,
    Close,
    OtherSelect,
    OtherFilters,
}

/// The measures of one reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Signals([f64; NAMES.len()]);

impl Signals {
    pub(crate) fn none() -> Signals {
        Signals([0.0; NAMES.len()])
    }

    pub(crate) fn get(&self, signal: Signal) -> f64 {
        self.0[signal as usize]
    }

    fn set(&mut self, signal: Signal, value: f64) {
        self.0[signal as usize] = value;
    }

    fn mark(&mut self, signal: Signal, on: bool) {
        self.set(signal, f64::from(u8::from(on)));
    }

    /// Sets a number of things, as far as more of them mean more.
    fn count(&mut self, signal: Signal, number: usize, most: usize) {
        self.set(signal, number.min(most) as f64);
    }

    /// The measures that are not nought, by name.
    pub(crate) fn named(&self) -> Vec<(&'static str, f64)> {
        let named = NAMES.iter().copied().zip(self.0);
        named.filter(|(_, value)| *value != 0.0).collect()
    }
}

/// What is measured of a reading by itself.
pub(crate) fn of(chosen: &Chosen<'_>) -> Signals {
    let mut all = Signals::none();
    links::measure(chosen, &mut all);
    output::measure(chosen, &mut all);
    filters::measure(chosen, &mut all);
    shape::measure(chosen, &mut all);
    mismatches::measure(chosen, &mut all);
    echoes::measure(chosen, &mut all);
    all.set(Signal::Prior, f64::from(chosen.prior));
    all.set(Signal::Worth, f64::from(chosen.worth));
    all
}

/// What is measured of a reading once it was compared with the next different one.
pub(crate) fn compared(chosen: &Chosen<'_>) -> Signals {
    let mut all = chosen.signals;
    all.mark(Signal::Clear, chosen.margin >= CLEAR);
    all.mark(Signal::Close, chosen.margin < CLOSE);
    if let Some(rival) = &chosen.rival {
        let (plan, other) = (&chosen.reading.plan, &rival.reading.plan);
        all.mark(
            Signal::OtherSelect,
            other.select != plan.select || other.star != plan.star,
        );
        all.mark(Signal::OtherFilters, other.filters != plan.filters);
    }
    all
}

/// The tables of the outer query: the home table and those that are joined.
fn tables_of(chosen: &Chosen<'_>) -> Vec<TableId> {
    let joined = chosen.joins.iter().map(|step| step.added);
    std::iter::once(chosen.reading.home).chain(joined).collect()
}
