//! Making the full-size directory, starting on it with and without a snapshot, replay, and memory.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use sigeyi_engine::{Engine, Options};

use crate::{SEED, fresh};

const STARTS: usize = 3;

/// The directory of the demo, made by the binary unless it is there.
pub(crate) fn prepare(work: &Path, people: u32) -> PathBuf {
    let dir = fresh(&work.join(format!("demo-{people}")));
    println!("## The synthetic region, {people} people");
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_sigeyi"))
        .args(["demo", "--people", &people.to_string(), "--seed", &SEED.to_string(), "--data"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr);
    println!("`sigeyi demo` as a whole: {:.1} s", started.elapsed().as_secs_f64());
    said.lines().filter(|line| line.contains("events")).for_each(|line| println!("{line}"));
    let size = |name: &str| size_of(&dir.join(name)) as f64 / 1e6;
    println!(
        "on disk: journal {:.0} MB, sled {:.0} MB, two snapshots {:.0} MB, keys {:.0} MB\n",
        size("journal"),
        size("mirror"),
        size("snapshots"),
        size("vault")
    );
    dir
}

/// Bytes of a file, or of everything in a folder.
pub(crate) fn size_of(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else {
        return std::fs::metadata(path).map_or(0, |file| file.len());
    };
    entries.flatten().map(|entry| size_of(&entry.path())).sum()
}

pub(crate) fn run(dir: &Path) {
    println!("## Starts, each in a process of its own ({STARTS} each)");
    for how in ["snapshot", "replay"] {
        for _ in 0..STARTS {
            let this = std::env::current_exe().expect("the bench has a path");
            let output = Command::new(this).arg("open").arg(dir).arg(how).output().expect("it starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            print!("{}", String::from_utf8_lossy(&output.stdout));
        }
    }
    println!();
}

/// In a process of its own: opens, and says how long that took and how much memory it holds once sled follows.
pub(crate) fn open_and_report(dir: &Path, ignore_snapshots: bool) {
    let engine = Engine::open(dir, Options { ignore_snapshots, ..Options::default() }).expect("it opens");
    let report = engine.start_report().clone();
    let at_start = status("VmRSS:");
    let deadline = Instant::now() + std::time::Duration::from_secs(120);
    while engine.mirror().0.0 + 64 < engine.durable_head().0 && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let how = match report.snapshot {
        Some(position) => format!("snapshot at {position}"),
        None => "no snapshot".to_owned(),
    };
    println!(
        "{how}: open in {:.2} s, {} events replayed; {} people; resident {} MB at once, {} MB with sled open (cache {} MB), peak {} MB",
        report.took.as_secs_f64(),
        report.replayed,
        engine.people(),
        at_start,
        status("VmRSS:"),
        Engine::MIRROR_CACHE_BYTES / 1_000_000,
        status("VmHWM:"),
    );
    if ignore_snapshots {
        let refolded = engine.refold().expect("the log is replayed");
        println!(
            "replay into fresh projections: {} events in {:.2} s, {:.0} events/s, equal: {}",
            refolded.events,
            refolded.took.as_secs_f64(),
            refolded.events as f64 / refolded.took.as_secs_f64(),
            refolded.is_equal
        );
    }
}

/// A line of the process's status, in MB.
pub(crate) fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().map_or(0, |kib| kib * 1_024 / 1_000_000)
}
