//! What is refused, with which code, and what stays.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::{Body, Bytes};
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::json;
use tokio::sync::mpsc;

use super::place::Place;
use crate::{
    costs::{COST_PER_MINUTE, Costs},
    imports::{
        ImportLimits, ROW_BYTES_MAX,
        body::{PIECES_MAX, Payer, pass_on},
    },
    tests::world::everybody,
};

const NDJSON: &str = "content-type: application/x-ndjson\r\n";
/// Synthetic: sequence numbers from 900.
const CERTIFICATE: &str = "15010219800101902043";

/// Somebody who can afford it.
fn payer() -> Payer {
    Payer { costs: Arc::new(Costs::per_minute(COST_PER_MINUTE)), subject: everybody() }
}

/// A row of the roster of somebody invented.
fn person() -> String {
    let row = json!({
        "file": "roster", "line": 2, "name": "测试甲", "certificate": certificate(), "region": "150102", "status": "未就业",
        "reason": "无就业技能", "registeredOn": "2022-05-01",
    });
    format!("{row}\n")
}

fn record(serial: &str) -> String {
    let row = json!({
        "file": "records", "line": 2, "serial": serial, "certificate": certificate(), "item": "就业服务", "date": "2022-06-01",
        "outcome": "职业指导",
    });
    format!("{row}\n")
}

/// The number with its check character put right.
fn certificate() -> String {
    "0123456789X"
        .chars()
        .map(|check| format!("{}{check}{}", &CERTIFICATE[..17], &CERTIFICATE[18..]))
        .find(|number| sigeyi_domain::CertificateNumber::parse(number, sigeyi_domain::Day::MAX).is_ok())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_no_row_is_named_and_what_stood_before_it_is_recorded() {
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut row = serde_json::from_str(&record("R-9")).unwrap();
        change(&mut row);
        row.to_string()
    };
    let long = with(&|row| row["office"] = "某".repeat(ROW_BYTES_MAX / 3).into());
    for (line, code) in [
        ("".to_owned(), "BAD_ROW"),
        ("{".to_owned(), "BAD_ROW"),
        ("\u{0}".to_owned(), "BAD_ROW"),
        ("张三".to_owned(), "BAD_ROW"),
        (format!("[\"张三\",\"{CERTIFICATE}\"]"), "BAD_ROW"),
        ("[".repeat(10_000), "BAD_ROW"),
        (with(&|row| row["file"] = "张三".into()), "BAD_ROW"),
        (with(&|row| row["name"] = "张三".into()), "BAD_ROW"),
        (with(&|row| row["line"] = "张三".into()), "BAD_ROW"),
        (with(&|row| row["line"] = (-1).into()), "BAD_ROW"),
        (with(&|row| row["certificate"] = json!(["张三"])), "BAD_ROW"),
        (with(&|row| drop(row.as_object_mut().unwrap().remove("serial"))), "BAD_ROW"),
        (with(&|row| drop(row.as_object_mut().unwrap().remove("file"))), "BAD_ROW"),
        (long, "ROW_TOO_LONG"),
        (person().trim().to_owned(), "ROW_ORDER"),
    ] {
        let place = Place::new(ImportLimits::default()).await;
        let rows = format!("{}{}{line}\n{}", person(), record("R-1"), record("R-2"));
        let answer = place.import(rows.as_bytes(), 1_000).await;
        let shown: String = line.chars().take(100).collect();
        assert_eq!((answer.status, answer.refusal()), (400, (code, Some(3))), "{shown}");
        assert!(
            !answer.text.contains("张三") && !answer.text.contains(&CERTIFICATE[..17]),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("send the same rows again"), "{}", answer.text);

        // The first two are there, and sending all without the fault records the third alone.
        let rows = format!("{}{}{}", person(), record("R-1"), record("R-2"));
        let answer = place.import(rows.as_bytes(), 1_000).await;
        assert_eq!((answer.status, &answer.value["events"]), (200, &json!(1)), "{shown}: {}", answer.text);
        assert_eq!(place.engine.head().0, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_line_needs_no_line_feed_and_values_are_trimmed() {
    let place = Place::new(ImportLimits::default()).await;
    let padded = record("R-1").replace("\"R-1\"", "\" R-1\\t\"");
    let answer = place.import(format!("{}{}", person(), padded.trim()).as_bytes(), 7).await;
    assert_eq!((answer.status, &answer.value["events"]), (200, &json!(2)), "{}", answer.text);
    let answer = place.import(record("R-1").as_bytes(), 7).await;
    assert_eq!(answer.value["records"]["alreadyRecorded"], 1, "{}", answer.text);
    let answer = place.import(b"", 7).await;
    assert_eq!((answer.status, &answer.value["events"]), (200, &json!(0)), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_recorded_it_and_for_which_office_comes_from_the_request() {
    let place = Place::new(ImportLimits::default()).await;
    place.import(format!("{}{}", person(), record("R-1")).as_bytes(), 1_000).await;
    let number = sigeyi_domain::CertificateNumber::parse(&certificate(), sigeyi_domain::Day::MAX).unwrap();
    let id = place.engine.find(number.citizen()).unwrap();
    let history = place.engine.history(id).unwrap().unwrap();
    assert_eq!(history.len(), 2);
    for event in history {
        assert_eq!((event.logged.actor.as_str(), event.logged.office.as_str()), ("local", "local"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_limited() {
    let place = Place::new(ImportLimits { rows_max: 2, ..ImportLimits::default() }).await;
    let rows = format!("{}{}{}", person(), record("R-1"), record("R-2"));
    let answer = place.import(rows.as_bytes(), 1_000).await;
    assert_eq!((answer.status, answer.refusal()), (413, ("TOO_MANY_ROWS", None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stands_still_is_given_up_and_its_rows_stay() {
    let limits = ImportLimits {
        imports_max: 1,
        piece_time_max: Duration::from_millis(300),
        ..ImportLimits::default()
    };
    let place = Place::new(limits).await;
    let mut sending = place.begin("?source=import", NDJSON).await;
    sending.piece(person().as_bytes()).await;
    let answer = sending.answer().await;
    assert_eq!((answer.status, answer.refusal()), (408, ("TIMEOUT", None)));
    let answer = place.import_when_free(person().as_bytes()).await;
    assert_eq!(answer.value["roster"]["alreadyRecorded"], 1, "{}", answer.text);
}

#[tokio::test]
async fn a_body_has_its_time_as_a_whole() {
    let limits = ImportLimits { body_time_max: Duration::from_millis(50), ..ImportLimits::default() };
    let (pieces, _taken) = mpsc::channel(PIECES_MAX);
    let mut body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let refusal = pass_on(&mut body, pieces, &limits, &payer()).await.unwrap_err();
    assert_eq!(refusal.code(), "TIMEOUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_import_too_many_is_refused_before_it_has_sent_anything() {
    let place = Place::new(ImportLimits { imports_max: 1, ..ImportLimits::default() }).await;
    let awaiting = format!("{NDJSON}expect: 100-continue\r\n");
    let mut first = place.begin("?source=import", &awaiting).await;
    assert!(first.may_continue().await);
    let answer = place.begin("?source=import", &awaiting).await.answer().await;
    assert_eq!((answer.status, answer.refusal()), (503, ("TOO_MANY_IMPORTS", None)));
    assert!(answer.head.contains("\r\nretry-after: 10"), "{}", answer.head);
    first.piece(person().as_bytes()).await;
    assert_eq!(first.end().await.status, 200);
    assert_eq!(place.import_when_free(person().as_bytes()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_says_what_it_sends_and_from_where() {
    let place = Place::new(ImportLimits::default()).await;
    for (query, headers, status, code) in [
        ("", NDJSON, 400, "BAD_SOURCE"),
        ("?source=", NDJSON, 400, "BAD_SOURCE"),
        ("?source=a%20b", NDJSON, 400, "BAD_SOURCE"),
        ("?source=a&source=b", NDJSON, 400, "BAD_SOURCE"),
        ("?source=import", "", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("?source=import", "content-type: application/json\r\n", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let answer = place.begin(query, headers).await.end().await;
        assert_eq!((answer.status, answer.refusal()), (status, (code, None)), "{query} {headers}");
    }
    let taken =
        place.begin("?source=import&other=1", "content-type: Application/x-ndjson; charset=utf-8\r\n");
    assert_eq!(taken.await.end().await.status, 200);
    assert_eq!(place.engine.head().0, 0);
}

#[tokio::test]
async fn no_more_is_read_than_is_recorded() {
    let read = Arc::new(AtomicUsize::new(0));
    let counting = read.clone();
    let endless = stream::repeat_with(move || {
        counting.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from_static(b"{}\n"))
    });
    let mut body = Body::from_stream(endless.take(1_000_000));
    let (pieces, _taken_by_nobody) = mpsc::channel(PIECES_MAX);
    let limits = ImportLimits::default();
    assert!(pass_on(&mut body, pieces, &limits, &payer()).now_or_never().is_none());
    assert_eq!(read.load(Ordering::Relaxed), PIECES_MAX + 1);
}
