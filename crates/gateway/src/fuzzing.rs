//! From what a client sends to an operation, without anything that would run it: for the fuzz targets, behind the feature `fuzzing`.

use std::fmt;

use async_graphql::ServerError;

use crate::{
    codes::code_of,
    documents::{Documents, Params},
    executor::Graph,
    feed,
    gateway::build,
    http,
    limits::Limits,
    request_id::kind_name,
    schema::{Mutation, Query, Subscription},
    websocket,
};

/// Reads requests as the transports do, with the real schema.
pub struct Reader {
    documents: Documents<Graph<Query, Mutation, Subscription>>,
}

/// An operation that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The document.
    pub query: String,
    /// Which of its operations was named.
    pub name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub kind: &'static str,
    /// Its variables as they were understood, as JSON.
    pub variables: String,
}

/// Why nothing would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The stable word.
    pub code: Option<String>,
    /// The text.
    pub message: String,
    /// Whether it says which field failed: nothing has run, so none has.
    pub has_path: bool,
}

/// On which way events are asked for over plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsAs {
    /// `/events`, page by page.
    Pages,
    /// `/events` as an event stream.
    Stream,
    /// `/events.ndjson`.
    File,
}

/// The query of an address of `/events` or `/events.ndjson` as it is understood, written again with its steps as types and its plan as days.
///
/// # Errors
/// What is refused, with its code.
pub fn events_address(query: &str, shape: EventsAs) -> Result<String, Refused> {
    feed::fuzzing::address(query, shape)
}

impl Reader {
    /// With the usual limits.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Reader {
        Reader { documents: Documents::new(Graph::new(build), Limits::default()) }
    }

    /// The body of a POST. A longer one than the limit is refused while it arrives, before it is read.
    pub fn body(&self, bytes: &[u8]) -> Result<Operation, Vec<Refused>> {
        if bytes.len() > Limits::default().body_bytes_max {
            return Err(Vec::new());
        }
        self.prepare(http::fuzzing::from_json(bytes).map_err(refused)?)
    }

    /// The query of an address.
    pub fn address(&self, query: &str) -> Result<Operation, Vec<Refused>> {
        self.prepare(http::fuzzing::from_query(query).map_err(refused)?)
    }

    /// A message over a WebSocket; none where it asks for nothing or does not fit the protocol.
    pub fn message(&self, text: &str) -> Option<Result<Operation, Vec<Refused>>> {
        websocket::fuzzing::params(text).map(|params| self.prepare(params))
    }

    fn prepare(&self, params: Params) -> Result<Operation, Vec<Refused>> {
        let (query, name) = (params.query.clone(), params.operation_name.clone());
        let prepared = self.documents.prepare(params).map_err(refused)?;
        // What would be handed to the library is made, too.
        drop(prepared.request());
        let variables = prepared.words().variables.into();
        Ok(Operation { query, name, kind: kind_name(prepared.kind), variables })
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

fn refused(errors: Vec<ServerError>) -> Vec<Refused> {
    errors
        .into_iter()
        .map(|error| Refused {
            code: code_of(&error).map(str::to_owned),
            has_path: !error.path.is_empty(),
            message: error.message,
        })
        .collect()
}
