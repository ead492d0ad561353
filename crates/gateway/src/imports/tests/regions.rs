//! Rows are recorded of the people of one's regions alone.

use std::collections::HashMap;

use serde_json::{Value, json};
use sigeyi_domain::{
    CertificateNumber, Day, Identifier,
    access::{Grants, Role, RoleGrant},
    divisions,
};

use super::place::Place;
use crate::{
    identities::{Identities, Visitors},
    imports::ImportLimits,
    register::Register,
    subject::Subject,
    tests::{
        issuing::Issuing,
        registering::{bootstrap, grant, withdraw},
    },
};

const HERE: &str = "150102";
const THERE: &str = "150402";

fn subject(role: Role, place: &str) -> Subject {
    let id = |text: &str| Identifier::parse(text).unwrap();
    let region = divisions().region(place.parse().unwrap()).unwrap();
    let granted = RoleGrant::new(role, region, role.writes().then_some(region)).unwrap();
    Subject { actor: id(role.name()), office: id("office"), grants: Grants::of([granted]), is_known: true }
}

fn place() -> impl Future<Output = Place> {
    let subjects = HashMap::from([
        ("here", subject(Role::Importer, HERE)),
        ("there", subject(Role::Importer, THERE)),
        ("manager", subject(Role::Manager, HERE)),
    ]);
    Place::of(ImportLimits::default(), Identities::Words(subjects))
}

/// Synthetic: sequence numbers from 900.
fn certificate(county: &str, number: u32) -> String {
    "0123456789X"
        .chars()
        .map(|check| format!("{county}19800101{}{check}43", 900 + number))
        .find(|text| CertificateNumber::parse(text, Day::MAX).is_ok())
        .unwrap()
}

fn roster(line: u64, county: &str, certificate: &str) -> String {
    let row = json!({
        "file": "roster", "line": line, "name": "测试甲", "certificate": certificate, "region": county, "status": "未就业",
        "reason": "无就业技能", "registeredOn": "2022-05-01",
    });
    format!("{row}\n")
}

fn record(line: u64, serial: &str, certificate: &str) -> String {
    let row = json!({
        "file": "records", "line": line, "serial": serial, "certificate": certificate, "item": "就业服务",
        "date": "2022-06-01", "outcome": "职业指导",
    });
    format!("{row}\n")
}

async fn import(place: &Place, word: &str, rows: String) -> (u16, Value) {
    let headers = format!("content-type: application/x-ndjson\r\nauthorization: {word}\r\n");
    let mut sending = place.begin("?source=import", &headers).await;
    sending.piece(rows.as_bytes()).await;
    let answer = sending.end().await;
    (answer.status, answer.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_others_are_rejected_and_those_of_their_people_as_if_there_were_nobody() {
    let place = place().await;
    let (here, there, nobody) = (certificate(HERE, 1), certificate(THERE, 2), certificate(THERE, 3));
    let rows = format!("{}{}", roster(2, THERE, &there), record(2, "T-1", &there));
    assert_eq!(import(&place, "there", rows).await.1["events"], 2);
    let head = place.engine.head();
    let rows = [
        roster(2, HERE, &here),
        // A county of others; somebody of theirs, as if in one's own; and a new one.
        roster(3, THERE, &nobody),
        roster(4, HERE, &there),
        record(2, "H-1", &here),
        record(3, "H-2", &there),
        record(4, "H-3", &nobody),
        // What they have recorded, word for word: nothing tells that it is there.
        record(5, "T-1", &there),
    ];
    let (status, answer) = import(&place, "here", rows.concat()).await;
    assert_eq!((status, &answer["events"]), (200, &json!(2)), "{answer}");
    assert_eq!(place.engine.head().0, head.0 + 2);
    let reject = |file: &str, line: u64, code: &str, field: &str| json!({ "file": file, "line": line, "code": code, "field": field });
    let unknown = |line| reject("records", line, "UNKNOWN_PERSON", "残疾人证号");
    let outside = |line| reject("roster", line, "OUTSIDE_REGION", "地区代码");
    assert_eq!(answer["rejects"], json!([outside(3), outside(4), unknown(3), unknown(4), unknown(5)]));
    let counts = |rows: u64, rejected: u64| json!({ "rows": rows, "recorded": 1, "alreadyRecorded": 0, "rejected": rejected });
    assert_eq!((&answer["roster"], &answer["records"]), (&counts(3, 2), &counts(4, 3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_import_nowhere_is_refused_before_anything_is_read() {
    let place = place().await;
    for (word, status, code) in [("manager", 403, "FORBIDDEN"), ("nobody", 401, "UNAUTHENTICATED")] {
        let (found, answer) = import(&place, word, String::new()).await;
        assert_eq!((found, &answer["errors"][0]["extensions"]["code"]), (status, &json!(code)));
    }
    assert_eq!(place.engine.head().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_cut_off_when_the_right_to_it_is_withdrawn() {
    let issuing = Issuing::new();
    let verifier = issuing.verifier();
    let place = Place::made(ImportLimits::default(), |engine| {
        Identities::of(&Visitors::WithToken(verifier)).limited_by(Register::of(engine))
    })
    .await;
    bootstrap(&place.engine).await;
    let granted = grant(&place.engine, "worker-7", Role::Importer, HERE, None).await;
    let token = issuing.token(Role::Importer, HERE);
    let headers = format!(
        "content-type: application/x-ndjson\r\nexpect: 100-continue\r\nauthorization: Bearer {token}\r\n"
    );
    let mut sending = place.begin("?source=import", &headers).await;
    assert!(sending.may_continue().await);
    sending.piece(roster(2, HERE, &certificate(HERE, 1)).as_bytes()).await;
    withdraw(&place.engine, granted).await;
    // The body has not ended.
    let answer = sending.answer().await;
    assert_eq!((answer.status, answer.refusal().0), (403, "FORBIDDEN"), "{}", answer.text);
}
