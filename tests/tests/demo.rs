//! The demo: the same seed gives the same figures, and what is there is not made again.

use std::{fs, path::Path, process::Output};

use sigeyi_tests::{head, import, sigeyi, succeed, text};

fn demo(data: &Path, seed: &str) -> Output {
    let output = sigeyi(&["demo", "--people", "2000", "--seed", seed, "--data", text(data)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn figures(data: &Path) -> Vec<String> {
    ["2022-12-31", "2023-11-30", "2024-12-31"]
        .map(|day| succeed(&["progress", "--data", text(data), "--as-of", day, "--format", "csv"]))
        .to_vec()
}

#[test]
fn a_second_start_adds_nothing_and_shows_the_same() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = dir.path().join("data");
    let journal = || fs::read(data.join("journal/0000000001.log")).expect("there is a journal");
    let first = demo(&data, "7");
    let (events, bytes, before) = (head(&data), journal(), figures(&data));
    assert!(events > 5_000);
    let said = String::from_utf8(first.stderr).expect("it says UTF-8");
    assert!(said.contains("生成合成的内蒙古") && said.contains("每个都已落盘"), "{said}");

    let second = demo(&data, "7");
    assert_eq!(String::from_utf8(second.stdout), String::from_utf8(first.stdout));
    let said = String::from_utf8(second.stderr).expect("it says UTF-8");
    assert!(!said.contains("生成") && said.contains("已打开"), "nothing is made: {said}");
    assert_eq!(head(&data), events);
    assert_eq!(journal(), bytes);
    assert_eq!(figures(&data), before);
}

#[test]
fn the_same_seed_gives_the_same_figures_and_another_seed_others() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let made = |name: &str, seed: &str| {
        let data = dir.path().join(name);
        demo(&data, seed);
        (head(&data), figures(&data))
    };
    let first = made("first", "7");
    assert_eq!(made("again", "7"), first);
    let (_, other) = made("other", "8");
    for (one, other) in first.1.iter().zip(&other) {
        assert_ne!(one, other);
    }
}

#[test]
fn the_demo_commits_to_the_heads_of_everybody_now_and_then() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = dir.path().join("data");
    demo(&data, "7");
    let report: serde_json::Value =
        serde_json::from_str(&succeed(&["verify", "--data", text(&data), "--format", "json"]))
            .expect("it is JSON");
    assert_eq!(report["sound"], true);
    let committed = report["checked"]["heads_committed"].as_u64().expect("a number");
    assert!(committed >= 8, "{report}");
}

#[test]
fn what_the_demo_says_to_try_next_works() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = dir.path().join("data");
    let printed = String::from_utf8(demo(&data, "7").stdout).expect("it prints UTF-8");
    let commands: Vec<&str> =
        printed.lines().filter_map(|line| line.trim().strip_prefix("sigeyi ")).collect();
    assert_eq!(commands.len(), 3, "{printed}");
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        assert!(!succeed(&args).is_empty(), "{command}");
    }
}

#[test]
fn a_demo_with_other_people_or_another_seed_is_refused_where_one_is() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = dir.path().join("data");
    succeed(&["demo", "--people", "50", "--seed", "7", "--data", text(&data)]);
    let events = head(&data);
    for (people, seed) in [("51", "7"), ("50", "8")] {
        let said =
            sigeyi_tests::fail(&["demo", "--people", people, "--seed", seed, "--data", text(&data)], 1);
        assert!(said.contains("it holds another demo: choose another --data"), "{said}");
    }
    assert_eq!(head(&data), events);
}

#[test]
fn a_demo_does_not_mix_with_real_people() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (data, files) = (dir.path().join("data"), sigeyi_tests::files(20));
    import(&data, files.path(), &dir.path().join("rejects.csv"));
    let events = head(&data);
    let said = sigeyi_tests::fail(&["demo", "--people", "50", "--data", text(&data)], 1);
    assert!(said.contains("this directory holds real data"), "{said}");
    assert_eq!(head(&data), events);
    assert!(!data.join("demo.json").exists());
}

#[test]
fn an_import_into_a_demo_works_and_says_that_it_is_synthetic() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (data, files) = (dir.path().join("data"), sigeyi_tests::files(20));
    succeed(&["demo", "--people", "50", "--data", text(&data)]);
    let events = head(&data);
    let roster = files.path().join("roster.csv");
    let output = sigeyi(&["import", "--data", text(&data), "--roster", text(&roster)]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).expect("it says UTF-8");
    assert!(said.contains("synthetic data: every person is invented"), "{said}");
    assert!(head(&data) > events);
}
