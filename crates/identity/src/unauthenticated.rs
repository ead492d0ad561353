//! That somebody is nobody we know.

use std::fmt;

/// No valid credentials. It says so and no more, since everything else helps whoever tries; the reason is for the operator's log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unauthenticated {
    reason: Reason,
}

/// Why a token was not accepted, without anything that stood in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Longer than [`TOKEN_BYTES_MAX`](crate::TOKEN_BYTES_MAX).
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url with a JSON object each in the first two.
    #[error("the token is malformed")]
    Malformed,
    /// A header that asks for what is not understood here (`crit`), or names no key.
    #[error("the token's header is not one that is understood")]
    Header,
    /// An algorithm that is not the key's, or none at all.
    #[error("the token's algorithm is not that of its key")]
    Algorithm,
    /// A key that the issuer does not have, or not yet here.
    #[error("the token's key is not known")]
    UnknownKey,
    /// No keys were loaded, or the issuer has not answered for too long.
    #[error("there are no keys that are young enough")]
    NoKeys,
    /// A signature that is not the key's.
    #[error("the signature is wrong")]
    Signature,
    /// A claim that is missing, of another type, or beyond its limits.
    #[error("the claim {0} is missing or malformed")]
    Claim(&'static str),
    /// Another issuer.
    #[error("the token is of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
}

impl Unauthenticated {
    /// Why, for the operator's log alone.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Whether newer keys might make the same token valid.
    pub fn wants_keys(&self) -> bool {
        matches!(self.reason, Reason::UnknownKey | Reason::NoKeys)
    }
}

impl From<Reason> for Unauthenticated {
    fn from(reason: Reason) -> Unauthenticated {
        Unauthenticated { reason }
    }
}

impl fmt::Display for Unauthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no valid credentials")
    }
}

impl fmt::Debug for Unauthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unauthenticated")
    }
}

// The reason is no source: whoever prints an error with its causes would print it.
impl std::error::Error for Unauthenticated {}
