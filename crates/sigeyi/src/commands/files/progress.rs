//! The figures of every region at the end of every month of every plan.

use sigeyi_domain::{
    Day, Figure, Level, Plan, Region, divisions, plans,
    suppression::{Release, publish},
};
use sigeyi_engine::{KnownAt, Reading};

use super::{
    error::FilesError,
    folder::Folder,
    manifest::FileEntry,
    month::ends,
    rows::Rows,
    table::{Cell, Column, Kind, filled, optional},
};
use crate::args::What;

/// Columns before those of figures.
const OF_PLACE: usize = 7;
/// Which follow these in the order of [`Figure::ALL`].
pub(super) const COLUMNS: [Column; OF_PLACE + Figure::ALL.len()] = [
    filled("plan", Kind::Text),
    filled("as_of", Kind::Day),
    filled("known_at", Kind::Number),
    filled("region", Kind::Text),
    filled("region_name", Kind::Text),
    filled("level", Kind::Text),
    optional("parent", Kind::Text),
    of_figure("registered"),
    of_figure("in_scope"),
    of_figure("info_verified"),
    of_figure("ability_assessed"),
    of_figure("demand_registered"),
    of_figure("service_delivered"),
    of_figure("complete"),
    of_figure("with_need"),
    of_figure("complete_national"),
    of_figure("ever_in_scope"),
    of_figure("ever_complete"),
    of_figure("out_of_order"),
];

/// Empty where it is not published.
const fn of_figure(name: &'static str) -> Column {
    optional(name, Kind::Number)
}

/// Writes the file: all that the log knows now, or what is published of it.
pub(super) fn write(
    folder: &mut Folder<'_>,
    reading: &Reading,
    is_published: bool,
) -> Result<(), FilesError> {
    let today = reading.at().today;
    let release = Release::on(today);
    let (through, known_at) = if is_published {
        (release.through(), Some(KnownAt::Moment(last_moment_of(release.through()))))
    } else {
        (today, None)
    };
    let name = folder.file_name(What::Progress.name());
    let mut rows = folder.begin(&name, &COLUMNS)?;
    let mut count = 0;
    for plan in plans() {
        for day in ends(plan.from, through.min(plan.to)) {
            let answer = reading.progress(plan, Some(day), known_at)?;
            let published = is_published.then(|| publish(|region| answer.counties.of(region)));
            for region in divisions().regions() {
                let counts = Figure::ALL.map(|figure| match &published {
                    Some(published) => published.of(region).get(figure),
                    None => Some(answer.counties.of(region).get(figure)),
                });
                row(&mut rows, plan, day, answer.position.0, region, counts)
                    .map_err(|source| folder.failed(source))?;
                count += 1;
            }
        }
    }
    let sum = rows.finish().map_err(|source| folder.failed(source))?;
    folder.add(FileEntry::of_now(name, What::Progress, count, sum))
}

fn row(
    rows: &mut Rows,
    plan: &Plan,
    day: Day,
    known_at: u64,
    region: Region,
    counts: [Option<u32>; Figure::ALL.len()],
) -> std::io::Result<()> {
    let division = region.division();
    let level = match division.level {
        Level::Province => "province",
        Level::Prefecture => "prefecture",
        Level::County => "county",
    };
    let mut cells = vec![
        Cell::text(plan.id.as_str()),
        day.into(),
        known_at.into(),
        Cell::text(division.code.to_string()),
        Cell::text(division.name),
        Cell::text(level),
        division.parent.map(|parent| parent.division().code.to_string()).into(),
    ];
    cells.extend(counts.map(|count| Cell::from(count.map(u64::from))));
    rows.row(cells, None)
}

/// The end of a day in China, in µs since 1970-01-01T00:00:00Z.
fn last_moment_of(day: Day) -> i64 {
    i64::from(day.plus(1).days()) * 86_400_000_000 - 8 * 3_600_000_000 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_figures_are_in_their_order() {
        let names: Vec<&str> = COLUMNS[OF_PLACE..].iter().map(|column| column.name).collect();
        assert_eq!(names, Figure::ALL.map(Figure::name));
    }

    #[test]
    fn a_day_ends_a_microsecond_before_the_next_one_in_china() {
        let day = Day::parse("2024-02-29").unwrap();
        assert_eq!(Day::in_china(last_moment_of(day)), day);
        assert_eq!(Day::in_china(last_moment_of(day) + 1), day.plus(1));
    }
}
