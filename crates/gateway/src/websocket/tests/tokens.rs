//! Who may open a socket with which token, and for how long.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use sigeyi_identity::{LEEWAY, LOAD_AGAIN_AFTER, Now};

use super::{client::Client, sample::Server};
use crate::{
    identities::{Identities, Visitors},
    limits::Limits,
    tests::issuing::{HOUR, Issuing},
    tokens::Tokens,
};

async fn begin(client: &mut Client, payload: Value) {
    client.say(json!({ "type": "connection_init", "payload": payload })).await;
}

async fn begun(server: &Server, token: &str) -> Client {
    let mut client = Client::connect(server).await;
    begin(&mut client, json!({ "Authorization": format!("Bearer {token}") })).await;
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    client
}

#[tokio::test]
async fn a_token_opens_the_socket_under_either_name() {
    let issuing = Issuing::new();
    let server = Server::of(Identities::of(&Visitors::WithToken(issuing.verifier()))).await;
    let token = format!("Bearer {}", issuing.token(Role::FieldWorker, "150402"));
    for payload in [json!({ "Authorization": token }), json!({ "authorization": token })] {
        let mut client = Client::connect(&server).await;
        begin(&mut client, payload).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client.subscribe("1", r#"{ hello(name: "there") }"#).await;
        let said = client.hear().await;
        assert_eq!(said["payload"]["data"]["hello"], "hello there, says worker-7", "{said}");
    }
}

#[tokio::test]
async fn without_a_token_that_is_believed_the_socket_is_closed_in_one_way() {
    let issuing = Issuing::new();
    let server = Server::of(Identities::of(&Visitors::WithToken(issuing.verifier()))).await;
    let bad = issuing.bad_authorizations();
    let payloads = bad.into_iter().map(|(what, value)| (what, json!({ "Authorization": value })));
    let none = [
        ("none", Value::Null),
        ("empty", json!({})),
        ("number", json!({ "Authorization": 1 })),
        ("another name", json!({ "token": issuing.token(Role::FieldWorker, "150402") })),
    ];
    for (what, payload) in payloads.chain(none) {
        let mut client = Client::connect(&server).await;
        begin(&mut client, payload).await;
        assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()), "{what}");
    }
}

#[tokio::test]
async fn the_socket_ends_at_the_moment_when_its_token_does() {
    let issuing = Issuing::new();
    let now = Now::read().since_epoch;
    let token = issuing.token_from(now, HOUR);
    // The clock of this server goes ahead, so that the token is nearly over when it comes.
    let ahead = HOUR + LEEWAY - Duration::from_secs(2);
    let clock = Arc::new(move || {
        let now = Now::read();
        Now { since_epoch: now.since_epoch + ahead, ..now }
    });
    let server = Server::of(Identities::Tokens(Tokens::with_clock(issuing.verifier(), clock))).await;
    let mut client = begun(&server, &token).await;
    client.subscribe("1", "subscription { silent }").await;
    assert_eq!(client.closed().await, (4401, "token expired".to_owned()));
    assert!(Now::read().since_epoch + ahead >= Duration::from_secs(now.as_secs()) + HOUR + LEEWAY);
}

#[tokio::test]
async fn the_socket_ends_when_its_key_is_withdrawn() {
    let issuing = Issuing::new();
    let verifier = issuing.verifier();
    let limits = Limits { verify_every: Duration::from_millis(20), ..Limits::default() };
    let identities = Identities::of(&Visitors::WithToken(verifier.clone()));
    let server = Server::with_identities(limits, identities).await;
    let token = issuing.token(Role::FieldWorker, "150402");
    let mut client = begun(&server, &token).await;
    client.subscribe("1", "subscription { ticks(milliseconds: 50) }").await;
    for _ in 0..3 {
        assert_eq!(client.hear().await["type"], "next", "looked at again, the token is still believed");
    }
    issuing.withdraw_key();
    let now = Now::read();
    verifier.refresh(Now { instant: now.instant + LOAD_AGAIN_AFTER, ..now }).unwrap();
    assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));
}
