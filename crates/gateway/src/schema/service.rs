//! What the resolvers need of the service.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, watch};

use crate::{budget::Budget, glass::Glass, register::RightsFrom, witness::Witness};

/// Questions that pass over everybody or read the log, at a time: as many as there are cores to spare.
pub(crate) const OFFLOADED_MAX: usize = 2;

/// What the resolvers need of the service.
pub(crate) struct Service {
    pub(crate) engine: Arc<sigeyi_engine::Engine>,
    /// The position that every question sees, moved by the engine.
    pub(crate) head: watch::Receiver<sigeyi_engine::Position>,
    pub(crate) offloaded: Semaphore,
    /// Time that a command waits for its answer.
    pub(crate) answer_within: Duration,
    /// From where the rights of whoever asks come.
    pub(crate) rights: RightsFrom,
    /// Whoever writes down who is shown.
    pub(crate) witness: Arc<dyn Witness>,
    /// What was declared to be looked at outside one's region.
    pub(crate) glass: Glass,
    /// How often names and numbers may be shown in clear.
    pub(crate) reveals: Budget,
}
