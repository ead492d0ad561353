//! A directory with a small synthetic region, and the gateway over it.

use std::sync::Arc;

use async_graphql::Request;
use serde_json::Value;
use sigeyi_engine::{Engine, Options, SimulatedClock, Submission, Target};
use sigeyi_simulator::{Simulation, SimulationOptions};
use tempfile::TempDir;

use crate::{documents::Params, executor::Executor, gateway::Gateway, subject::Subject};

pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) gateway: Gateway,
    _dir: TempDir,
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
        let gateway = Gateway::new(engine.clone());
        World { engine, gateway, _dir: dir }
    }

    /// The whole answer to an operation.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> Value {
        let response = self.gateway.execute(self.request(query, variables)).await;
        serde_json::to_value(&response).unwrap()
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

    pub(crate) fn request(&self, query: &str, variables: Value) -> Request {
        let documents =
            crate::documents::Documents::new(self.gateway.clone(), crate::limits::Limits::default());
        let variables = variables.as_object().cloned();
        let params = Params { query: query.to_owned(), variables, ..Params::default() };
        let prepared = documents.prepare(params).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
        prepared.request.data(Subject::of(&axum::http::HeaderMap::new()).unwrap())
    }
}
