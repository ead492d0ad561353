//! A file in one piece, in several, or sent again: the same figures.

use std::{fs, path::Path};

use proptest::{prelude::*, sample::Index};
use sigeyi_domain::{Identifier, RecordRow, RosterRow, plans};
use tempfile::TempDir;

use super::any::day;
use crate::{CountyProgress, Engine, ImportSummary, Importer, Options, Reject, Suite};

/// The rows of a file of the sample, which quotes nothing, with their lines.
fn rows(file: &str) -> Vec<(u64, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sample").join(file);
    let text = fs::read_to_string(path).unwrap();
    let columns = |line: &str| line.split(',').map(|column| column.trim().to_owned()).collect();
    (2..).zip(text.trim_start_matches('\u{feff}').lines().skip(1).map(columns)).collect()
}

fn roster_row(row: &[String]) -> RosterRow<'_> {
    let column = |at: usize| row.get(at).map_or("", String::as_str);
    RosterRow {
        name: column(0),
        certificate: column(1),
        region: column(2),
        phone: column(3),
        status: column(4),
        form: column(5),
        reason: column(6),
        registered_on: column(7),
    }
}

fn record_row(row: &[String]) -> RecordRow<'_> {
    let column = |at: usize| row.get(at).map_or("", String::as_str);
    RecordRow {
        serial: column(0),
        certificate: column(1),
        item: column(2),
        date: column(3),
        outcome: column(4),
        office: column(5),
        voids: column(6),
    }
}

fn directory() -> (TempDir, Engine) {
    directory_in(Suite::International)
}

fn directory_in(suite: Suite) -> (TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { create: true, suite: Some(suite), ..Options::default() };
    let engine = Engine::open(dir.path(), options).unwrap();
    (dir, engine)
}

fn import(engine: &Engine, roster: &[(u64, Vec<String>)], records: &[(u64, Vec<String>)]) -> ImportSummary {
    let source = Identifier::parse("sample").unwrap();
    let mut importer = Importer::new(engine, source.clone(), source.clone(), source);
    roster.iter().for_each(|(line, row)| importer.roster(*line, &roster_row(row)).unwrap());
    records.iter().for_each(|(line, row)| importer.record(*line, &record_row(row)).unwrap());
    importer.finish().unwrap()
}

/// The figures of every county on some days under every plan.
fn figures(engine: &Engine) -> Vec<CountyProgress> {
    let days = ["2022-12-31", "2023-11-30", "2024-06-15", "2024-12-31"].map(day);
    let figures = |plan| days.map(|as_of| engine.progress(plan, Some(as_of), None).unwrap().counties);
    plans().iter().flat_map(figures).collect()
}

#[test]
fn the_sample_gives_the_same_figures_in_either_suite() {
    let (roster, records) = (rows("roster.csv"), rows("records.csv"));
    let (_dir, international) = directory();
    let (_other, guomi) = directory_in(Suite::Guomi);
    let expected = import(&international, &roster, &records);
    let summary = import(&guomi, &roster, &records);
    assert_eq!((summary.events, &summary.rejects), (expected.events, &expected.rejects));
    assert_eq!(figures(&guomi), figures(&international));
    assert!(guomi.refold().unwrap().is_equal);
    let head = guomi.head();
    assert_eq!((import(&guomi, &roster, &records).events, guomi.head()), (0, head));
}

/// The same figures, however it is sent.
fn assert_sent_in_parts_is_the_same(roster_cuts: &[usize], records_cuts: &[usize]) {
    let (roster, records) = (rows("roster.csv"), rows("records.csv"));
    let (_dir, whole) = directory();
    let summary = import(&whole, &roster, &records);
    assert!(summary.events > 10_000 && !summary.rejects.is_empty());

    let (_other, parted) = directory();
    let mut rejects: Vec<Reject> = Vec::new();
    let mut events = 0;
    for part in parts(&roster, roster_cuts) {
        let summary = import(&parted, part, &[]);
        events += summary.events;
        rejects.extend(summary.rejects);
    }
    for part in parts(&records, records_cuts) {
        let summary = import(&parted, &[], part);
        events += summary.events;
        rejects.extend(summary.rejects);
    }
    assert_eq!((events, rejects), (summary.events, summary.rejects.clone()));
    assert_eq!(figures(&parted), figures(&whole));

    let head = whole.head();
    let before = figures(&whole);
    let again = import(&whole, &roster, &records);
    assert_eq!((again.events, whole.head(), figures(&whole)), (0, head, before));
    assert_eq!(again.rejects, summary.rejects);
    assert_eq!(again.records.already_recorded, summary.records.recorded + summary.records.already_recorded);
}

fn parts<'r, Row>(rows: &'r [Row], cuts: &[usize]) -> Vec<&'r [Row]> {
    let mut cuts: Vec<usize> = cuts.iter().copied().chain([0, rows.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| &rows[cut[0]..cut[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn the_sample_in_one_piece_in_several_or_sent_again_gives_the_same_figures(
        roster in proptest::collection::vec(any::<Index>(), 1..3),
        records in proptest::collection::vec(any::<Index>(), 1..4)
    ) {
        let cuts = |cuts: &[Index], rows: usize| -> Vec<usize> {
            cuts.iter().map(|cut| cut.index(rows)).collect()
        };
        assert_sent_in_parts_is_the_same(&cuts(&roster, 5_122), &cuts(&records, 12_665));
    }
}
