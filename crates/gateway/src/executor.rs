//! What the transports know of the schema: it validates documents, and runs operations that are valid.

use std::sync::Arc;

use async_graphql::{
    Data, ObjectType, Request, Response, Schema, SchemaBuilder, ServerError, SubscriptionType,
    ValidationMode, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::types::ExecutableDocument,
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream::BoxStream};

use crate::{asked::Asked, codes, request_id::RequestId};

/// Runs operations. The transports ask for nothing else, so that they can be tested with any schema.
pub(crate) trait Executor: Clone + Send + Sync + 'static {
    /// The schema in its own language.
    fn sdl(&self) -> &str;

    /// What the schema's own scalars take, so that a value is refused before anything runs. A scalar that is not among them takes any.
    fn scalars(&self) -> &'static [ScalarRule] {
        &[]
    }

    /// Whether a document fits the schema: what does not. Depends on nothing but the document.
    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>>;

    /// What an operation of a valid document costs with its variables, in fields; none where it would be refused for them.
    fn complexity(&self, request: Request) -> Option<usize>;

    /// Runs a query or a mutation of a valid document.
    fn execute(&self, asked: Asked) -> impl Future<Output = Answer> + Send;

    /// Runs any operation of a valid document as a stream of results.
    fn subscribe(&self, asked: Asked) -> BoxStream<'static, Item>;
}

/// The answer to a query or a mutation.
pub(crate) enum Answer {
    /// It was run. Errors have their codes, and not yet the id of the request.
    Ran(Response),
    /// It is the same as one without errors that was given before: JSON.
    Kept(Bytes),
}

/// One result, as it is sent: `{"data":…}`, with `errors` where there are some, which have the id of the request.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) json: Bytes,
    /// The code of the first error.
    pub(crate) code: Option<String>,
}

impl Item {
    pub(crate) fn of(mut response: Response, id: RequestId) -> Item {
        codes::identify(&mut response.errors, id);
        let code = response.errors.first().and_then(codes::code_of).map(str::to_owned);
        Item { json: json(&response), code }
    }
}

impl Answer {
    /// As it is sent.
    pub(crate) fn item(self, id: RequestId) -> Item {
        match self {
            Answer::Ran(response) => Item::of(response, id),
            Answer::Kept(json) => Item { json, code: None },
        }
    }
}

/// What a scalar takes.
#[derive(Debug)]
pub(crate) struct ScalarRule {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// Whether it takes a value.
    pub(crate) takes: fn(Value) -> bool,
    /// What to say of a value that it does not take: goes on after the name of the variable or argument, and repeats nothing of the value.
    pub(crate) expected: &'static str,
}

/// A schema three times: to validate in full, to reckon what is valid, and to run it. Extensions would cost each run something, so they are kept
/// apart from it.
pub(crate) struct Graph<Query, Mutation, Subscription> {
    validating: Schema<Query, Mutation, Subscription>,
    reckoning: Schema<Query, Mutation, Subscription>,
    running: Schema<Query, Mutation, Subscription>,
    sdl: Arc<str>,
}

impl<Q, M, S> Clone for Graph<Q, M, S> {
    fn clone(&self) -> Self {
        Graph {
            validating: self.validating.clone(),
            reckoning: self.reckoning.clone(),
            running: self.running.clone(),
            sdl: self.sdl.clone(),
        }
    }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Graph<Q, M, S> {
    /// From a function that builds the schema with its limits.
    pub(crate) fn new(build: impl Fn() -> SchemaBuilder<Q, M, S>) -> Self {
        let validating = build().extension(StopAfterValidation).finish();
        let reckoning = build().validation_mode(ValidationMode::Fast).extension(StopAfterValidation).finish();
        let running = build().validation_mode(ValidationMode::Fast).finish();
        let sdl = running.sdl().into();
        Graph { validating, reckoning, running, sdl }
    }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Executor
    for Graph<Q, M, S>
{
    fn sdl(&self) -> &str {
        &self.sdl
    }

    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>> {
        let mut request = Request::new("");
        request.set_parsed_query(document.clone());
        // Validation awaits nothing, so it is over at the first poll.
        let response = self.validating.execute(request).now_or_never();
        let errors = response.map_or_else(Vec::new, |response| response.errors);
        match errors.as_slice() {
            [only] if valid(only).is_some() => Ok(()),
            _ => Err(errors),
        }
    }

    fn complexity(&self, request: Request) -> Option<usize> {
        let response = self.reckoning.execute(request).now_or_never()?;
        response.errors.first().and_then(valid).map(|IsValid { complexity }| *complexity)
    }

    async fn execute(&self, asked: Asked) -> Answer {
        Answer::Ran(self.run(asked.request()).await)
    }

    fn subscribe(&self, asked: Asked) -> BoxStream<'static, Item> {
        let (request, id) = (asked.request(), asked.id());
        let stream = self.running.execute_stream_with_session_data(request, Arc::new(Data::default()));
        stream.map(move |response| Item::of(coded(response), id)).boxed()
    }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Graph<Q, M, S> {
    /// Runs a query or a mutation.
    pub(crate) async fn run(&self, request: Request) -> Response {
        coded(self.running.execute(request).await)
    }
}

/// A response whose errors have their codes, and say nothing of what is inside.
pub(crate) fn coded(mut response: Response) -> Response {
    codes::of_execution(&mut response);
    response
}

/// A response as JSON.
pub(crate) fn json(response: &Response) -> Bytes {
    // Names are strings and values finite, so writing cannot fail.
    serde_json::to_vec(response).unwrap_or_default().into()
}

/// The mark of a document that was found valid and not run.
struct IsValid {
    complexity: usize,
}

fn valid(error: &ServerError) -> Option<&IsValid> {
    error.source.as_ref()?.downcast_ref()
}

struct StopAfterValidation;

impl ExtensionFactory for StopAfterValidation {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(StopAfterValidation)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for StopAfterValidation {
    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<async_graphql::ValidationResult, Vec<ServerError>> {
        let complexity = next.run(context).await?.complexity;
        let mark = Arc::new(IsValid { complexity });
        Err(vec![ServerError { source: Some(mark), ..ServerError::new("valid", None) }])
    }
}
