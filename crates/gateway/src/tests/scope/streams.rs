//! Subscriptions: what is followed is one's own, also beside others who follow in the same words.

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use sigeyi_domain::{Identifier, access::Role};

use super::places::{HERE, Places, Seen, THERE, everybody_here, row, seen, subject, with_stream};
use crate::{
    executor::{Executor, Item},
    subject::Subject,
};

const WITHIN: Duration = Duration::from_secs(20);
const EVENTS: &str = "subscription { events(after: \"0\") { position personId commandId } }";
/// Two words for the same field, which are read by each follower alone.
const ALONE: &str =
    "subscription { events(after: \"0\") @include(if: true) { position personId commandId } }";

fn follow(places: &Places, subject: &Subject, query: &str, variables: Value) -> BoxStream<'static, Item> {
    places.world.gateway.subscribe(places.world.asked_by(subject, query, variables))
}

async fn next(stream: &mut BoxStream<'static, Item>) -> Value {
    let item = tokio::time::timeout(WITHIN, stream.next()).await.unwrap().unwrap();
    serde_json::from_slice(&item.json).unwrap()
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_follows_its_own_county_and_no_other() {
    let places = Places::new().await;
    let figures = "subscription($code: ID) { progress(region: $code) { registered } }";
    let filtered = "subscription($code: ID) { events(after: \"0\", filter: { region: $code }) { position } }";
    for (field, query, code, expected) in [
        ("events", EVENTS, Value::Null, "SSSFSFFS"),
        ("events", ALONE, Value::Null, "SSSFSFFS"),
        ("events", filtered, json!(HERE), "SSSFSFFS"),
        ("events", filtered, json!(THERE), "FFFFFFFF"),
        ("progress", figures, json!(HERE), "SSSSSFFF"),
        ("progress", figures, Value::Null, "SSSSSFFF"),
        ("progress", figures, json!(THERE), "FFFFFFFF"),
    ] {
        let mut found = Vec::new();
        for subject in everybody_here() {
            let answer = next(&mut follow(&places, &subject, query, json!({ "code": code }))).await;
            places.tells_of_nobody_there(&answer);
            found.push(seen(&answer, field));
        }
        assert_eq!(found, row(expected), "{query} {code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_follow_in_the_same_words_are_each_given_their_own() {
    let places = Places::new().await;
    for query in [EVENTS, ALONE] {
        let mut here = follow(&places, &subject(Role::Manager, HERE), query, json!({}));
        let mut there = follow(&places, &subject(Role::Manager, THERE), query, json!({}));
        for (stream, people, first) in [(&mut here, &places.here, 1), (&mut there, &places.there, 2)] {
            for (person, position) in people.iter().zip((first..).step_by(2)) {
                let event = next(stream).await["data"]["events"].clone();
                assert_eq!(
                    (&event["personId"], &event["position"]),
                    (&json!(person), &json!(position.to_string()))
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_pseudonyms_nobody_is_named_and_each_reader_has_others() {
    let places = Places::new().await;
    let analyst = |name: &str| {
        let actor = Identifier::parse(name).unwrap();
        Subject { actor, ..with_stream(subject(Role::Analyst, HERE)) }
    };
    let mut seen_by = Vec::new();
    for name in ["one", "two"] {
        for query in [EVENTS, ALONE] {
            let mut stream = follow(&places, &analyst(name), query, json!({}));
            let mut events = Vec::new();
            for position in ["1", "3", "5"] {
                let event = next(&mut stream).await["data"]["events"].clone();
                assert_eq!(event["position"], position);
                let ids = [event["personId"].as_str().unwrap(), event["commandId"].as_str().unwrap()];
                assert!(!places.here.iter().any(|person| person == ids[0]));
                events.push(ids.map(str::to_owned));
            }
            seen_by.push(events);
        }
    }
    assert_eq!((&seen_by[0], &seen_by[2]), (&seen_by[1], &seen_by[3]), "the same wherever one reads");
    assert_ne!(seen_by[0], seen_by[2]);
    // Whoever could ask by the person's id would know whose the pseudonym is.
    let query = "query($id: ID) { events(filter: { personId: $id }) { nodes { personId } } }";
    let answer = places.ask(&analyst("one"), query, json!({ "id": places.here[0] })).await;
    assert_eq!(seen(&answer, "events"), Seen::Forbidden);
}
