//! What one client may ask for. Everything that somebody outside can make grow has its limit here.

use std::time::Duration;

use async_graphql::SchemaBuilder;

use crate::costs::COST_PER_MINUTE;

/// The limits, with the defaults that [`Limits::default`] gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Length of a request body, or of a WebSocket message, in bytes.
    pub(crate) body_bytes_max: usize,
    /// Time in which a request body must have arrived.
    pub(crate) body_time_max: Duration,
    /// Tokens of a document, with what its comments and white space count for.
    pub(crate) tokens_max: usize,
    /// Depth of nested brackets in a document, of whichever kind.
    pub(crate) brackets_max: usize,
    /// Depth of nested selections.
    pub(crate) depth_max: usize,
    /// Cost of an operation: fields, times the page sizes around them.
    pub(crate) complexity_max: usize,
    /// Aliased fields in a document.
    pub(crate) aliases_max: usize,
    /// Fields at the root of an operation, fragments included.
    pub(crate) root_fields_max: usize,
    /// Selections of all operations of a document, each fragment counted wherever it is spread.
    pub(crate) selections_max: usize,
    /// Directives at one place.
    pub(crate) directives_max: usize,
    /// Values in the variables of a request: objects, lists and what is in them.
    pub(crate) variable_values_max: usize,
    /// Depth of nested lists and objects in the variables.
    pub(crate) variable_depth_max: usize,
    /// Time for one request, waiting for a position included.
    pub(crate) request_time_max: Duration,
    /// Documents that are kept parsed and validated.
    pub(crate) documents_max: usize,
    /// Memory of these documents, estimated, in bytes.
    pub(crate) documents_bytes_max: u64,
    /// Operations under way on one WebSocket.
    pub(crate) operations_max: usize,
    /// Time for `connection_init` after a WebSocket was opened.
    pub(crate) init_time_max: Duration,
    /// Time between two pings of a WebSocket.
    pub(crate) ping_every: Duration,
    /// Time in which a client must take what was sent to it, or answer a ping.
    pub(crate) silence_max: Duration,
    /// Time between two looks whether the token of a WebSocket is still believed.
    pub(crate) verify_every: Duration,
    /// Whether the schema may be asked for.
    pub(crate) introspection: bool,
    /// What requests may cost a minute, for each actor.
    pub(crate) cost_per_minute: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes_max: 128 * 1024,
            body_time_max: Duration::from_secs(10),
            tokens_max: 4_000,
            brackets_max: 64,
            depth_max: 16,
            complexity_max: 20_000,
            aliases_max: 30,
            root_fields_max: 20,
            selections_max: 5_000,
            directives_max: 8,
            variable_values_max: 5_000,
            variable_depth_max: 16,
            request_time_max: Duration::from_secs(10),
            documents_max: 1_000,
            documents_bytes_max: 32 * 1024 * 1024,
            operations_max: 32,
            init_time_max: Duration::from_secs(3),
            ping_every: Duration::from_secs(12),
            silence_max: Duration::from_secs(30),
            verify_every: Duration::from_secs(60),
            introspection: true,
            cost_per_minute: COST_PER_MINUTE,
        }
    }
}

impl Limits {
    /// Puts the limits on a schema that the library itself can hold. No suggestions either: each would compare an unknown
    /// name, which may be long, with every name of its type.
    pub(crate) fn apply<Q, M, S>(self, schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
        schema
            .limit_depth(self.depth_max)
            .limit_complexity(self.complexity_max)
            .limit_recursive_depth(self.nesting_max())
            .limit_directives(self.directives_max)
            .disable_suggestions()
    }

    /// Depth of nested selections, those of fragments counted as well.
    pub(crate) fn nesting_max(&self) -> usize {
        self.depth_max * 2
    }
}
