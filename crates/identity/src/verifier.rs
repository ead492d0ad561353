//! Whoever believes tokens.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    AUDIENCE, Identity, KeySource, KeySourceError, LOCAL_ISSUER, Reason, Refreshed, Unauthenticated, claims,
    jws::Jws, keys::Keys,
};

/// Believes the tokens of one issuer that are meant for one audience.
pub struct Verifier {
    trust: Trust,
    keys: Keys,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("trust", &self.trust).finish_non_exhaustive()
    }
}

/// Whose tokens, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// `iss`.
    pub issuer: String,
    /// `aud`, or one of several.
    pub audience: String,
}

impl Trust {
    /// Tokens of a [`LocalKey`](crate::LocalKey), which are for the server that has the same key.
    pub fn local() -> Trust {
        Trust { issuer: LOCAL_ISSUER.into(), audience: AUDIENCE.into() }
    }
}

/// What time it is: for tokens, and for the age of keys, which no setting of the clock changes.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Since 1970-01-01T00:00:00Z.
    pub since_epoch: Duration,
    /// Monotonic.
    pub instant: Instant,
}

impl Now {
    /// By the clocks of this machine.
    pub fn read() -> Now {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // Before 1970 no token is valid yet.
        Now { since_epoch: since_epoch.unwrap_or_default(), instant: Instant::now() }
    }
}

impl Verifier {
    /// Knows no key before it has been [refreshed](Verifier::refresh).
    pub fn new(trust: Trust, source: impl KeySource + 'static) -> Verifier {
        Verifier { trust, keys: Keys::new(Box::new(source)) }
    }

    /// Whose token it is. Without IO: where [`Unauthenticated::wants_keys`] says so, and
    /// [`may_refresh`](Verifier::may_refresh) too, refresh on a thread that may wait, and try once more.
    pub fn verify(&self, token: &str, now: Now) -> Result<Identity, Unauthenticated> {
        let jws = Jws::parse(token)?;
        let keys = self.keys.current(now.instant).ok_or(Reason::NoKeys)?;
        let payload = jws.payload(&keys)?;
        Ok(claims::identity(&payload, &self.trust, now.since_epoch)?)
    }

    /// The same on a thread that may wait: an unknown key is looked for.
    pub fn verify_or_refresh(&self, token: &str, now: Now) -> Result<Identity, Unauthenticated> {
        match self.verify(token, now) {
            // A source that fails leaves the token as it is.
            Err(error) if error.wants_keys() && matches!(self.refresh(now), Ok(Refreshed::Loaded)) => {
                self.verify(token, now)
            }
            other => other,
        }
    }

    /// Whether the keys are old enough to be loaded again although they are still in use. To be asked every minute or so: a key that the
    /// issuer has withdrawn is believed until then.
    pub fn is_stale(&self, now: Now) -> bool {
        self.keys.are_stale(now.instant)
    }

    /// Whether [`refresh`](Verifier::refresh) would do anything now.
    pub fn may_refresh(&self, now: Now) -> bool {
        self.keys.may_be_loaded(now.instant)
    }

    /// Loads the keys, at most once in [`LOAD_AGAIN_AFTER`](crate::LOAD_AGAIN_AFTER). It waits for files and servers. When it fails, the
    /// keys that are there stay in use until they are [too old](crate::KEYS_KEPT_FOR).
    pub fn refresh(&self, now: Now) -> Result<Refreshed, KeySourceError> {
        self.keys.load(now.instant)
    }
}
