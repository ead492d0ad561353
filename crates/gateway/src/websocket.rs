//! GraphQL over WebSocket: the subprotocol `graphql-transport-ws` at `/graphql/ws`.

mod client_message;
mod clock;
mod connection;
mod ending;
mod operation;
mod operations;
mod readiness;
mod server_message;
mod shutdown;
#[cfg(test)]
mod tests;
mod told;

use std::sync::Arc;

use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    costs::Costs, documents::SharedDocuments, executor::Executor, followers::Followers,
    identities::Identities, origins::Origins, request_id::Outcome, server::Uptake,
};

/// Sockets that are open at a time.
pub(crate) const SOCKETS_MAX: u32 = 4_096;

const PATH: &str = "/graphql/ws";
const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Bytes that are read from a socket at a time. Each socket has a buffer of this size.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Bytes that are gathered before they are written. For a client that reads nothing a socket holds so many,
/// and one message more.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// Serves `/graphql/ws`.
pub(crate) fn routes<E: Executor>(
    documents: SharedDocuments<E>,
    sockets: Sockets,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
    origins: Arc<Origins>,
) -> Router {
    let entrance = Entrance { identities, costs, followers };
    Router::new().route(PATH, get(upgrade::<E>)).with_state(Shared { documents, sockets, entrance, origins })
}

/// The sockets that are open, and the word that they must close.
#[derive(Clone)]
pub(crate) struct Sockets {
    permits: Arc<Semaphore>,
    max: u32,
    shutdown: watch::Receiver<bool>,
    count: Count,
}

/// Told of each operation that was asked for: what it is, and why it did not begin, if so.
pub(crate) type Count = Arc<dyn Fn(&Outcome) + Send + Sync>;

impl Sockets {
    /// At most `max` sockets, until `shutdown` says true or its sender is gone.
    pub(crate) fn new(max: u32, shutdown: watch::Receiver<bool>, count: Count) -> Sockets {
        let permits = Arc::new(Semaphore::new(usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS)));
        Sockets { permits, max, shutdown, count }
    }

    #[cfg(test)]
    /// Sockets that are open, and closed ones of which a mutation still runs.
    pub(crate) fn open(&self) -> usize {
        usize::try_from(self.max).unwrap_or(usize::MAX).saturating_sub(self.permits.available_permits())
    }

    /// Returns when every socket is closed and every mutation that came over one is done.
    /// Meaningful after `shutdown`, since until then new sockets are let in.
    pub(crate) async fn closed(&self) {
        // An error would mean that the semaphore is closed, and nobody closes it.
        let _all = self.permits.acquire_many(self.max).await;
    }

    /// A place for one more socket.
    fn admit(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        let going_down = *self.shutdown.borrow() || self.shutdown.has_changed().is_err();
        if going_down { None } else { self.permits.clone().try_acquire_owned().ok().map(Arc::new) }
    }
}

/// Who may come in, and what everybody has left.
#[derive(Clone)]
struct Entrance {
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
}

struct Shared<E> {
    documents: SharedDocuments<E>,
    sockets: Sockets,
    entrance: Entrance,
    origins: Arc<Origins>,
}

impl<E> Clone for Shared<E> {
    fn clone(&self) -> Self {
        Shared {
            documents: self.documents.clone(),
            sockets: self.sockets.clone(),
            entrance: self.entrance.clone(),
            origins: self.origins.clone(),
        }
    }
}

async fn upgrade<E: Executor>(
    State(shared): State<Shared<E>>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    // Where nobody proves who it is, a layer lets in pages of this machine alone.
    let is_let_in = shared.entrance.identities.are_of_this_machine() || shared.origins.let_in(&headers);
    if !is_let_in {
        return (StatusCode::FORBIDDEN, "pages of this origin are not let in\n").into_response();
    }
    let Some(permit) = shared.sockets.admit() else {
        let retry = [(header::RETRY_AFTER, "1")];
        return (StatusCode::SERVICE_UNAVAILABLE, retry, "no more sockets now: try again later")
            .into_response();
    };
    let Shared { documents, sockets, entrance, .. } = shared;
    let message_bytes_max = documents.limits().body_bytes_max;
    let uptake = Uptake::of(&extensions);
    // Whoever takes nothing is told so by the socket's own clock.
    uptake.set_minded(true);
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(message_bytes_max)
        .max_frame_size(message_bytes_max)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .on_upgrade(move |socket| connection::serve((socket, uptake), documents, sockets, entrance, permit))
}

/// What the fuzz targets read.
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing {
    use super::client_message::ClientMessage;
    use crate::documents::Params;

    /// What a message asks for; none where it asks for nothing.
    pub(crate) fn params(text: &str) -> Option<Params> {
        match ClientMessage::parse(text) {
            Ok(ClientMessage::Subscribe { params, .. }) => Some(params),
            _ => None,
        }
    }
}
