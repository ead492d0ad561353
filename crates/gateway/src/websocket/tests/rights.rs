//! Sockets under the register of roles: they end when the rights change with which they were opened, and not before.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use sigeyi_domain::{Day, Position, access::Role};
use sigeyi_engine::{Engine, Options};
use sigeyi_identity::Now;
use tempfile::TempDir;

use super::{client::Client, sample::Server};
use crate::{
    identities::{Identities, Visitors},
    register::Register,
    tests::{
        issuing::Issuing,
        registering::{bootstrap, grant, withdraw},
    },
    tokens::Tokens,
};

/// Within which a socket ends whose rights have changed. Tokens are looked at again once a minute alone.
const AT_ONCE: Duration = Duration::from_secs(20);
const DAY_SECONDS: u64 = 86_400;
const CHINA_SECONDS: u64 = 8 * 3_600;
const COUNTY: &str = "150402";

/// A directory with a register, a role of `worker-7` in it, and a key that signs tokens.
struct World {
    _dir: TempDir,
    engine: Arc<Engine>,
    issuing: Issuing,
    granted: Position,
}

impl World {
    async fn new(until: Option<Day>) -> World {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { create: true, ..Options::default() };
        let engine = Arc::new(Engine::open(dir.path(), options).unwrap());
        bootstrap(&engine).await;
        let granted = grant(&engine, "worker-7", Role::FieldWorker, COUNTY, until).await;
        World { _dir: dir, engine, issuing: Issuing::new(), granted }
    }

    fn identities(&self) -> Identities {
        Identities::of(&Visitors::WithToken(self.issuing.verifier())).limited_by(Register::of(&self.engine))
    }
}

/// A socket of `worker-7` with a stream on which nothing comes.
async fn silent(server: &Server, token: &str) -> Client {
    let mut client = Client::connect(server).await;
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    client.say(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    client.subscribe("1", "subscription { silent }").await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_at_once_when_its_role_is_withdrawn() {
    let world = World::new(None).await;
    let server = Server::of(world.identities()).await;
    let mut client = silent(&server, &world.issuing.token(Role::FieldWorker, COUNTY)).await;
    let began = Instant::now();
    withdraw(&world.engine, world.granted).await;
    assert_eq!(client.closed().await, (4403, "rights have changed: connect again".to_owned()));
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_when_a_role_more_is_granted_so_that_its_client_comes_again_and_has_it() {
    let world = World::new(None).await;
    let server = Server::of(world.identities()).await;
    // The token says more than the register grants yet.
    let mut client = silent(&server, &world.issuing.token(Role::FieldWorker, "150400")).await;
    grant(&world.engine, "worker-7", Role::FieldWorker, "150404", None).await;
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_stays_when_the_rights_of_somebody_else_change() {
    let world = World::new(None).await;
    let server = Server::of(world.identities()).await;
    let mut client = silent(&server, &world.issuing.token(Role::FieldWorker, COUNTY)).await;
    let other = grant(&world.engine, "worker-8", Role::FieldWorker, COUNTY, None).await;
    withdraw(&world.engine, other).await;
    client.subscribe("2", r#"{ hello(name: "there") }"#).await;
    let said = client.hear().await;
    assert_eq!(said["payload"]["data"]["hello"], "hello there, says worker-7", "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_when_the_last_day_of_its_role_is_over() {
    let today = Day::in_china(i64::try_from(Now::read().since_epoch.as_micros()).unwrap());
    let world = World::new(Some(today)).await;
    let midnight = Duration::from_secs((today.days() as u64 + 1) * DAY_SECONDS - CHINA_SECONDS);
    let token = world.issuing.token_from(midnight - Duration::from_secs(60), Duration::from_secs(3_600));
    // By the clock of this server it is two seconds before midnight in China.
    let ahead = midnight - Duration::from_secs(2) - Now::read().since_epoch;
    let clock = Arc::new(move || {
        let now = Now::read();
        Now { since_epoch: now.since_epoch + ahead, ..now }
    });
    let tokens = Tokens::with_clock(world.issuing.verifier(), clock);
    let server = Server::of(Identities::Tokens(tokens.limited_by(Register::of(&world.engine)))).await;
    let mut client = silent(&server, &token).await;
    assert_eq!(client.closed().await.0, 4401);
}
