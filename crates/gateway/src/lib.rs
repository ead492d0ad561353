//! The gateway: GraphQL for front ends, over HTTP and WebSocket.

mod allowance;
mod answer_headers;
mod answers;
mod app;
mod asked;
mod codes;
mod documents;
mod event_streams;
mod executor;
mod gateway;
mod glass;
mod graphiql;
mod http;
mod identities;
mod imports;
mod limits;
mod metrics;
mod moment;
mod mutations;
mod observe;
mod probes;
mod published_log;
mod request_id;
mod schema;
mod scope;
mod serve;
mod server;
mod subject;
#[cfg(test)]
mod tests;
mod this_machine;
mod tokens;
mod websocket;
mod witness;

pub use gateway::sdl;
pub use identities::Visitors;
pub use imports::{ImportAnswer, ImportRow, ROW_BYTES_MAX, RecordLine, RejectedRow, RosterLine, RowCounts};
pub use serve::serve;
pub use server::{ServeError, ServeOptions, TlsError, TlsFiles};
