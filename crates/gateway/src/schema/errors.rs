//! What a resolver says when it cannot answer: a stable code, what to do, nothing internal.

use async_graphql::{Context, Error, ErrorExtensions, Result};
use sigeyi_domain::access::Denial;
use sigeyi_engine::{AccessLogError, AccessReadError, CommandError, QuestionError};

use crate::codes::Code;

/// An error with its code.
pub(crate) fn fault(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// A field that fails is null and its siblings stay; the library would let the error go up past a nullable field.
pub(crate) fn or_null<T>(ctx: &Context<'_>, answer: Result<impl Into<Option<T>>>) -> Option<T> {
    match answer {
        Ok(value) => value.into(),
        Err(error) => {
            ctx.add_error(ctx.set_error_path(error.into_server_error(ctx.item.pos)));
            None
        }
    }
}

/// Said to whoever knows that there is something, or asks for a region by name. It says nothing about anybody.
pub(crate) fn forbidden(denial: Denial) -> Error {
    fault("FORBIDDEN", format!("{denial}: `me` lists the roles with their regions"))
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

/// What cannot be written down is not shown.
pub(crate) fn of_access_log(error: &AccessLogError) -> Error {
    tracing::error!(error = error as &dyn std::error::Error, "an access could not be written down");
    let message = "what cannot be written down is not shown: ask again, or tell whoever runs the service";
    let fault = fault(Code::AccessLogUnavailable.as_str(), message);
    match error.again_after() {
        // At most half a minute.
        Some(after) => fault.extend_with(|_, it| it.set("retryAfterMs", after.as_millis() as u64)),
        None => fault,
    }
}

/// A question to the access log without an answer.
pub(crate) fn of_access_reading(error: AccessReadError) -> Error {
    match error {
        AccessReadError::BadCursor => of_question(QuestionError::BadCursor),
        AccessReadError::Unavailable(_) | AccessReadError::Log(_) | AccessReadError::Reason(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the access log could not be read");
            fault("LOG_UNREADABLE", "the log could not be read: tell whoever runs the service")
        }
    }
}

/// Too much of what is limited.
pub(crate) fn rate_limited(again_after: std::time::Duration) -> Error {
    let fault = fault(Code::RateLimited.as_str(), "this may be done only so often: wait, and do it again");
    let again_after = u64::try_from(again_after.as_millis()).unwrap_or(u64::MAX);
    fault.extend_with(|_, it| it.set("retryAfterMs", again_after))
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
