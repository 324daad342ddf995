//! Reads a query into its parts.

use std::rc::Rc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, LimitClause, ObjectName, OrderBy,
    OrderByKind, OrderBySort, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    SetOperator, SetQuantifier, TableAlias, TableFactor, TableWithJoins, Value,
};

use super::names::{self, Fnv, Named, Output, Scope, Source, SourceKind};
use crate::Schema;

/// Most columns of a query that are told apart when `*` stands for them: stars over stars double them.
const MAX_OUTPUTS: usize = 2_000;

/// The parts of a query in their normal form; all but the order are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub tables: Vec<String>,
    pub select: Vec<String>,
    pub filters: Vec<String>,
    pub groups: Vec<String>,
    pub order: Vec<String>,
    pub limits: Vec<String>,
}

impl Parts {
    fn sorted(mut self) -> Parts {
        self.filters.sort_unstable();
        // The same condition twice is the same condition.
        self.filters.dedup();
        for list in [
            &mut self.tables,
            &mut self.select,
            &mut self.groups,
            &mut self.limits,
        ] {
            list.sort_unstable();
        }
        self
    }

    /// That there is a row; what is in it plays no part.
    pub(super) fn existence(mut self) -> String {
        self.select.clear();
        self.order.clear();
        format!("exists {}", self.mark())
    }

    /// That a row of one column is equal to `subject`; `None` for rows that are more than tables and conditions.
    pub(super) fn membership(mut self, subject: &str) -> Option<String> {
        let is_plain = self.groups.is_empty() && self.limits.is_empty();
        self.select.retain(|text| text != "distinct");
        match &self.select[..] {
            [column] if is_plain && !self.tables.is_empty() && !column.contains('(') => {
                self.filters
                    .push(super::condition::equal(subject.to_owned(), column.clone()));
                Some(self.sorted().existence())
            }
            _ => None,
        }
    }

    /// A short mark that stands for a query inside another one.
    pub(super) fn mark(&self) -> String {
        let lists = [
            &self.tables,
            &self.select,
            &self.filters,
            &self.groups,
            &self.order,
            &self.limits,
        ];
        format!("q:{:016x}", Fnv::of(&lists))
    }
}

/// A condition of a join, to be read when all sources are known.
struct Joined<'q> {
    /// Before the condition in its form; empty for an inner join, whose conditions are those of the query.
    mark: &'static str,
    constraint: &'q JoinConstraint,
    /// Place of the source that is joined.
    source: usize,
}

/// Reads queries, and counts the names of columns on the way.
pub(super) struct Reader<'s> {
    pub(super) schema: Option<&'s Schema>,
    /// Instances of the same table are numbered from the last.
    reversed: bool,
    /// Whether a table is joined to itself.
    pub(super) has_twins: bool,
    pub(super) names: u32,
    pub(super) bound: u32,
}

impl<'s> Reader<'s> {
    pub(super) fn new(schema: Option<&'s Schema>, reversed: bool) -> Reader<'s> {
        Reader {
            schema,
            reversed,
            has_twins: false,
            names: 0,
            bound: 0,
        }
    }

    /// The parts of a query.
    pub(super) fn query(&mut self, query: &Query, outer: &Scope<'_, 's>) -> Parts {
        self.with_outputs(query, outer).0
    }

    /// The same, and the columns that it gives, where they are known.
    fn with_outputs(&mut self, query: &Query, outer: &Scope<'_, 's>) -> (Parts, Option<Vec<Output>>) {
        // The frames of one level; the parser bounds the number of levels.
        stacker::maybe_grow(256 * 1024, 1024 * 1024, || {
            let mut scope = Scope::inside(outer);
            for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
                let (parts, outputs) = self.with_outputs(&cte.query, &scope);
                let outputs = renamed(outputs, &cte.alias);
                scope.named.push(Named {
                    name: lower(&cte.alias.name),
                    label: parts.mark(),
                    outputs: outputs.map(Rc::new),
                });
            }
            let (mut parts, outputs) = self.body(&query.body, query.order_by.as_ref(), &scope);
            match &query.limit_clause {
                Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                    let offset = offset.as_ref().map(|offset| &offset.value);
                    self.limits(&mut parts, limit.as_ref(), offset, &scope);
                }
                Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                    self.limits(&mut parts, Some(limit), Some(offset), &scope);
                }
                None => {}
            }
            if let Some(fetch) = &query.fetch {
                self.limits(&mut parts, fetch.quantity.as_ref(), None, &scope);
            }
            (parts.sorted(), outputs)
        })
    }

    fn limits(
        &mut self,
        parts: &mut Parts,
        limit: Option<&Expr>,
        offset: Option<&Expr>,
        scope: &Scope<'_, 's>,
    ) {
        if let Some(limit) = limit {
            parts.limits.push(format!("limit {}", self.expr(limit, scope)));
        }
        if let Some(offset) = offset {
            let text = self.expr(offset, scope);
            if text != "0" {
                parts.limits.push(format!("offset {text}"));
            }
        }
    }

    fn body(
        &mut self,
        body: &SetExpr,
        order: Option<&OrderBy>,
        scope: &Scope<'_, 's>,
    ) -> (Parts, Option<Vec<Output>>) {
        match body {
            SetExpr::Select(select) => self.select(select, order, scope),
            SetExpr::Query(query) => {
                let (mut parts, outputs) = self.with_outputs(query, scope);
                self.order_outside(&mut parts, order, outputs.as_deref(), scope);
                (parts, outputs)
            }
            SetExpr::SetOperation {
                left,
                op,
                set_quantifier,
                right,
            } => {
                let (left, outputs) = self.body(left, None, scope);
                let (right, _) = self.body(right, None, scope);
                let mut sides = [left.sorted(), right.sorted()];
                // A difference alone is another one the other way round.
                if matches!(op, SetOperator::Union | SetOperator::Intersect) {
                    sides.sort_by_key(Parts::mark);
                }
                let all = match set_quantifier {
                    SetQuantifier::All | SetQuantifier::AllByName => " all",
                    _ => "",
                };
                let word = op.to_string().to_lowercase();
                let mut parts = Parts {
                    select: vec![format!("{} {word}{all} {}", sides[0].mark(), sides[1].mark())],
                    ..Parts::default()
                };
                for side in sides {
                    parts.tables.extend(side.tables);
                    parts.filters.extend(side.filters);
                }
                self.order_outside(&mut parts, order, outputs.as_deref(), scope);
                (parts, outputs)
            }
            other => {
                let parts = Parts {
                    select: vec![other.to_string()],
                    ..Parts::default()
                };
                (parts, None)
            }
        }
    }

    /// The order of something whose columns are known by their names alone.
    fn order_outside(
        &mut self,
        parts: &mut Parts,
        order: Option<&OrderBy>,
        outputs: Option<&[Output]>,
        scope: &Scope<'_, 's>,
    ) {
        if order.is_none() {
            return;
        }
        let mut scope = Scope::inside(scope);
        let outputs = outputs.unwrap_or_default();
        scope.aliases_first = true;
        scope.aliases = outputs
            .iter()
            .filter_map(|output| Some((output.name.clone()?, output.text.clone())))
            .collect();
        let texts: Vec<String> = outputs.iter().map(|output| output.text.clone()).collect();
        parts.order = self.order(order, &texts, &scope);
    }

    fn select(
        &mut self,
        select: &Select,
        order: Option<&OrderBy>,
        outer: &Scope<'_, 's>,
    ) -> (Parts, Option<Vec<Output>>) {
        let mut scope = Scope::inside(outer);
        let mut joined = Vec::new();
        let mut parts = Parts::default();
        for from in &select.from {
            self.joins(from, "", &mut scope, &mut parts, &mut joined);
        }
        self.number_twins(&mut scope);
        for join in &joined {
            self.join_condition(join, &scope, &mut parts.filters);
        }
        let outputs = self.projection(select, &scope);
        let texts: Vec<String> = outputs.list.iter().map(|output| output.text.clone()).collect();
        if let Some(condition) = &select.selection {
            self.conjuncts(condition, &scope, &mut parts.filters);
        }
        scope.aliases = outputs
            .list
            .iter()
            .filter_map(|output| Some((output.name.clone()?, output.text.clone())))
            .collect();
        if let GroupByExpr::Expressions(list, _) = &select.group_by {
            for expr in list {
                let text = self.placed(expr, &texts, &scope);
                parts.groups.push(text);
            }
        }
        if let Some(condition) = &select.having {
            let mut having = Vec::new();
            self.conjuncts(condition, &scope, &mut having);
            parts
                .filters
                .extend(having.into_iter().map(|text| format!("having {text}")));
        }
        scope.aliases_first = true;
        parts.order = self.order(order, &texts, &scope);
        parts.select = texts;
        match &select.distinct {
            None | Some(Distinct::All) => {}
            Some(Distinct::Distinct) => parts.select.push("distinct".into()),
            Some(Distinct::On(list)) => {
                let on: Vec<String> = list.iter().map(|expr| self.expr(expr, &scope)).collect();
                parts.select.push(format!("distinct on {}", on.join(", ")));
            }
        }
        anti_join_as_absence(&mut parts);
        groups_as_distinct(&mut parts);
        (parts, outputs.is_whole.then_some(outputs.list))
    }

    /// A source and what is joined to it. The conditions are read when all sources are known.
    fn joins<'q>(
        &mut self,
        from: &'q TableWithJoins,
        mark: &'static str,
        scope: &mut Scope<'_, 's>,
        parts: &mut Parts,
        joined: &mut Vec<Joined<'q>>,
    ) {
        self.source(&from.relation, mark, scope, parts, joined);
        for join in &from.joins {
            let (mark, constraint) = kind_of_join(&join.join_operator);
            scope.has_outer_join |= !mark.is_empty();
            self.source(&join.relation, mark, scope, parts, joined);
            joined.extend(constraint.map(|constraint| Joined {
                mark,
                constraint,
                source: scope.sources.len().saturating_sub(1),
            }));
        }
    }

    /// A source of rows, and everything in it that is joined in brackets.
    fn source<'q>(
        &mut self,
        factor: &'q TableFactor,
        mark: &'static str,
        scope: &mut Scope<'_, 's>,
        parts: &mut Parts,
        joined: &mut Vec<Joined<'q>>,
    ) {
        let (label, name, kind, alias) = match factor {
            TableFactor::Table { name, alias, .. } => {
                let name = last_part(name);
                match scope.named(&name) {
                    Some(named) => {
                        let kind = named.outputs.clone().map_or(SourceKind::Open, SourceKind::Query);
                        (named.label.clone(), name, kind, alias)
                    }
                    None => {
                        let table = names::table(self.schema, &name);
                        (
                            name.clone(),
                            name,
                            table.map_or(SourceKind::Open, SourceKind::Table),
                            alias,
                        )
                    }
                }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                // It sees nothing of what stands beside it.
                let nothing = Scope::default();
                let around = scope.outer.unwrap_or(&nothing);
                let (inner, outputs) = self.with_outputs(subquery, around);
                let outputs = match alias {
                    Some(alias) => renamed(outputs, alias),
                    None => outputs,
                };
                let kind = outputs.map_or(SourceKind::Open, |outputs| SourceKind::Query(Rc::new(outputs)));
                (inner.mark(), String::new(), kind, alias)
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.joins(table_with_joins, mark, scope, parts, joined);
                return;
            }
            other => (other.to_string(), String::new(), SourceKind::Open, &None),
        };
        parts.tables.push(format!("{mark}{label}"));
        scope.sources.push(Source {
            qualifier: alias.as_ref().map_or(name, |alias| lower(&alias.name)),
            label,
            kind,
        });
    }

    /// Tells the instances of a table apart that is joined to itself, and those of a query inside from those around it.
    fn number_twins(&mut self, scope: &mut Scope<'_, 's>) {
        for at in 0..scope.sources.len() {
            let label = &scope.sources[at].label;
            let around = scope.outer.map_or(0, |outer| outer.sources_labelled(label));
            let marks = "'".repeat(around);
            scope.sources[at].label.push_str(&marks);
        }
        let labels: Vec<String> = scope.sources.iter().map(|source| source.label.clone()).collect();
        for (at, label) in labels.iter().enumerate() {
            let all = labels.iter().filter(|other| *other == label).count();
            if all < 2 {
                continue;
            }
            self.has_twins = true;
            let before = labels[..at].iter().filter(|other| *other == label).count();
            let number = if self.reversed { all - before } else { before + 1 };
            scope.sources[at].label = format!("{label}#{number}");
        }
    }

    fn join_condition(&mut self, join: &Joined<'_>, scope: &Scope<'_, 's>, filters: &mut Vec<String>) {
        let mut found = Vec::new();
        match join.constraint {
            JoinConstraint::On(condition) => self.conjuncts(condition, scope, &mut found),
            JoinConstraint::Using(columns) | JoinConstraint::UsingAlias(columns, _) => {
                let own = scope.sources[join.source].qualifier.as_str();
                for column in columns {
                    let name = last_part(column);
                    let left = scope.plain(&name).text;
                    let right = scope.qualified(own, &name).text;
                    found.push(super::condition::equal(left, right));
                }
            }
            JoinConstraint::Natural => found.push("natural".into()),
            JoinConstraint::None => {}
        }
        if join.mark.is_empty() {
            filters.append(&mut found);
        } else {
            filters.extend(found.into_iter().map(|text| format!("{}on {text}", join.mark)));
        }
    }

    fn projection(&mut self, select: &Select, scope: &Scope<'_, 's>) -> Projection {
        let mut projection = Projection {
            list: Vec::with_capacity(select.projection.len()),
            is_whole: true,
        };
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = match expr {
                        Expr::Identifier(ident) => Some(lower(ident)),
                        Expr::CompoundIdentifier(parts) => parts.last().map(lower),
                        _ => None,
                    };
                    let text = self.expr(expr, scope);
                    projection.list.push(Output { name, text });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let text = self.expr(expr, scope);
                    projection.list.push(Output {
                        name: Some(lower(alias)),
                        text,
                    });
                }
                SelectItem::Wildcard(_) => {
                    for source in &scope.sources {
                        projection.all_of(source);
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let name = last_part(name);
                    match scope.sources.iter().find(|source| source.qualifier == name) {
                        Some(source) => projection.all_of(source),
                        None => projection.unknown(format!("{name}.*")),
                    }
                }
                other => projection.unknown(other.to_string()),
            }
        }
        projection
    }

    fn order(&mut self, order: Option<&OrderBy>, texts: &[String], scope: &Scope<'_, 's>) -> Vec<String> {
        let Some(OrderBy {
            kind: OrderByKind::Expressions(list),
            ..
        }) = order
        else {
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(list.len());
        for entry in list {
            let text = self.placed(&entry.expr, texts, scope);
            let down = match entry.options.sort {
                Some(OrderBySort::Desc) => " desc",
                _ => "",
            };
            entries.push(format!("{text}{down}"));
        }
        entries
    }

    /// An expression that may be the number of a column of the select list.
    fn placed(&mut self, expr: &Expr, texts: &[String], scope: &Scope<'_, 's>) -> String {
        if let Expr::Value(value) = expr
            && let Value::Number(number, _) = &value.value
            && let Some(place) = number
                .parse::<usize>()
                .ok()
                .and_then(|place| place.checked_sub(1))
            && let Some(text) = texts.get(place)
        {
            return text.clone();
        }
        self.expr(expr, scope)
    }
}

/// The columns that a select list gives.
struct Projection {
    list: Vec<Output>,
    /// Whether each is known.
    is_whole: bool,
}

impl Projection {
    fn unknown(&mut self, text: String) {
        self.is_whole = false;
        self.list.push(Output { name: None, text });
    }

    fn all_of(&mut self, source: &Source<'_>) {
        match &source.kind {
            SourceKind::Table(table) => self.list.extend(table.columns.iter().map(|column| {
                let name = column.name.to_lowercase();
                Output {
                    text: format!("{}.{name}", source.label),
                    name: Some(name),
                }
            })),
            SourceKind::Query(outputs) if self.list.len() + outputs.len() <= MAX_OUTPUTS => {
                self.list.extend(outputs.iter().map(|output| Output {
                    name: output.name.clone(),
                    text: output.seen_through(&source.label),
                }));
            }
            SourceKind::Query(_) => self.unknown(format!("{}.*", source.label)),
            SourceKind::Open => self.unknown(format!("{}.*", source.label)),
        }
    }
}

/// What stands before the form of a join's table and conditions, and the conditions.
fn kind_of_join(operator: &JoinOperator) -> (&'static str, Option<&JoinConstraint>) {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::StraightJoin(constraint) => ("", Some(constraint)),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => ("left ", Some(constraint)),
        JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
            ("right ", Some(constraint))
        }
        JoinOperator::FullOuter(constraint) => ("full ", Some(constraint)),
        _ => ("other ", None),
    }
}

/// `SELECT a … GROUP BY a` is `SELECT DISTINCT a`.
fn groups_as_distinct(parts: &mut Parts) {
    if parts.groups.is_empty() || parts.filters.iter().any(|text| text.starts_with("having ")) {
        return;
    }
    let (mut groups, mut select) = (parts.groups.clone(), parts.select.clone());
    groups.sort_unstable();
    groups.dedup();
    select.sort_unstable();
    if groups == select {
        parts.groups.clear();
        parts.select.push("distinct".into());
    }
}

/// `… LEFT JOIN t ON … WHERE t.key IS NULL`, where nothing else asks for `t`, says that there is no such row.
fn anti_join_as_absence(parts: &mut Parts) {
    const LEFT: &str = "left ";
    const ON: &str = "left on ";
    let mut joined = parts.tables.iter().filter(|table| table.starts_with(LEFT));
    let (Some(table), None) = (joined.next().cloned(), joined.next()) else {
        return;
    };
    let label = table[LEFT.len()..].to_owned();
    let prefix = format!("{label}.");
    let is_absence = |text: &String| {
        let column = text
            .strip_prefix(&prefix)
            .and_then(|rest| rest.strip_suffix(" is null"));
        column.is_some_and(|column| !column.contains(' '))
    };
    let (on, rest): (Vec<String>, Vec<String>) = parts
        .filters
        .iter()
        .cloned()
        .partition(|text| text.starts_with(ON));
    let (absent, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(is_absence);
    let is_used = [&rest, &parts.select, &parts.groups, &parts.order]
        .into_iter()
        .any(|list| list.iter().any(|text| text.contains(&prefix)));
    if absent.len() != 1 || on.is_empty() || is_used {
        return;
    }
    let inner = Parts {
        tables: vec![label],
        filters: on.iter().map(|text| text[ON.len()..].to_owned()).collect(),
        ..Parts::default()
    };
    parts.tables.retain(|known| *known != table);
    parts.filters = rest;
    parts.filters.push(format!("not({})", inner.sorted().existence()));
}

/// Columns under the names of an alias like `t(a, b)`.
fn renamed(outputs: Option<Vec<Output>>, alias: &TableAlias) -> Option<Vec<Output>> {
    let mut outputs = outputs?;
    for (output, column) in outputs.iter_mut().zip(&alias.columns) {
        output.name = Some(lower(&column.name));
    }
    Some(outputs)
}

pub(super) fn lower(ident: &Ident) -> String {
    ident.value.to_lowercase()
}

/// The name without what it is in.
pub(super) fn last_part(name: &ObjectName) -> String {
    name.0
        .last()
        .and_then(|part| part.as_ident())
        .map_or_else(|| name.to_string().to_lowercase(), lower)
}
