//! Who somebody is by a bearer token (RFC 6750), and how long it is believed.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::http::{HeaderMap, header};
use sigeyi_identity::{Identity, KeySourceError, LEEWAY, Now, Refreshed, Verifier};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::{
    register::{Held, Register},
    subject::{Subject, Unauthenticated},
};

/// Between two looks whether the keys are old enough to be loaded again.
const LOOK_AT_KEYS_EVERY: Duration = Duration::from_secs(60);

/// Says what time it is.
pub(crate) type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// Whose tokens are believed, and by which clock.
#[derive(Clone)]
pub(crate) struct Tokens {
    verifier: Arc<Verifier>,
    clock: Clock,
    /// What limits the rights that a token says, if anything does.
    register: Option<Register>,
}

/// A token that was believed when it came.
pub(crate) struct Token {
    tokens: Tokens,
    text: Box<str>,
    expires_at: Duration,
    /// What the register leaves of it.
    held: Option<Held>,
}

impl Tokens {
    /// By the clocks of this machine.
    pub(crate) fn new(verifier: Arc<Verifier>) -> Tokens {
        Tokens::with_clock(verifier, Arc::new(Now::read))
    }

    pub(crate) fn with_clock(verifier: Arc<Verifier>, clock: Clock) -> Tokens {
        Tokens { verifier, clock, register: None }
    }

    /// The same, whose tokens give no more than a register grants.
    pub(crate) fn limited_by(self, register: Register) -> Tokens {
        Tokens { register: Some(register), ..self }
    }

    /// Who asks, by the header `Authorization: Bearer TOKEN`. A key that is not known is looked for, as often as the verifier allows. Why
    /// a token is not believed is told to the log alone.
    pub(crate) async fn subject_of(&self, headers: &HeaderMap) -> Result<(Subject, Token), Unauthenticated> {
        let text = bearer(headers).ok_or(Unauthenticated)?;
        let mut verified = self.verifier.verify(text, (self.clock)());
        if let Err(error) = &verified
            && error.wants_keys()
            && self.verifier.may_refresh((self.clock)())
        {
            self.refresh().await;
            verified = self.verifier.verify(text, (self.clock)());
        }
        let identity = verified.map_err(|error| {
            tracing::info!(reason = %error.reason(), "a token is not believed");
            Unauthenticated
        })?;
        let expires_at = identity.expires_at;
        let (subject, held) = match &self.register {
            Some(register) => {
                let (subject, held) = register.limit(subject(identity));
                (subject, Some(held))
            }
            None => (subject(identity), None),
        };
        Ok((subject, Token { tokens: self.clone(), text: text.into(), expires_at, held }))
    }

    /// Loads the keys, without which nobody is believed.
    pub(crate) async fn load_keys(&self) -> Result<(), KeySourceError> {
        self.load().await.map(|_| ())
    }

    /// Loads the keys again whenever they are old enough. Never ends.
    pub(crate) async fn keep_keys_fresh(&self) {
        let mut minutes = interval_at(Instant::now() + LOOK_AT_KEYS_EVERY, LOOK_AT_KEYS_EVERY);
        minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            minutes.tick().await;
            if self.verifier.is_stale((self.clock)()) {
                self.refresh().await;
            }
        }
    }

    /// Loads the keys; when that fails, those that are there stay.
    async fn refresh(&self) {
        match self.load().await {
            Ok(Refreshed::Loaded) => tracing::debug!("the keys for tokens were loaded again"),
            Ok(Refreshed::TooSoon) => {}
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the keys for tokens cannot be loaded: those that are there stay in use"
            ),
        }
    }

    async fn load(&self) -> Result<Refreshed, KeySourceError> {
        let (verifier, now) = (self.verifier.clone(), (self.clock)());
        // Files and servers are waited for. A panic has gone to the log, and the keys stay.
        tokio::task::spawn_blocking(move || verifier.refresh(now)).await.unwrap_or(Ok(Refreshed::TooSoon))
    }
}

impl Token {
    /// How long it is still believed, the leeway included, and gives the same rights as far as that is known.
    pub(crate) fn time_left(&self) -> Duration {
        let now = (self.tokens.clock)().since_epoch;
        let believed = self.expires_at.saturating_add(LEEWAY).saturating_sub(now);
        let of_rights = self.held.as_ref().and_then(|held| held.time_left(now));
        of_rights.map_or(believed, |left| left.min(believed))
    }

    /// Ready once it gives other rights than it gave.
    pub(crate) fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.held.as_mut().map_or(Poll::Pending, |held| held.poll_change(context))
    }

    /// Whether it gives the rights that it gave.
    pub(crate) fn gives_the_same(&self) -> bool {
        self.held.as_ref().is_none_or(Held::is_unchanged)
    }

    /// Whether it is still believed: its key may have been withdrawn, or the clock set.
    pub(crate) fn is_believed(&self) -> bool {
        self.tokens.verifier.verify(&self.text, (self.tokens.clock)()).is_ok()
    }
}

fn subject(identity: Identity) -> Subject {
    let Identity { subject, office, grants, .. } = identity;
    Subject { actor: subject, office, grants, is_known: true }
}

/// The token of the only `Authorization`. The scheme's name may be written in any case (RFC 9110 section 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

// Never the text: whoever has it is believed.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
