//! Events over plain HTTP: one's own, as subscriptions give them, and written down before they are given.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use sigeyi_domain::{Identifier, access::Role};
use sigeyi_engine::AccessOutcome;

use super::places::{HERE, Places, THERE, everybody_here, subject, with_stream};
use crate::{
    subject::Subject,
    tests::following::{BATCH, EVENT_STREAM, Following, code, text},
};

/// What somebody is given on each way: the events with their positions, or the code of the refusal.
async fn given(following: &Following, word: &str, filter: &str) -> [Result<Vec<Value>, String>; 3] {
    let authorization = ("authorization", word);
    let page = following.get(&format!("/events?{filter}"), &[("accept", BATCH), authorization]).await;
    let page = match page.status().as_u16() {
        200 => Ok(serde_json::from_str(&text(page).await).unwrap()),
        _ => Err(code(page).await),
    };
    let file = following.get(&format!("/events.ndjson?{filter}"), &[authorization]).await;
    let file = match file.status().as_u16() {
        200 => {
            let text = text(file).await;
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let (last, events) = lines.split_last().unwrap();
            assert_eq!(last["end"]["count"], events.len(), "{last}");
            Ok(events.to_vec())
        }
        _ => Err(code(file).await),
    };
    let path = format!("/events?after=0&{filter}");
    let stream = following.get(&path, &[("accept", EVENT_STREAM), authorization]).await;
    let stream = match stream.status().as_u16() {
        200 => {
            let mut messages = following.stream(&path, &[authorization]).await;
            let mut events = Vec::new();
            for _ in 0..page.as_ref().map_or(0, Vec::len) {
                events.push(messages.event().await.json());
            }
            Ok(events)
        }
        _ => Err(code(stream).await),
    };
    [page, file, stream]
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_is_given_its_own_county_and_no_other() {
    const WORDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let places = Places::new().await;
    let subjects: Vec<(&'static str, Subject)> = WORDS.into_iter().zip(everybody_here()).collect();
    let following = Following::by(&places.world, &subjects);
    for (filter, expected) in [
        (String::new(), "SSSFSFFS"),
        (format!("region={HERE}"), "SSSFSFFS"),
        (format!("region={THERE}"), "FFFFFFFF"),
        ("region=150000".to_owned(), "FFFFFFFF"),
    ] {
        for (word, expected) in WORDS.into_iter().zip(expected.chars()) {
            places.told.take();
            for answer in given(&following, word, &filter).await {
                match (&answer, expected) {
                    (Ok(events), 'S') => {
                        assert_eq!(events.len(), 3, "{word} {filter}");
                        for event in events {
                            assert_eq!(event["region"], HERE);
                            places.tells_of_nobody_there(event);
                        }
                    }
                    (Err(code), 'F') => assert_eq!(code, "FORBIDDEN"),
                    _ => panic!("{word} {filter}: {answer:?}"),
                }
            }
            let notes = places.told.take();
            assert!(notes.len() >= 3, "{word} {filter}: each way is written down");
            let is_denied = |outcome| matches!(outcome, AccessOutcome::Denied);
            assert!(notes.iter().all(|note| is_denied(note.outcome) == (expected == 'F')), "{notes:?}");
        }
    }
    let nobody = following.get("/events", &[("accept", BATCH)]).await;
    assert_eq!((nobody.status().as_u16(), code(nobody).await.as_str()), (401, "UNAUTHENTICATED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn under_pseudonyms_nobody_is_named_and_they_are_those_of_the_subscription() {
    let places = Places::new().await;
    let analyst = |name: &str| {
        let actor = Identifier::parse(name).unwrap();
        Subject { actor, ..with_stream(subject(Role::Analyst, HERE)) }
    };
    let (one, two) = (analyst("one"), analyst("two"));
    let following = Following::by(&places.world, &[("one", one.clone()), ("two", two)]);
    let subjects =
        |events: &[Value]| -> Vec<Value> { events.iter().map(|event| event["subject"].clone()).collect() };
    let [page, file, stream] = given(&following, "one", "").await.map(|it| subjects(&it.unwrap()));
    assert_eq!((&page, &page), (&file, &stream));
    assert!(page.iter().all(|subject| !places.here.iter().any(|person| subject == person)));
    let [other, ..] = given(&following, "two", "").await.map(|it| subjects(&it.unwrap()));
    assert!(page.iter().all(|subject| !other.contains(subject)));
    let query = "{ events(first: 50) { nodes { personId } } }";
    let answer = places.ask(&one, query, json!({})).await;
    let nodes = answer["data"]["events"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.iter().map(|node| node["personId"].clone()).collect::<Vec<_>>(), page);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_given_to_nobody() {
    let places = Places::new().await;
    let following = Following::by(&places.world, &[("manager", subject(Role::Manager, HERE))]);
    let manager = ("authorization", "manager");
    places.told.refuses.store(true, Ordering::SeqCst);
    let page = following.get("/events", &[("accept", BATCH), manager]).await;
    assert_eq!((page.status().as_u16(), code(page).await.as_str()), (503, "ACCESS_LOG_UNAVAILABLE"));
    let file = text(following.get("/events.ndjson", &[manager]).await).await;
    assert!(
        file.starts_with("{\"error\":{\"code\":\"ACCESS_LOG_UNAVAILABLE\"") && file.lines().count() == 1,
        "{file}"
    );
    let mut stream = following.stream("/events?after=0", &[manager]).await;
    let message = stream.event().await;
    assert_eq!(
        (message.event.as_str(), message.json()["code"].as_str()),
        ("ended", Some("ACCESS_LOG_UNAVAILABLE"))
    );
    assert_eq!(stream.next().await, None);
}
