//! Reads a query into its parts.

use std::rc::Rc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, LimitClause, ObjectName, OrderBy, OrderByKind, OrderBySort, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier, TableAlias,
    Value,
};

use super::names::{Named, Output, Scope, Source, SourceKind};
use super::parts::{Parts, anti_join_as_absence, groups_as_distinct};
use crate::Schema;

/// Most columns of a query that are told apart when `*` stands for them: stars over stars double them.
const MAX_OUTPUTS: usize = 2_000;

/// Reads queries, and counts the names of columns on the way.
pub(super) struct Reader<'s> {
    pub(super) schema: Option<&'s Schema>,
    /// Instances of the same table are numbered from the last.
    pub(super) reversed: bool,
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
    pub(super) fn with_outputs(
        &mut self,
        query: &Query,
        outer: &Scope<'_, 's>,
    ) -> (Parts, Option<Vec<Output>>) {
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

/// Columns under the names of an alias like `t(a, b)`.
pub(super) fn renamed(outputs: Option<Vec<Output>>, alias: &TableAlias) -> Option<Vec<Output>> {
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
