//! A plan is data: its window, ages, steps and targets, read from a TOML file of `schema/plans`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Day, Sex, Step};

const SHIPPED: [&str; 2] = [
    include_str!("../../../schema/plans/nmg-2022-2024.toml"),
    include_str!("../../../schema/plans/nmg-2025-2027.toml"),
];

/// Whether a step may be recorded before an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Any order is recorded; an unusual one is flagged.
    Advisory,
    /// A step is refused before the earlier ones.
    Enforced,
}

/// Ages from which and until which somebody is of working age, in completed years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingAge {
    /// From this birthday.
    pub from: u8,
    /// Until the day before this birthday, for men.
    pub men_until: u8,
    /// Until the day before this birthday, for women.
    pub women_until: u8,
}

/// Head-count targets over the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// 新增就业, persons.
    pub new_employment: Option<u32>,
    /// 培训, person-times (人次).
    pub trainings: Option<u32>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Id: lower-case letters, digits, hyphens.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// The document it comes from.
    pub source: String,
    /// What is assumed because no document was found.
    pub assumptions: Vec<String>,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Rule for the order of steps.
    pub order: Order,
    /// The steps, in their usual order.
    pub steps: Vec<Step>,
    /// Month and day of the yearly report, `MM-DD`.
    pub reporting_day: String,
    /// How long data are kept after the plan, in years, where a document says so.
    pub retention_years: Option<u8>,
    /// Working age.
    pub working_age: WorkingAge,
    /// Targets.
    pub targets: Targets,
    /// The file as it was read: what a report's content hash covers.
    #[serde(skip)]
    pub text: String,
}

/// A file that is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not TOML, or a field is missing, unknown or of the wrong type.
    #[error("the plan cannot be read: {0}")]
    Unreadable(String),
    /// The parts contradict each other.
    #[error("the plan is inconsistent: {0}")]
    Inconsistent(&'static str),
}

/// The plans that ship with this version, oldest first.
pub fn plans() -> &'static [Plan] {
    static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
        // A test reads each of them, so none is left out here.
        SHIPPED.iter().filter_map(|text| Plan::parse(text).ok()).collect()
    });
    &PLANS
}

impl Plan {
    /// Reads a plan file.
    pub fn parse(text: &str) -> Result<Plan, PlanError> {
        let mut plan: Plan =
            toml::from_str(text).map_err(|error| PlanError::Unreadable(error.message().to_owned()))?;
        let id_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let inconsistent = |what| Err(PlanError::Inconsistent(what));
        if plan.id.is_empty() || plan.id.len() > 64 || !plan.id.bytes().all(id_byte) {
            inconsistent("the id is 1 to 64 lower-case letters, digits and hyphens")
        } else if plan.from > plan.to {
            inconsistent("it ends before it begins")
        } else if plan.working_age.from >= plan.working_age.men_until.min(plan.working_age.women_until) {
            inconsistent("working age ends before it begins")
        } else if plan.steps != Step::ALL {
            inconsistent("the steps are the four of the clause, in its order")
        } else if Day::parse(&format!("2000-{}", plan.reporting_day)).is_err() {
            inconsistent("the reporting day is MM-DD")
        } else {
            plan.text = text.to_owned();
            Ok(plan)
        }
    }

    /// The plan with this id.
    pub fn find(id: &str) -> Option<&'static Plan> {
        plans().iter().find(|plan| plan.id == id)
    }

    /// The plan whose window holds the day; before the first the first, after the last the last.
    pub fn on(day: Day) -> &'static Plan {
        let plans = plans();
        plans.iter().rev().find(|plan| plan.from <= day).unwrap_or(&plans[0])
    }

    /// Whether the day lies in the window.
    pub fn covers(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The last day on which data of the plan are kept; none where no document says how long.
    pub fn kept_through(&self) -> Option<Day> {
        let (year, month, day) = self.to.ymd();
        let year = year.saturating_add(i16::from(self.retention_years?));
        // Only 29 February does not exist in every year.
        Some(Day::new(year, month, day).or_else(|_| Day::new(year, 3, 1)).unwrap_or(Day::MAX))
    }

    /// The birthday at which somebody of this sex leaves working age.
    pub fn age_until(&self, sex: Sex) -> u8 {
        match sex {
            Sex::Male => self.working_age.men_until,
            Sex::Female => self.working_age.women_until,
        }
    }
}
