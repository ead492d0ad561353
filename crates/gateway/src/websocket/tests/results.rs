//! What operations answer, and what becomes of those that fail.

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{
    client::{Client, completed, next},
    sample::{Server, until},
};
use crate::limits::Limits;

fn code(message: &Value) -> &Value {
    assert_eq!(message["type"], "error", "{message}");
    &message["payload"][0]["extensions"]["code"]
}

#[tokio::test]
async fn pings_are_answered_before_and_after_the_acknowledgement() {
    let server = Server::start().await;
    let mut client = Client::connect(&server).await;
    client.is_quiet().await;
    client.say(json!({ "type": "pong" })).await;
    client.say(json!({ "type": "connection_init", "payload": { "authorization": "none yet" } })).await;
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.send(Message::Ping("beat".into())).await;
    assert_eq!(client.frame().await, Message::Pong("beat".into()));
}

#[tokio::test]
async fn a_subscription_gives_its_results_and_completes() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let id = "a \"quoted\" \\ id\n旗";
    client.subscribe(id, "subscription { count(to: 300) }").await;
    for number in 1..=300 {
        assert_eq!(client.hear().await, next(id, json!({ "data": { "count": number } })));
    }
    assert_eq!(client.hear().await, completed(id));
    client.is_quiet().await;
}

#[tokio::test]
async fn queries_and_mutations_give_one_result() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let query = "query Greet($name: String!) { hello(name: $name) }";
    let payload = json!({ "query": query, "operationName": "Greet", "variables": { "name": "you" } });
    client.say(json!({ "id": "q", "type": "subscribe", "payload": payload })).await;
    assert_eq!(client.hear().await, next("q", json!({ "data": { "hello": "hello you, says local" } })));
    assert_eq!(client.hear().await, completed("q"));

    server.world.gate.0.add_permits(1);
    client.subscribe("m", "mutation { add }").await;
    assert_eq!(client.hear().await, next("m", json!({ "data": { "add": 1 } })));
    assert_eq!(client.hear().await, completed("m"));
}

#[tokio::test]
async fn a_document_that_is_not_valid_is_an_error_and_not_a_result() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for query in ["{ nothing }", "{ hello", "subscription { count }", "mutation { add(no: 1) }"] {
        client.subscribe("1", query).await;
        let message = client.hear().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["id"], "1");
        assert!(message["payload"].as_array().is_some_and(|errors| !errors.is_empty()), "{message}");
    }
    client.is_quiet().await;
}

#[tokio::test]
async fn errors_of_resolvers_are_results() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    // What has no code of its own was not written for clients, and is not shown to them.
    let code = |message: &serde_json::Value| message["payload"]["errors"][0]["extensions"]["code"].clone();
    client.subscribe("q", "{ fail }").await;
    assert_eq!(code(&client.hear().await), "INTERNAL");
    assert_eq!(client.hear().await, completed("q"));
    client.subscribe("s", "subscription { failing }").await;
    assert_eq!(client.hear().await, next("s", json!({ "data": { "failing": 1 } })));
    assert_eq!(code(&client.hear().await), "INTERNAL");
    assert_eq!(client.hear().await, completed("s"));
    client.subscribe("r", "subscription { refused }").await;
    assert_eq!(code(&client.hear().await), "INTERNAL");
    assert_eq!(client.hear().await, completed("r"));
}

#[tokio::test]
async fn every_error_of_an_operation_has_its_request_id_and_every_operation_one_of_its_own() {
    let limits = Limits { request_time_max: Duration::from_millis(200), ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    let mut seen = HashSet::new();
    for (operation, kind) in [
        ("{ nothing }", "error"),
        ("query ($n: String!) { hello(name: $n) }", "error"),
        ("{ fail }", "next"),
        ("{ panic }", "error"),
        ("{ never }", "error"),
        ("mutation { panic }", "error"),
        ("subscription { refused }", "next"),
        ("subscription { panicking }", "error"),
    ] {
        client.subscribe("1", operation).await;
        let message = client
            .hear_until(|message| message["type"] == "error" || message["payload"].get("errors").is_some())
            .await;
        assert_eq!(message["type"], kind, "{operation}: {message}");
        let errors = if kind == "error" { &message["payload"] } else { &message["payload"]["errors"] };
        let ids: Vec<Uuid> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["extensions"]["requestId"].as_str().unwrap_or_default().parse().unwrap())
            .collect();
        assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]), "{operation}: {message}");
        assert!(seen.insert(ids[0]), "{operation}: the id is that of another operation");
        if kind == "next" {
            assert_eq!(client.hear().await, completed("1"));
        }
    }
}

#[tokio::test]
async fn a_panic_ends_its_operation_and_no_other() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("ticks", "subscription { ticks(milliseconds: 1) }").await;
    client.subscribe("s", "subscription { panicking }").await;
    for number in 1..3 {
        assert_eq!(client.hear_of("s").await, next("s", json!({ "data": { "panicking": number } })));
    }
    assert_eq!(code(&client.hear_of("s").await), "INTERNAL");
    for operation in ["{ panic }", "mutation { panic }"] {
        client.subscribe("p", operation).await;
        assert_eq!(code(&client.hear_of("p").await), "INTERNAL", "{operation}");
    }
    assert_eq!(client.hear_of("ticks").await["type"], "next");
    client.complete("ticks").await;
    until("the stream is dropped", || server.world.streams.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn one_operation_too_many_is_an_error_and_the_others_go_on() {
    let server = Server::with(Limits { operations_max: 3, ..Limits::default() }, 10).await;
    let mut client = Client::ready(&server).await;
    for id in ["1", "2", "3"] {
        client.subscribe(id, "subscription { silent }").await;
    }
    client.subscribe("4", "{ hello(name: \"a\") }").await;
    assert_eq!(code(&client.hear().await), "TOO_MANY_OPERATIONS");
    client.complete("2").await;
    client.subscribe("4", "{ hello(name: \"a\") }").await;
    assert_eq!(client.hear().await["type"], "next");
    assert_eq!(client.hear().await, completed("4"));
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_mutation_keeps_its_place_until_it_is_done() {
    let server = Server::with(Limits { operations_max: 1, ..Limits::default() }, 10).await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "mutation { add }").await;
    client.complete("1").await;
    client.subscribe("2", "mutation { add }").await;
    assert_eq!(code(&client.hear().await), "TOO_MANY_OPERATIONS");
    server.world.gate.0.add_permits(2);
    until("it is done", || server.world.done.load(Ordering::SeqCst) == 1).await;
    // Its place is free a moment after it has been counted.
    loop {
        client.subscribe("3", "mutation { add }").await;
        let message = client.hear().await;
        if message["type"] == "next" {
            assert_eq!(message, next("3", json!({ "data": { "add": 2 } })));
            break;
        }
        assert_eq!(code(&message), "TOO_MANY_OPERATIONS");
    }
}

#[tokio::test]
async fn a_mutation_finishes_although_its_socket_is_gone() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "mutation { add }").await;
    until("it has begun", || server.world.begun.load(Ordering::SeqCst) == 1).await;
    drop(client);
    let mut other = Client::ready(&server).await;
    other.is_quiet().await;
    assert_eq!(server.sockets.open(), 2, "the mutation still counts");
    server.world.gate.0.add_permits(1);
    until("it is done", || server.world.done.load(Ordering::SeqCst) == 1).await;
    until("its place is free", || server.sockets.open() == 1).await;
}

#[tokio::test]
async fn a_result_that_does_not_come_in_time_is_an_error() {
    let limits = Limits { request_time_max: Duration::from_millis(200), ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    for operation in ["{ never }", "mutation { add }"] {
        client.subscribe("1", operation).await;
        assert_eq!(code(&client.hear().await), "TIMEOUT", "{operation}");
    }
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 0, "the query is stopped");
    server.world.gate.0.add_permits(1);
    until("the mutation is done nevertheless", || server.world.done.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn nothing_comes_after_the_client_has_completed() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("q", "{ never }").await;
    client.subscribe("s", "subscription { ticks(milliseconds: 1) }").await;
    client.hear_of("s").await;
    client.complete("s").await;
    client.complete("q").await;
    client.complete("unknown").await;
    client.say(json!({ "type": "ping" })).await;
    // What was written before the server read the first of these may still come.
    client.hear_until(|message| message["type"] == "pong").await;
    until("both are dropped", || server.world.streams.load(Ordering::SeqCst) == 0).await;
    client.is_quiet().await;
}

#[tokio::test]
async fn a_socket_that_is_lost_drops_its_streams() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silent }").await;
    client.subscribe("2", "subscription { ticks(milliseconds: 1) }").await;
    client.subscribe("3", "{ never }").await;
    client.hear_of("2").await;
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 3);
    drop(client);
    until("nothing is left", || server.sockets.open() == 0).await;
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 0);
}
