//! Tokens of one's own.

use std::time::Duration;

use serde_json::json;
use sigeyi_domain::{Identifier, Region, access::RoleGrant};
use uuid::Uuid;

use crate::{LIFETIME_MAX, LocalKey, ROLES_MAX, TOKEN_BYTES_MAX, Trust, base64url, jwk::Algorithm};

/// What a token is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who.
    pub subject: Identifier,
    /// For which office.
    pub office: Identifier,
    /// In which roles, each once.
    pub roles: Vec<RoleGrant>,
    /// Whether an analyst may read the pseudonymous stream.
    pub stream: bool,
}

/// Why no token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// No time at all, or more than [`LIFETIME_MAX`].
    #[error("a token lives from one second to {} days", LIFETIME_MAX.as_secs() / 86_400)]
    Lifetime,
    /// More than [`ROLES_MAX`], or one twice.
    #[error("a token has at most {ROLES_MAX} roles, each of them once")]
    Roles,
    /// More than [`TOKEN_BYTES_MAX`].
    #[error("the token would be longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
}

impl LocalKey {
    /// Signs a token that is valid from now on. Nobody can take it back before it ends.
    pub fn issue(
        &self,
        claims: &Claims,
        trust: &Trust,
        lifetime: Duration,
        since_epoch: Duration,
    ) -> Result<String, IssueError> {
        if lifetime.as_secs() == 0 || lifetime > LIFETIME_MAX {
            return Err(IssueError::Lifetime);
        }
        let is_twice = |(at, role): (usize, &RoleGrant)| claims.roles[..at].contains(role);
        if claims.roles.len() > ROLES_MAX || claims.roles.iter().enumerate().any(is_twice) {
            return Err(IssueError::Roles);
        }
        let code = |region: Region| format!("{:06}", region.division().code);
        let role = |granted: &RoleGrant| {
            json!({
                "role": granted.role().name(),
                "read": code(granted.reads()),
                "write": granted.writes().map(code),
            })
        };
        let now = since_epoch.as_secs();
        let payload = json!({
            "iss": trust.issuer,
            "aud": trust.audience,
            "sub": claims.subject.as_str(),
            "office": claims.office.as_str(),
            "roles": claims.roles.iter().map(role).collect::<Vec<_>>(),
            "stream": claims.stream,
            "iat": now,
            "nbf": now,
            "exp": now.saturating_add(lifetime.as_secs()),
            "jti": Uuid::new_v4().to_string(),
        });
        let header = json!({ "alg": Algorithm::EdDsa.name(), "typ": "JWT", "kid": self.id() });
        let signed =
            format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(payload.to_string()));
        let token = format!("{signed}.{}", base64url::encode(self.sign(signed.as_bytes())));
        if token.len() > TOKEN_BYTES_MAX { Err(IssueError::TooLong) } else { Ok(token) }
    }
}
