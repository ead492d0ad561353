//! A connection's place among those that may be open, and in the figures.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::OwnedSemaphorePermit;

use crate::metrics::Metrics;

/// Given back when the connection's socket is closed, as a WebSocket too.
pub(crate) struct Seat {
    metrics: Arc<Metrics>,
    is_websocket: AtomicBool,
    _permit: OwnedSemaphorePermit,
}

impl Seat {
    pub(crate) fn take(permit: OwnedSemaphorePermit, metrics: Arc<Metrics>) -> Seat {
        metrics.connections_open.inc();
        Seat { metrics, is_websocket: AtomicBool::new(false), _permit: permit }
    }

    /// From now on the connection is a WebSocket.
    pub(crate) fn becomes_websocket(&self) {
        if !self.is_websocket.swap(true, Ordering::Relaxed) {
            self.metrics.websockets_open.inc();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.metrics.connections_open.dec();
        if *self.is_websocket.get_mut() {
            self.metrics.websockets_open.dec();
        }
    }
}
