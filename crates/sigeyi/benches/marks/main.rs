//! The marks of `docs/performance.md`, with the conditions under which they were measured: `just bench`.
//!
//! Figures of different runs cannot be compared on a shared machine; ratios within one run can.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod conditions;
mod durable;
mod gateway;
mod imports;
mod large;
mod looks;
mod questions;
mod reference;
mod signing;
mod starts;
mod waits;

use std::path::{Path, PathBuf};

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// People of the synthetic directory.
const PEOPLE: u32 = 368_000;
const SEED: u64 = 68;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // A process of its own, so that memory and start are those of a fresh one.
        ["open", dir, "snapshot"] => starts::open_and_report(Path::new(dir), false),
        ["open", dir, "replay"] => starts::open_and_report(Path::new(dir), true),
        ["reference", dir] => gateway::reference(Path::new(dir)),
        ["gateway", dir] => {
            conditions::print(&work_dir());
            gateway::run(Path::new(dir));
        }
        ["streams", dir] => {
            conditions::print(&work_dir());
            gateway::streams(Path::new(dir));
        }
        ["durable", callers @ ..] => {
            let work = work_dir();
            conditions::print(&work);
            let callers: Vec<usize> =
                callers.iter().map(|it| it.parse().expect("a number of callers")).collect();
            durable::run(&work, if callers.is_empty() { &durable::CALLERS } else { &callers });
        }
        ["looks"] => {
            let work = work_dir();
            conditions::print(&work);
            looks::run(&work);
        }
        ["signing", arguments @ ..] => {
            let work = work_dir();
            conditions::print(&work);
            signing::run(&work, arguments);
        }
        ["large", dir, arguments @ ..] => large::run(Path::new(dir), arguments),
        [] => run(PEOPLE),
        ["--people", people] => run(people.parse().expect("a number of people")),
        other => {
            println!(
                "unknown arguments {other:?}: there is --people N, and durable [CALLERS…], looks, signing [--events N] [--rounds N], gateway DIR, streams DIR or large DIR [--events N] [--people N] for those marks alone"
            )
        }
    }
}

fn run(people: u32) {
    let work = work_dir();
    conditions::print(&work);
    durable::run(&work, &durable::CALLERS);
    looks::run(&work);
    let demo = starts::prepare(&work, people);
    starts::run(&demo);
    questions::run(&demo);
    gateway::run(&demo);
    imports::run(&work, people);
}

/// Where the marks keep their files, of which the full size needs about 3 GB.
fn work_dir() -> PathBuf {
    let work = std::env::var_os("SIGEYI_BENCH_DIR")
        .map_or_else(|| PathBuf::from("target/bench-data"), PathBuf::from);
    std::fs::create_dir_all(&work).expect("the bench folder can be made");
    work
}

/// A folder made anew.
fn fresh(dir: &Path) -> PathBuf {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{}: {error}", dir.display()),
        _ => dir.to_owned(),
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
