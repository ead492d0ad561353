//! The real schema over an engine, as the transports run it.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Response, Schema, SchemaBuilder, ServerError,
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_engine::{Engine, Reading};
use tokio::sync::{Semaphore, watch};

use crate::{
    answers::{Answers, FOLLOWED_FOR, Turn},
    asked::Asked,
    event_streams::EventStreams,
    executor::{Answer, Executor, Graph, Item, ScalarRule, json},
    limits::Limits,
    schema::{Mutation, OFFLOADED_MAX, Query, SCALARS, Service, Subscription},
};

/// Time that a command waits for its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
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
    answers: Arc<Answers>,
    service: Arc<Service>,
}

impl Gateway {
    /// Follows the engine's head from here on; there can be one gateway for an engine.
    pub(crate) fn new(engine: Arc<Engine>) -> Gateway {
        Gateway::answering_within(engine, ANSWER_WITHIN)
    }

    /// The same, with the time that a command waits for its answer.
    pub(crate) fn answering_within(engine: Arc<Engine>, answer_within: Duration) -> Gateway {
        let (moved, head) = watch::channel(engine.head());
        engine.on_head(move |position| {
            moved.send_replace(position);
        });
        let service =
            Arc::new(Service { engine, head, offloaded: Semaphore::new(OFFLOADED_MAX), answer_within });
        let graph = Graph::new(|| build().data(service.clone()));
        let streams = Arc::new(EventStreams::new(service.clone()));
        Gateway { graph, streams, answers: Arc::default(), service }
    }

    /// Asks until all answers are of one position; gives the reading that saw it.
    async fn read(&self, asked: &Asked, first: Arc<Reading>) -> (Response, Arc<Reading>) {
        let engine = &self.service.engine;
        let mut reading = first;
        let mut attempts = 1;
        loop {
            let response = self.graph.run(asked.request().data(reading.clone())).await;
            if !reading.has_moved() || reading.is_held() {
                return (response, reading);
            }
            attempts += 1;
            reading = Arc::new(if attempts > FREE_READS_MAX { engine.read_held() } else { engine.read() });
        }
    }
}

pub(crate) fn build() -> SchemaBuilder<Query, Mutation, Subscription> {
    Limits::default().apply(Schema::build(Query, Mutation, Subscription))
}

impl Executor for Gateway {
    fn sdl(&self) -> &str {
        self.graph.sdl()
    }

    fn scalars(&self) -> &'static [ScalarRule] {
        SCALARS
    }

    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>> {
        self.graph.validate(document)
    }

    /// A query is answered from one position: one that was moved is asked again, and one that was answered there is answered the same.
    async fn execute(&self, asked: Asked) -> Answer {
        if asked.kind() != OperationType::Query {
            return Answer::Ran(self.graph.run(asked.request()).await);
        }
        let reading = Arc::new(self.service.engine.read());
        let at = reading.at();
        let answering = match self.answers.turn(at, asked.question()) {
            Turn::Kept(json) => return Answer::Kept(json),
            Turn::Alone => return Answer::Ran(self.read(&asked, reading).await.0),
            Turn::Follow(others) => match others.answer(FOLLOWED_FOR).await {
                Some(json) => return Answer::Kept(json),
                None => return Answer::Ran(self.read(&asked, Arc::new(self.service.engine.read())).await.0),
            },
            Turn::Ask(answering) => answering,
        };
        let (response, reading) = self.read(&asked, reading).await;
        // What was answered at a later position, or with a fault, is the answer to this request alone.
        if response.is_err() || !response.http_headers.is_empty() || reading.asked_at() != Some(at) {
            return Answer::Ran(response);
        }
        let json = json(&response);
        answering.done(json.clone());
        Answer::Kept(json)
    }

    fn subscribe(&self, asked: Asked) -> BoxStream<'static, Item> {
        if asked.kind() == OperationType::Query {
            let (gateway, id) = (self.clone(), asked.id());
            return stream::once(async move { gateway.execute(asked).await.item(id) }).boxed();
        }
        match self.streams.follow(&mut asked.request(), asked.id()) {
            Some(events) => events,
            None => self.graph.subscribe(asked),
        }
    }
}
