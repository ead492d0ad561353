//! Durable commands per second, beside the reference, in alternating rounds of one run.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sigeyi_domain::{CitizenNumber, Command, Identifier, ServiceType};
use sigeyi_engine::{Engine, Options, SimulatedClock, Submission, Target};
use sigeyi_simulator::{Simulation, SimulationOptions};
use uuid::Uuid;

use crate::{
    fresh,
    large::cpu_seconds,
    median,
    reference::Reference,
    waits::{WAIT_MARK, Waits},
};

/// As many as in the region, so that the facts of a person stay as few as they are there.
const PEOPLE: u32 = 368_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
/// How long a caller waits, of the reference too.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A caller waits nearly all of its time.
const STACK_BYTES: usize = 64 * 1024;

/// Callers at once in the marks.
pub(crate) const CALLERS: [usize; 4] = [1, 64, 256, 1_024];

pub(crate) fn run(work: &Path, callers: &[usize]) {
    println!("## Durable commands per second");
    let dir = fresh(&work.join("durable"));
    let clock = Arc::new(SimulatedClock::starting_at(1_640_995_200_000_000));
    let options = Options { create: true, simulated_clock: Some(clock.clone()), ..Options::default() };
    let engine = Engine::open(&dir, options).expect("the directory opens");
    let people = enrol(&engine, &clock);
    let bytes = event_bytes(&engine, &people);
    let reference_path = work.join("reference");
    println!(
        "service delivered to one of {PEOPLE} people, {bytes} stored bytes an event; medians of {ROUNDS} rounds of {ROUND:?}"
    );
    println!(
        "an answer's time beside the sync of its group, both of the engine: medians of the rounds in µs; mark: p99 of an answer below {WAIT_MARK} × the sync"
    );
    println!(
        "| callers | engine /s | reference /s | ratio (range) | processor µs a command: engine, reference | answer p50 | p99 | sync mean | p99 | p99 ÷ sync's mean | ÷ its p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for &callers in callers {
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut our_processor, mut their_processor) = (Vec::new(), Vec::new());
        let mut waits = Waits::default();
        for round in 0..=ROUNDS {
            let before = engine.sync_times();
            let mine = called(callers, |caller| {
                submit(&engine, people[(caller * 7 + round) % people.len()]);
            });
            let (one, syncs) = (mine.per_second, engine.sync_times().since(&before));
            let _ = std::fs::remove_file(&reference_path);
            let reference = Reference::open(&reference_path);
            let others = called(callers, |_| reference.append(vec![7; bytes]));
            let other = others.per_second;
            drop(reference);
            // The first round warms both.
            if round > 0 {
                ours.push(one);
                theirs.push(other);
                ratios.push(one / other);
                our_processor.push(mine.processor_micros);
                their_processor.push(others.processor_micros);
                waits.add(mine.micros, &syncs);
            }
        }
        let ratio = median(&mut ratios);
        println!(
            "| {callers} | {:.0} | {:.0} | {ratio:.2} ({:.2}–{:.2}) | {:.1}, {:.1} | {waits} |",
            median(&mut ours),
            median(&mut theirs),
            ratios[0],
            ratios[ratios.len() - 1],
            median(&mut our_processor),
            median(&mut their_processor)
        );
    }
    println!();
    drop(engine);
    let _ = std::fs::remove_file(reference_path);
    fresh(&dir);
}

fn enrol(engine: &Engine, clock: &SimulatedClock) -> Vec<CitizenNumber> {
    let mut people = Vec::new();
    for day in Simulation::new(SimulationOptions { people: PEOPLE, seed: 1 }) {
        clock.advance_to(i64::from(day.day.days()) * 86_400_000_000, 1);
        let enrolments = day.commands.into_iter().filter(|simulated| simulated.command.enrols().is_some());
        let tickets: Vec<_> = enrolments
            .map(|simulated| {
                people.push(simulated.citizen);
                let target = Target::Citizen(simulated.citizen);
                engine
                    .submit_waiting(submission(engine, target, simulated.command))
                    .expect("the queue takes it")
            })
            .collect();
        for ticket in tickets {
            ticket.wait(ANSWER_WITHIN).expect("it is recorded");
        }
    }
    people
}

fn submission(engine: &Engine, target: Target, command: Command) -> Submission {
    // Ids are counted, so that callers spend no time on randomness.
    static COMMANDS: AtomicU64 = AtomicU64::new(0);
    let command_id = Uuid::from_u64_pair(0x5167_4ee7, COMMANDS.fetch_add(1, Ordering::Relaxed));
    let id = |text| Identifier::parse(text).expect("an id");
    Submission {
        command_id,
        content: engine.digest(&[command_id.as_bytes()]),
        actor: id("u-150102-3"),
        office: id("clf-150102").into(),
        target,
        expected_version: None,
        command,
    }
}

fn submit(engine: &Engine, citizen: CitizenNumber) {
    let provider = Some(Identifier::parse("provider-150102-07").expect("an id"));
    let remarks = sigeyi_domain::Remarks::parse("参加专场招聘会，已推荐三个岗位").ok();
    let command = Command::DeliverService { service: ServiceType::JobFair, provider, remarks, on: None };
    let ticket = engine.submit(submission(engine, Target::Citizen(citizen), command)).expect("there is room");
    ticket.wait(ANSWER_WITHIN).expect("it is recorded");
}

/// How long the stored event is: what the reference writes too.
fn event_bytes(engine: &Engine, people: &[CitizenNumber]) -> usize {
    let before = engine.journal_bytes();
    submit(engine, people[0]);
    // One frame of one event: its header, the event's length, and the checksum.
    (engine.journal_bytes() - before) as usize - 88 - 2 - 4
}

/// What callers saw in a round.
struct Called {
    per_second: f64,
    /// Processor time of the whole process for each answer.
    processor_micros: f64,
    /// What each answer took, in µs.
    micros: Vec<u32>,
}

/// Calls for a round from so many threads, each waiting for its answer.
fn called(callers: usize, call: impl Fn(usize) + Sync) -> Called {
    let is_over = AtomicBool::new(false);
    let all = Mutex::new(Vec::new());
    let (started, processor) = (Instant::now(), cpu_seconds());
    std::thread::scope(|scope| {
        for caller in 0..callers {
            let (is_over, all, call) = (&is_over, &all, &call);
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES * 4);
            let run = move || {
                let mut at = caller;
                let mut micros = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let sent = Instant::now();
                    call(at);
                    at += 1_031;
                    micros.push(sent.elapsed().as_micros() as u32);
                }
                all.lock().expect("nobody panics with it").append(&mut micros);
            };
            builder.spawn_scoped(scope, run).expect("a thread starts");
        }
        std::thread::sleep(ROUND);
        is_over.store(true, Ordering::Relaxed);
    });
    let micros = all.into_inner().expect("nobody panicked with it");
    let answers = micros.len() as f64;
    Called {
        per_second: answers / started.elapsed().as_secs_f64(),
        processor_micros: (cpu_seconds() - processor) * 1e6 / answers,
        micros,
    }
}
