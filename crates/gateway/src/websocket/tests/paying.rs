//! Operations on a socket are paid for as requests are.

use serde_json::json;

use super::{client::Client, sample::Server};
use crate::{costs::COST_PER_MINUTE_MIN, limits::Limits};

/// Begins one after another until one is refused for what it costs; gives how many were not.
async fn until_refused(client: &mut Client, operation: &str) -> usize {
    for begun in 0..1_000 {
        let id = begun.to_string();
        client.subscribe(&id, operation).await;
        client.complete(&id).await;
        client.say(json!({ "type": "ping" })).await;
        loop {
            let message = client.hear().await;
            if message["type"] == "pong" {
                break;
            }
            let extensions = &message["payload"][0]["extensions"];
            if extensions["code"] == "RATE_LIMITED" {
                assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)));
                assert!((1..=10_000).contains(&extensions["retryAfterMs"].as_u64().unwrap_or_default()));
                assert!(extensions["requestId"].is_string(), "{message}");
                assert_eq!(client.hear().await["type"], "pong", "the socket stays open");
                return begun;
            }
        }
    }
    panic!("nothing is ever refused: {operation}");
}

#[tokio::test]
async fn who_begins_too_much_is_refused_whatever_it_is_and_on_every_socket() {
    // 10 a second, 100 at once; each of these takes 10 or a little more.
    let limits = Limits { cost_per_minute: COST_PER_MINUTE_MIN, ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    assert!(until_refused(&mut client, "subscription { silent }").await > 5);
    for operation in ["{ never }", "mutation { nothing }", "{"] {
        until_refused(&mut client, operation).await;
    }
    let mut other = Client::ready(&server).await;
    assert!(until_refused(&mut other, "subscription { silent }").await <= 5, "it has no other budget");
}
