//! Subscriptions: every event once and in order, from any position; the newest figures.

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use sigeyi_domain::{Command, ServiceType};
use sigeyi_engine::{LogEntry, Submission, Target};
use uuid::Uuid;

use super::world::World;
use crate::executor::{Executor, Item};

const WITHIN: Duration = Duration::from_secs(20);

fn follow(world: &World, query: &str, variables: Value) -> BoxStream<'static, Item> {
    world.gateway.subscribe(world.asked(query, variables))
}

async fn next(stream: &mut BoxStream<'static, Item>) -> Value {
    let item =
        tokio::time::timeout(WITHIN, stream.next()).await.expect("in time").expect("the stream goes on");
    serde_json::from_slice(&item.json).unwrap()
}

/// One service for somebody.
pub(crate) async fn deliver(world: &World, number: u32) {
    let reading = world.engine.read();
    let page = reading.events(sigeyi_engine::Position(0), &Default::default(), 50, 50).unwrap();
    let LogEntry::Event(event) = &page.events[number as usize % page.events.len()] else {
        panic!("nobody is withheld here")
    };
    let person = event.person.unwrap();
    let id = |text| sigeyi_domain::Identifier::parse(text).unwrap();
    let command_id = Uuid::new_v4();
    let submission = Submission {
        command_id,
        content: world.engine.digest(&[command_id.as_bytes()]),
        actor: id("a"),
        office: id("o").into(),
        target: Target::Person(person),
        expected_version: None,
        command: Command::DeliverService {
            service: ServiceType::JobFair,
            provider: None,
            remarks: None,
            on: None,
        },
    };
    world.engine.submit_async(submission).unwrap().await.unwrap();
}

fn position(event: &Value) -> u64 {
    event["data"]["events"]["position"].as_str().unwrap_or_else(|| panic!("{event}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_without_gap_or_repeat_across_catch_up_and_live() {
    let world = World::of(100);
    let before = world.engine.head().0;
    let query = "subscription($after: Position) { events(after: $after) { position type label } }";
    let mut from_start = follow(&world, query, json!({ "after": "0" }));
    let mut from_middle = follow(&world, query, json!({ "after": (before - 10).to_string() }));
    let mut from_now = follow(&world, query, json!({}));
    let live = 300;
    for number in 0..live {
        deliver(&world, number).await;
    }
    for (stream, first) in [(&mut from_start, 1), (&mut from_middle, before - 9), (&mut from_now, before + 1)]
    {
        for expected in first..=before + u64::from(live) {
            assert_eq!(position(&next(stream).await), expected);
        }
    }
    // Whoever comes back goes on behind the last position seen.
    drop(from_start);
    let mut again = follow(&world, query, json!({ "after": (before + 5).to_string() }));
    assert_eq!(position(&next(&mut again).await), before + 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_gives_what_matches_alone_and_goes_on() {
    let world = World::of(100);
    let query = "subscription S($filter: EventFilter) { found: events(after: \"0\", filter: $filter) { position type } }";
    let mut found = follow(&world, query, json!({ "filter": { "types": ["SERVICE_DELIVERED"] } }));
    let page = world
        .engine
        .read()
        .events(
            sigeyi_engine::Position(0),
            &sigeyi_engine::LogFilter {
                types: vec![sigeyi_domain::EventType::ServiceDelivered],
                ..Default::default()
            },
            10_000,
            100_000,
        )
        .unwrap();
    assert!(page.events.len() > 20);
    for expected in &page.events {
        assert_eq!(next(&mut found).await["data"]["found"]["position"], expected.position().to_string());
    }
    deliver(&world, 1).await;
    let live = next(&mut found).await;
    assert_eq!(
        live["data"]["found"],
        json!({ "position": world.engine.head().to_string(), "type": "SERVICE_DELIVERED" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_argument_that_names_nothing_ends_the_stream_with_its_code() {
    let world = World::of(10);
    let mut stream =
        follow(&world, "subscription { events(filter: { region: \"9\" }) { position } }", json!({}));
    assert_eq!(next(&mut stream).await["errors"][0]["extensions"]["code"], "UNKNOWN_REGION");
    assert!(stream.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_figures_come_at_once_and_after_each_change_at_most_four_times_a_second() {
    let world = World::of(300);
    let query = "subscription { progress(plan: \"nmg-2022-2024\") { position serviceDelivered registered } }";
    let mut figures = follow(&world, query, json!({}));
    let first = next(&mut figures).await["data"]["progress"].clone();
    assert_eq!(first["registered"], 300);
    let certificate = "query { people(filter: { plan: \"nmg-2022-2024\", missing: [SERVICE_DELIVERED] }, first: 20) { nodes { id } } }";
    let lacking = world.data(certificate, Value::Null).await;
    let started = std::time::Instant::now();
    let people = lacking["people"]["nodes"].as_array().unwrap().clone();
    assert!(people.len() > 2);
    for person in &people {
        let input = json!({ "commandId": Uuid::new_v4(), "personId": person["id"], "service": "JOB_FAIR", "effectiveOn": "2024-12-01" });
        let sent = world
            .data(
                "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { __typename } }",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(sent["deliverService"]["__typename"], "Recorded");
    }
    let expected = first["serviceDelivered"].as_u64().unwrap() + people.len() as u64;
    let mut given = 0;
    loop {
        let progress = next(&mut figures).await["data"]["progress"].clone();
        given += 1;
        if progress["serviceDelivered"] == expected {
            break;
        }
    }
    let quarters = started.elapsed().as_millis() / 250 + 1;
    assert!(given <= quarters, "{given} in {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_whoever_is_restricted_every_stream_gives_the_places_alone_those_kept_in_words_too() {
    let world = World::of(20);
    let query = "subscription($after: Position) { events(after: $after) { position withheld type personId actor data } }";
    let before = world.engine.head().0;
    let mut live = follow(&world, query, json!({ "after": before.to_string() }));
    deliver(&world, 0).await;
    let delivered = next(&mut live).await["data"]["events"].clone();
    assert_eq!((&delivered["withheld"], &delivered["type"]), (&json!(false), &json!("SERVICE_DELIVERED")));

    let id = |text| sigeyi_domain::Identifier::parse(text).unwrap();
    let command_id = Uuid::new_v4();
    let submission = Submission {
        command_id,
        content: world.engine.digest(&[command_id.as_bytes()]),
        actor: id("a"),
        office: id("o").into(),
        target: Target::Person(delivered["personId"].as_str().unwrap().parse().unwrap()),
        expected_version: None,
        command: Command::RestrictData {
            cause: sigeyi_domain::RestrictionCause::AccuracyDisputed,
            reason: None,
        },
    };
    world.engine.submit_async(submission).unwrap().await.unwrap();
    let withheld = |position: u64| json!({ "position": position.to_string(), "withheld": true, "type": null, "personId": null, "actor": null, "data": null });
    assert_eq!(next(&mut live).await["data"]["events"], withheld(before + 2));
    // Whoever comes now gets nothing of what the others were given.
    for after in [before, before - 5] {
        let mut late = follow(&world, query, json!({ "after": after.to_string() }));
        let mut last = json!(null);
        while last["position"] != json!((before + 1).to_string()) {
            last = next(&mut late).await["data"]["events"].clone();
            assert_ne!(last["personId"], delivered["personId"]);
        }
        assert_eq!(last, withheld(before + 1));
    }
}
