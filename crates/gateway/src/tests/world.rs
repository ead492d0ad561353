//! A directory with a small synthetic region, and the gateway over it.

use std::sync::Arc;

use async_graphql::ServerError;
use serde_json::Value;
use sigeyi_domain::{Identifier, access::Grants};
use sigeyi_engine::{CheckpointOptions, Engine, Options, SimulatedClock, Submission, Target};
use sigeyi_simulator::{Simulation, SimulationOptions};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    asked::{Asked, Question},
    costs::{COST_PER_MINUTE, Costs},
    documents::{Documents, Params, Prepared, Words},
    executor::Executor,
    gateway::Gateway,
    identities::local,
    limits::Limits,
    request_id::RequestId,
    subject::Subject,
    witness::Witness,
};

pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) gateway: Gateway,
    documents: Documents<Gateway>,
    _dir: TempDir,
}

/// Whoever asks without identity.
pub(crate) fn everybody() -> Subject {
    local().unwrap()
}

/// What somebody asks in the operation of a document.
pub(crate) fn question(actor: &str, document: u64, variables: &str) -> Question {
    let id = |text| Identifier::parse(text).unwrap();
    let grants = Grants::default();
    let subject = Subject { actor: id(actor), office: id("local"), grants, is_known: true };
    Question { subject, words: Words { document, operation: 0, variables: variables.into() } }
}

/// The operation, paid for.
fn asked(prepared: Prepared, subject: Subject) -> Asked {
    let costs = Costs::per_minute(COST_PER_MINUTE);
    Asked::paid(prepared, subject, RequestId(Uuid::new_v4()), &costs).unwrap()
}

pub(crate) const PLAN: &str = "nmg-2022-2024";
const SEED: u64 = 7;
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

impl World {
    /// So many people with their story.
    pub(crate) fn of(people: u32) -> World {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SimulatedClock::starting_at(0));
        // Without a story the machine's clock counts.
        let simulated_clock = (people > 0).then(|| clock.clone() as Arc<_>);
        let options = Options { create: true, simulated_clock, ..Options::default() };
        let engine = Arc::new(Engine::open(dir.path(), options).unwrap());
        if people > 0 {
            for day in Simulation::new(SimulationOptions { people, seed: SEED }) {
                clock.advance_to(i64::from(day.day.days()) * 86_400_000_000, 1);
                let tickets: Vec<_> = day
                    .commands
                    .into_iter()
                    .map(|simulated| {
                        let submission = Submission {
                            command_id: simulated.command_id,
                            content: engine.digest(&[simulated.command_id.as_bytes()]),
                            actor: simulated.actor,
                            office: simulated.office.into(),
                            target: Target::Citizen(simulated.citizen),
                            expected_version: None,
                            command: simulated.command,
                        };
                        engine.submit_waiting(submission).unwrap()
                    })
                    .collect();
                for ticket in tickets {
                    ticket.wait(ANSWER_WITHIN).unwrap();
                }
            }
        }
        World::over(dir, engine.clone(), Gateway::new(engine))
    }

    /// An empty directory, and a gateway whose commands do not wait long for their answers.
    pub(crate) fn answering_within(time: std::time::Duration) -> World {
        let dir = tempfile::tempdir().unwrap();
        let engine =
            Arc::new(Engine::open(dir.path(), Options { create: true, ..Options::default() }).unwrap());
        World::over(dir, engine.clone(), Gateway::with(engine.clone(), time, engine))
    }

    /// An empty directory of a log that signs, and whoever writes down who is shown.
    pub(crate) fn with_witness(witness: Arc<dyn Witness>) -> World {
        let dir = tempfile::tempdir().unwrap();
        let checkpoints = CheckpointOptions { make_key: true, ..CheckpointOptions::default() };
        let options = Options { create: true, checkpoints, ..Options::default() };
        let engine = Arc::new(Engine::open(dir.path(), options).unwrap());
        World::over(dir, engine.clone(), Gateway::with(engine, ANSWER_WITHIN, witness))
    }

    fn over(dir: TempDir, engine: Arc<Engine>, gateway: Gateway) -> World {
        let documents = Documents::new(gateway.clone(), Limits::default());
        World { engine, gateway, documents, _dir: dir }
    }

    /// The whole answer to an operation.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> Value {
        let asked = self.asked(query, variables);
        let id = asked.id();
        let item = self.gateway.execute(asked).await.item(id);
        serde_json::from_slice(&item.json).unwrap()
    }

    /// The data of an operation that must not fail.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].clone()
    }

    /// The code of the first error of an operation that must fail.
    pub(crate) async fn code(&self, query: &str, variables: Value) -> String {
        let answer = self.answer(query, variables).await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(crate) fn asked(&self, query: &str, variables: Value) -> Asked {
        self.asked_by(&everybody(), query, variables)
    }

    /// The operation as somebody asks for it.
    pub(crate) fn asked_by(&self, subject: &Subject, query: &str, variables: Value) -> Asked {
        let prepared = self.prepare(query, variables).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
        asked(prepared, subject.clone())
    }

    /// The whole answer to an operation of somebody.
    pub(crate) async fn answer_to(&self, subject: &Subject, query: &str, variables: Value) -> Value {
        let asked = self.asked_by(subject, query, variables);
        let id = asked.id();
        let item = self.gateway.execute(asked).await.item(id);
        serde_json::from_slice(&item.json).unwrap()
    }

    /// One of a document's operations.
    pub(crate) fn asked_by_name(&self, query: &str, name: &str) -> Asked {
        let params =
            Params { query: query.to_owned(), operation_name: Some(name.to_owned()), variables: None };
        let prepared = self.documents.prepare(params).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
        asked(prepared, everybody())
    }

    /// The operation, or why it must not run.
    pub(crate) fn prepare(&self, query: &str, variables: Value) -> Result<Prepared, Vec<ServerError>> {
        let variables = variables.as_object().cloned();
        self.documents.prepare(Params { query: query.to_owned(), variables, ..Params::default() })
    }
}
