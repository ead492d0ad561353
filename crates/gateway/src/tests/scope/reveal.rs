//! Names and numbers in clear, and looking outside one's region.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use sigeyi_engine::{AccessAction, AccessOutcome, RevealedFields};

use super::places::{HERE, Places, Seen, THERE, certificate, everybody_here, purpose, row, seen, subject};
use crate::{subject::Subject, tests::world::everybody};

const REVEAL: &str = "mutation($i: RevealPersonalDataInput!) { revealPersonalData(input: $i) { __typename
    ... on Revealed { personId name certificate phone address } ... on Rejected { code message field } } }";
const BREAK: &str = "mutation($i: BreakTheGlassInput!) { breakTheGlass(input: $i) { __typename
    ... on GlassBroken { until } ... on Rejected { code field } } }";
const PERSON: &str = "query($id: ID!) { person(id: $id) { id maskedName } }";

async fn reveal(places: &Places, subject: &Subject, person: &str, reason: &str) -> Value {
    let purpose = purpose(subject);
    let input =
        json!({ "personId": person, "fields": ["NAME", "PHONE"], "purpose": purpose, "reason": reason });
    places.world.answer_to(subject, REVEAL, json!({ "i": input })).await
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_reveals_in_its_county_with_a_reason_and_a_purpose_of_its_own() {
    let places = Places::new().await;
    for (person, expected) in [(&places.here[0], "SSSNSNNN"), (&places.there[0], "NNNNNNNN")] {
        let mut found = Vec::new();
        for subject in everybody_here() {
            let answer = reveal(&places, &subject, person, "本人来电查询").await;
            places.tells_of_nobody_there(&answer);
            found.push(seen(&answer, "revealPersonalData"));
        }
        assert_eq!(found, row(expected));
    }
    let manager = subject(Role::Manager, HERE);
    places.told.take();
    let answer = reveal(&places, &manager, &places.here[1], "核对联系电话").await;
    let shown = json!({ "__typename": "Revealed", "personId": places.here[1], "name": "测试1", "certificate": null,
        "phone": "13800000000", "address": null });
    assert_eq!(answer["data"]["revealPersonalData"], shown);
    let notes = places.told.take();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!((notes[0].action, notes[0].outcome), (AccessAction::Reveal, AccessOutcome::Revealed));
    assert_eq!(notes[0].fields, RevealedFields::NAME.with(RevealedFields::PHONE));
    assert_eq!(notes[0].people, [places.here[1].parse::<uuid::Uuid>().unwrap()]);
    assert_eq!(notes[0].reason.as_deref(), Some("核对联系电话"));

    let too_short = reveal(&places, &manager, &places.here[1], " 查 询 ").await;
    assert_eq!(too_short["data"]["revealPersonalData"]["code"], "MISSING_FIELD", "{too_short}");
    let mut other =
        json!({ "personId": places.here[1], "fields": ["NAME"], "purpose": "AUDIT", "reason": "审计抽查" });
    let answer = places.world.answer_to(&manager, REVEAL, json!({ "i": other })).await;
    assert_eq!(seen(&answer, "revealPersonalData"), Seen::Forbidden);
    // Without identity there is nobody to answer for it.
    other["purpose"] = json!("MANAGEMENT");
    let answer = places.world.answer_to(&everybody(), REVEAL, json!({ "i": other })).await;
    assert_eq!(seen(&answer, "revealPersonalData"), Seen::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_not_revealed_and_not_shown() {
    let places = Places::new().await;
    let manager = subject(Role::Manager, HERE);
    let id = json!({ "id": places.here[0] });
    // Kept before the log stops.
    assert_eq!(seen(&places.ask(&manager, PERSON, id.clone()).await, "person"), Seen::Shown);
    places.told.refuses.store(true, std::sync::atomic::Ordering::SeqCst);
    let revealed = reveal(&places, &manager, &places.here[0], "本人来电查询").await;
    let kept = places.ask(&manager, PERSON, id).await;
    let listed = places.ask(&manager, "{ people { nodes { id } } }", Value::Null).await;
    for answer in [revealed, kept, listed] {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "ACCESS_LOG_UNAVAILABLE", "{answer}");
        assert_eq!(answer["data"], Value::Null);
    }
    // Figures show nobody, and go on.
    let figures = places.ask(&manager, "{ progress { registered } }", Value::Null).await;
    assert_eq!(figures["data"]["progress"]["registered"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn revealing_is_limited_for_each_who_does_it() {
    let places = Places::new().await;
    let manager = subject(Role::Manager, HERE);
    for _ in 0..60 {
        let answer = reveal(&places, &manager, &places.here[0], "本人来电查询").await;
        assert_eq!(seen(&answer, "revealPersonalData"), Seen::Shown);
    }
    let answer = reveal(&places, &manager, &places.here[0], "本人来电查询").await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED", "{answer}");
    assert!((1..=60_000).contains(&extensions["retryAfterMs"].as_u64().unwrap()), "{answer}");
    let other = reveal(&places, &subject(Role::FieldWorker, HERE), &places.here[0], "本人来电查询").await;
    assert_eq!(seen(&other, "revealPersonalData"), Seen::Shown);
}

async fn break_glass(places: &Places, subject: &Subject, target: Value) -> Value {
    let input = json!({ "target": target, "purpose": purpose(subject), "reason": "来访人员户籍在外地" });
    places.world.answer_to(subject, BREAK, json!({ "i": input })).await
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_serve_people_may_look_outside_for_a_while_and_it_is_seen_there() {
    let places = Places::new().await;
    let mut found = Vec::new();
    for subject in everybody_here() {
        let answer = break_glass(&places, &subject, json!({ "personId": places.there[0] })).await;
        found.push(seen(&answer, "breakTheGlass"));
    }
    assert_eq!(found, row("SSSFFFFF"));
    let worker = subject(Role::FieldWorker, HERE);
    let ask = async |person: &str| {
        let answer = places.world.answer_to(&worker, PERSON, json!({ "id": person })).await;
        seen(&answer, "person")
    };
    assert_eq!((ask(&places.there[0]).await, ask(&places.there[1]).await), (Seen::Shown, Seen::Nobody));
    let auditor = places.ask(&subject(Role::Auditor, HERE), PERSON, json!({ "id": places.there[0] })).await;
    assert_eq!(seen(&auditor, "person"), Seen::Nobody);
    let revealed = reveal(&places, &worker, &places.there[0], "来访人员户籍在外地").await;
    assert_eq!(seen(&revealed, "revealPersonalData"), Seen::Shown);
    // It is not for recording, nor for figures.
    let deliver =
        json!({ "commandId": uuid::Uuid::new_v4(), "personId": places.there[0], "service": "JOB_FAIR" });
    let query = "mutation($i: DeliverServiceInput!) { deliverService(input: $i) { __typename } }";
    let sent = places.world.answer_to(&worker, query, json!({ "i": deliver })).await;
    assert_eq!(seen(&sent, "deliverService"), Seen::Forbidden);

    let answer = break_glass(&places, &worker, json!({ "region": THERE })).await;
    assert_eq!(seen(&answer, "breakTheGlass"), Seen::Shown);
    assert_eq!(ask(&places.there[1]).await, Seen::Shown);
    let by_number = "query($n: String!) { personByCertificate(number: $n) { id } }";
    let number = json!({ "n": certificate(THERE, 2) });
    let found = places.world.answer_to(&worker, by_number, number).await;
    assert_eq!(found["data"]["personByCertificate"]["id"], json!(places.there[2]));
    let figures = format!("{{ progress(region: \"{THERE}\") {{ registered }} }}");
    assert_eq!(
        seen(&places.world.answer_to(&worker, &figures, Value::Null).await, "progress"),
        Seen::Forbidden
    );

    let query =
        format!("{{ brokenGlass(region: \"{THERE}\") {{ actor personId region {{ code }} reason }} }}");
    let shown = places.world.answer_to(&subject(Role::Manager, THERE), &query, Value::Null).await;
    let shown = shown["data"]["brokenGlass"].as_array().unwrap().clone();
    assert_eq!(shown.len(), 4);
    assert!(shown.iter().all(|it| it["reason"] == "来访人员户籍在外地"));
    let query = query.replace(THERE, HERE);
    let none = places.ask(&subject(Role::Manager, HERE), &query, Value::Null).await;
    assert_eq!(none["data"]["brokenGlass"], json!([]));
    // Nobody can tell from it whether there is such a person.
    let nobody = break_glass(&places, &worker, json!({ "personId": uuid::Uuid::nil() })).await;
    assert_eq!(seen(&nobody, "breakTheGlass"), Seen::Shown);
}
