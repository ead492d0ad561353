//! The sample of the exchange format through the wire: exactly its rejects and figures, however it is sent.

use std::{collections::BTreeMap, fs, path::PathBuf};

use sigeyi_domain::{Day, Figure, Plan, RecordRow, RosterRow, divisions};

use super::place::{Answer, Place};
use crate::imports::{ImportAnswer, ImportLimits, ImportRow, RecordLine, RosterLine};

fn sample(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sample").join(name);
    let text = fs::read_to_string(path).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// The sample's rows, as they are sent.
fn sample_rows() -> Vec<u8> {
    let mut rows = Vec::new();
    let mut add = |row: &ImportRow<'_>| {
        serde_json::to_writer(&mut rows, row).unwrap();
        rows.push(b'\n');
    };
    for (at, row) in sample("roster.csv").iter().enumerate() {
        let value = |name: &str| row.get(name).map_or("", |value| value.as_str());
        let row = RosterRow {
            name: value("姓名"),
            certificate: value("残疾人证号"),
            region: value("地区代码"),
            phone: value("联系电话"),
            status: value("就业状况"),
            form: value("就业形式"),
            reason: value("未就业原因"),
            registered_on: value("登记日期"),
        };
        add(&ImportRow::Roster(RosterLine::new(at as u64 + 2, row)));
    }
    for (at, row) in sample("records.csv").iter().enumerate() {
        let value = |name: &str| row.get(name).map_or("", |value| value.as_str());
        let row = RecordRow {
            serial: value("流水号"),
            certificate: value("残疾人证号"),
            item: value("事项"),
            date: value("日期"),
            outcome: value("结果"),
            office: value("经办机构"),
            voids: value("作废流水号"),
        };
        add(&ImportRow::Records(RecordLine::new(at as u64 + 2, row)));
    }
    rows
}

fn has_the_expected_rejects(answer: &Answer) -> ImportAnswer {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer: ImportAnswer = serde_json::from_str(&answer.text).unwrap();
    let found: Vec<_> = answer
        .rejects
        .iter()
        .map(|reject| (reject.file.to_string(), reject.line.to_string(), reject.code.to_string()))
        .collect();
    let expected = sample("expected-rejects.csv");
    let expected: Vec<_> =
        expected.iter().map(|row| (row["file"].clone(), row["line"].clone(), row["code"].clone())).collect();
    assert_eq!(found, expected);
    for counts in [answer.roster, answer.records] {
        assert_eq!(counts.rows, counts.recorded + counts.already_recorded + counts.rejected);
    }
    assert_eq!(answer.roster.rejected + answer.records.rejected, answer.rejects.len() as u64);
    answer
}

fn has_the_expected_figures(place: &Place) {
    let mut compared = 0;
    for row in sample("expected-progress.csv") {
        let day = Day::parse(&row["as_of"]).unwrap();
        let answer = place.engine.progress(Plan::on(day), Some(day), None).unwrap();
        let region = divisions().region(row["region_code"].parse().unwrap()).unwrap();
        for figure in Figure::ALL.into_iter().filter(|figure| *figure != Figure::OutOfOrder) {
            let found = answer.counties.of(region).get(figure).to_string();
            assert_eq!(found, row[figure.name()], "{} of {} on {day}", figure.name(), row["region_code"]);
            compared += 1;
        }
    }
    assert!(compared > 3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_gives_its_rejects_and_figures_and_sent_again_records_nothing() {
    let place = Place::new(ImportLimits::default()).await;
    let rows = sample_rows();
    let first = has_the_expected_rejects(&place.import(&rows, 10_000).await);
    assert_eq!(first.events, place.engine.head().0);
    assert!(first.roster.recorded > 4_900 && first.records.recorded > 12_000, "{first:?}");
    has_the_expected_figures(&place);

    let again = has_the_expected_rejects(&place.import(&rows, 100_000).await);
    assert_eq!((again.events, again.roster.recorded, again.records.recorded), (0, 0, 0));
    assert_eq!(again.events + first.events, place.engine.head().0);
    has_the_expected_figures(&place);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_connection_that_was_cut_the_whole_sent_again_records_the_rest() {
    let place = Place::new(ImportLimits { imports_max: 1, ..ImportLimits::default() }).await;
    let rows = sample_rows();
    let mut sending = place.begin("?source=import", "content-type: application/x-ndjson\r\n").await;
    // Within a row of the records.
    for piece in rows[..rows.len() * 2 / 3].chunks(20_000) {
        sending.piece(piece).await;
    }
    drop(sending);
    let rest = has_the_expected_rejects(&place.import_when_free(&rows).await);
    let before = place.engine.head().0 - rest.events;
    assert!(before > 5_000 && rest.events > 1_000, "{before} events, then {}", rest.events);
    assert!(rest.roster.already_recorded > 4_000, "{:?}", rest.roster);
    has_the_expected_figures(&place);
}
