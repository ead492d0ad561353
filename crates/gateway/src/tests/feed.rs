//! Events over plain HTTP: every one once and in order, page by page, as a file, and as they happen.

use std::time::Duration;

use serde_json::{Value, json};
use sigeyi_cloudevents::Ending;
use sigeyi_domain::{Command, EventType, Identifier, RestrictionCause};
use sigeyi_engine::{LogEntry, LogFilter, Position, Submission, Target};
use uuid::Uuid;

use super::{
    following::{BATCH, EVENT_STREAM, Following, code, text},
    streams::deliver,
    world::World,
};
use crate::{followers::Pace, identities::Identities};

fn position(event: &Value) -> u64 {
    event["id"].as_str().unwrap_or_else(|| panic!("{event}")).parse().unwrap()
}

/// Positions of everything that matches.
fn matching(world: &World, filter: &LogFilter) -> Vec<u64> {
    let page = world.engine.read().events(Position(0), filter, 1_000_000, 1_000_000).unwrap();
    page.events.iter().map(|event| event.position().0).collect()
}

/// The events of a file, and its last line.
fn read_file(text: &str) -> (Vec<Value>, Ending) {
    let lines: Vec<&str> = text.lines().collect();
    let (last, events) = lines.split_last().expect("a last line");
    let events = events.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    (events, Ending::parse(last).unwrap_or_else(|| panic!("{last}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn page_by_page_every_event_comes_once_and_in_order() {
    let world = World::of(100);
    let following = Following::of(&world);
    let (mut path, mut seen) = ("/events?limit=70".to_owned(), Vec::new());
    loop {
        let (events, next) = following.page(&path).await;
        assert!(events.len() <= 70);
        if events.is_empty() {
            assert_eq!(next, path, "at the end the next page is the same one");
            break;
        }
        seen.extend(events.iter().map(position));
        path = next;
    }
    assert_eq!(seen, (1..=world.engine.head().0).collect::<Vec<_>>());
    // What is recorded later is on the page that was told then.
    deliver(&world, 1).await;
    let (events, _) = following.page(&path).await;
    assert_eq!(events[0]["type"], "sigeyi.ServiceDelivered.v1");
    assert_eq!((events.len(), position(&events[0])), (1, world.engine.head().0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_a_stretch_of_the_log_and_says_in_its_last_line_how_much_that_was() {
    let world = World::of(1_000);
    let (following, head) = (Following::of(&world), world.engine.head().0);
    assert!(head > 4_096, "more than one piece: {head}");
    for (query, from, to) in
        [("", 0, head), ("?from=0&to=0", 0, 0), ("?from=5&to=9", 5, 9), ("?to=999999999", 0, head)]
    {
        let response = following.get(&format!("/events.ndjson{query}"), &[]).await;
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let (events, ending) = read_file(&text(response).await);
        let positions: Vec<u64> = events.iter().map(position).collect();
        assert_eq!(positions, (from + 1..=to).collect::<Vec<_>>(), "{query}");
        assert_eq!(ending, Ending { count: to - from, last_position: to, through: to, head }, "{query}");
    }
}

/// A field of its header says at which level a gzip file was made (RFC 1952 section 2.3.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_compressed_at_the_fastest_level() {
    const FASTEST: u8 = 4;
    let world = World::of(100);
    let response = Following::of(&world).get("/events.ndjson", &[("accept-encoding", "gzip")]).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!((&bytes[..3], bytes[8]), (&[0x1f, 0x8b, 8][..], FASTEST));
    let plain = text(Following::of(&world).get("/events.ndjson", &[]).await).await;
    assert!(bytes.len() * 4 < plain.len(), "{} of {}", bytes.len(), plain.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_filters_give_the_same_events_everywhere() {
    let world = World::of(300);
    let (following, head) = (Following::of(&world), world.engine.head().0);
    let middle = world.engine.read().event(Position(head / 2)).unwrap().unwrap();
    let LogEntry::Event(middle) = middle else { panic!("nobody is withheld here") };
    let moment = jiff::Timestamp::from_microsecond(middle.recorded_at).unwrap().to_string();
    let (day, county) = (middle.effective, middle.region.unwrap());
    let by = |change: &dyn Fn(&mut LogFilter)| {
        let mut filter = LogFilter::default();
        change(&mut filter);
        matching(&world, &filter)
    };
    let of_step = vec![EventType::AbilityAssessed, EventType::AssessmentDeclined];
    let plan = sigeyi_domain::Plan::find("nmg-2022-2024").unwrap();
    for (query, graphql, expected) in [
        (
            "type=ServiceDelivered,InfoVerified".to_owned(),
            json!({ "types": ["SERVICE_DELIVERED", "INFO_VERIFIED"] }),
            by(&|it| it.types = vec![EventType::ServiceDelivered, EventType::InfoVerified]),
        ),
        (
            "step=AbilityAssessed".to_owned(),
            json!({ "steps": ["ABILITY_ASSESSED"] }),
            by(&|it| it.types = of_step.clone()),
        ),
        (
            format!("region={}", county.division().code),
            json!({ "region": county.division().code.to_string() }),
            by(&|it| it.regions = Some(vec![county])),
        ),
        (
            "plan=nmg-2022-2024".to_owned(),
            json!({ "plan": "nmg-2022-2024" }),
            by(&|it| (it.effective_from, it.effective_to) = (Some(plan.from), Some(plan.to))),
        ),
        (
            format!("effectiveFrom={day}&effectiveTo={day}"),
            json!({ "effectiveFrom": day.to_string(), "effectiveTo": day.to_string() }),
            by(&|it| (it.effective_from, it.effective_to) = (Some(day), Some(day))),
        ),
        (
            format!("recordedFrom={moment}"),
            json!({ "recordedFrom": moment }),
            by(&|it| it.recorded_from = Some(middle.recorded_at)),
        ),
        (
            format!("recordedBefore={moment}"),
            json!({ "recordedBefore": moment }),
            by(&|it| it.recorded_before = Some(middle.recorded_at)),
        ),
    ] {
        assert!(!expected.is_empty() && expected.len() < head as usize, "{query}: {}", expected.len());
        let (events, ending) =
            read_file(&text(following.get(&format!("/events.ndjson?{query}"), &[]).await).await);
        assert_eq!(events.iter().map(position).collect::<Vec<_>>(), expected, "{query}");
        assert_eq!((ending.through, ending.last_position), (head, *expected.last().unwrap()));
        let (page, _) = following.page(&format!("/events?limit=1000&{query}")).await;
        assert_eq!(page, events[..events.len().min(1_000)], "{query}");
        let mut stream = following.stream(&format!("/events?after=0&{query}"), &[]).await;
        for event in &events {
            let message = stream.event().await;
            assert_eq!((message.id, &message.json()), (Some(position(event)), event), "{query}");
            assert_eq!(message.event, event["type"].as_str().unwrap());
        }
        let query = "query($after: Position, $filter: EventFilter) {
            events(after: $after, first: 200, filter: $filter) { nodes { position } pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut found) = (json!("0"), Vec::new());
        loop {
            let answer = world.data(query, json!({ "after": after, "filter": graphql })).await;
            let nodes = answer["events"]["nodes"].as_array().unwrap().clone();
            found.extend(nodes.iter().map(|it| it["position"].as_str().unwrap().parse::<u64>().unwrap()));
            after = answer["events"]["pageInfo"]["endCursor"].clone();
            if answer["events"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(found, expected, "{graphql}");
    }
}

/// By what the events themselves say.
#[tokio::test(flavor = "multi_thread")]
async fn of_days_both_ends_belong_and_windows_of_moments_stand_side_by_side() {
    let world = World::of(300);
    let following = Following::of(&world);
    let file = async |query: String| {
        read_file(&text(following.get(&format!("/events.ndjson?{query}"), &[]).await).await).0
    };
    let all = file(String::new()).await;
    let middle = &all[all.len() / 2];
    let (day, moment) = (middle["effectiveon"].as_str().unwrap(), middle["recordedat"].as_str().unwrap());
    let wanted = |attribute: &str, fits: &dyn Fn(&str) -> bool| -> Vec<Value> {
        all.iter().filter(|event| fits(event[attribute].as_str().unwrap())).cloned().collect()
    };
    for (query, expected) in [
        (format!("effectiveFrom={day}&effectiveTo={day}"), wanted("effectiveon", &|it| it == day)),
        (format!("effectiveFrom={day}"), wanted("effectiveon", &|it| it >= day)),
        (format!("effectiveTo={day}"), wanted("effectiveon", &|it| it <= day)),
        (format!("recordedFrom={moment}"), wanted("recordedat", &|it| it >= moment)),
        (format!("recordedBefore={moment}"), wanted("recordedat", &|it| it < moment)),
    ] {
        assert!(!expected.is_empty() && expected.len() < all.len(), "{query}");
        assert_eq!(file(query.clone()).await, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_over_from_what_was_to_what_comes_and_on_from_where_it_was() {
    let world = World::of(100);
    let (following, before) = (Following::of(&world), world.engine.head().0);
    let mut from_start = following.stream("/events?after=0", &[]).await;
    let mut from_now = following.stream("/events", &[]).await;
    let opening = from_now.next().await.unwrap();
    assert_eq!(
        (opening.event.as_str(), opening.id),
        ("heartbeat", Some(before)),
        "the cursor is told at once"
    );
    let live = 60;
    for number in 0..live {
        deliver(&world, number).await;
    }
    let after = before + u64::from(live);
    for (stream, first) in [(&mut from_start, 1), (&mut from_now, before + 1)] {
        for expected in first..=after {
            assert_eq!(stream.event().await.id, Some(expected));
        }
    }
    // A client that comes again says the last position that it has seen, whatever its address says.
    let seen = (before + 5).to_string();
    let mut again = following.stream("/events?after=0", &[("last-event-id", &seen)]).await;
    assert_eq!(again.event().await.id, Some(before + 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_matches_heartbeats_move_the_cursor() {
    let world = World::of(50);
    let pace = Pace { heartbeat_every: Duration::from_millis(10), ..Pace::default() };
    let following = Following::with(&world, Identities::Everybody, pace);
    let mut stream = following.stream("/events?after=0&type=ReportFrozen", &[]).await;
    assert_eq!(stream.next().await.unwrap().id, Some(0));
    deliver(&world, 1).await;
    let head = world.engine.head().0;
    let told = stream.until(|message| message.id == Some(head)).await;
    assert_eq!((told.event.as_str(), told.json()), ("heartbeat", json!({ "position": head.to_string() })));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_whoever_is_restricted_there_is_the_place_alone_and_with_a_filter_nothing() {
    let world = World::of(20);
    let following = Following::of(&world);
    let (all, _) = following.page("/events?limit=1000").await;
    let of_somebody = all[3].clone();
    let id = |text| Identifier::parse(text).unwrap();
    let command_id = Uuid::new_v4();
    let submission = Submission {
        command_id,
        content: world.engine.digest(&[command_id.as_bytes()]),
        actor: id("a"),
        office: id("o").into(),
        target: Target::Person(of_somebody["subject"].as_str().unwrap().parse().unwrap()),
        expected_version: None,
        command: Command::RestrictData { cause: RestrictionCause::AccuracyDisputed, reason: None },
    };
    world.engine.submit_async(submission).unwrap().await.unwrap();
    let is_theirs = |event: &Value| event["subject"] == of_somebody["subject"];
    let withheld = |event: &Value| event["type"] == "sigeyi.Withheld.v1";

    let (events, _) = following.page("/events?limit=1000").await;
    assert_eq!(events.len(), all.len() + 1, "no place is left out");
    assert!(!events.iter().any(is_theirs));
    let expected = all.iter().filter(|event| is_theirs(event)).count() + 1;
    assert_eq!(events.iter().filter(|event| withheld(event)).count(), expected);
    assert_eq!(events[3]["data"], json!({ "position": "4", "withheld": true }));
    let (file, _) = read_file(&text(following.get("/events.ndjson", &[]).await).await);
    assert_eq!(file, events);
    let mut stream = following.stream("/events?after=0", &[]).await;
    for event in &events {
        assert_eq!(&stream.event().await.json(), event);
    }
    let kind = of_somebody["type"].as_str().unwrap().split('.').nth(1).unwrap();
    let (filtered, _) = following.page(&format!("/events?limit=1000&type={kind}")).await;
    assert!(!filtered.is_empty() && !filtered.iter().any(|event| is_theirs(event) || withheld(event)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_with_its_code() {
    let world = World::of(10);
    let following = Following::of(&world);
    let stream = [("accept", EVENT_STREAM)];
    for (path, headers, expected) in [
        ("/events?after=x", &[][..], (400, "BAD_PARAMETER")),
        ("/events?to=1", &[], (400, "BAD_PARAMETER")),
        ("/events?limit=1", &stream[..], (400, "BAD_PARAMETER")),
        ("/events.ndjson?after=1", &[], (400, "BAD_PARAMETER")),
        ("/events", &[("accept", EVENT_STREAM), ("last-event-id", "x")], (400, "BAD_PARAMETER")),
        ("/events?region=1", &[], (400, "UNKNOWN_REGION")),
        ("/events?plan=1", &[], (400, "UNKNOWN_PLAN")),
        ("/events?step=AbilityAssessed&type=PersonLeft", &[], (400, "NOTHING_FITS")),
        ("/events?after=999999999", &[], (400, "UNKNOWN_POSITION")),
        ("/events?after=999999999", &stream, (400, "UNKNOWN_POSITION")),
        ("/events", &[("accept", EVENT_STREAM), ("last-event-id", "999999999")], (400, "UNKNOWN_POSITION")),
        ("/events.ndjson?from=999999999", &[], (400, "UNKNOWN_POSITION")),
        ("/events", &[("accept", "text/html")], (406, "NOT_ACCEPTABLE")),
    ] {
        let response = following.get(path, headers).await;
        let status = response.status().as_u16();
        assert_eq!((status, code(response).await.as_str()), expected, "{path}");
    }
    let query = "{ events(first: 1, filter: { recordedFrom: \"2024-01-01T00:00:00Z\", recordedBefore: \"2024-01-01T00:00:00Z\" }) { position } }";
    assert_eq!(world.code(query, Value::Null).await, "NOTHING_FITS");
    assert_eq!(following.get("/events", &[("accept", BATCH)]).await.status(), 200);
}
