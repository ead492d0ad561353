//! The rules of the "四个一" (four ones) services: what can happen to a person, what may be recorded, and what counts.
//!
//! Pure: no IO, no clock, no randomness, no storage. Read [`Event`] for what is recorded, [`decide()`] for what is accepted,
//! [`Person::evolve`] for what an event changes, and [`Person::standing`] for what counts on a day.
//! Who may see and do what is in [`access`], and what small figures are withheld from analysts in [`suppression`].

pub mod access;
pub mod suppression;

mod certificate;
mod codes;
mod command;
mod counsellor;
mod day;
mod decide;
mod difference;
mod divisions;
mod employment;
mod event;
mod fact;
mod identifier;
mod intake;
mod lateness;
mod person;
mod plan;
mod position;
mod progress;
mod rejection;
mod report;
mod scope;
mod standing;
mod text;
mod use_of_data;

#[cfg(test)]
mod tests;

pub use certificate::{CertificateError, CertificateNumber, CitizenNumber, Sex};
pub use codes::{
    AssessmentConclusion, AssessmentDimension, CorrectedField, DisabilityCategory, DisabilityGrade,
    EmployerKind, EmploymentForm, EmploymentNeed, ErasureGround, Item, LeaveReason, NonEmploymentReason,
    Origin, RestrictionCause, ServiceType, Step, TrainingKind, VerificationMethod, VerificationOutcome,
    code_lists_text,
};
pub use command::{Command, Correction, RecordRef, Verification};
pub use counsellor::CounsellorRequest;
pub use day::{Day, DayError};
pub use decide::{Context, Decided, decide};
pub use difference::Deciding;
pub use divisions::{County, Division, Divisions, Level, Region, divisions};
pub use employment::{Demand, EmploymentStatus, NeedSet};
pub use event::{
    Event, EventBodyError, EventType, Folds, HeadsCommitted, HeadsCommittedSealed, Percent, ReportFrozen,
    ReportFrozenSealed, Score,
};
pub use fact::{Fact, FactKind};
pub use identifier::{Identifier, IdentifierError};
pub use intake::{RecordEntry, RecordRow, RosterEntry, RosterRow, RowCode, RowFault};
pub use lateness::Lateness;
pub use person::Person;
pub use plan::{Order, Plan, PlanError, plans};
pub use position::Position;
pub use progress::{Figure, Progress};
pub use rejection::Rejection;
pub use report::{ContentHash, RegionCounts, ReportTitle, ReportTitleError};
pub use standing::{Pipeline, Standing, StepProgress, View};
pub use text::{Address, OfficeName, PersonName, Phone, Remarks, Text, TextError};
pub use use_of_data::{Cause, DataStatus, Erased, Restriction};
