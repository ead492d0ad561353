//! The gateway: GraphQL for front ends, over HTTP and WebSocket.

mod answer_headers;
mod answers;
mod app;
mod asked;
mod codes;
mod documents;
mod event_streams;
mod executor;
mod gateway;
mod graphiql;
mod http;
mod imports;
mod limits;
mod metrics;
mod mutations;
mod observe;
mod probes;
mod request_id;
mod schema;
mod serve;
mod server;
mod subject;
#[cfg(test)]
mod tests;
mod this_machine;
mod websocket;

pub use gateway::sdl;
pub use imports::{ImportAnswer, ImportRow, ROW_BYTES_MAX, RecordLine, RejectedRow, RosterLine, RowCounts};
pub use serve::serve;
pub use server::{ServeError, ServeOptions, TlsError, TlsFiles};
