//! Why a stream ends before it is at its end, in words for its client.

use std::borrow::Cow;

use serde_json::json;

use crate::{codes::Code, followers::Over};

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) code: Cow<'static, str>,
    pub(super) message: String,
}

impl Ended {
    /// The server goes down.
    pub(super) fn shutting_down() -> Ended {
        Ended { code: "SHUTTING_DOWN".into(), message: "the server goes down: connect again".into() }
    }

    /// What was sent was not taken for long.
    pub(super) fn too_slow() -> Ended {
        let message = "what was sent was not read for too long: connect again, and go on where it was";
        Ended { code: "TOO_SLOW".into(), message: message.into() }
    }

    pub(super) fn failed() -> Ended {
        Ended { code: Code::Internal.as_str().into(), message: crate::codes::FAILED.into() }
    }

    /// `{"code":…,"message":…}` on one line.
    pub(super) fn json(&self) -> String {
        json!({ "code": self.code, "message": self.message }).to_string()
    }
}

impl From<Over> for Ended {
    fn from(over: Over) -> Ended {
        match over {
            Over::ShuttingDown => Ended::shutting_down(),
            Over::Tenure(over) => Ended { code: over.code().into(), message: over.to_string() },
        }
    }
}

/// What resolvers say, with its code.
impl From<async_graphql::Error> for Ended {
    fn from(error: async_graphql::Error) -> Ended {
        let code = match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
            Some(async_graphql::Value::String(code)) => code.clone(),
            _ => return Ended::failed(),
        };
        Ended { code: code.into(), message: error.message }
    }
}
