//! The real schema over an engine, as the transports run it.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Pos, Request, Response, Schema, SchemaBuilder, ServerError,
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_engine::{Engine, Position, Reading};
use tokio::sync::{Semaphore, watch};

use crate::{
    answers::{Answers, FOLLOWED_FOR, Kept, Turn},
    asked::Asked,
    budget::{Budget, Rate},
    event_streams::EventStreams,
    executor::{Answer, Executor, Graph, Item, ScalarRule, coded, json},
    glass::Glass,
    limits::Limits,
    moment,
    register::RightsFrom,
    schema::{Mutation, OFFLOADED_MAX, Query, SCALARS, Service, Subscription},
    scope::Sighting,
    witness::{self, Witness, Witnessed},
};

/// Time that a command waits for its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// A question that was moved from one position to another is asked again so often; then nothing moves until it is answered.
const FREE_READS_MAX: usize = 3;
/// How often each actor may look at somebody in clear: sixty an hour, and at once after an hour without any.
const REVEALS: Rate = Rate { burst: 60, units: 60, per: Duration::from_secs(60 * 60) };

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
        let witness = witness::of_engine(&engine);
        Gateway::with(engine, ANSWER_WITHIN, witness)
    }

    /// The same, where the rights of whoever asks are those of the register of roles too.
    pub(crate) fn by_register(engine: Arc<Engine>) -> Gateway {
        let witness = witness::of_engine(&engine);
        Gateway::made(engine, ANSWER_WITHIN, witness, RightsFrom::TokenAndRegister)
    }

    /// The same, with the time that a command waits for its answer, and with whoever writes down who is shown.
    pub(crate) fn with(engine: Arc<Engine>, answer_within: Duration, witness: Arc<dyn Witness>) -> Gateway {
        Gateway::made(engine, answer_within, witness, RightsFrom::Token)
    }

    fn made(
        engine: Arc<Engine>,
        answer_within: Duration,
        witness: Arc<dyn Witness>,
        rights: RightsFrom,
    ) -> Gateway {
        let (moved, head) = watch::channel(engine.head());
        engine.on_head(move |position| {
            moved.send_replace(position);
        });
        let service = Arc::new(Service {
            engine,
            head,
            offloaded: Semaphore::new(OFFLOADED_MAX),
            answer_within,
            rights,
            witness,
            glass: Glass::new(moment::of_the_machine()),
            reveals: Budget::new(REVEALS),
        });
        let graph = Graph::new(|| build().data(service.clone()));
        let streams = Arc::new(EventStreams::new(service.clone()));
        Gateway { graph, streams, answers: Arc::default(), service }
    }

    /// The service behind it, and those who follow its events.
    pub(crate) fn followed(&self) -> (Arc<Service>, Arc<EventStreams>) {
        (self.service.clone(), self.streams.clone())
    }

    /// Asks until all answers are of one position; gives the reading that saw it.
    async fn read(&self, asked: &Asked, first: Arc<Reading>) -> (Response, Arc<Reading>) {
        let engine = &self.service.engine;
        let mut reading = first;
        let mut attempts = 1;
        loop {
            asked.shown().forget();
            let response = self.graph.run(asked.request().data(reading.clone())).await;
            if !reading.has_moved() || reading.is_held() {
                return (response, reading);
            }
            attempts += 1;
            reading = Arc::new(if attempts > FREE_READS_MAX { engine.read_held() } else { engine.read() });
        }
    }

    /// A query is answered from one position: one that was moved is asked again, and one that was answered there is answered the same.
    async fn answer(&self, asked: &Asked) -> Answered {
        let engine = &self.service.engine;
        if asked.kind() != OperationType::Query {
            let response = self.graph.run(asked.request()).await;
            return Answered::ran(response, asked, engine.head());
        }
        let reading = Arc::new(engine.read());
        let at = reading.at();
        let (answering, reading) = match self.answers.turn(at, asked.question()) {
            Turn::Kept(kept) => return Answered::kept(kept, at.position),
            Turn::Alone => (None, reading),
            Turn::Follow(others) => match others.answer(FOLLOWED_FOR).await {
                Some(kept) => return Answered::kept(kept, at.position),
                None => (None, Arc::new(engine.read())),
            },
            Turn::Ask(answering) => (Some(answering), reading),
        };
        let (response, reading) = self.read(asked, reading).await;
        let seen_at = reading.asked_at();
        let position = seen_at.map_or(at.position, |seen_at| seen_at.position);
        // What was answered at a later position, or with a fault, is the answer to this request alone.
        let is_its_own = response.is_err()
            || !response.http_headers.is_empty()
            || seen_at != Some(at)
            || asked.shown().is_of_its_moment();
        match answering {
            Some(answering) if !is_its_own => {
                let kept = Kept { json: json(&response), shown: asked.shown().sightings().into() };
                answering.done(kept.clone());
                Answered::kept(kept, position)
            }
            _ => Answered::ran(response, asked, position),
        }
    }
}

/// An answer, and who is shown in it.
struct Answered {
    answer: Answer,
    shown: Arc<[Sighting]>,
    position: Position,
}

impl Answered {
    fn ran(response: Response, asked: &Asked, position: Position) -> Answered {
        Answered { answer: Answer::Ran(response), shown: asked.shown().sightings().into(), position }
    }

    fn kept(Kept { json, shown }: Kept, position: Position) -> Answered {
        Answered { answer: Answer::Kept(json), shown, position }
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

    fn complexity(&self, request: Request) -> Option<usize> {
        self.graph.complexity(request)
    }

    /// What is shown is written down before it is given away.
    async fn execute(&self, asked: Asked) -> Answer {
        let glass = self.service.glass.of(&asked.subject().actor);
        let asked = asked.with_broken_glass(glass);
        let Answered { answer, shown, position } = self.answer(&asked).await;
        match Witnessed::asked(&asked).note(&self.service, &shown, position).await {
            Ok(()) => answer,
            Err(error) => {
                let error = error.into_server_error(Pos::default());
                Answer::Ran(coded(Response::from_errors(vec![error])))
            }
        }
    }

    fn subscribe(&self, asked: Asked) -> BoxStream<'static, Item> {
        if asked.kind() == OperationType::Query {
            let (gateway, id) = (self.clone(), asked.id());
            return stream::once(async move { gateway.execute(asked).await.item(id) }).boxed();
        }
        match self.streams.follow(&asked) {
            Some(events) => events,
            None => self.graph.subscribe(asked),
        }
    }
}
