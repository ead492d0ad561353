//! What a valid token says.

use std::time::Duration;

use sigeyi_domain::{Identifier, access::Grants};

/// Somebody whom an issuer vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Who: the actor of what is recorded.
    pub subject: Identifier,
    /// For which office.
    pub office: Identifier,
    /// What the issuer grants.
    pub grants: Grants,
    /// When the token ends, as time since 1970-01-01T00:00:00Z; the leeway is not in it.
    pub expires_at: Duration,
    /// The token's own id (`jti`), where it has one.
    pub token_id: Option<Box<str>>,
}
