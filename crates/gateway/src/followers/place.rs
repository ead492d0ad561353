//! The place of a stream: among all, among those of its user, and in the figures.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use sigeyi_domain::Identifier;
use tokio::sync::OwnedSemaphorePermit;

use super::NoPlace;
use crate::{
    ended::Ended,
    metrics::{StreamKind, StreamMetrics},
    request_id::RequestId,
};

/// How many streams each user has. Whoever has none is not among them, so they are never more than there are streams.
pub(super) struct OfUsers {
    streams_max: usize,
    streams: Mutex<HashMap<Identifier, usize>>,
}

/// One of a user's streams.
struct OfUser {
    users: Arc<OfUsers>,
    actor: Identifier,
}

impl OfUsers {
    /// So many for each.
    pub(super) fn at_most(streams_max: usize) -> OfUsers {
        OfUsers { streams_max, streams: Mutex::default() }
    }

    fn one_more(self: &Arc<Self>, actor: &Identifier) -> Result<OfUser, NoPlace> {
        let mut streams = self.streams.lock();
        let count = streams.get(actor).copied().unwrap_or_default();
        if count >= self.streams_max {
            return Err(NoPlace::TooManyOfUser(self.streams_max));
        }
        streams.insert(actor.clone(), count + 1);
        Ok(OfUser { users: self.clone(), actor: actor.clone() })
    }
}

impl Drop for OfUser {
    fn drop(&mut self) {
        let mut streams = self.users.streams.lock();
        match streams.get_mut(&self.actor) {
            Some(count @ 2..) => *count -= 1,
            _ => drop(streams.remove(&self.actor)),
        }
    }
}

/// Given back when the stream ends.
pub(crate) struct Place {
    kind: StreamKind,
    metrics: StreamMetrics,
    of_user: Option<OfUser>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What is left of the place of a stream that was cut off, as long as its connection lingers: it counts among those of its user, so that
/// nobody can have connections linger without end.
pub(crate) struct Lingering {
    metrics: StreamMetrics,
    _of_user: Option<OfUser>,
}

impl Place {
    /// A place of this kind; refused where its user has as many as there may be.
    pub(super) fn take(
        kind: StreamKind,
        permit: Option<OwnedSemaphorePermit>,
        (users, actor): (&Arc<OfUsers>, &Identifier),
        metrics: StreamMetrics,
    ) -> Result<Place, NoPlace> {
        let of_user = Some(users.one_more(actor)?);
        metrics.opens(kind);
        Ok(Place { kind, metrics, of_user, _permit: permit })
    }

    /// The stream is ended by the server: the log says so and it is counted. Nothing of who followed is among it.
    pub(crate) fn ends(mut self, ended: &Ended, id: RequestId) -> Lingering {
        tracing::info!(kind = self.kind.name(), code = %ended.code, request_id = %id.0, "a stream is ended");
        self.metrics.ends(self.kind, &ended.code);
        Lingering::new(self.metrics.clone(), self.of_user.take())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.closes(self.kind);
    }
}

impl Lingering {
    fn new(metrics: StreamMetrics, of_user: Option<OfUser>) -> Lingering {
        metrics.lingering.inc();
        Lingering { metrics, _of_user: of_user }
    }

    /// Of a connection that belongs to no stream.
    pub(crate) fn of_socket(metrics: &StreamMetrics) -> Lingering {
        Lingering::new(metrics.clone(), None)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        self.metrics.lingering.dec();
    }
}
