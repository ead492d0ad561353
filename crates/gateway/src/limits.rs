//! What one client may ask for. Everything that somebody outside can make grow has its limit here.

use std::time::Duration;

/// The limits, with the defaults that [`Limits::default`] gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Length of a request body, or of a WebSocket message, in bytes.
    pub(crate) body_bytes_max: usize,
    /// Tokens of a document.
    pub(crate) tokens_max: usize,
    /// Depth of nested selections.
    pub(crate) depth_max: usize,
    /// Cost of an operation: fields, times the page sizes around them.
    pub(crate) complexity_max: usize,
    /// Aliased fields in a document.
    pub(crate) aliases_max: usize,
    /// Fields at the root of an operation, fragments included.
    pub(crate) root_fields_max: usize,
    /// Directives at one place.
    pub(crate) directives_max: usize,
    /// Time for one request, waiting for a position included.
    pub(crate) request_time_max: Duration,
    /// Documents that are kept parsed and validated.
    pub(crate) documents_max: usize,
    /// Operations under way on one WebSocket.
    pub(crate) operations_max: usize,
    /// Time for `connection_init` after a WebSocket was opened.
    pub(crate) init_time_max: Duration,
    /// Time between two pings of a WebSocket.
    pub(crate) ping_every: Duration,
    /// Time in which a client must take what was sent to it, or answer a ping.
    pub(crate) silence_max: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes_max: 128 * 1024,
            tokens_max: 4_000,
            depth_max: 16,
            complexity_max: 20_000,
            aliases_max: 30,
            root_fields_max: 20,
            directives_max: 8,
            request_time_max: Duration::from_secs(10),
            documents_max: 1_000,
            operations_max: 32,
            init_time_max: Duration::from_secs(3),
            ping_every: Duration::from_secs(12),
            silence_max: Duration::from_secs(30),
        }
    }
}
