//! Employment status and employment demand.

use serde::{Deserialize, Serialize};

use crate::{EmploymentForm, EmploymentNeed, NonEmploymentReason};

/// 就业状况 with its form or reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmploymentStatus {
    /// 已就业.
    Employed(EmploymentForm),
    /// 未就业.
    NotEmployed(NonEmploymentReason),
}

impl EmploymentStatus {
    /// The clear part: employed or not, and the form.
    pub(crate) fn clear(self) -> (bool, Option<EmploymentForm>) {
        match self {
            EmploymentStatus::Employed(form) => (true, Some(form)),
            EmploymentStatus::NotEmployed(_) => (false, None),
        }
    }

    /// The sealed part: the reason.
    pub(crate) fn reason(self) -> Option<NonEmploymentReason> {
        match self {
            EmploymentStatus::Employed(_) => None,
            EmploymentStatus::NotEmployed(reason) => Some(reason),
        }
    }
}

/// 就业需求登记: which needs, or none and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// 有需求.
    Needs(NeedSet),
    /// 无需求. Whatever the reason, it is no need.
    NoNeed(NonEmploymentReason),
}

/// One or more needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<EmploymentNeed>", into = "Vec<EmploymentNeed>")]
pub struct NeedSet(u8);

impl NeedSet {
    /// The set of these needs; none for no needs.
    pub fn new(needs: impl IntoIterator<Item = EmploymentNeed>) -> Option<NeedSet> {
        let bits = needs.into_iter().fold(0, |bits, need| bits | 1 << need as u8);
        (bits != 0).then_some(NeedSet(bits))
    }

    /// The needs, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = EmploymentNeed> {
        EmploymentNeed::ALL.iter().copied().filter(move |need| self.0 & (1 << *need as u8) != 0)
    }
}

impl TryFrom<Vec<EmploymentNeed>> for NeedSet {
    type Error = &'static str;
    fn try_from(needs: Vec<EmploymentNeed>) -> Result<Self, Self::Error> {
        NeedSet::new(needs).ok_or("a demand names at least one need")
    }
}

impl From<NeedSet> for Vec<EmploymentNeed> {
    fn from(needs: NeedSet) -> Self {
        needs.iter().collect()
    }
}
