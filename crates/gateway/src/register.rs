//! Rights by the register of roles: what a token says holds as far as the register grants it too, at this moment.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use sigeyi_domain::{Day, Identifier, access::Grants};
use sigeyi_engine::Engine;
use tokio::sync::watch;

use crate::subject::Subject;

/// Seconds of a day, and by how many it begins earlier in China.
const DAY_SECONDS: i64 = 86_400;
const CHINA_SECONDS: i64 = 8 * 3_600;

/// From where the rights of a subject come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RightsFrom {
    /// From the token alone.
    #[default]
    Token,
    /// From what the token and the register of roles have in common.
    TokenAndRegister,
}

/// The register of an open directory, and word of its changes.
#[derive(Clone)]
pub(crate) struct Register {
    engine: Arc<Engine>,
    changed: watch::Receiver<()>,
}

/// What somebody had when he or she came in.
pub(crate) struct Held {
    register: Register,
    /// By the token.
    says: Subject,
    /// By the token and the register.
    has: Grants,
    /// Done once that is something else.
    change: BoxFuture<'static, ()>,
}

impl Register {
    /// There can be one for an engine.
    pub(crate) fn of(engine: &Arc<Engine>) -> Register {
        let (moved, changed) = watch::channel(());
        engine.on_roles(move |_| {
            moved.send_replace(());
        });
        Register { engine: engine.clone(), changed }
    }

    /// Whoever has come in by a token, with the rights that are left of it, and what follows them.
    pub(crate) fn limit(&self, says: Subject) -> (Subject, Held) {
        let mut changed = self.changed.clone();
        // Before the register is read: no change is missed in between.
        changed.mark_unchanged();
        let has = self.common(&says);
        let subject = Subject { grants: has.clone(), ..says.clone() };
        let (register, asked, had) = (self.clone(), says.clone(), has.clone());
        let change = async move {
            while changed.changed().await.is_ok() {
                if register.common(&asked) != had {
                    return;
                }
            }
            // The engine is closing, and its server with it.
            std::future::pending().await
        };
        (subject, Held { register: self.clone(), says, has, change: change.boxed() })
    }

    fn common(&self, says: &Subject) -> Grants {
        let registered = self.engine.roles().granted(&says.actor, self.engine.today());
        says.grants.limited_to(&registered)
    }

    /// The last day on which somebody has all the roles that are granted now.
    fn unchanged_until(&self, actor: &Identifier) -> Option<Day> {
        self.engine.roles().unchanged_until(actor, self.engine.today())
    }
}

impl Held {
    /// Ready once the rights are others than they were.
    pub(crate) fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.change.poll_unpin(context)
    }

    /// Whether the rights are what they were: a day may have turned.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.register.common(&self.says) == self.has
    }

    /// How long they are known to stay at a moment, if an end is known.
    pub(crate) fn time_left(&self, since_epoch: Duration) -> Option<Duration> {
        let until = self.register.unchanged_until(&self.says.actor)?;
        let ends = (i64::from(until.days()) + 1) * DAY_SECONDS - CHINA_SECONDS;
        Some(Duration::from_secs(u64::try_from(ends).unwrap_or(0)).saturating_sub(since_epoch))
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").finish_non_exhaustive()
    }
}
