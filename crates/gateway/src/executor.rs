//! What the transports know of the schema: it validates documents, and runs operations that are valid.

use std::sync::Arc;

use async_graphql::{
    Data, ObjectType, Request, Response, Schema, SchemaBuilder, ServerError, SubscriptionType,
    ValidationMode,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::types::ExecutableDocument,
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream::BoxStream};

use crate::codes;

/// Runs operations. The transports ask for nothing else, so that they can be tested with any schema.
pub(crate) trait Executor: Clone + Send + Sync + 'static {
    /// The schema in its own language.
    fn sdl(&self) -> &str;

    /// Whether a document fits the schema: what does not. Depends on nothing but the document.
    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>>;

    /// Runs a query or a mutation of a valid document.
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send;

    /// Runs any operation of a valid document as a stream of results, each already JSON:
    /// `{"data":…}` with `errors` where there are some.
    fn subscribe(&self, request: Request) -> BoxStream<'static, Bytes>;
}

/// A schema twice: once to validate in full, once to run what has been validated.
pub(crate) struct Graph<Query, Mutation, Subscription> {
    validating: Schema<Query, Mutation, Subscription>,
    running: Schema<Query, Mutation, Subscription>,
    sdl: Arc<str>,
}

impl<Q, M, S> Clone for Graph<Q, M, S> {
    fn clone(&self) -> Self {
        Graph { validating: self.validating.clone(), running: self.running.clone(), sdl: self.sdl.clone() }
    }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Graph<Q, M, S> {
    /// From a function that builds the schema with its limits.
    pub(crate) fn new(build: impl Fn() -> SchemaBuilder<Q, M, S>) -> Self {
        let validating = build().extension(StopAfterValidation).finish();
        let running = build().validation_mode(ValidationMode::Fast).finish();
        let sdl = running.sdl().into();
        Graph { validating, running, sdl }
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
            [only] if only.source.as_ref().is_some_and(|source| source.is::<IsValid>()) => Ok(()),
            _ => Err(errors),
        }
    }

    async fn execute(&self, request: Request) -> Response {
        coded(self.running.execute(request).await)
    }

    fn subscribe(&self, request: Request) -> BoxStream<'static, Bytes> {
        let stream = self.running.execute_stream_with_session_data(request, Arc::new(Data::default()));
        stream.map(|response| json(&coded(response))).boxed()
    }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Graph<Q, M, S> {
    /// Runs a query or a mutation with data that several runs share.
    pub(crate) async fn execute_for(&self, request: Request, caller: Arc<Data>) -> Response {
        let mut responses = self.running.execute_stream_with_session_data(request, caller);
        coded(responses.next().await.unwrap_or_default())
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
struct IsValid;

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
        next.run(context).await?;
        Err(vec![ServerError { source: Some(Arc::new(IsValid)), ..ServerError::new("valid", None) }])
    }
}
