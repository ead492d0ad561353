//! Why a stream ends before it is at its end, in words for its client.

use std::borrow::Cow;

use serde_json::{Value, json};
use sigeyi_engine::Position;

use crate::{codes::Code, tenure::TenureOver};

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
}

impl Ended {
    /// The word for a client that did not keep up.
    pub(crate) const TOO_SLOW: &'static str = "TOO_SLOW";

    /// The server goes down.
    pub(crate) fn shutting_down() -> Ended {
        Ended { code: "SHUTTING_DOWN".into(), message: "the server goes down: connect again".into() }
    }

    /// What was sent was not taken for long.
    pub(crate) fn too_slow() -> Ended {
        let message = "what was sent was not read for too long: connect again, and go on where it was";
        Ended { code: Ended::TOO_SLOW.into(), message: message.into() }
    }

    pub(crate) fn failed() -> Ended {
        Ended { code: Code::Internal.as_str().into(), message: crate::codes::FAILED.into() }
    }

    pub(crate) fn is_too_slow(&self) -> bool {
        self.code == Ended::TOO_SLOW
    }

    /// `{"code":…,"message":…}`, and after which position to go on, on one line.
    pub(crate) fn json_at(&self, position: Position) -> Value {
        json!({ "code": self.code, "message": self.message, "position": position.0.to_string() })
    }
}

impl From<TenureOver> for Ended {
    fn from(over: TenureOver) -> Ended {
        Ended { code: over.code().into(), message: over.to_string() }
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
