//! Binds what joins two sides by name: USING and NATURAL.

use sqlparser::ast::{Join, JoinConstraint, JoinOperator};

use super::scope::{Hit, Source};
use super::{Binder, CheckError};
use crate::names::nearest;

impl<'s> Binder<'s> {
    /// Joins columns that both sides must have.
    pub(super) fn using(
        &mut self,
        names: &[&str],
        first: usize,
        right: usize,
        sources: &mut [Source<'s>],
    ) -> Result<(), CheckError> {
        for name in names {
            for side in [first..right, right..sources.len()] {
                let mut found = false;
                for source in &sources[side.clone()] {
                    match source.column(name) {
                        Hit::Column(origin) => {
                            found = true;
                            origin.iter().for_each(|column| self.note_column(column));
                        }
                        Hit::Perhaps(_) => found = true,
                        Hit::None => {}
                    }
                }
                if !found {
                    let names = sources[side.clone()].iter().flat_map(Source::column_names);
                    let table = sources.get(side.start).map(|source| source.qualifier.clone());
                    return Err(CheckError::UnknownColumn {
                        name: (*name).to_owned(),
                        table,
                        nearest: nearest(name, names, 3),
                    });
                }
            }
            for source in &mut sources[right..] {
                source.joined.push((*name).to_owned());
            }
        }
        Ok(())
    }
}

/// NATURAL joins every column that both sides have.
pub(super) fn natural(first: usize, right: usize, sources: &mut [Source<'_>]) {
    let (left, right) = sources.split_at_mut(right);
    for source in right {
        let shared: Vec<String> = source
            .column_names()
            .into_iter()
            .filter(|name| {
                left[first..]
                    .iter()
                    .any(|other| matches!(other.column(name), Hit::Column(_)))
            })
            .map(str::to_owned)
            .collect();
        source.joined.extend(shared);
    }
}

/// The condition of a join; `None` for kinds that have none.
pub(super) fn constraint(join: &Join) -> Option<&JoinConstraint> {
    match &join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::AsOf { constraint, .. }
        | JoinOperator::StraightJoin(constraint) => Some(constraint),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => None,
    }
}
