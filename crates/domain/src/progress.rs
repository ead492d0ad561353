//! The figures of a plan: how many people each of them counts.

use serde::{Deserialize, Serialize};

use crate::{Standing, Step};

/// The figures, in the order in which they are reported. Stored by their column names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Figure {
    /// Enrolled by the day, those who left included.
    Registered,
    /// Of working age, not employed, and not left, on the day.
    InScope,
    /// In scope, and the first step done.
    InfoVerified,
    /// In scope, and the second step done.
    AbilityAssessed,
    /// In scope, and the third step done.
    DemandRegistered,
    /// In scope, and the fourth step done.
    ServiceDelivered,
    /// In scope, and all four done: the regional plan's text.
    Complete,
    /// In scope, with an employment need.
    WithNeed,
    /// In scope, and all four done where there is a need, the first alone where there is none: the national text.
    CompleteNational,
    /// In scope on at least one day of the plan so far.
    EverInScope,
    /// Of these, all four done by the day, whether still in scope or not.
    EverComplete,
    /// In scope, and a step was done on an earlier day than one that comes before it, or without it.
    OutOfOrder,
}

impl Figure {
    /// Every figure.
    pub const ALL: [Figure; 12] = [
        Figure::Registered,
        Figure::InScope,
        Figure::InfoVerified,
        Figure::AbilityAssessed,
        Figure::DemandRegistered,
        Figure::ServiceDelivered,
        Figure::Complete,
        Figure::WithNeed,
        Figure::CompleteNational,
        Figure::EverInScope,
        Figure::EverComplete,
        Figure::OutOfOrder,
    ];

    /// Column name.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Registered => "registered",
            Figure::InScope => "in_scope",
            Figure::InfoVerified => "info_verified",
            Figure::AbilityAssessed => "ability_assessed",
            Figure::DemandRegistered => "demand_registered",
            Figure::ServiceDelivered => "service_delivered",
            Figure::Complete => "complete",
            Figure::WithNeed => "with_need",
            Figure::CompleteNational => "complete_national",
            Figure::EverInScope => "ever_in_scope",
            Figure::EverComplete => "ever_complete",
            Figure::OutOfOrder => "out_of_order",
        }
    }

    /// Column head for office workers.
    pub fn label(self) -> &'static str {
        match self {
            Figure::Registered => "登记",
            Figure::InScope => "在范围",
            Figure::InfoVerified => "已核对",
            Figure::AbilityAssessed => "已评估",
            Figure::DemandRegistered => "已登记需求",
            Figure::ServiceDelivered => "已服务",
            Figure::Complete => "四项完成",
            Figure::WithNeed => "有需求",
            Figure::CompleteNational => "国家口径完成",
            Figure::EverInScope => "曾在范围",
            Figure::EverComplete => "曾完成",
            Figure::OutOfOrder => "顺序不同",
        }
    }

    /// The figure that counts a step.
    pub fn of_step(step: Step) -> Figure {
        match step {
            Step::InfoVerified => Figure::InfoVerified,
            Step::AbilityAssessed => Figure::AbilityAssessed,
            Step::DemandRegistered => Figure::DemandRegistered,
            Step::ServiceDelivered => Figure::ServiceDelivered,
        }
    }
}

/// How many people each figure counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    counts: [u32; Figure::ALL.len()],
}

impl Progress {
    /// How many people the figure counts.
    pub fn get(&self, figure: Figure) -> u32 {
        self.counts[figure as usize]
    }

    /// Counts a person.
    pub fn add(&mut self, standing: &Standing) {
        for figure in standing.figures() {
            self.counts[figure as usize] += 1;
        }
    }

    /// Takes a person away again who was counted before.
    pub fn remove(&mut self, standing: &Standing) {
        for figure in standing.figures() {
            self.counts[figure as usize] -= 1;
        }
    }

    /// Of counts in the order of [`Figure::ALL`], wherever they come from.
    pub fn of(counts: [u32; Figure::ALL.len()]) -> Progress {
        Progress { counts }
    }

    /// Adds another region's figures.
    pub fn merge(&mut self, other: &Progress) {
        for (count, other) in self.counts.iter_mut().zip(other.counts) {
            *count += other;
        }
    }
}
