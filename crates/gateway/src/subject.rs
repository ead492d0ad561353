//! Who asks. The one place where a request gets its subject; until there is identity, everybody on this machine is the same one.

use axum::http::HeaderMap;
use sigeyi_domain::Identifier;

/// Who asks, and for which office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    /// Who.
    pub(crate) actor: Identifier,
    /// For which office.
    pub(crate) office: Identifier,
}

/// Nobody who may come in.
#[derive(Debug, thiserror::Error)]
#[error("no valid credentials")]
pub(crate) struct Unauthenticated;

impl Subject {
    /// From the headers of a request, or from the payload of a WebSocket's `connection_init`, given as headers.
    pub(crate) fn of(_headers: &HeaderMap) -> Result<Subject, Unauthenticated> {
        let id = |text| Identifier::parse(text).map_err(|_| Unauthenticated);
        Ok(Subject { actor: id("local")?, office: id("local")? })
    }
}
