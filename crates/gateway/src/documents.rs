//! From what a client sent to an operation that may run.

use std::sync::Arc;

use async_graphql::{
    Request, ServerError, Variables,
    parser::{parse_query, types::OperationType},
};

use crate::{executor::Executor, limits::Limits};

/// What a client sends, over whichever transport.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An operation of a valid document.
pub(crate) struct Prepared {
    /// To be run; the transport adds the subject.
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    pub(crate) name: Option<String>,
}

/// Parses, limits and validates documents, and keeps those that it has seen.
pub(crate) struct Documents<E> {
    executor: E,
    limits: Limits,
}

impl<E: Executor> Documents<E> {
    pub(crate) fn new(executor: E, limits: Limits) -> Documents<E> {
        Documents { executor, limits }
    }

    pub(crate) fn executor(&self) -> &E {
        &self.executor
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The operation that is meant. Every error has its `extensions.code`, and none a `path`.
    pub(crate) fn prepare(&self, params: Params) -> Result<Prepared, Vec<ServerError>> {
        let document = parse_query(&params.query).map_err(|error| vec![error.into()])?;
        self.executor.validate(&document)?;
        let kind = document.operations.iter().next().map_or(OperationType::Query, |(_, it)| it.node.ty);
        let variables = params.variables.map(serde_json::Value::Object).unwrap_or_default();
        let mut request = Request::new("").variables(Variables::from_json(variables));
        request.set_parsed_query(document);
        Ok(Prepared { request, kind, name: params.operation_name })
    }
}

/// Shared by the transports.
pub(crate) type SharedDocuments<E> = Arc<Documents<E>>;
