//! How people stand now: a row for everybody who may be shown. Only what is clear, so neither sex, age, category nor grade.

use sigeyi_domain::{Division, Figure, Plan, Step, divisions};
use sigeyi_engine::{ListedPerson, PeopleFilter, Reading, Times};

use super::{
    error::FilesError,
    folder::Folder,
    manifest::FileEntry,
    table::{Cell, Column, Kind, filled, optional},
};
use crate::args::What;

/// People of a page.
const PEOPLE_AT_A_TIME: usize = 4_096;

pub(super) const COLUMNS: [Column; 15] = [
    filled("person", Kind::Text),
    filled("plan", Kind::Text),
    filled("as_of", Kind::Day),
    filled("county", Kind::Text),
    filled("county_name", Kind::Text),
    optional("league", Kind::Text),
    optional("league_name", Kind::Text),
    filled("enrolled_on", Kind::Day),
    optional("employed", Kind::Flag),
    filled("in_scope", Kind::Flag),
    optional("info_verified_on", Kind::Day),
    optional("ability_assessed_on", Kind::Day),
    optional("demand_registered_on", Kind::Day),
    optional("service_delivered_on", Kind::Day),
    filled("complete", Kind::Flag),
];

/// Writes the file. False when the day has turned meanwhile: then it is to be written again.
pub(super) fn write(folder: &mut Folder<'_>, reading: &Reading) -> Result<bool, FilesError> {
    let plan = Plan::on(reading.at().today);
    let filter = PeopleFilter {
        plan,
        times: Times::default(),
        regions: vec![divisions().whole()],
        present_in: None,
        missing: None,
        in_scope: None,
        counsellor: None,
        waiting_since: None,
    };
    let name = folder.file_name(What::People.name());
    let mut rows = folder.begin(&name, &COLUMNS)?;
    let (mut count, mut after) = (0, None);
    loop {
        let page = reading.people(&filter, PEOPLE_AT_A_TIME, after)?;
        for listed in &page.people {
            let Some(cells) = cells(reading, plan, listed) else { continue };
            rows.row(cells, None).map_err(|source| folder.failed(source))?;
            count += 1;
        }
        after = page.people.last().map(|last| last.cursor);
        if !page.has_next || after.is_none() {
            break;
        }
    }
    if reading.has_moved() {
        return Ok(false);
    }
    let sum = rows.finish().map_err(|source| folder.failed(source))?;
    folder.add(FileEntry::of_now(name, What::People, count, sum))?;
    Ok(true)
}

fn cells(reading: &Reading, plan: &'static Plan, listed: &ListedPerson) -> Option<Vec<Cell>> {
    let ListedPerson { person, standing, .. } = listed;
    let pipeline = reading.pipeline(person.id, plan)?;
    let county = standing.county()?.region().division();
    let league: Option<&Division> = county.parent.map(|league| league.division());
    let first = |step| Cell::from(pipeline.pipeline.step(step).first);
    Some(vec![
        Cell::text(person.id.to_string()),
        Cell::text(plan.id.as_str()),
        pipeline.as_of.into(),
        Cell::text(county.code.to_string()),
        Cell::text(county.name),
        league.map(|league| league.code.to_string()).into(),
        league.map(|league| league.name.to_owned()).into(),
        person.enrolled_on.into(),
        pipeline.is_employed.into(),
        standing.has(Figure::InScope).into(),
        first(Step::InfoVerified),
        first(Step::AbilityAssessed),
        first(Step::DemandRegistered),
        first(Step::ServiceDelivered),
        standing.has(Figure::Complete).into(),
    ])
}
