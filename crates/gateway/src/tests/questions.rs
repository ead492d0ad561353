//! What front ends ask.

use serde_json::{Value, json};
use sigeyi_domain::{Figure, Plan, divisions};

use super::world::{PLAN, World};

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_that_of_the_engine_for_every_region_and_as_deep_as_asked() {
    let world = World::of(2_000);
    let query = "query($plan: ID) { progress(plan: $plan) { ...F children { ...F children { ...F } } } }
        fragment F on Progress { region { code } asOf position registered inScope infoVerified complete everInScope outOfOrder }";
    let answer = world.data(query, json!({ "plan": PLAN })).await;
    let expected = world.engine.progress(Plan::find(PLAN).unwrap(), None, None).unwrap();
    let mut seen = 0;
    let mut regions = vec![&answer["progress"]];
    while let Some(progress) = regions.pop() {
        let code = progress["region"]["code"].as_str().unwrap().parse().unwrap();
        let figures = expected.counties.of(divisions().region(code).unwrap());
        for (name, figure) in [
            ("registered", Figure::Registered),
            ("inScope", Figure::InScope),
            ("infoVerified", Figure::InfoVerified),
            ("complete", Figure::Complete),
            ("everInScope", Figure::EverInScope),
            ("outOfOrder", Figure::OutOfOrder),
        ] {
            assert_eq!(progress[name], figures.get(figure), "{code} {name}");
        }
        assert_eq!(progress["position"], world.engine.head().to_string());
        seen += 1;
        regions.extend(progress["children"].as_array().into_iter().flatten());
    }
    assert_eq!(seen, 116);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_of_another_day_and_as_known_then_is_that_of_the_engine() {
    let world = World::of(1_000);
    let half = world.engine.head().0 / 2;
    let query = "query($at: Position!) {
        now: progress(asOf: \"2023-06-30\") { registered serviceDelivered position }
        then: progress(asOf: \"2023-06-30\", knownAt: { position: $at }) { registered serviceDelivered position }
    }";
    let answer = world.data(query, json!({ "at": half.to_string() })).await;
    let day = sigeyi_domain::Day::parse("2023-06-30").unwrap();
    let known_at = sigeyi_engine::KnownAt::Position(sigeyi_engine::Position(half));
    for (name, known_at) in [("now", None), ("then", Some(known_at))] {
        let expected = world.engine.progress(Plan::on(day), Some(day), known_at).unwrap();
        let figures = expected.counties.of(divisions().whole());
        assert_eq!(answer[name]["registered"], figures.get(Figure::Registered));
        assert_eq!(answer[name]["serviceDelivered"], figures.get(Figure::ServiceDelivered));
        assert_eq!(answer[name]["position"], expected.position.to_string());
    }
    assert_ne!(answer["now"]["serviceDelivered"], answer["then"]["serviceDelivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_list_is_read_page_by_page_without_gap_or_repeat() {
    let world = World::of(2_000);
    let query = "query($after: String) {
        people(filter: { plan: \"nmg-2022-2024\", missing: [SERVICE_DELIVERED] }, first: 37, after: $after) {
            edges { cursor waitingSince missing node { id pipeline(plan: \"nmg-2022-2024\") { inScope next steps { step done } } } }
            pageInfo { hasNextPage endCursor }
        }
    }";
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = world.data(query, json!({ "after": after })).await["people"].clone();
        for edge in page["edges"].as_array().unwrap() {
            assert_eq!(edge["node"]["pipeline"]["inScope"], true);
            let steps = edge["node"]["pipeline"]["steps"].as_array().unwrap();
            assert_eq!(steps[3]["done"], false);
            let lacking: Vec<&Value> =
                steps.iter().filter(|step| step["done"] == false).map(|step| &step["step"]).collect();
            assert_eq!(edge["missing"].as_array().unwrap().iter().collect::<Vec<_>>(), lacking);
            found.push((edge["waitingSince"].clone(), edge["node"]["id"].as_str().unwrap().to_owned()));
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let plan = Plan::find(PLAN).unwrap();
    let missing = [sigeyi_domain::Step::ServiceDelivered];
    let expected = world.engine.work_list(plan, divisions().whole(), &missing, 10_000);
    let expected: Vec<(Value, String)> =
        expected.iter().map(|item| (json!(item.since.to_string()), item.person.to_string())).collect();
    assert!(found.len() > 37, "{}", found.len());
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_listed_in_the_order_of_enrolment_with_each_filter() {
    let world = World::of(600);
    let all = list(&world, json!({ "plan": PLAN })).await;
    assert_eq!(all.len(), world.engine.people());
    let in_scope = list(&world, json!({ "plan": PLAN, "inScope": true })).await;
    let out = list(&world, json!({ "plan": PLAN, "inScope": false })).await;
    assert_eq!(in_scope.len() + out.len(), all.len());
    assert!(!in_scope.is_empty() && !out.is_empty());
    let mut by_region = 0;
    for league in &divisions().whole().division().children {
        by_region +=
            list(&world, json!({ "plan": PLAN, "region": league.division().code.to_string() })).await.len();
    }
    assert_eq!(by_region, all.len());
    assert!(list(&world, json!({ "plan": PLAN, "counsellor": "nobody" })).await.is_empty());
}

async fn list(world: &World, filter: Value) -> Vec<String> {
    let query = "query($filter: PeopleFilter, $after: String) {
        people(filter: $filter, first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
    }";
    let mut ids = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = world.data(query, json!({ "filter": filter, "after": after })).await["people"].clone();
        ids.extend(
            page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_history_shows_neither_name_nor_number() {
    let world = World::of(50);
    let query = "{ people(first: 50) { nodes { id version maskedName maskedCertificate age sex region { name }
        history { type label position effectiveOn recordedAt actor office data changes { field before after } voidedBy } } } }";
    let answer = world.data(query, Value::Null).await;
    let mut events = 0;
    for person in answer["people"]["nodes"].as_array().unwrap() {
        let history = person["history"].as_array().unwrap();
        assert_eq!(history.len() as u64, person["version"].as_u64().unwrap());
        assert_eq!(history[0]["type"], "PERSON_ENROLLED");
        let certificate = person["maskedCertificate"].as_str().unwrap();
        assert_eq!(certificate.len(), 20, "{certificate}");
        assert!(certificate[6..18].bytes().all(|byte| byte == b'*'), "{certificate}");
        assert!(person["maskedName"].as_str().unwrap().contains('*'));
        let named = history[0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|change| change["field"] == "姓名")
            .unwrap();
        assert_eq!(named["after"], "＊＊＊");
        events += history.len();
    }
    assert!(events > 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_from_any_position_with_and_without_a_filter() {
    let world = World::of(200);
    let query = "query($after: Position, $filter: EventFilter) {
        events(after: $after, first: 100, filter: $filter) { nodes { position type personId region { code } } pageInfo { hasNextPage endCursor } }
    }";
    for filter in [Value::Null, json!({ "types": ["SERVICE_DELIVERED"] }), json!({ "region": "150100" })] {
        let (mut after, mut events) = (json!("0"), Vec::new());
        loop {
            let page = world.data(query, json!({ "after": after, "filter": filter })).await["events"].clone();
            events.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert!(!events.is_empty());
        if filter.is_null() {
            let positions: Vec<u64> =
                events.iter().map(|it| it["position"].as_str().unwrap().parse().unwrap()).collect();
            assert_eq!(positions, (1..=world.engine.head().0).collect::<Vec<_>>());
        } else if filter.get("types").is_some() {
            assert!(events.iter().all(|event| event["type"] == "SERVICE_DELIVERED"));
        } else {
            assert!(events.iter().all(|event| event["region"]["code"].as_str().unwrap().starts_with("1501")));
        }
    }
    let one = world
        .data("{ event(position: \"1\") { type } none: event(position: \"0\") { type } }", Value::Null)
        .await;
    assert_eq!(one, json!({ "event": { "type": "PERSON_ENROLLED" }, "none": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_nothing_is_said_with_its_code() {
    let world = World::of(20);
    for (query, code) in [
        ("{ progress(region: \"999999\") { registered } }", "UNKNOWN_REGION"),
        ("{ progress(plan: \"none\") { registered } }", "UNKNOWN_PLAN"),
        ("{ progress(knownAt: { position: \"99999999\" }) { registered } }", "UNKNOWN_POSITION"),
        ("{ person(id: \"x\", knownAt: { position: \"99999999\" }) { id } }", "UNKNOWN_POSITION"),
        ("{ people(knownAt: { position: \"99999999\" }) { position } }", "UNKNOWN_POSITION"),
        ("{ people(first: 201) { position } }", "BAD_PAGE_SIZE"),
        ("{ people(first: 0) { position } }", "BAD_PAGE_SIZE"),
        ("{ people(after: \"x\") { position } }", "BAD_CURSOR"),
        ("{ people(after: \"00000000000000000000000000000000\") { position } }", "BAD_CURSOR"),
        ("{ people(filter: { counsellor: \"a b\" }) { position } }", "BAD_IDENTIFIER"),
        ("{ personByCertificate(number: \"1\") { id } }", "BAD_CERTIFICATE_FORMAT"),
        ("{ events(filter: { personId: \"x\" }) { position } }", "BAD_PERSON_ID"),
    ] {
        assert_eq!(world.code(query, Value::Null).await, code, "{query}");
    }
    let nobody = world
        .data("{ person(id: \"x\") { id } plan(id: \"x\") { id } region(code: \"x\") { name } }", Value::Null)
        .await;
    assert_eq!(nobody, json!({ "person": null, "plan": null, "region": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_of_codes_has_its_labels() {
    let world = World::of(0);
    let answer = world.data("{ codeLists { name description values { code label } } regions { children { level } } plans { id steps } }", Value::Null).await;
    let lists = answer["codeLists"].as_array().unwrap();
    assert_eq!(lists.len(), 25);
    let steps = lists.iter().find(|list| list["name"] == "Step").unwrap();
    assert_eq!(steps["values"][0], json!({ "code": "INFO_VERIFIED", "label": "基础信息核对" }));
    assert_eq!(answer["regions"][0]["children"].as_array().unwrap().len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_fails_leaves_its_siblings() {
    let world = World::of(20);
    let answer = world
        .answer("{ bad: progress(region: \"9\") { registered } good: progress { registered } }", Value::Null)
        .await;
    assert_eq!(answer["data"], json!({ "bad": null, "good": { "registered": 20 } }));
    assert_eq!(answer["errors"][0]["path"], json!(["bad"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_answers_of_a_request_are_of_one_position_while_others_write() {
    let world = std::sync::Arc::new(World::of(300));
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (world, is_over) = (world.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut number = writer;
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    super::streams::deliver(&world, number).await;
                    number += 4;
                }
            })
        })
        .collect();
    let query = "{ a: head { position } b: progress { position } c: people(filter: { missing: [] }, first: 5) { position nodes { position } }
        d: progress(asOf: \"2023-01-01\") { position } h: people(asOf: \"2023-01-01\", first: 3) { position nodes { position } } e: people(first: 3) { position } f: events(first: 1) { position } g: head { position } }";
    let mut positions = std::collections::BTreeSet::new();
    let started = std::time::Instant::now();
    // Until the log has grown often enough meanwhile.
    while positions.len() <= 50 {
        assert!(started.elapsed() < std::time::Duration::from_secs(60), "{}", positions.len());
        let data = world.data(query, Value::Null).await;
        let position = data["a"]["position"].as_str().unwrap().to_owned();
        for (name, answer) in data.as_object().unwrap() {
            assert_eq!(answer["position"], position, "{name}");
        }
        for node in data["c"]["nodes"].as_array().unwrap() {
            assert_eq!(node["position"], position);
        }
        positions.insert(position);
    }
    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_not_there_in_time_is_said() {
    let world = World::of(5);
    let query = "{ head(minPosition: \"999999\") { position } }";
    assert_eq!(world.code(query, Value::Null).await, "POSITION_NOT_REACHED");
}
