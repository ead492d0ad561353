//! What is asked for is paid for, on every way into the service.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sigeyi_domain::access::Role;

use super::{
    asking::{Answer, Asking},
    commands::enrolment,
    world::{World, everybody},
};
use crate::{COST_PER_MINUTE_MIN, costs::Costs};

const CHEAP: &str = "{ me { actor } }";
/// Five for each person.
const DEAR: &str = "query($first: Int!) { people(first: $first) { nodes { id age sex version } } }";
const ENROL: &str = "mutation($input: EnrolPersonInput!) { enrolPerson(input: $input) { __typename } }";

/// The least that an operator can give: 10 a second, 100 at once.
async fn asking() -> Asking {
    Asking::with(World::of(0).engine, |options| options.cost_per_minute = COST_PER_MINUTE_MIN).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_spent_the_budget_is_told_when_to_come_again_whatever_is_asked() {
    let asking = asking().await;
    let manager = asking.token(Role::Manager);
    // Some 1,000: it is had, and owed for a minute and a half.
    assert_eq!(asking.post(&manager, DEAR, json!({ "first": 200 })).await.status, 200);
    let enrolment = json!({ "input": enrolment() });
    for (query, variables) in [
        (CHEAP, Value::Null),
        (DEAR, json!({ "first": 1 })),
        (ENROL, enrolment),
        ("{ nothing }", Value::Null),
        ("{", Value::Null),
    ] {
        let refused = asking.post(&manager, query, variables).await;
        assert_eq!((refused.status, refused.extensions()["code"].as_str()), (429, Some("RATE_LIMITED")));
        assert!(refused.extensions()["requestId"].is_string() && refused.json().get("data").is_none());
        told_when(&refused);
    }
    // The same actor in another role has no other budget.
    let importer = asking.token(Role::Importer);
    let headers = format!("Authorization: Bearer {importer}\r\nContent-Type: application/x-ndjson\r\n");
    let import = asking.send("POST", "/imports?source=import", &headers, "").await;
    assert_eq!((import.status, import.extensions()["code"].as_str()), (429, Some("RATE_LIMITED")));
    told_when(&import);
    for path in ["/events", "/events.ndjson"] {
        let events = asking.send("GET", path, &format!("Authorization: Bearer {manager}\r\n"), "").await;
        assert_eq!((events.status, events.extensions()["code"].as_str()), (429, Some("RATE_LIMITED")));
        told_when(&events);
    }
}

/// In milliseconds and in seconds.
fn told_when(refused: &Answer) {
    let again_after = refused.extensions()["retryAfterMs"].as_u64().unwrap_or_default();
    assert!((1..=100_000).contains(&again_after), "{refused:?}");
    let seconds: u64 = refused.header("retry-after").unwrap_or_default().parse().unwrap_or_default();
    assert_eq!(seconds, again_after.div_ceil(1_000), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_imports_spend_what_questions_spend() {
    let (commands, imports) = (asking().await, asking().await);
    let manager = commands.token(Role::Manager);
    let mut sent = 0;
    while commands.post(&manager, ENROL, json!({ "input": enrolment() })).await.status == 200 {
        sent += 1;
        assert!(sent < 1_000, "nobody is ever refused");
    }
    let importer = imports.token(Role::Importer);
    let headers = format!("Authorization: Bearer {importer}\r\nContent-Type: application/x-ndjson\r\n");
    assert_eq!(imports.send("POST", "/imports?source=import", &headers, "").await.status, 200);
    assert_eq!(imports.post(&importer, CHEAP, Value::Null).await.status, 429);
}

#[tokio::test]
async fn an_import_goes_no_faster_than_it_is_paid_for() {
    // 1,000 units a second and 10,000 at once.
    let costs = Costs::per_minute(60_000);
    let somebody = everybody();
    costs.import_piece(&somebody, 100 * 10_000).await;
    let begun = Instant::now();
    costs.import_piece(&somebody, 100 * 200).await;
    assert!(begun.elapsed() >= Duration::from_millis(190), "{:?}", begun.elapsed());
}
