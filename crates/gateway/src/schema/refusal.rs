//! Refusals: answers, not errors.

use sigeyi_domain::Rejection;
use sigeyi_engine::CommandError;

/// A command that was refused. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: Option<&'static str>,
}

impl Refusal {
    /// Something that a command cannot do without.
    pub(crate) fn missing(field: &'static str, message: &str) -> Refusal {
        Refusal { code: "MISSING_FIELD", message: message.to_owned(), field: Some(field) }
    }

    /// A refusal of the engine's; none for a fault, of which the sender may not even know what became of the command.
    pub(crate) fn of(error: &CommandError) -> Option<Refusal> {
        let field = match error {
            CommandError::Rejected(rejection) => rejection.field(),
            CommandError::RoleRejected(rejection) => rejection.field(),
            // Somebody who may not be seen is nobody.
            CommandError::OutsideRegion => return Some(Rejection::UnknownPerson.into()),
            CommandError::CommandConflict => Some("commandId"),
            CommandError::VersionConflict { .. } => Some("expectedVersion"),
            CommandError::TooLong => None,
            CommandError::Overloaded { .. }
            | CommandError::Starting { .. }
            | CommandError::DiskFull
            | CommandError::OutcomeUnknown
            | CommandError::ClockSuspect
            | CommandError::Stopped(_) => return None,
        };
        Some(Refusal { code: error.code(), message: error.to_string(), field })
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Refusal {
        Refusal { code: rejection.code(), message: rejection.to_string(), field: rejection.field() }
    }
}
