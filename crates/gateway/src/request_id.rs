//! A name for each request, in the answer and in the log.

use async_graphql::parser::types::OperationType;
use uuid::Uuid;

/// A request's id, random. The server puts it into the request's extensions before any handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) Uuid);

/// What the log says of a GraphQL request. A transport puts it into the response's extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// `query`, `mutation` or `subscription`; empty when it was not found out.
    pub(crate) kind: &'static str,
    /// The operation's name.
    pub(crate) operation: Option<String>,
    /// The code of the first error, or of a refusal.
    pub(crate) code: Option<String>,
}

/// A kind's name in the log and in the figures.
pub(crate) fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
