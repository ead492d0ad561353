//! Questions about the whole region.

use std::{path::Path, time::Instant};

use sigeyi_domain::{Day, Figure, Plan, divisions};
use sigeyi_engine::{Engine, KnownAt, Options, Position};

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
    let ask = |name: &str, times: usize, question: &dyn Fn() -> u32| {
        let mut micros: Vec<f64> = (0..times)
            .map(|_| {
                let started = Instant::now();
                std::hint::black_box(question());
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
    ask("progress of today", 1_000, &|| progress(None, None));
    ask("progress of 2023-11-30", 15, &|| progress(Some(day), None));
    ask("progress of 2023-11-30 as known then", 15, &|| progress(Some(day), Some(KnownAt::Moment(moment))));
    ask("progress of today as known at half the log", 15, &|| progress(None, Some(KnownAt::Position(half))));
    ask("work list of 20 for the region", 1_000, &|| engine.work_list(plan, whole, &[], 20).len() as u32);
    let person = engine.work_list(plan, whole, &[], 1)[0].person;
    ask("history of one person", 1_000, &|| {
        engine.history(person).expect("it is read").map_or(0, |events| events.len() as u32)
    });
    println!();
}

fn time(micros: f64) -> String {
    if micros < 1_000.0 { format!("{micros:.1} µs") } else { format!("{:.1} ms", micros / 1e3) }
}
