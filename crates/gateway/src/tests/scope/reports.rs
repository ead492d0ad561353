//! Differences and reports: who may ask for them, freeze them and read them.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use uuid::Uuid;

use super::places::{HERE, Places, THERE, everybody_here, row, seen, subject};
use crate::{subject::Subject, tests::world::everybody};

const FREEZE: &str = "mutation($i: FreezeReportInput!) { freezeReport(input: $i) {
    ... on ReportFrozen { position alreadyRecorded report { title number region { code } rows { region { code } counts { figure count } } } }
    ... on Rejected { code message field }
} }";
const REPORT: &str = "query($p: Position!) { report(position: $p) {
    title actor asOf knownAt check { reproduces samePlan sameDivisions sameCodeLists erasedSince erasedAnywhere erasures }
    sinceThen { people eventCount changes { figure before after gained lost } events { voids event { position personId } } }
} }";
const DIFF: &str = "query($code: ID, $a: Position!, $b: Position!, $first: Int, $after: Position) {
    figuresDiff(region: $code, asOf: \"2022-12-31\", knownAtA: { position: $a }, knownAtB: { position: $b }, first: $first, after: $after) {
        people eventCount before { position registered } after { position registered }
        changes { figure label before after gained lost }
        events { voids event { position type } } pageInfo { hasNextPage endCursor }
    }
}";

fn input(code: &str, title: &str) -> Value {
    json!({ "i": { "commandId": Uuid::new_v4(), "region": code, "title": title, "asOf": "2022-12-31" } })
}

async fn frozen(places: &Places, subject: &Subject, code: &str) -> String {
    let answer = places.world.answer_to(subject, FREEZE, input(code, "年度进度")).await;
    answer["data"]["freezeReport"]["position"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn verify(places: &Places, person: &str, on: &str) -> String {
    let query = "mutation($i: VerifyInfoInput!) { verifyInfo(input: $i) { ... on Recorded { position } } }";
    let input =
        json!({ "commandId": Uuid::new_v4(), "personId": person, "outcome": "CONFIRMED", "effectiveOn": on });
    let answer = places.world.data(query, json!({ "i": input })).await;
    answer["verifyInfo"]["position"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn managers_and_auditors_freeze_and_whoever_sees_every_figure_reads() {
    let places = Places::new().await;
    let report = frozen(&places, &subject(Role::Auditor, HERE), HERE).await;
    let report_there = frozen(&places, &subject(Role::Auditor, THERE), THERE).await;
    let read = "query($p: Position!) { report(position: $p) { title } }";
    let listed = "query($code: ID) { reports(region: $code) { nodes { title region { code } } } }";
    let diff = "query($code: ID) { figuresDiff(region: $code, knownAtA: { position: \"0\" }) { people eventCount } }";
    let events =
        "query($code: ID) { figuresDiff(region: $code, knownAtA: { position: \"0\" }) { events { voids } } }";
    let (code, at) = (|code: &str| json!({ "code": code }), |at: &String| json!({ "p": at }));
    for (field, query, inside, outside, seen_inside, seen_outside) in [
        ("report", read, at(&report), at(&report_there), "SSSSSNNN", "NNNNNNNN"),
        ("reports", listed, code(HERE), code(THERE), "SSSSSFFF", "FFFFFFFF"),
        ("figuresDiff", diff, code(HERE), code(THERE), "SSSSSFFF", "FFFFFFFF"),
    ] {
        for (variables, expected) in [(inside, seen_inside), (outside, seen_outside)] {
            let mut found = Vec::new();
            for subject in everybody_here() {
                found.push(seen(&places.ask(&subject, query, variables.clone()).await, field));
            }
            assert_eq!(found, row(expected), "{field} {variables}");
        }
    }
    for (place, expected) in [(HERE, "FFSFSFFF"), (THERE, "FFFFFFFF")] {
        let mut found = Vec::new();
        for subject in everybody_here() {
            found.push(seen(&places.ask(&subject, FREEZE, input(place, "报表")).await, "freezeReport"));
        }
        assert_eq!(found, row(expected), "{place}");
    }
    // An importer sees figures and no events.
    let answer = places.ask(&subject(Role::Importer, HERE), events, code(HERE)).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    assert_eq!(answer["data"]["figuresDiff"]["events"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_states_its_figures_and_says_what_became_of_them() {
    let places = Places::new().await;
    let auditor = subject(Role::Auditor, HERE);
    let report = frozen(&places, &auditor, HERE).await;
    let before = places.ask(&auditor, REPORT, json!({ "p": report })).await["data"]["report"].clone();
    assert_eq!((&before["title"], &before["actor"]), (&json!("年度进度"), &json!(format!("auditor-{HERE}"))));
    assert_eq!((&before["asOf"], &before["knownAt"]), (&json!("2022-12-31"), &json!("6")));
    let check = json!({
        "reproduces": true, "samePlan": true, "sameDivisions": true, "sameCodeLists": true,
        "erasedSince": 0, "erasedAnywhere": 0, "erasures": [],
    });
    assert_eq!(before["check"], check);
    assert_eq!(before["sinceThen"]["eventCount"], 0);

    let late = verify(&places, &places.here[1], "2022-06-01").await;
    verify(&places, &places.there[1], "2022-06-01").await;
    let after = places.ask(&auditor, REPORT, json!({ "p": report })).await["data"]["report"].clone();
    assert_eq!(after["check"], check);
    let changed = json!([
        { "figure": "INFO_VERIFIED", "before": 0, "after": 1, "gained": 1, "lost": 0 },
    ]);
    // Whether the national reading counts somebody goes by need, which these people have.
    assert_eq!(after["sinceThen"]["changes"], changed);
    let events = json!([{ "voids": null, "event": { "position": late, "personId": places.here[1] } }]);
    assert_eq!((&after["sinceThen"]["people"], &after["sinceThen"]["events"]), (&json!(1), &events));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_is_recorded_once_and_a_title_that_is_none_not_at_all() {
    let places = Places::new().await;
    let manager = subject(Role::Manager, HERE);
    let once = input(HERE, "月报");
    let first = places.ask(&manager, FREEZE, once.clone()).await["data"]["freezeReport"].clone();
    assert_eq!((&first["alreadyRecorded"], &first["report"]["number"]), (&json!(false), &json!(1)));
    let counts = first["report"]["rows"][0]["counts"].as_array().unwrap();
    assert_eq!((counts.len(), &counts[0]), (12, &json!({ "figure": "REGISTERED", "count": 3 })));
    let again = places.ask(&manager, FREEZE, once.clone()).await["data"]["freezeReport"].clone();
    assert_eq!((&again["alreadyRecorded"], &again["position"]), (&json!(true), &first["position"]));
    let mut other = once;
    other["i"]["title"] = json!("季报");
    let conflict = places.ask(&manager, FREEZE, other).await["data"]["freezeReport"].clone();
    assert_eq!(conflict["code"], "COMMAND_CONFLICT");
    let head = places.world.engine.head();
    for (title, code) in [
        (" ", "MISSING_FIELD"),
        ("报".repeat(61).as_str(), "TOO_LONG"),
        ("<b>", "BAD_CHARACTERS"),
        ("致 138 0000 0000", "BAD_CHARACTERS"),
    ] {
        let answer = places.ask(&manager, FREEZE, input(HERE, title)).await["data"]["freezeReport"].clone();
        assert_eq!((&answer["code"], &answer["field"]), (&json!(code), &json!("title")), "{title}");
        assert!(!answer["message"].as_str().unwrap().contains("138"), "{answer}");
    }
    let mut early = input(HERE, "早");
    early["i"]["asOf"] = json!("2999-01-01");
    let answer = places.ask(&manager, FREEZE, early).await["data"]["freezeReport"].clone();
    assert_eq!((&answer["code"], &answer["field"]), (&json!("DATE_IN_FUTURE"), &json!("asOf")));
    assert_eq!(places.world.engine.head(), head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_read_page_by_page_and_leaves_out_what_one_may_not_read() {
    let places = Places::new().await;
    let auditor = subject(Role::Auditor, HERE);
    let mut expected = Vec::new();
    for person in &places.here {
        expected.push(verify(&places, person, "2022-06-01").await);
    }
    verify(&places, &places.there[0], "2022-06-01").await;
    let (mut found, mut after) = (Vec::new(), json!("0"));
    loop {
        let variables = json!({ "code": HERE, "a": "6", "first": 2, "after": after });
        // Without a second moment it is as known now.
        let query = DIFF.replace(", knownAtB: { position: $b }", "").replace(", $b: Position!", "");
        let diff = places.ask(&auditor, &query, variables).await["data"]["figuresDiff"].clone();
        assert_eq!((&diff["people"], &diff["eventCount"]), (&json!(3), &json!(3)));
        assert_eq!(diff["before"]["position"], "6");
        found.extend(
            diff["events"].as_array().unwrap().iter().map(|event| event["event"]["position"].clone()),
        );
        after = diff["pageInfo"]["endCursor"].clone();
        if diff["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(found, expected);
    // The whole log's reader sees what was recorded elsewhere too.
    let all = json!({ "code": "150000", "a": "6", "b": places.world.engine.head().to_string() });
    let diff = places.world.answer_to(&everybody(), DIFF, all).await["data"]["figuresDiff"].clone();
    assert_eq!((&diff["people"], diff["events"].as_array().unwrap().len()), (&json!(4), 4));

    // Somebody who came here: the transfer was recorded where the person was.
    let query =
        "mutation($i: TransferPersonInput!) { transferPerson(input: $i) { ... on Recorded { position } } }";
    let coming = json!({ "commandId": Uuid::new_v4(), "personId": places.there[2], "to": HERE, "effectiveOn": "2022-07-01" });
    let transfer = places.world.data(query, json!({ "i": coming })).await["transferPerson"].clone();
    let before = transfer["position"].as_str().unwrap().parse::<u64>().unwrap() - 1;
    let variables = json!({ "code": HERE, "a": before.to_string(), "b": transfer["position"] });
    let diff = places.world.answer_to(&auditor, DIFF, variables).await["data"]["figuresDiff"].clone();
    assert_eq!((&diff["people"], &diff["eventCount"], &diff["events"]), (&json!(1), &json!(1), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_listed_newest_first_within_the_regions_that_one_reads() {
    let places = Places::new().await;
    let mut here = Vec::new();
    for _ in 0..3 {
        here.insert(0, frozen(&places, &subject(Role::Manager, HERE), HERE).await);
        frozen(&places, &subject(Role::Manager, THERE), THERE).await;
    }
    let query = "query($after: Position) { reports(first: 2, after: $after) { nodes { position } pageInfo { hasNextPage endCursor } } }";
    let manager = subject(Role::Manager, HERE);
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = places.ask(&manager, query, json!({ "after": after })).await["data"]["reports"].clone();
        found.extend(page["nodes"].as_array().unwrap().iter().map(|report| report["position"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(found, here);
    // The event itself is for readers of the region's events, and belongs to nobody.
    let event = "query($p: Position!) { event(position: $p) { type personId region { code } data } }";
    let answer = places.ask(&manager, event, json!({ "p": here[0] })).await["data"]["event"].clone();
    assert_eq!((&answer["type"], &answer["personId"]), (&json!("REPORT_FROZEN"), &Value::Null));
    assert_eq!(
        (&answer["region"]["code"], &answer["data"]["figures"][1]),
        (&json!(HERE), &json!("IN_SCOPE"))
    );
    let streaming = everybody_here().pop().unwrap();
    let answer = places.ask(&streaming, event, json!({ "p": here[0] })).await;
    assert_eq!(answer["data"]["event"], Value::Null, "{answer}");
}
