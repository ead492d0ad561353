//! Whether a report can still be had.

use sigeyi_domain::{Plan, RegionCounts};
use sigeyi_envelope::Position;
use sigeyi_projections::from_domain;
use sigeyi_store::hash_algorithm;

use super::{
    Report,
    freeze::{codes_hash, divisions_hash, plan_hash, rows},
};
use crate::{
    questions::{KnownAt, QuestionError},
    reading::Reading,
};

/// Positions of erasures that are listed at most.
const ERASURES_LISTED_MAX: usize = 1_000;

/// A report beside the same figures counted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportCheck {
    /// Whether every figure of every row is the one that was frozen.
    pub reproduces: bool,
    /// Whether the plan of this id is the one that was counted by.
    pub plan_is_same: bool,
    /// Whether the divisions are.
    pub divisions_are_same: bool,
    /// Whether the code lists are.
    pub codes_are_same: bool,
    /// What is counted now of what was known then; none where there is no plan of this id any more.
    pub rows: Option<Vec<RegionCounts>>,
    /// Who was erased since.
    pub erased: ErasuresSince,
}

/// Erasures after a report of people who were enrolled by then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErasuresSince {
    /// How many of these people were registered in the region last: where they were at the time is gone with their data.
    pub in_region: u32,
    /// Where all of them are recorded, wherever the people were, at most 1,000: it is through these that figures of then are others now.
    pub positions: Vec<Position>,
    /// How many there are.
    pub count: u32,
}

impl Reading {
    /// Counts the figures of a report anew, by what was known when it was frozen.
    pub fn check_report(&self, report: &Report) -> Result<ReportCheck, QuestionError> {
        let body = &report.body;
        let known_at = from_domain(body.known_at);
        let plan = Plan::find(body.plan.as_str());
        let answer = plan
            .map(|plan| self.progress(plan, Some(body.as_of), Some(KnownAt::Position(known_at))))
            .transpose()?;
        let rows = answer.as_ref().map(|answer| rows(answer, body.region));
        let reproduces = rows.as_ref().is_some_and(|rows| {
            let is_frozen = |row: &RegionCounts| {
                let frozen = body.rows.iter().find(|frozen| frozen.region == row.region);
                frozen.is_some_and(|frozen| is_same(body, frozen, row))
            };
            rows.len() == body.rows.len() && rows.iter().all(is_frozen)
        });
        let algorithm = hash_algorithm(self.shared.suite);
        let in_region = answer.as_ref().map_or(0, |answer| answer.erased_since.of(body.region));
        Ok(ReportCheck {
            reproduces,
            plan_is_same: plan.is_some_and(|plan| plan_hash(algorithm, plan) == body.plan_hash),
            divisions_are_same: divisions_hash(algorithm) == body.divisions_hash,
            codes_are_same: codes_hash(algorithm) == body.codes_hash,
            rows,
            erased: self.erasures_since(known_at, in_region),
        })
    }

    fn erasures_since(&self, known_at: Position, in_region: u32) -> ErasuresSince {
        let (folded, at) = self.look();
        let erasures = folded.model.people().erased().filter_map(|row| row.person.erased());
        let since = erasures
            .filter(|erased| from_domain(erased.enrolled) <= known_at)
            .map(|erased| from_domain(erased.erased))
            .filter(|erased| known_at < *erased && *erased <= at.position);
        let mut positions: Vec<Position> = since.collect();
        positions.sort_unstable();
        // There are as many people at most as row numbers.
        let count = positions.len() as u32;
        positions.truncate(ERASURES_LISTED_MAX);
        ErasuresSince { in_region, positions, count }
    }
}

/// Figures that this version does not count, or that were not counted then, are not compared: the lists of both are given.
fn is_same(body: &sigeyi_domain::ReportFrozen, frozen: &RegionCounts, now: &RegionCounts) -> bool {
    let figures = sigeyi_domain::Figure::ALL;
    body.figures.iter().all(|figure| frozen.get(&body.figures, *figure) == now.get(&figures, *figure))
}
