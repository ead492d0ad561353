//! The large directory: disk and memory for each event, append rate at the end against the beginning, questions, starts. Takes minutes and gigabytes, so it is
//! run by itself: `cargo bench -p sigeyi --bench marks -- large DIR [--events N] [--people N]`.

pub(crate) mod story;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sigeyi_engine::Engine;

use crate::{
    conditions, median, questions,
    starts::{self, size_of, status},
};

use story::Story;

/// Events unless told otherwise.
const EVENTS: u64 = 20_000_000;
/// People unless told otherwise: those of the region.
const PEOPLE: u32 = 368_000;
/// Events between two lines of the table.
const MILLION: u64 = 1_000_000;
/// How long sled may take to come up to the journal at the end.
const MIRROR_WITHIN: Duration = Duration::from_secs(600);
/// In what Linux tells processor time.
const TICKS_A_SECOND: f64 = 100.0;

/// Makes the directory, says what it takes, and starts on it. What is there already is only started on.
pub(crate) fn run(dir: &Path, arguments: &[&str]) {
    let (mut events, mut people) = (EVENTS, PEOPLE);
    for pair in arguments.chunks(2) {
        match pair {
            ["--events", value] => events = value.parse().expect("a number of events"),
            ["--people", value] => people = value.parse().expect("a number of people"),
            other => panic!("unknown arguments {other:?}: there is --events N and --people N"),
        }
    }
    if dir.join("MANIFEST").exists() {
        println!("{} is there already: it is not made again", dir.display());
    } else {
        std::fs::create_dir_all(dir).expect("the folder can be made");
        conditions::print(dir);
        make(dir, people, events);
    }
    on_disk(dir);
    questions::run(dir);
    starts::run(dir);
}

/// What one million of events took.
struct Stretch {
    /// On the clock, in events a second.
    per_second: f64,
    /// On both cores together, in µs an event.
    cpu_micros: f64,
}

/// Enrols everybody, then sends further commands until there are so many events, and says how fast each million went.
fn make(dir: &Path, people: u32, events: u64) {
    println!("## {events} events about {people} people");
    let mut story = Story::begin(dir, people);
    println!(
        "everybody is enrolled at {} events; from here on the same mix of commands, one sender, {} of them under way",
        story.events(),
        Story::UNDER_WAY
    );
    println!("| events | events/s | µs of both cores an event | resident MB |\n|---|---|---|---|");
    let mut stretches = Vec::new();
    while story.events() < events {
        let until = (story.events() + MILLION).min(events);
        let (from, started, cpu) = (story.events(), Instant::now(), cpu_seconds());
        story.go_on(until);
        let made = (story.events() - from) as f64;
        let stretch = Stretch {
            per_second: made / started.elapsed().as_secs_f64(),
            cpu_micros: (cpu_seconds() - cpu) * 1e6 / made,
        };
        println!(
            "| {} | {:.0} | {:.2} | {} |",
            story.events(),
            stretch.per_second,
            stretch.cpu_micros,
            status("VmRSS:")
        );
        // A last stretch of a few events says nothing.
        if made >= MILLION as f64 / 2.0 {
            stretches.push(stretch);
        }
    }
    if let [first, .., last] = stretches.as_slice() {
        let ratio = |of: fn(&Stretch) -> f64| of(last) / of(first);
        let mut rates: Vec<f64> = stretches.iter().map(|stretch| stretch.per_second).collect();
        println!(
            "last million against the first: {:.2} × the rate (mark: 0.8 or more), {:.2} × the processor time; median of all {:.0} events/s; {} commands were refused",
            ratio(|stretch| stretch.per_second),
            ratio(|stretch| stretch.cpu_micros),
            median(&mut rates),
            story.refused()
        );
    }
    let closing = Instant::now();
    let engine = story.end();
    wait_for_mirror(&engine);
    println!("resident with everything open {} MB, peak {} MB", status("VmRSS:"), status("VmHWM:"));
    drop(engine);
    println!(
        "sled's catching up, the last snapshot and closing took {:.1} s\n",
        closing.elapsed().as_secs_f64()
    );
}

fn wait_for_mirror(engine: &Engine) {
    let deadline = Instant::now() + MIRROR_WITHIN;
    // It ends at most one block before the journal.
    while engine.mirror().0.0 + 64 < engine.durable_head().0 && Instant::now() < deadline {
        std::thread::yield_now();
    }
}

fn on_disk(dir: &Path) {
    let engine = Engine::open(dir, sigeyi_engine::Options::default()).expect("it opens");
    let events = engine.durable_head().0;
    drop(engine);
    println!("## On disk, {events} events");
    println!("| what | MB | bytes an event |\n|---|---|---|");
    for (name, what) in [
        ("journal", "journal"),
        ("mirror", "sled"),
        ("snapshots", "snapshots, two"),
        ("vault", "keys, two copies"),
    ] {
        let bytes = size_of(&dir.join(name));
        println!("| {what} | {:.0} | {:.1} |", bytes as f64 / 1e6, bytes as f64 / events as f64);
    }
    let all = size_of(dir);
    println!("| all | {:.0} | {:.1} |", all as f64 / 1e6, all as f64 / events as f64);
    let blobs = std::fs::read_dir(dir.join("mirror/blobs")).map_or(0, Iterator::count);
    println!("files in the mirror's `blobs/`: {blobs}\n");
}

/// Processor time of this process, in seconds.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS_A_SECOND
}
