//! How a server with an engine ends.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;
use sigeyi_engine::{Engine, Options};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{Notify, oneshot},
    time::timeout,
};

use super::commands::enrolment;
use crate::{ServeOptions, Visitors, serve};

const WITHIN: Duration = Duration::from_secs(20);
/// An end that waits for nobody comes well before.
const WELL_BEFORE: Duration = Duration::from_millis(300);

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let reached = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(WITHIN, reached).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_a_command_whose_client_has_left() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Arc::new(Engine::open(dir.path(), Options { create: true, ..Options::default() }).unwrap());
    let options = ServeOptions::new(SocketAddr::from(([127, 0, 0, 1], 0)), Visitors::ThisMachine);
    let (tell, told) = oneshot::channel();
    let stop = Arc::<Notify>::default();
    let (stopping, serving) = (stop.clone(), engine.clone());
    let mut served = tokio::spawn(async move {
        let listening = |address| {
            let _ = tell.send(address);
        };
        serve(serving, options, listening, Arc::default(), stopping.notified()).await
    });
    let address = told.await.unwrap();

    // Recorded, and not answered: nothing is folded as long as it is held.
    let held = engine.read_held();
    let query = "mutation($input: EnrolPersonInput!) { enrolPerson(input: $input) { __typename } }";
    let body = json!({ "query": query, "variables": { "input": enrolment() } }).to_string();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.unwrap();
    until("the command is recorded", async || engine.durable_head().0 == 1).await;
    drop(socket);
    stop.notify_one();
    until("nobody listens any more", async || TcpStream::connect(address).await.is_err()).await;
    assert!(timeout(WELL_BEFORE, &mut served).await.is_err(), "it waits for the answer");
    drop(held);
    timeout(WITHIN, served).await.expect("in time").unwrap().unwrap();
    assert_eq!(engine.head().0, 1);
}
