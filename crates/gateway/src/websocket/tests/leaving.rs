//! The server goes down.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::StatusCode;

use super::{
    client::{Client, completed, next},
    sample::{Server, until},
};
use crate::limits::Limits;

const GOING_AWAY: (u16, &str) = (1001, "the server is going down");

async fn assert_gone(client: &mut Client) {
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), GOING_AWAY);
}

#[tokio::test]
async fn streams_are_dropped_and_sockets_close_with_1001() {
    let server = Server::start().await;
    let (mut streaming, mut idle, mut silent) =
        (Client::ready(&server).await, Client::ready(&server).await, Client::connect(&server).await);
    streaming.subscribe("a", "subscription { silent }").await;
    streaming.subscribe("b", "subscription { silent }").await;
    until("both run", || server.world.streams.load(Ordering::SeqCst) == 2).await;
    server.shutdown.send(true).expect("sockets listen");
    for client in [&mut streaming, &mut idle, &mut silent] {
        assert_gone(client).await;
    }
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 0);
    assert_eq!(Client::refused(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    drop((streaming, idle, silent));
    timeout(Duration::from_secs(5), server.sockets.closed()).await.expect("all are closed");
}

#[tokio::test]
async fn a_mutation_under_way_is_answered_and_nothing_new_begins() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("m", "mutation { add }").await;
    until("it has begun", || server.world.begun.load(Ordering::SeqCst) == 1).await;
    client.subscribe("s", "subscription { silent }").await;
    until("it runs", || server.world.streams.load(Ordering::SeqCst) == 1).await;
    server.shutdown.send(true).expect("sockets listen");
    until("it is dropped", || server.world.streams.load(Ordering::SeqCst) == 0).await;
    client.subscribe("n", "mutation { add }").await;
    let refusal = client.hear().await;
    assert_eq!(refusal["payload"][0]["extensions"]["code"], "SHUTTING_DOWN", "{refusal}");
    assert!(timeout(Duration::from_millis(100), server.sockets.closed()).await.is_err(), "it waits");
    server.world.gate.0.add_permits(1);
    assert_eq!(client.hear().await, next("m", json!({ "data": { "add": 1 } })));
    assert_eq!(client.hear().await, completed("m"));
    assert_gone(&mut client).await;
}

#[tokio::test]
async fn neither_a_flood_nor_a_reader_who_is_none_keeps_the_server() {
    let limits = Limits { request_time_max: Duration::from_millis(500), ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let (mut reading, mut deaf) = (Client::ready(&server).await, Client::ready(&server).await);
    reading.subscribe("1", "subscription { flood(bytes: 1000) }").await;
    reading.hear().await;
    deaf.subscribe("1", "subscription { flood(bytes: 1000) }").await;
    let reader = tokio::spawn(async move {
        assert_gone(&mut reading).await;
    });
    until("it is sent much", || server.world.produced.load(Ordering::SeqCst) > 10_000).await;
    let begin = Instant::now();
    server.shutdown.send(true).expect("sockets listen");
    reader.await.expect("it is told");
    timeout(Duration::from_secs(10), server.sockets.closed()).await.expect("all are closed");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    drop(deaf);
}

#[tokio::test]
async fn a_sender_that_is_gone_says_the_same() {
    let mut server = Server::start().await;
    let mut client = Client::ready(&server).await;
    server.shutdown = tokio::sync::watch::channel(false).0;
    assert_gone(&mut client).await;
    assert_eq!(Client::refused(&server).await, StatusCode::SERVICE_UNAVAILABLE);
}
