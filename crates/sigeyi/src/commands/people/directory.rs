//! A list from an open directory.

use sigeyi_domain::{Figure, Sex, divisions};
use sigeyi_engine::{
    AccessAction, AccessNote, Engine, KnownAt, ListedPerson, PeopleFilter, RevealedFields, Times, lacking,
};
use uuid::Uuid;

use super::{
    Question,
    listing::{Listed, Listing},
};
use crate::{access_note::write_down, error::CliError};

/// People who are read at a time: as many as one note of the access log names.
const PAGE: usize = AccessNote::PEOPLE_MAX;

pub(super) fn ask(engine: &Engine, question: &Question) -> Result<Listing, CliError> {
    let reading = engine.read();
    let known_at = reading.view(question.times)?.known_at;
    let known_at = sigeyi_engine::Position(known_at.0);
    let fixed = question.fixed(reading.at().today, KnownAt::Position(known_at));
    let filter = PeopleFilter {
        plan: fixed.plan,
        times: Times { as_of: Some(fixed.as_of), known_at: Some(fixed.known_at) },
        regions: vec![question.region.unwrap_or_else(|| divisions().whole())],
        present_in: None,
        missing: question.missing.clone(),
        in_scope: question.in_scope,
        counsellor: question.counsellor.clone(),
        waiting_since: question.waiting_since,
    };
    let mut listing = Listing {
        plan: fixed.plan.id.clone(),
        as_of: fixed.as_of.to_string(),
        position: known_at.to_string(),
        head: engine.head().to_string(),
        people: Vec::new(),
        has_more: false,
    };
    let mut after = None;
    loop {
        let first = PAGE.min(question.limit - listing.people.len());
        let page = reading.people(&filter, first, after)?;
        after = page.people.last().map(|listed| listed.cursor);
        let ids: Vec<Uuid> = page.people.iter().map(|listed| listed.person.id).collect();
        if !ids.is_empty() {
            write_down(engine, AccessAction::People, &ids, RevealedFields::NONE)?;
        }
        listing.people.extend(page.people.into_iter().map(listed));
        listing.has_more = page.has_next;
        if !page.has_next || ids.is_empty() || listing.people.len() >= question.limit {
            return Ok(listing);
        }
    }
}

fn listed(ListedPerson { person, standing, .. }: ListedPerson) -> Listed {
    let in_scope = standing.has(Figure::InScope);
    Listed {
        person: person.id.to_string(),
        region: person.county.map(|county| {
            let division = county.region().division();
            (division.code.to_string(), division.name.to_owned())
        }),
        enrolled_on: person.enrolled_on.to_string(),
        sex: person.sex.map(|sex| match sex {
            Sex::Male => "male",
            Sex::Female => "female",
        }),
        age: person.age,
        counsellor: person.counsellor.map(|counsellor| counsellor.to_string()),
        waiting_since: in_scope.then(|| standing.waiting_since().to_string()),
        missing: if in_scope { lacking(&standing) } else { Vec::new() },
    }
}
