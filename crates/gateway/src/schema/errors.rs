//! What a resolver says when it cannot answer: a stable code, what to do, nothing internal.

use async_graphql::{Error, ErrorExtensions};
use sigeyi_engine::{CommandError, QuestionError};

/// An error with its code.
pub(crate) fn fault(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// A question without an answer. What is wrong inside goes to the log alone.
pub(crate) fn of_question(error: QuestionError) -> Error {
    match error {
        QuestionError::UnknownPosition { .. } => fault("UNKNOWN_POSITION", error.to_string()),
        QuestionError::BadCursor => fault("BAD_CURSOR", error.to_string()),
        QuestionError::Read(_) | QuestionError::Damaged(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the log could not be read");
            fault("LOG_UNREADABLE", "the log could not be read: tell whoever runs the service")
        }
    }
}

/// A command that met a fault. Refusals are answers and do not come here.
pub(crate) fn of_command(error: &CommandError) -> Error {
    let message = match error {
        CommandError::Stopped(reason) => {
            tracing::error!(reason, "nothing is recorded any more");
            "nothing is recorded at the moment: nothing of this command was; tell whoever runs the service"
                .to_owned()
        }
        other => other.to_string(),
    };
    let fault = fault(error.code(), message);
    match error.again_after() {
        // At most half a minute.
        Some(after) => fault.extend_with(|_, it| it.set("retryAfterMs", after.as_millis() as u64)),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_is_refused_for_now_is_told_when_to_come_again() {
        let again_after = Duration::from_millis(1_500);
        for (error, code) in [
            (CommandError::Overloaded { again_after }, "OVERLOADED"),
            (CommandError::Starting { again_after }, "STARTING"),
        ] {
            let extensions = of_command(&error).extensions.unwrap();
            assert_eq!(extensions.get("code"), Some(&code.into()));
            assert_eq!(extensions.get("retryAfterMs"), Some(&1_500_u64.into()));
        }
        let unknown = of_command(&CommandError::OutcomeUnknown).extensions.unwrap();
        assert_eq!(unknown.get("retryAfterMs"), None);
    }
}
