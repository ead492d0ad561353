//! Scores of an assessment.

use serde::{Deserialize, Serialize};

use crate::AssessmentDimension;

/// A score of an assessment dimension, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// What was assessed.
    pub dimension: AssessmentDimension,
    /// 0 to 100.
    pub score: Percent,
}

/// 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl TryFrom<u8> for Percent {
    type Error = &'static str;
    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if value <= 100 { Ok(Percent(value)) } else { Err("a score is 0 to 100") }
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> u8 {
        percent.0
    }
}
