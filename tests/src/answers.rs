//! What a directory answers, to be compared with what another one does.

use std::path::Path;

use serde_json::Value;

use crate::{sigeyi_with_input, succeed, text};

/// What must be the same however often an import was stopped: only ids, which are random, and recorded times may differ.
#[derive(Debug, PartialEq)]
pub struct Answers {
    /// The last position.
    pub head: u64,
    /// Figures of all regions, for each question.
    pub figures: Vec<String>,
    /// Histories with their positions, by certificate number.
    pub histories: Vec<Value>,
}

/// Asks a directory: for figures by further arguments of `progress`, for histories by certificate numbers.
pub fn answers(data_dir: &Path, questions: &[&[&str]], certificates: &[String]) -> Answers {
    let figures = questions.iter().map(|question| {
        succeed(&[&["progress", "--data", text(data_dir), "--format", "csv"], *question].concat())
    });
    let histories = certificates.iter().map(|certificate| {
        let mut history = history(data_dir, certificate);
        history["person"].take();
        history["log"].take();
        for event in history["events"].as_array_mut().expect("events are a list") {
            event["recorded_at"].take();
            event["recorded_after_days"].take();
        }
        history
    });
    Answers { head: head(data_dir), figures: figures.collect(), histories: histories.collect() }
}

/// The last position of a directory.
pub fn head(data_dir: &Path) -> u64 {
    let printed = succeed(&["progress", "--data", text(data_dir), "--region", "150000", "--format", "json"]);
    let answer: Value = serde_json::from_str(&printed).expect("it is JSON");
    answer["position"].as_str().and_then(|position| position.parse().ok()).expect("a position is a number")
}

/// A person's history, asked for by certificate number.
pub fn history(data_dir: &Path, certificate: &str) -> Value {
    let args = ["history", "--data", text(data_dir), "--format", "json"];
    let output = sigeyi_with_input(&args, certificate);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

/// How many events an import says that it recorded.
pub fn recorded(printed: &str) -> u64 {
    let Some((_, rest)) = printed.split_once("共记录 ") else {
        assert!(printed.contains("nothing was recorded"), "{printed}");
        return 0;
    };
    let (number, _) = rest.split_once(' ').expect("a number stands there");
    number.replace(',', "").parse().expect("it is a number")
}
