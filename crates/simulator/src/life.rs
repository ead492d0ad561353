//! What becomes of a person: work found and lost, moves, leaving the register. Drawn before it is decided what is recorded of it.

use sigeyi_domain::{County, EmploymentForm, EmploymentStatus, LeaveReason, NonEmploymentReason};

use crate::{
    calendar::LAST,
    calibration::services::*,
    counties::Counties,
    person::{Arrival, Person, form},
    random::Draw,
};

/// A life from 2022 to 2024.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) arrival: Arrival,
    /// Stretches of work and of none, in order of time, within working age and the register.
    pub(crate) spells: Vec<Spell>,
    pub(crate) moved: Option<(i32, County)>,
    pub(crate) left: Option<(i32, LeaveReason)>,
    /// In the register again from this day.
    pub(crate) came_back: Option<i32>,
}

/// A stretch with one employment status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spell {
    pub(crate) status: EmploymentStatus,
    pub(crate) from: i32,
    /// Last day.
    pub(crate) to: i32,
    /// Whether it is the status of the first roster row.
    pub(crate) is_first: bool,
}

impl Life {
    pub(crate) fn draw(person: &Person, arrival: Arrival, counties: &Counties, draw: &mut Draw) -> Life {
        let begins = arrival.entered;
        let left = draw.chance(LEAVES).then(|| (draw.between(begins + 1, LAST), draw.pick(LEAVE_REASONS)));
        let left = left.filter(|(day, _)| *day <= LAST);
        let came_back = match left {
            Some((day, LeaveReason::MovedAway | LeaveReason::CertificateCancelled)) => {
                let back = day + draw.between(DAYS_AWAY.0, DAYS_AWAY.1);
                (draw.chance(COMES_BACK) && back <= LAST).then_some(back)
            }
            Some((_, LeaveReason::Died)) | None => None,
        };
        let moved = draw.chance(MOVES).then(|| {
            let in_league = draw.chance(MOVES_IN_LEAGUE);
            (draw.between(begins + 1, LAST), counties.another(person.county, in_league, draw))
        });
        let last = match (left, came_back) {
            (Some((day, _)), None) => day - 1,
            _ => LAST,
        };
        let last = last.min(arrival.of_age_to);
        let first = Spell {
            status: person.status,
            from: arrival.registered.max(arrival.of_age_from),
            to: last,
            is_first: true,
        };
        let spells = spells(person, first, begins, draw);
        Life { arrival, spells, moved: moved.filter(|(day, _)| *day <= last), left, came_back }
    }

    /// The county on a day.
    pub(crate) fn county(&self, person: &Person, day: i32) -> County {
        self.moved.filter(|(from, _)| day >= *from).map_or(person.county, |(_, county)| county)
    }

    /// Whether the person is in the register, or has not come into it yet.
    pub(crate) fn is_there(&self, day: i32) -> bool {
        self.left.is_none_or(|(left, _)| day < left || self.came_back.is_some_and(|back| day >= back))
    }
}

impl Spell {
    /// The reason, when it is a stretch without work.
    pub(crate) fn without_work(&self) -> Option<NonEmploymentReason> {
        match self.status {
            EmploymentStatus::NotEmployed(reason) => Some(reason),
            EmploymentStatus::Employed(_) => None,
        }
    }

    /// The form, when it is a stretch of work.
    pub(crate) fn work(&self) -> Option<EmploymentForm> {
        match self.status {
            EmploymentStatus::NotEmployed(_) => None,
            EmploymentStatus::Employed(form) => Some(form),
        }
    }
}

/// The status of the first roster row, and what follows on it.
fn spells(person: &Person, first: Spell, entered: i32, draw: &mut Draw) -> Vec<Spell> {
    let mut spells = Vec::with_capacity(1);
    let mut spell = first;
    let mut had_work_before = false;
    while let Some(day) = changes(&spell, entered, had_work_before, draw) {
        spells.push(Spell { to: day - 1, ..spell });
        had_work_before = spell.work().is_some();
        let status = match spell.status {
            EmploymentStatus::Employed(_) => EmploymentStatus::NotEmployed(draw.pick(END_REASONS)),
            EmploymentStatus::NotEmployed(_) => {
                EmploymentStatus::Employed(form(person.category, person.grade, draw))
            }
        };
        spell = Spell { status, from: day, to: first.to, is_first: false };
    }
    spells.push(spell);
    spells.retain(|spell| spell.from <= spell.to);
    spells
}

/// The day on which work is found or lost, if it is. Before the first roster row is entered nothing changes: it would say so.
fn changes(spell: &Spell, entered: i32, had_work_before: bool, draw: &mut Draw) -> Option<i32> {
    let (probability, days_min) = match spell.status {
        EmploymentStatus::NotEmployed(_) if had_work_before => (FINDS_WORK_AGAIN, SEARCH_DAYS_MIN),
        EmploymentStatus::NotEmployed(reason) => (finds_work(reason), SEARCH_DAYS_MIN),
        EmploymentStatus::Employed(_) if spell.is_first => (OLD_WORK_ENDS, WORK_DAYS_MIN),
        EmploymentStatus::Employed(_) => (NEW_WORK_ENDS, WORK_DAYS_MIN),
    };
    let earliest = spell.from.max(entered) + days_min;
    (draw.chance(probability) && earliest <= spell.to).then(|| draw.between(earliest, spell.to))
}
