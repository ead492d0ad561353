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

/// Ticks of 10 ms that this process has had of all processors together; where the system does not tell, 0.
fn processor_ticks() -> u64 {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything: the user's and the system's, as proc_pid_stat(5) numbers them.
    let fields = told.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn measure(what: &str, bytes: usize, check: impl Fn()) {
    for _ in 0..3 {
        let (begun, ticks) = (Instant::now(), processor_ticks());
        check();
        say(what, bytes, begun.elapsed(), processor_ticks() - ticks);
    }
}

fn say(what: &str, bytes: usize, took: Duration, ticks: u64) {
    let (events, speed) = (EVENTS, EVENTS as f64 / took.as_secs_f64());
    let processor = Duration::from_millis(ticks * 10);
    let build = if cfg!(debug_assertions) { "debug assertions on" } else { "release" };
    let threads = threads();
    println!(
        "{what}: {events} leaves, {bytes} bytes, {took:.3?}, {speed:.0} leaves a second; {processor:.2?} of the processors, {threads} threads, {build}"
    );
}

fn main() {
    for (name, algorithm) in [("suite 1", SHA256), ("suite 2", HashAlgorithm::Sm3)] {
        let log = written(algorithm, &drafts());
        let bytes = log.iter().map(Vec::len).sum();
        for events in [100, 1] {
            let directory = Directory::with_frames(algorithm, &log, events, 200_000 / events);
            measure(&format!("directory, {name}, frames of {events}"), bytes, || {
                verify_directory(directory.path(), None, None).unwrap();
            });
        }
    }
    let log = written(SHA256, &drafts());
    let written = Written::new();
    let file = written.file(log_lines(&log, &checkpoint(&log)).concat());
    let bytes = std::fs::metadata(&file).unwrap().len() as usize;
    measure("export, suite 1", bytes, || {
        verify_log(&file, &trust()).unwrap();
    });
}
