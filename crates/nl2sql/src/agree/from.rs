//! Where the rows of a query come from, and how they are joined.

use std::rc::Rc;

use sqlparser::ast::{JoinConstraint, JoinOperator, TableFactor, TableWithJoins};

use super::condition::equal;
use super::form::{Reader, last_part, lower, renamed};
use super::names::{self, Scope, Source, SourceKind};
use super::parts::Parts;

/// A condition of a join, to be read when all sources are known.
pub(super) struct Joined<'q> {
    /// Before the condition in its form; empty for an inner join, whose conditions are those of the query.
    mark: &'static str,
    constraint: &'q JoinConstraint,
    /// Place of the source that is joined.
    source: usize,
}

impl<'s> Reader<'s> {
    /// A source and what is joined to it. The conditions are read when all sources are known.
    pub(super) fn joins<'q>(
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
    pub(super) fn number_twins(&mut self, scope: &mut Scope<'_, 's>) {
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

    pub(super) fn join_condition(
        &mut self,
        join: &Joined<'_>,
        scope: &Scope<'_, 's>,
        filters: &mut Vec<String>,
    ) {
        let mut found = Vec::new();
        match join.constraint {
            JoinConstraint::On(condition) => self.conjuncts(condition, scope, &mut found),
            JoinConstraint::Using(columns) | JoinConstraint::UsingAlias(columns, _) => {
                let own = scope.sources[join.source].qualifier.as_str();
                for column in columns {
                    let name = last_part(column);
                    let left = scope.plain(&name).text;
                    let right = scope.qualified(own, &name).text;
                    found.push(equal(left, right));
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
