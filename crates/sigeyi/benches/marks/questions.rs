//! Questions about the whole region.

use std::{path::Path, time::Instant};

use sigeyi_domain::{Day, Figure, Plan, divisions};
use sigeyi_engine::{DifferenceQuestion, Engine, KnownAt, Options, PeopleFilter, Position, Times};

use crate::median;

pub(crate) fn run(dir: &Path) {
    let engine = Engine::open(dir, Options::default()).expect("it opens");
    let plan = Plan::find("nmg-2022-2024").expect("it is shipped");
    let day = Day::parse("2023-11-30").expect("a day");
    let moment = (i64::from(day.days()) + 1) * 86_400_000_000 - 8 * 3_600_000_000;
    let half = Position(engine.head().0 / 2);
    println!(
        "## Questions about all 116 regions, {} people, {} events (median, worst)",
        engine.people(),
        engine.head()
    );
    let ask = |name: &str, times: usize, question: &dyn Fn(u64) -> u32| {
        let mut micros: Vec<f64> = (0..times as u64)
            .map(|time| {
                let started = Instant::now();
                std::hint::black_box(question(time));
                started.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        let middle = median(&mut micros);
        println!("| {name} | {} | {} |", time(middle), time(micros[times - 1]));
    };
    let whole = divisions().whole();
    let progress = |as_of, known_at| {
        let answer = engine.progress(plan, as_of, known_at).expect("it is answered");
        divisions().regions().map(|region| answer.counties.of(region).get(Figure::Complete)).sum()
    };
    println!("| question | median | worst |\n|---|---|---|");
    ask("progress of today", 1_000, &|_| progress(None, None));
    // What was counted once is kept, so a first time needs another position each time.
    let before = |time: u64| Some(KnownAt::Position(Position(half.0 - time)));
    ask("progress of 2023-11-30, for the first time (mark: under 300 ms)", 15, &|time| {
        progress(Some(day.plus(-1 - time as i32)), None)
    });
    ask(
        "progress of today as known around half the log, for the first time (mark: under 300 ms)",
        15,
        &|time| progress(None, before(time)),
    );
    progress(Some(day), Some(KnownAt::Moment(moment)));
    ask("progress of 2023-11-30 as known then, asked again (mark: under 10 ms)", 15, &|_| {
        progress(Some(day), Some(KnownAt::Moment(moment)))
    });
    ask("what changed since half the log, through which 200 events, for the first time", 15, &|time| {
        let question = DifferenceQuestion {
            region: whole,
            plan,
            before: Times { as_of: Some(day), known_at: before(time + 100) },
            after: None,
            figure: None,
        };
        let found = engine.read().figures_difference(&question, 200, Position::BEGINNING);
        found.expect("it is answered").people
    });
    ask("work list of 200 on 2023-11-30 as known then", 15, &|_| {
        let filter = PeopleFilter {
            plan,
            times: Times { as_of: Some(day), known_at: Some(KnownAt::Moment(moment)) },
            regions: vec![whole],
            present_in: None,
            missing: Some(Vec::new()),
            in_scope: None,
            counsellor: None,
            waiting_since: None,
        };
        engine.read().people(&filter, 200, None).expect("it is answered").people.len() as u32
    });
    ask("work list of 20 for the region", 1_000, &|_| engine.work_list(plan, whole, &[], 20).len() as u32);
    let person = engine.work_list(plan, whole, &[], 1)[0].person;
    ask("history of one person", 1_000, &|_| {
        engine.history(person).expect("it is read").map_or(0, |events| events.len() as u32)
    });
    println!();
}

fn time(micros: f64) -> String {
    if micros < 1_000.0 { format!("{micros:.1} µs") } else { format!("{:.1} ms", micros / 1e3) }
}
