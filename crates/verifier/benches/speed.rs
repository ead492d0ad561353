//! How many leaves a second, on files that are made for it: `cargo bench --package sigeyi-verifier`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it measures, and nobody depends on it")]
#![allow(dead_code, reason = "what the tests share is more than is measured")]

#[path = "../tests/verify/invented.rs"]
mod invented;
#[path = "../tests/verify/journal.rs"]
mod journal;
#[path = "../tests/verify/written.rs"]
mod written;

use std::time::{Duration, Instant};

use sigeyi_proof::HashAlgorithm;
use sigeyi_verifier::{threads, verify_directory, verify_log};

use crate::invented::*;
use crate::journal::Directory;
use crate::written::{Written, log_lines};

const EVENTS: usize = 400_000;
const PEOPLE: u128 = 50_000;

/// Events of about 320 bytes, as those of the demo are on average.
fn drafts() -> Vec<Draft> {
    (0..EVENTS)
        .map(|at| Draft {
            person: (at as u128 * 7_919) % PEOPLE + 1,
            command: at as u128,
            index: 0,
            count: 1,
            sealed: vec![at as u8; 115],
        })
        .collect()
}

fn say(what: &str, bytes: usize, took: Duration) {
    let (events, speed) = (EVENTS, EVENTS as f64 / took.as_secs_f64());
    let build = if cfg!(debug_assertions) { "debug assertions on" } else { "release" };
    let threads = threads();
    println!(
        "{what}: {events} leaves, {bytes} bytes, {took:.3?}, {speed:.0} leaves a second; {threads} threads, {build}"
    );
}

fn main() {
    for (name, algorithm) in [("suite 1", SHA256), ("suite 2", HashAlgorithm::Sm3)] {
        let log = written(algorithm, &drafts());
        let bytes = log.iter().map(Vec::len).sum();
        for events in [100, 1] {
            let directory = Directory::with_frames(algorithm, &log, events, 200_000 / events);
            for _ in 0..3 {
                let begun = Instant::now();
                verify_directory(directory.path(), None, None).unwrap();
                say(&format!("directory, {name}, frames of {events}"), bytes, begun.elapsed());
            }
        }
    }
    let log = written(SHA256, &drafts());
    let written = Written::new();
    let file = written.file(log_lines(&log, &checkpoint(&log)).concat());
    for _ in 0..3 {
        let begun = Instant::now();
        verify_log(&file, &trust()).unwrap();
        say("export, suite 1", std::fs::metadata(&file).unwrap().len() as usize, begun.elapsed());
    }
}
