//! Mutations that came over HTTP: each is carried out to its end, also when its client has left, and the end of the server waits for it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Mutations under way at a time. More than connections, since a client that has left keeps its place until its command is answered.
const MUTATIONS_MAX: u32 = 16_384;

/// The mutations under way.
#[derive(Debug, Clone)]
pub(crate) struct Mutations {
    places: Arc<Semaphore>,
}

impl Mutations {
    pub(crate) fn new() -> Mutations {
        Mutations { places: Arc::new(Semaphore::new(MUTATIONS_MAX as usize)) }
    }

    /// A place for one more, to be held until it is done.
    pub(crate) fn begin(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// Returns when none is under way. None may begin afterwards.
    pub(crate) async fn finished(&self) {
        // An error would mean that the semaphore is closed, and nobody closes it.
        let _all = self.places.acquire_many(MUTATIONS_MAX).await;
    }
}
