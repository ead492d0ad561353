//! The sample of the exchange format, and cases by hand that it lacks: exactly the figures and rejects that are expected.

use std::{fs, path::Path};

use sigeyi_tests::{data, fail, import, rows, succeed, text};

/// Imports a folder twice, and compares figures and rejects with the files beside it.
fn gives_exactly_what_is_expected(folder: &str) {
    let files = data(folder);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (data_dir, report) = (dir.path().join("data"), dir.path().join("rejects.csv"));

    import(&data_dir, &files, &report);
    compare(&data_dir, &files, &report);

    let again = import(&data_dir, &files, &report);
    assert!(again.contains("nothing was recorded"), "{again}");
    compare(&data_dir, &files, &report);
}

fn compare(data_dir: &Path, files: &Path, report: &Path) {
    let expected = fs::read_to_string(files.join("expected-rejects.csv")).expect("it is there");
    let found = fs::read_to_string(report).expect("the report was written");
    assert_eq!(rows(&found, 3), rows(&expected, 3));

    let expected = rows(&fs::read_to_string(files.join("expected-progress.csv")).expect("it is there"), 99);
    let mut days: Vec<&str> = expected[1..].iter().map(|row| row[0].as_str()).collect();
    days.dedup();
    for day in days {
        let printed = succeed(&["progress", "--data", text(data_dir), "--as-of", day, "--format", "csv"]);
        let found = rows(&printed, 99);
        assert_eq!(found[0], expected[0], "the columns");
        let of_day: Vec<_> = expected.iter().filter(|row| row[0] == day).collect();
        let mut compared = 0;
        for row in of_day {
            let same_region = found.iter().find(|found| found[1] == row[1]).expect("the region is printed");
            assert_eq!(same_region, row);
            compared += 1;
        }
        assert!(compared > 0);
        assert_eq!(found.len(), 117, "all regions and the header");
    }
}

#[test]
fn the_sample_gives_its_figures_and_rejects_and_sent_again_records_nothing() {
    gives_exactly_what_is_expected("sample");
}

#[test]
fn the_cases_by_hand_give_their_figures_and_rejects_and_sent_again_record_nothing() {
    gives_exactly_what_is_expected("by-hand");
}

#[test]
fn a_league_is_printed_with_its_counties() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
    let printed = succeed(&[
        "progress",
        "--data",
        text(&data_dir),
        "--region",
        "150300",
        "--as-of",
        "2023-11-30",
        "--format",
        "csv",
    ]);
    let codes: Vec<String> = rows(&printed, 2)[1..].iter().map(|row| row[1].clone()).collect();
    assert_eq!(codes, ["150300", "150302", "150303", "150304"]);

    // The plan is over, so without a day its last one counts.
    let printed =
        succeed(&["progress", "--data", text(&data_dir), "--plan", "nmg-2022-2024", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(answer["as_of"], "2024-12-31");
    assert_eq!(answer["regions"].as_array().map(Vec::len), Some(116));
}

/// Under other ages other people are in scope, and the directory stays as it is.
#[test]
fn figures_under_another_plan_file_leave_the_data_as_they_are() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/plans");
    let shipped = fs::read_to_string(plans.join("nmg-2022-2024.toml")).expect("it is shipped");
    let of = |arguments: &[&str]| {
        let before = ["progress", "--data", text(&data_dir), "--as-of", "2023-11-30", "--format", "csv"];
        rows(&succeed(&[&before, arguments].concat()), 99)
    };
    let file = dir.path().join("plan.toml");
    fs::write(&file, &shipped).expect("it is written");
    let usual = of(&["--plan", "nmg-2022-2024"]);
    assert_eq!(of(&["--plan-file", text(&file)]), usual);
    // The id is the same and the ages are not.
    let other = shipped.replace("from = 16", "from = 40");
    assert_ne!(other, shipped);
    fs::write(&file, other).expect("it is written");
    let under_other = of(&["--plan-file", text(&file)]);
    let in_scope = |rows: &[Vec<String>]| rows[1][3].parse::<u32>().expect("a figure");
    assert!(in_scope(&under_other) < in_scope(&usual), "{} {}", in_scope(&under_other), in_scope(&usual));
    assert_eq!(of(&["--plan", "nmg-2022-2024"]), usual);
    fs::write(&file, "id = \"x\"").expect("it is written");
    fail(&["progress", "--data", text(&data_dir), "--plan-file", text(&file)], 4);
}
