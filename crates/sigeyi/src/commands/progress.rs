//! `sigeyi progress`: the figures of a region and the regions below it.

use comfy_table::{CellAlignment, Table, presets};
use sigeyi_domain::{Day, Figure, Plan, Region, divisions, plans};
use sigeyi_engine::{Engine, KnownAt, Options, Position, ProgressAnswer};

use crate::{
    args::{Format, ProgressArgs},
    error::CliError,
    open::open,
    output::{number, print},
};

/// Prints the figures.
pub(crate) fn run(args: &ProgressArgs) -> Result<(), CliError> {
    let region = args.region.map(find_region).transpose()?;
    let as_of = args.as_of.as_deref().map(find_day).transpose()?;
    let known_at = args.known_at.as_deref().map(find_moment).transpose()?;
    let plan = args.plan.as_deref().map(find_plan).transpose()?;
    let engine = open(&args.data, Options::default())?;
    let plan = plan.unwrap_or_else(|| Plan::on(as_of.unwrap_or_else(|| engine.today())));
    let answer = engine.progress(plan, as_of, known_at)?;
    print(&match args.format {
        Format::Table => table(&engine, &answer, region.unwrap_or_else(|| divisions().whole())),
        Format::Csv => csv(&answer, &regions(region)),
        Format::Json => json(&answer, &regions(region)),
    })
}

/// A region with its children, or all.
fn regions(region: Option<Region>) -> Vec<Region> {
    match region {
        None => divisions().regions().collect(),
        Some(region) => std::iter::once(region).chain(region.division().children.iter().copied()).collect(),
    }
}

/// The figures as people read them. Also the end of `demo`.
pub(crate) fn table(engine: &Engine, answer: &ProgressAnswer, region: Region) -> String {
    let shown = [
        Figure::Registered,
        Figure::InScope,
        Figure::InfoVerified,
        Figure::AbilityAssessed,
        Figure::DemandRegistered,
        Figure::ServiceDelivered,
        Figure::Complete,
        Figure::CompleteNational,
        Figure::OutOfOrder,
    ];
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let labels = shown.iter().map(|figure| figure.label());
    table.set_header(["代码", "地区"].into_iter().chain(labels).chain(["完成率"]));
    for region in regions(Some(region)) {
        let progress = answer.counties.of(region);
        let division = region.division();
        let mut cells = vec![division.code.to_string(), division.name.to_owned()];
        cells.extend(shown.iter().map(|figure| number(progress.get(*figure).into())));
        cells.push(percent(progress.get(Figure::Complete), progress.get(Figure::InScope)));
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{}\n截至 as of {} · 方案 plan {} · 位置 position {} / {}\n{table}\n",
        answer.plan.title,
        answer.as_of,
        answer.plan.id,
        answer.position,
        engine.head()
    )
}

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1}%", f64::from(part) * 100.0 / f64::from(whole)) }
}

/// The columns of the exchange format: every figure but the last.
fn csv(answer: &ProgressAnswer, regions: &[Region]) -> String {
    let figures = || Figure::ALL.into_iter().filter(|figure| *figure != Figure::OutOfOrder);
    let mut text = String::from("as_of,region_code");
    for figure in figures() {
        text.push(',');
        text.push_str(figure.name());
    }
    text.push('\n');
    for region in regions {
        let progress = answer.counties.of(*region);
        text.push_str(&format!("{},{}", answer.as_of, region.division().code));
        for figure in figures() {
            text.push_str(&format!(",{}", progress.get(figure)));
        }
        text.push('\n');
    }
    text
}

fn json(answer: &ProgressAnswer, regions: &[Region]) -> String {
    let rows: Vec<serde_json::Value> = regions
        .iter()
        .map(|region| {
            let progress = answer.counties.of(*region);
            let figures: serde_json::Map<String, serde_json::Value> =
                Figure::ALL.into_iter().map(|figure| (figure.name().to_owned(), progress.get(figure).into())).collect();
            let division = region.division();
            serde_json::json!({"region_code": division.code.to_string(), "name": division.name, "figures": figures})
        })
        .collect();
    let answer = serde_json::json!({
        "plan": answer.plan.id,
        "as_of": answer.as_of.to_string(),
        // A string, since positions outgrow the numbers of many readers.
        "position": answer.position.to_string(),
        "regions": rows,
    });
    format!("{answer:#}\n")
}

fn find_region(code: u32) -> Result<Region, CliError> {
    divisions().region(code).ok_or_else(|| {
        CliError::Usage(format!(
            "--region {code}: 不是本区的六位代码 no division of the region has this code (150000 is the whole)"
        ))
    })
}

fn find_day(text: &str) -> Result<Day, CliError> {
    Day::parse(text).map_err(|error| CliError::Usage(format!("--as-of {text}: {error}")))
}

fn find_plan(id: &str) -> Result<&'static Plan, CliError> {
    Plan::find(id).ok_or_else(|| {
        let known: Vec<&str> = plans().iter().map(|plan| plan.id.as_str()).collect();
        CliError::Usage(format!("--plan {id}: 没有这个方案 no such plan; there are {}", known.join(", ")))
    })
}

/// A position, a moment with its offset, or a date: the end of that day in China.
fn find_moment(text: &str) -> Result<KnownAt, CliError> {
    if let Ok(position) = text.parse() {
        return Ok(KnownAt::Position(Position(position)));
    }
    if let Ok(day) = Day::parse(text) {
        let next_midnight_utc = i64::from(day.plus(1).days()) * 86_400_000_000;
        return Ok(KnownAt::Moment(next_midnight_utc - 8 * 3_600_000_000 - 1));
    }
    text.parse::<jiff::Timestamp>().map(|moment| KnownAt::Moment(moment.as_microsecond())).map_err(|_| {
        CliError::Usage(format!(
            "--known-at {text}: 应为位置、日期或带时区的时刻 give a position, a date, or a moment such as 2023-11-30T18:00:00+08:00"
        ))
    })
}
