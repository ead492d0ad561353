//! When two read models are the same, and what a board must say.

use std::collections::BTreeSet;

use sigeyi_domain::{Day, Figure, Step, View, divisions, plans};

use crate::{CountyProgress, ReadModel, Row};

/// Everybody counted at one go.
pub(super) fn recount(model: &ReadModel, plan: &'static sigeyi_domain::Plan, view: View) -> CountyProgress {
    let mut counties = CountyProgress::default();
    for row in model.people().rows() {
        counties.add(&row.person.standing(plan, view));
    }
    counties
}

/// The counters of every board are those of a recount on the board's day, and the lists those of a look at everybody.
#[track_caller]
pub(super) fn assert_boards_are_right(model: &ReadModel) {
    for plan in plans() {
        let board = model.board(plan).unwrap();
        assert_eq!(board.day(), model.business_day().min(plan.to));
        let view = View::latest(board.day());
        assert_eq!(*board.progress(), recount(model, plan, view), "{} on {}", plan.id, board.day());
        for county in divisions().counties() {
            let mut naive: Vec<(Day, u32)> = (0..)
                .zip(model.people().rows())
                .map(|(number, row)| (number, row.person.standing(plan, view)))
                .inspect(|(number, standing)| assert_eq!(board.standing(*number), *standing))
                .filter(|(_, standing)| standing.county() == Some(county) && standing.has(Figure::InScope))
                .filter(|(_, standing)| !Step::ALL.iter().all(|step| standing.has(Figure::of_step(*step))))
                .map(|(number, standing)| (standing.waiting_since(), number))
                .collect();
            naive.sort_unstable();
            let listed: Vec<_> =
                board.waiting(county, &[], None).map(|one| (one.since, one.number)).collect();
            assert_eq!(listed, naive, "work list of {county:?} under {}", plan.id);
            for step in Step::ALL {
                let lacking: Vec<_> =
                    board.waiting(county, &[*step], None).map(|one| (one.since, one.number)).collect();
                let lacks = |(_, number): &&(Day, u32)| !board.standing(*number).has(Figure::of_step(*step));
                assert_eq!(lacking, naive.iter().filter(lacks).copied().collect::<Vec<_>>());
            }
            for (at, seen) in naive.iter().enumerate() {
                let after: Vec<_> =
                    board.waiting(county, &[], Some(*seen)).map(|one| (one.since, one.number)).collect();
                assert_eq!(after, naive[at + 1..]);
            }
        }
    }
}

/// The same people, commands, heads and boards.
#[track_caller]
pub(super) fn assert_same(one: &ReadModel, other: &ReadModel) {
    assert_eq!(one.people().rows(), other.people().rows());
    for (number, row) in (0..).zip(one.people().rows()) {
        for model in [one, other] {
            assert_eq!(model.people().find(row.id), Some(number));
            // Whose key was erased has no number any more.
            if let Some(citizen) = row.person.citizen() {
                assert_eq!(model.people().find_citizen(citizen), Some(number));
            }
        }
    }
    for model in [one, other] {
        let ids = |rows: &mut dyn Iterator<Item = &Row>| rows.map(|row| row.id).collect::<BTreeSet<_>>();
        let rows = || model.people().rows().iter();
        assert_eq!(
            ids(&mut model.people().erased()),
            ids(&mut rows().filter(|row| row.person.erased().is_some()))
        );
        assert_eq!(ids(&mut model.people().withheld()), ids(&mut rows().filter(|row| !row.is_shown())));
        assert!(rows().all(|row| model.people().is_withheld(row.id) != row.is_shown()));
        let mut requests: Vec<_> = rows()
            .filter_map(|row| row.person.counsellor_request().map(|request| (request.position, row.id)))
            .collect();
        requests.sort_unstable();
        let first = sigeyi_domain::Position::default();
        let waiting: Vec<_> = model.people().counsellor_requests(first).map(|row| row.id).collect();
        assert_eq!(waiting, requests.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    }
    let commands = |model: &ReadModel| {
        let mut commands: Vec<_> = model.commands().iter().collect();
        commands.sort_unstable();
        commands
    };
    assert_eq!(commands(one), commands(other));
    assert_eq!(
        (one.head(), one.recorded_at(), one.next_key()),
        (other.head(), other.recorded_at(), other.next_key())
    );
    assert_eq!(one.business_day(), other.business_day());
    for plan in plans() {
        let (one, other) = (one.board(plan).unwrap(), other.board(plan).unwrap());
        assert_eq!(one.day(), other.day());
        assert_eq!(one.progress(), other.progress());
        for county in divisions().counties() {
            assert!(one.waiting(county, &[], None).eq(other.waiting(county, &[], None)));
        }
    }
}
