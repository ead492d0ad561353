//! What it costs a log that grows as fast as it can that it signs checkpoints, and that its journal is read again meanwhile.

use std::{path::Path, time::Instant};

use sigeyi_engine::{CheckpointOptions, Options, ScrubPace};

use crate::{
    fresh,
    large::{cpu_seconds, story::Story},
    median,
};

/// Events of a round unless told otherwise.
const EVENTS: u64 = 400_000;
/// Rounds unless told otherwise, each with every way once.
const ROUNDS: usize = 5;
const PEOPLE: u32 = 5_000;

/// What runs beside the writing.
#[derive(Clone, Copy)]
enum Way {
    Alone,
    Signing,
    Scrubbing,
}

impl Way {
    const ALL: [Way; 3] = [Way::Alone, Way::Signing, Way::Scrubbing];

    fn name(self) -> &'static str {
        match self {
            Way::Alone => "alone",
            Way::Signing => "with checkpoints",
            Way::Scrubbing => "with checkpoints and the scrub",
        }
    }

    fn options(self) -> Options {
        let make_key = !matches!(self, Way::Alone);
        // From the beginning again as soon as it is through: more than a server ever does.
        let pace = ScrubPace { pause: std::time::Duration::ZERO, ..ScrubPace::default() };
        Options {
            checkpoints: CheckpointOptions { make_key, ..CheckpointOptions::default() },
            scrub: matches!(self, Way::Scrubbing).then_some(pace),
            ..Options::default()
        }
    }
}

/// Seconds on the clock and of the processor.
#[derive(Default)]
struct Times {
    clock: Vec<f64>,
    processor: Vec<f64>,
}

pub(crate) fn run(work: &Path, arguments: &[&str]) {
    let (mut events, mut rounds) = (EVENTS, ROUNDS);
    for pair in arguments.chunks(2) {
        match pair {
            ["--events", number] => events = number.parse().expect("a number of events"),
            ["--rounds", number] => rounds = number.parse().expect("a number of rounds"),
            other => panic!("unknown arguments {other:?}"),
        }
    }
    println!(
        "## {events} events of commands as fast as they are answered, {rounds} rounds, one way after the other in each"
    );
    let mut times: [Times; 3] = Default::default();
    for round in 0..rounds {
        for place in 0..Way::ALL.len() {
            // Each way comes first as often as the others.
            let index = (round + place) % Way::ALL.len();
            let (clock, processor) = once(work, Way::ALL[index], events);
            println!("{}: {clock:.2} s, processor {processor:.2} s", Way::ALL[index].name());
            times[index].clock.push(clock);
            times[index].processor.push(processor);
        }
    }
    let [alone, others @ ..] = &mut times;
    let (clock, processor) = (median(&mut alone.clock), median(&mut alone.processor));
    for (way, times) in Way::ALL[1..].iter().zip(others) {
        println!(
            "{}: {:.3} times the time alone, {:.3} times the processor (medians)",
            way.name(),
            median(&mut times.clock) / clock,
            median(&mut times.processor) / processor
        );
    }
    println!();
}

/// The people are enrolled first; what is measured are the commands behind them, and the last checkpoint is not.
fn once(work: &Path, way: Way, events: u64) -> (f64, f64) {
    let dir = fresh(&work.join("signing"));
    let mut story = Story::begin_with(&dir, PEOPLE, way.options());
    let goal = story.events() + events;
    let (started, processor) = (Instant::now(), cpu_seconds());
    story.go_on(goal);
    let taken = (started.elapsed().as_secs_f64(), cpu_seconds() - processor);
    drop(story.end());
    fresh(&dir);
    taken
}
