//! `sigeyi demo`: a synthetic Inner Mongolia, sent through the same door as everything else.

mod tokens;

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sigeyi_domain::{Day, Figure, Plan, divisions};
use sigeyi_engine::{Engine, Options, Position, SimulatedClock, Submission, Target};
use sigeyi_gateway::{ServeOptions, Visitors};
use sigeyi_simulator::{SimulatedDay, Simulation, SimulationOptions};

use crate::{
    args::{DemoArgs, LogFormat},
    commands::{
        progress::{
            directory::of_answer,
            figures::{Shown, table},
        },
        serve::{serve, with_own_tokens},
    },
    error::CliError,
    output::{number, print, progress_bar, say},
};

/// Which story a demo directory tells, and whether it has been told to the end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Story {
    people: u32,
    seed: u64,
    is_complete: bool,
}

const STORY_FILE: &str = "demo.json";
/// The plan that the story is about.
const PLAN: &str = "nmg-2022-2024";
/// People on the work list that is shown.
const WORK_ITEMS: usize = 3;
/// Office hours of a simulated day: from 08:30, for eight hours, in µs.
const MORNING_MICROS: i64 = (8 * 60 + 30) * 60_000_000;
const OFFICE_HOURS_MICROS: i64 = 8 * 3_600_000_000;
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Makes the data unless they are there, and shows them.
pub(crate) fn run(args: &DemoArgs) -> Result<(), CliError> {
    let story = Story { people: args.people, seed: args.seed, is_complete: true };
    let visitors = if args.without_identity { Visitors::ThisMachine } else { with_own_tokens(&args.data) };
    let options = ServeOptions { graphiql: true, ..ServeOptions::new(args.listen, visitors) };
    options.check()?;
    let told = read_story(&args.data)?;
    if let Some(told) = &told
        && (told.people, told.seed) != (story.people, story.seed)
    {
        return Err(CliError::Demo(format!(
            "{} 里是另一份合成数据（{} 人，种子 {}）：请换一个 --data it holds another demo: choose another --data",
            args.data.display(),
            told.people,
            told.seed
        )));
    }
    let is_complete = told.is_some_and(|told| told.is_complete);
    let engine = if is_complete {
        Engine::open(&args.data, Options { suite: args.suite.map(Into::into), ..Options::default() })?
    } else {
        tell(args, &Story { is_complete: false, ..story })?
    };
    if !is_complete {
        write_story(&args.data, &story)?;
    }
    let report = engine.start_report();
    say(&format!(
        "已打开 opened in {:.2} s · 合成数据，人员均为虚构 every person is invented",
        report.took.as_secs_f64()
    ));
    print(&show(&engine, &args.data)?)?;
    if !args.serve && (args.no_serve || !io::stdout().is_terminal()) {
        return Ok(());
    }
    if !args.without_identity {
        print(&tokens::of_each_role(&args.data)?)?;
    }
    serve(engine, options, LogFormat::Text)
}

/// Sends the whole story, day by day: the clock moves on once everything of a day is recorded.
fn tell(args: &DemoArgs, story: &Story) -> Result<Engine, CliError> {
    say(&format!(
        "生成合成的内蒙古：{} 名持证人，种子 seed {} → {}",
        number(story.people.into()),
        story.seed,
        args.data.display()
    ));
    let clock = Arc::new(SimulatedClock::starting_at(moment(Simulation::first_day(), 0)));
    let options = Options {
        create: true,
        suite: args.suite.map(Into::into),
        simulated_clock: Some(clock.clone()),
        ..Options::default()
    };
    let engine = Engine::open(&args.data, options)?;
    write_story(&args.data, story)?;
    let started = Instant::now();
    let simulation = Simulation::new(SimulationOptions { people: story.people, seed: story.seed });
    let bar = progress_bar(simulation.commands(), "记录");
    let (mut heads_due, mut told) = (quarter_after(Simulation::first_day()), Position::BEGINNING);
    for SimulatedDay { day, commands } in simulation {
        if heads_due <= day {
            commit_heads(&engine, told)?;
            heads_due = quarter_after(day);
        }
        let step = OFFICE_HOURS_MICROS / (commands.len() as i64 + 1);
        clock.advance_to(moment(day, MORNING_MICROS), step);
        let mut tickets = Vec::with_capacity(commands.len());
        for simulated in commands {
            let submission = Submission {
                command_id: simulated.command_id,
                content: engine.digest(&[simulated.command_id.as_bytes()]),
                actor: simulated.actor,
                office: simulated.office.into(),
                target: Target::Citizen(simulated.citizen),
                expected_version: None,
                command: simulated.command,
            };
            tickets.push(engine.submit_waiting(submission)?);
        }
        bar.inc(tickets.len() as u64);
        for ticket in tickets {
            let recorded = ticket.wait(ANSWER_WITHIN)?;
            // What records nothing is answered with the end of the log, which may lie behind what is told again.
            if recorded.events > 0 {
                told = told.max(recorded.position);
            }
        }
    }
    commit_heads(&engine, told)?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let events = engine.head().0;
    say(&format!(
        "{} 个事件 events，{seconds:.1} s，每秒 {} events/s，每个都已落盘 each durable",
        number(events),
        number((events as f64 / seconds) as u64)
    ));
    Ok(engine)
}

/// Commits to everybody's newest event up to what has been told, unless that was done before the telling was broken off: told again, it is the same story.
fn commit_heads(engine: &Engine, told: Position) -> Result<(), CliError> {
    let committed = engine.committed_heads().map_err(|error| CliError::Demo(error.to_string()))?;
    if committed.is_none_or(|heads| heads.body.through.0 < told.0) {
        engine.commit_heads()?;
    }
    Ok(())
}

/// The first day of the quarter after a day. A story passes in seconds: committing to the heads of everybody on each of its days would take longer than
/// all the rest of it.
fn quarter_after(day: Day) -> Day {
    let (year, month, _) = day.ymd();
    let next = match (month - 1) / 3 {
        3 => Day::new(year + 1, 1, 1),
        quarter => Day::new(year, quarter * 3 + 4, 1),
    };
    next.unwrap_or(Day::MAX)
}

/// A moment of a day in China, in µs since 1970-01-01T00:00:00Z.
fn moment(day: Day, of_day: i64) -> i64 {
    i64::from(day.days()) * 86_400_000_000 - 8 * 3_600_000_000 + of_day
}

fn show(engine: &Engine, data: &Path) -> Result<String, CliError> {
    let plan = Plan::find(PLAN).ok_or_else(|| CliError::Demo(format!("the plan {PLAN} is not shipped")))?;
    let answer = engine.progress(plan, None, None)?;
    let shown = Shown::WithChildren(divisions().whole());
    let mut text = table(&of_answer(engine, &answer, shown));
    // The county with the most people who still lack a step: where the work list is worth a look.
    let open = |code: u32| {
        divisions().region(code).map_or(0, |region| {
            let progress = answer.counties.of(region);
            progress.get(Figure::InScope) - progress.get(Figure::Complete)
        })
    };
    let Some(county) = divisions().counties().max_by_key(|county| open(county.code())) else {
        return Ok(text);
    };
    let items = engine.work_list(plan, county.region(), &[], WORK_ITEMS);
    text.push_str(&format!(
        "等待最久 longest waiting in {} {}（还有 {} 人未完成 not complete）：\n",
        county.code(),
        county.region().division().name,
        number(open(county.code()).into())
    ));
    for item in &items {
        let missing: Vec<&str> = item.missing.iter().map(|step| step.label()).collect();
        text.push_str(&format!(
            "  {}  自 since {}  缺 lacks {}\n",
            item.person,
            item.since,
            missing.join("、")
        ));
    }
    let data = data.display();
    let code = county.region().division().parent.map_or(150_000, |parent| parent.division().code);
    text.push_str(&format!(
        "\n接着试试 what to try next:\n\
         \x20 sigeyi progress --data {data} --region {code}\n\
         \x20 sigeyi progress --data {data} --as-of 2023-11-30 --known-at 2023-11-30\n"
    ));
    if let Some(item) = items.first() {
        text.push_str(&format!("  sigeyi history --data {data} {}\n", item.person));
    }
    Ok(text)
}

fn read_story(data: &Path) -> Result<Option<Story>, CliError> {
    let path = data.join(STORY_FILE);
    match fs::read(&path) {
        // Where a file lies in place of the directory, opening it says so.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(CliError::Demo(format!("{}: {error}", path.display()))),
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| CliError::Demo(format!("{}: {error}", path.display()))),
    }
}

fn write_story(data: &Path, story: &Story) -> Result<(), CliError> {
    let path = data.join(STORY_FILE);
    let text = serde_json::to_string(story).unwrap_or_default();
    // Renamed, so that a kill leaves no half of it: the directory could not be told from another's.
    let new = data.join(format!("{STORY_FILE}.new"));
    let written = fs::write(&new, text + "\n").and_then(|()| fs::rename(&new, &path));
    written.map_err(|source| CliError::Output { path, source })
}
