//! The real schema over an engine, as the transports run it.

use std::sync::Arc;

use async_graphql::{
    Request, Response, Schema, SchemaBuilder, ServerError,
    parser::types::{ExecutableDocument, OperationType},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_engine::Engine;
use tokio::sync::{Semaphore, watch};

use crate::{
    event_streams::EventStreams,
    executor::{Executor, Graph, coded, json},
    limits::Limits,
    schema::{Mutation, OFFLOADED_MAX, Query, Service, Subscription},
};

/// A question that was moved from one position to another is asked again so often; then nothing moves until it is answered.
const FREE_READS_MAX: usize = 3;

/// The schema in its own language, as front ends generate their types from it.
pub fn sdl() -> String {
    build().finish().sdl()
}

/// The schema with an engine behind it.
#[derive(Clone)]
pub(crate) struct Gateway {
    graph: Graph<Query, Mutation, Subscription>,
    streams: Arc<EventStreams>,
    service: Arc<Service>,
}

impl Gateway {
    /// Follows the engine's head from here on; there can be one gateway for an engine.
    pub(crate) fn new(engine: Arc<Engine>) -> Gateway {
        let (moved, head) = watch::channel(engine.head());
        engine.on_head(move |position| {
            moved.send_replace(position);
        });
        let service = Arc::new(Service { engine, head, offloaded: Semaphore::new(OFFLOADED_MAX) });
        let graph = Graph::new(|| build().data(service.clone()));
        let streams = Arc::new(EventStreams::new(service.clone()));
        Gateway { graph, streams, service }
    }
}

pub(crate) fn build() -> SchemaBuilder<Query, Mutation, Subscription> {
    Limits::default().apply(Schema::build(Query, Mutation, Subscription))
}

impl Executor for Gateway {
    fn sdl(&self) -> &str {
        self.graph.sdl()
    }

    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>> {
        self.graph.validate(document)
    }

    /// A query is answered from one position: one that was moved is asked again.
    async fn execute(&self, mut request: Request) -> Response {
        if !is_query(&mut request) {
            return self.graph.execute(request).await;
        }
        let caller = Arc::new(std::mem::take(&mut request.data));
        let engine = &self.service.engine;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let reading =
                Arc::new(if attempts > FREE_READS_MAX { engine.read_held() } else { engine.read() });
            let mut again = Request::new("").variables(request.variables.clone()).data(reading.clone());
            again.operation_name.clone_from(&request.operation_name);
            match request.parsed_query() {
                Ok(document) => again.set_parsed_query(document.clone()),
                Err(error) => return coded(Response::from_errors(vec![error])),
            };
            let response = self.graph.execute_for(again, caller.clone()).await;
            if !reading.has_moved() || reading.is_held() {
                return response;
            }
        }
    }

    fn subscribe(&self, mut request: Request) -> BoxStream<'static, Bytes> {
        if is_query(&mut request) {
            let gateway = self.clone();
            return stream::once(async move { json(&gateway.execute(request).await) }).boxed();
        }
        match self.streams.follow(&mut request) {
            Some(events) => events,
            None => self.graph.subscribe(request),
        }
    }
}

/// Whether the operation that is meant is a query.
fn is_query(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return false };
    let mut operations = document.operations.iter();
    let meant = operations.find(|(key, _)| name.is_none() || key.map(|key| key.as_str()) == name.as_deref());
    meant.is_some_and(|(_, operation)| operation.node.ty == OperationType::Query)
}
