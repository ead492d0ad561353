//! From what a client sent to an operation that may run.

mod arguments;
mod coercion;
mod omission;
mod operations;
mod scan;
mod schema_types;
mod shape;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{
    Request, ServerError, Variables,
    parser::{Error as SyntaxError, parse_query, types::OperationType},
};
use quick_cache::{Weighter, sync::Cache};

use self::{operations::Operation, scan::Unreadable, schema_types::SchemaTypes};
use crate::{
    codes::{self, Code},
    executor::Executor,
    limits::Limits,
};

/// Memory that a parsed document takes for each of its tokens, about, in bytes.
const BYTES_PER_TOKEN: u64 = 400;

/// Documents in the cache, roughly. A low figure, so that it is not cut into parts that are too small for a long document.
const DOCUMENTS_ESTIMATED: usize = 100;

/// What a client sends, over whichever transport.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An operation of a valid document, with its variables.
pub(crate) struct Prepared {
    document: Arc<Document>,
    /// Which of the document's operations.
    operation: usize,
    variables: Variables,
    /// What it costs, in fields. Nothing where it will be refused for its variables, before it does anything.
    pub(crate) complexity: usize,
    pub(crate) kind: OperationType,
    pub(crate) name: Option<String>,
}

/// An operation and its variables, to compare with others: equal words ask for the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Words {
    /// The document's number.
    pub(crate) document: u64,
    /// Which of its operations.
    pub(crate) operation: usize,
    /// As JSON.
    pub(crate) variables: Box<str>,
}

impl Prepared {
    /// To be run once.
    pub(crate) fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        let mut runnable = self.document.operations[self.operation].document();
        omission::leave_out(&mut runnable, &self.variables);
        request.set_parsed_query(runnable);
        request
    }

    pub(crate) fn words(&self) -> Words {
        // Names are strings and values finite, so writing cannot fail. Variables are kept in the order of their names, and fields of an
        // input object in that of the schema.
        let variables = serde_json::to_string(&self.variables).unwrap_or_default().into();
        Words { document: self.document.number, operation: self.operation, variables }
    }
}

impl Words {
    /// Memory behind it, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.variables.len()
    }
}

/// Parses, limits and validates documents, and keeps those that it has seen.
pub(crate) struct Documents<E> {
    executor: E,
    limits: Limits,
    types: Option<SchemaTypes>,
    seen: Cache<Box<str>, Arc<Document>, Weight>,
}

impl<E: Executor> Documents<E> {
    pub(crate) fn new(executor: E, limits: Limits) -> Documents<E> {
        let types = SchemaTypes::read(executor.sdl(), executor.scalars())
            .inspect_err(|error| tracing::error!(%error, "no operation can be prepared"))
            .ok();
        // That no document weighs less than its share holds their number as well.
        let lightest = (limits.documents_bytes_max / (limits.documents_max.max(1) as u64)).max(1);
        let seen = Cache::with_weighter(DOCUMENTS_ESTIMATED, limits.documents_bytes_max, Weight { lightest });
        Documents { executor, limits, types, seen }
    }

    pub(crate) fn executor(&self) -> &E {
        &self.executor
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The operation that is meant. Every error has its `extensions.code`, and none a `path`.
    pub(crate) fn prepare(&self, params: Params) -> Result<Prepared, Vec<ServerError>> {
        let Some(types) = &self.types else { return Err(internal()) };
        let document = match self.seen.get(params.query.as_str()) {
            Some(document) => document,
            None => {
                // A panic in the library must not reach the transport.
                let read = catch_unwind(AssertUnwindSafe(|| self.read(types, &params.query)));
                let document = Arc::new(read.unwrap_or_else(|_| Err(internal()))?);
                self.seen.insert(params.query.into_boxed_str(), document.clone());
                document
            }
        };
        let index = operations::select(&document.operations, params.operation_name.as_deref())?;
        let operation = &document.operations[index];
        let definition = &operation.definition.node;
        let given = params.variables.unwrap_or_default();
        let variables = coercion::coerce(types, &definition.variable_definitions, given, &self.limits)?;
        for site in &operation.sites {
            site.check_given(types, &variables)?;
        }
        let (kind, name) = (definition.ty, operation.name().map(str::to_owned));
        let known = operation.complexity;
        let mut prepared = Prepared { operation: index, variables, complexity: 0, kind, name, document };
        prepared.complexity = known.or_else(|| self.complexity(prepared.request())).unwrap_or(0);
        Ok(prepared)
    }

    /// A panic in the library must not reach the transport.
    fn complexity(&self, request: Request) -> Option<usize> {
        catch_unwind(AssertUnwindSafe(|| self.executor.complexity(request))).unwrap_or(None)
    }

    /// A document that is new here.
    fn read(&self, types: &SchemaTypes, text: &str) -> Result<Document, Vec<ServerError>> {
        let extent = scan::scan(text, self.limits.tokens_max, self.limits.brackets_max).map_err(|error| {
            let code = match error {
                Unreadable::TooManyTokens { .. } => Code::TooManyTokens,
                Unreadable::TooDeep { .. } => Code::TooDeep,
                Unreadable::OpenString { .. } => Code::ParseError,
            };
            vec![code.error(error.to_string())]
        })?;
        let document = parse_query(text).map_err(|error| vec![syntax_error(&error)])?;
        shape::measure(&document, &self.limits)?;
        if let Err(errors) = self.executor.validate(&document) {
            let errors: Vec<_> = errors.into_iter().filter(|error| !needs_variables(error)).collect();
            if !errors.is_empty() {
                return Err(codes::of_validation(errors));
            }
        }
        let mut operations = operations::take_apart(&document, types)?;
        for operation in &mut operations {
            operation.complexity = self.complexity(operation.without_variables());
        }
        Ok(Document { number: DOCUMENTS.fetch_add(1, Ordering::Relaxed), operations, tokens: extent.tokens })
    }
}

/// Shared by the transports.
pub(crate) type SharedDocuments<E> = Arc<Documents<E>>;

/// Documents that were read in this process: each has a number that no other has.
static DOCUMENTS: AtomicU64 = AtomicU64::new(0);

/// A document that was found valid.
struct Document {
    number: u64,
    operations: Vec<Operation>,
    tokens: usize,
}

#[derive(Clone)]
struct Weight {
    lightest: u64,
}

impl Weighter<Box<str>, Arc<Document>> for Weight {
    fn weight(&self, text: &Box<str>, document: &Arc<Document>) -> u64 {
        // The document itself is kept apart into its operations, each with its fragments.
        let copies = document.operations.len() as u64;
        let tokens = (document.tokens as u64).saturating_mul(BYTES_PER_TOKEN).saturating_mul(copies);
        (text.len() as u64).saturating_add(tokens).max(self.lightest)
    }
}

/// Without a value for a required variable, the library cannot reckon the cost of a field and says so. It reckons again with the
/// values, before it runs the operation.
fn needs_variables(error: &ServerError) -> bool {
    let message = &error.message;
    let undefined = message.starts_with("Variable ") && message.ends_with(" is not defined.");
    undefined || message.starts_with("Failed to parse \"") || message.starts_with("Expected input type \"")
}

/// The parser's message quotes the text; ours says where and what was expected.
fn syntax_error(error: &SyntaxError) -> ServerError {
    let message = match error {
        SyntaxError::Syntax { message, start, .. } => {
            let expected = message.lines().last().and_then(|line| line.trim().strip_prefix("= "));
            let expected = expected.filter(|text| text.starts_with("expected")).unwrap_or("not expected");
            format!("the document is not GraphQL at line {}, column {}: {expected}", start.line, start.column)
        }
        SyntaxError::RecursionLimitExceeded => {
            return Code::TooDeep.error("the document is nested too deep: nest less");
        }
        SyntaxError::MultipleOperations { .. } => {
            "an operation without a name must be alone in its document".to_owned()
        }
        SyntaxError::OperationDuplicated { .. } => "two operations have the same name".to_owned(),
        SyntaxError::FragmentDuplicated { .. } => "two fragments have the same name".to_owned(),
        SyntaxError::MissingOperation => "the document has no operation".to_owned(),
        _ => "the document is not GraphQL".to_owned(),
    };
    ServerError { locations: error.positions().collect(), ..Code::ParseError.error(message) }
}

fn internal() -> Vec<ServerError> {
    vec![Code::Internal.error(codes::FAILED)]
}

#[cfg(test)]
mod tests;
