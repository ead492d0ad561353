//! How long what was begun with a token may go on: a stream ends with the right to it.

use std::{future::poll_fn, time::Duration};

use crate::tokens::Token;

/// Why somebody may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TenureOver {
    #[error("token expired: connect again with a new one")]
    TokenExpired,
    #[error("there are no valid credentials any more: get new ones")]
    Unauthenticated,
    #[error("rights have changed: connect again")]
    RightsChanged,
}

impl TenureOver {
    /// Stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            TenureOver::TokenExpired => "TOKEN_EXPIRED",
            TenureOver::Unauthenticated => "UNAUTHENTICATED",
            TenureOver::RightsChanged => "RIGHTS_CHANGED",
        }
    }
}

/// Once a token is not believed any more or gives other rights than it gave; never where there is none. Some of that can only be looked for,
/// which is done each time that `verify_every` has passed.
pub(crate) async fn over(token: Option<Token>, verify_every: Duration) -> TenureOver {
    let Some(mut token) = token else { return std::future::pending().await };
    loop {
        let left = token.time_left();
        if left.is_zero() {
            return TenureOver::TokenExpired;
        }
        tokio::select! {
            () = poll_fn(|context| token.poll_change(context)) => return TenureOver::RightsChanged,
            () = tokio::time::sleep(left.min(verify_every)) => {}
        }
        if !token.gives_the_same() {
            return TenureOver::RightsChanged;
        }
        if !token.is_believed() && !token.time_left().is_zero() {
            return TenureOver::Unauthenticated;
        }
    }
}
