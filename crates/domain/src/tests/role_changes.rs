//! Who may change the register of roles: against a table written by hand, and the rest in sentences.

use super::examples::{CHECKER, MAKER, day, id};
use crate::access::*;
use crate::*;

/// Which of asking, approving, declining and withdrawing somebody may do about a role of somebody else that somebody else asked for. The columns: managers
/// of the whole, of 赤峰市 150400 and of 红山区 150402; a manager who reads the whole and writes 150402; each other role, where it reads and writes the
/// whole if it writes; and whoever holds the directory.
const TABLE: &str = "
role         reads  writes  whole league county reader field couns imp  aud  ana  op   directory
field_worker 150402 150402  apdw  apdw   apdw   apdw   .     .     .    .    .    .    a.dw
field_worker 150402 -       apdw  apdw   apdw   apdw   .     .     .    .    .    .    a.dw
field_worker 150400 150402  apdw  apdw   .      .      .     .     .    .    .    .    a.dw
counsellor   150404 150404  apdw  apdw   .      .      .     .     .    .    .    .    a.dw
manager      150402 150402  apdw  apdw   apdw   apdw   .     .     .    .    .    .    a.dw
manager      150400 150400  apdw  apdw   .      .      .     .     .    .    .    .    a.dw
manager      150000 150402  apdw  .      .      .      .     .     .    .    .    .    a.dw
manager      150000 150000  apdw  .      .      .      .     .     .    .    .    .    a.dw
importer     150402 150402  apdw  apdw   apdw   apdw   .     .     .    .    .    .    a.dw
auditor      150000 -       apdw  .      .      .      .     .     .    .    .    .    a.dw
auditor      150402 -       apdw  apdw   apdw   apdw   .     .     .    .    .    .    a.dw
analyst      150500 -       apdw  .      .      .      .     .     .    .    .    .    a.dw
operator     150000 -       apdw  .      .      .      .     .     .    .    .    .    a.dw
";

const TODAY: &str = "2024-06-30";
const WHOLE: &str = "150000";
const LEAGUE: &str = "150400";
const COUNTY: &str = "150402";

fn region(code: &str) -> Region {
    divisions().region(code.parse().unwrap()).unwrap()
}

fn role(role: &str, reads: &str, writes: &str) -> RoleGrant {
    let writes = (writes != "-").then(|| region(writes));
    RoleGrant::new(Role::from_name(role).unwrap(), region(reads), writes).unwrap()
}

fn manager(place: &str) -> Grants {
    Grants::of([role("manager", place, place)])
}

/// What a column of the table has been granted; none for the directory.
fn rights(column: &str) -> Option<Grants> {
    let other = |role: Role| {
        let whole = divisions().whole();
        Grants::of([RoleGrant::new(role, whole, role.writes().then_some(whole)).unwrap()])
    };
    Some(match column {
        "whole" => manager(WHOLE),
        "league" => manager(LEAGUE),
        "county" => manager(COUNTY),
        "reader" => Grants::of([role("manager", WHOLE, COUNTY)]),
        "field" => other(Role::FieldWorker),
        "couns" => other(Role::Counsellor),
        "imp" => other(Role::Importer),
        "aud" => other(Role::Auditor),
        "ana" => other(Role::Analyst),
        "op" => other(Role::Operator),
        "directory" => return None,
        column => panic!("no such column: {column}"),
    })
}

fn context<'a>(actor: &'a Identifier, grants: Option<&'a Grants>) -> RoleContext<'a> {
    let authority = grants.map_or(Authority::Operator, Authority::Roles);
    RoleContext { today: day(TODAY), actor, authority }
}

fn ask(subject: &str, role: RoleGrant) -> RoleChange {
    RoleChange::Request { subject: id(subject), role, until: None }
}

/// A register in which these were recorded at positions 1, 2, 3 ….
fn after<'a>(changes: impl IntoIterator<Item = (&'a str, RoleChange)>) -> RoleRegister {
    let mut register = RoleRegister::default();
    let mut position = 0;
    for (actor, change) in changes {
        let (actor, whole) = (id(actor), manager(WHOLE));
        let is_bootstrap = matches!(change, RoleChange::Bootstrap(_));
        let context = context(&actor, (!is_bootstrap).then_some(&whole));
        for event in decide_role_change(&register, &change, &context).unwrap() {
            position += 1;
            register.evolve(Position(position), position as i64, &event);
        }
    }
    register
}

fn decide(
    register: &RoleRegister,
    actor: &str,
    grants: Option<&Grants>,
    change: RoleChange,
) -> Result<usize, RoleRejection> {
    let actor = id(actor);
    decide_role_change(register, &change, &context(&actor, grants)).map(|events| events.len())
}

/// Somebody has a role, which was asked for at 1 and granted at 2.
fn granted(role: RoleGrant) -> RoleRegister {
    after([(MAKER, ask("somebody", role)), (CHECKER, RoleChange::Approve(Position(1)))])
}

fn begun() -> RoleRegister {
    after([("op", RoleChange::Bootstrap([id("first"), id("second")]))])
}

#[test]
fn nobody_changes_what_lies_outside_the_own_region_as_the_table_says() {
    let mut lines = TABLE.lines().skip(1);
    let columns: Vec<&str> = lines.next().unwrap().split_whitespace().skip(3).collect();
    let mut allowed = 0;
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let role = role(words[0], words[1], words[2]);
        let waiting = after([(MAKER, ask("somebody", role))]);
        for (column, cell) in columns.iter().zip(&words[3..]) {
            let grants = rights(column);
            let may = |register: &RoleRegister, change| {
                let decided = decide(register, "other", grants.as_ref(), change);
                assert!(
                    matches!(decided, Ok(1) | Err(RoleRejection::NotPermitted)),
                    "{line}: {column} {decided:?}"
                );
                decided.is_ok()
            };
            for (letter, is_allowed) in [
                ('a', may(&RoleRegister::default(), ask("somebody", role))),
                ('p', may(&waiting, RoleChange::Approve(Position(1)))),
                ('d', may(&waiting, RoleChange::Decline(Position(1)))),
                ('w', may(&granted(role), RoleChange::Withdraw(Position(2)))),
            ] {
                assert_eq!(is_allowed, cell.contains(letter), "{line}: {column} {letter}");
                allowed += usize::from(is_allowed);
            }
        }
        assert_eq!(words.len(), columns.len() + 3);
    }
    assert_eq!(allowed, 163);
}

#[test]
fn whoever_asked_and_whoever_is_to_have_it_do_not_approve() {
    let role = role("field_worker", COUNTY, COUNTY);
    let whole = manager(WHOLE);
    let register =
        after([(MAKER, ask("somebody", role)), (MAKER, ask(MAKER, role)), (CHECKER, ask(MAKER, role))]);
    for (actor, request) in [(MAKER, 1), ("somebody", 1), (MAKER, 2)] {
        let decided = decide(&register, actor, Some(&whole), RoleChange::Approve(Position(request)));
        assert_eq!(decided, Err(RoleRejection::SecondPersonNeeded), "{actor} {request}");
    }
    // The same asked for by another is the same request, so that its maker stays who it was.
    assert_eq!(register.entries().len(), 2);
    for request in [1, 2] {
        assert_eq!(decide(&register, CHECKER, Some(&whole), RoleChange::Approve(Position(request))), Ok(1));
    }
}

#[test]
fn a_role_is_had_once_it_is_approved_and_until_it_is_withdrawn_or_over() {
    let role = role("field_worker", COUNTY, COUNTY);
    let until = Some(day("2024-07-31"));
    let request = RoleChange::Request { subject: id("somebody"), role, until };
    let mut changes = vec![(MAKER, request)];
    let had = |changes: &[(&'static str, RoleChange)], today: &str| {
        after(changes.iter().cloned()).granted(&id("somebody"), day(today))
    };
    assert_eq!(had(&changes, TODAY), []);
    changes.push((CHECKER, RoleChange::Approve(Position(1))));
    assert_eq!((had(&changes, TODAY), had(&changes, "2024-07-31")), (vec![role], vec![role]));
    assert_eq!(had(&changes, "2024-08-01"), []);
    assert_eq!(after(changes.iter().cloned()).unchanged_until(&id("somebody"), day(TODAY)), until);
    // One alone, also whoever asked for it.
    changes.push((MAKER, RoleChange::Withdraw(Position(2))));
    assert_eq!(had(&changes, TODAY), []);
}

#[test]
fn whoever_has_a_role_gives_it_back_without_any_right() {
    let register = granted(role("importer", COUNTY, COUNTY));
    let nothing = Grants::default();
    let back = RoleChange::Withdraw(Position(2));
    assert_eq!(decide(&register, "somebody", Some(&nothing), back.clone()), Ok(1));
    assert_eq!(decide(&register, "other", Some(&nothing), back), Err(RoleRejection::NotPermitted));
}

#[test]
fn whoever_asked_takes_it_back_without_any_right() {
    let register = after([(MAKER, ask("somebody", role("importer", COUNTY, COUNTY)))]);
    let nothing = Grants::default();
    assert_eq!(decide(&register, MAKER, Some(&nothing), RoleChange::Decline(Position(1))), Ok(1));
}

#[test]
fn what_is_decided_or_withdrawn_is_not_decided_or_withdrawn_again() {
    let role = role("importer", COUNTY, COUNTY);
    let whole = manager(WHOLE);
    let declined = after([(MAKER, ask("somebody", role)), (CHECKER, RoleChange::Decline(Position(1)))]);
    let open = Err(RoleRejection::RequestNotOpen);
    for (register, request) in [(&declined, 1), (&granted(role), 1), (&granted(role), 2), (&begun(), 1)] {
        for change in [RoleChange::Approve(Position(request)), RoleChange::Decline(Position(request))] {
            assert_eq!(decide(register, "other", Some(&whole), change), open);
        }
    }
    let withdrawn = after([
        (MAKER, ask("somebody", role)),
        (CHECKER, RoleChange::Approve(Position(1))),
        (CHECKER, RoleChange::Withdraw(Position(2))),
    ]);
    for (register, grant) in [(&declined, 1), (&granted(role), 1), (&withdrawn, 2)] {
        let again = decide(register, "other", Some(&whole), RoleChange::Withdraw(Position(grant)));
        assert_eq!(again, Err(RoleRejection::GrantNotStanding));
    }
}

#[test]
fn what_somebody_has_or_waits_for_is_recorded_already_and_another_day_is_not() {
    let role = role("importer", COUNTY, COUNTY);
    let whole = manager(WHOLE);
    for register in [after([(MAKER, ask("somebody", role))]), granted(role)] {
        assert_eq!(decide(&register, CHECKER, Some(&whole), ask("somebody", role)), Ok(0));
        let other = RoleChange::Request { subject: id("somebody"), role, until: Some(day(TODAY)) };
        assert_eq!(decide(&register, CHECKER, Some(&whole), other), Ok(1));
    }
}

#[test]
fn a_last_day_that_is_over_is_refused_also_when_it_ends_while_the_request_waits() {
    let role = role("importer", COUNTY, COUNTY);
    let whole = manager(WHOLE);
    let until = |text| RoleChange::Request { subject: id("somebody"), role, until: Some(day(text)) };
    let over = Err(RoleRejection::UntilOver(day("2024-06-29")));
    assert_eq!(decide(&RoleRegister::default(), MAKER, Some(&whole), until("2024-06-29")), over);
    assert_eq!(decide(&RoleRegister::default(), MAKER, Some(&whole), until(TODAY)), Ok(1));
    let register = after([(MAKER, until(TODAY))]);
    let (actor, authority) = (id(CHECKER), Authority::Roles(&whole));
    let tomorrow = RoleContext { today: day("2024-07-01"), actor: &actor, authority };
    let decided = decide_role_change(&register, &RoleChange::Approve(Position(1)), &tomorrow);
    assert_eq!(decided, Err(RoleRejection::UntilOver(day(TODAY))));
}

#[test]
fn a_role_that_records_nothing_gets_no_region_to_write() {
    let writing = RoleGrant::new(Role::Auditor, region(COUNTY), Some(region(COUNTY))).unwrap();
    let decided = decide(&RoleRegister::default(), MAKER, Some(&manager(WHOLE)), ask("somebody", writing));
    assert_eq!(decided, Err(RoleRejection::RoleWritesNothing));
}

#[test]
fn the_first_two_managers_are_two_people_and_granted_once_by_whoever_holds_the_directory() {
    let two = |one, other| RoleChange::Bootstrap([id(one), id(other)]);
    let empty = RoleRegister::default();
    assert_eq!(decide(&empty, "op", None, two("first", "second")), Ok(2));
    assert_eq!(decide(&empty, "op", None, two("first", "first")), Err(RoleRejection::TwoPeopleNeeded));
    let whole = manager(WHOLE);
    assert_eq!(decide(&empty, "op", Some(&whole), two("first", "second")), Err(RoleRejection::NotPermitted));
    assert_eq!(decide(&begun(), "op", None, two("third", "fourth")), Err(RoleRejection::AlreadyBegun));
    for manager in ["first", "second"] {
        assert_eq!(begun().granted(&id(manager), day(TODAY)), [role("manager", WHOLE, WHOLE)]);
    }
}

#[test]
fn where_one_manager_of_the_whole_is_left_the_directory_begins_anew() {
    let mut register = begun();
    let withdrawn = Event::RoleWithdrawn {
        clear: crate::event::RoleWithdrawn { maker: id("first"), grant: Position(2) },
        sealed: None,
    };
    register.evolve(Position(3), 3, &withdrawn);
    assert_eq!(decide(&register, "op", None, RoleChange::Bootstrap([id("third"), id("fourth")])), Ok(2));
}

#[test]
fn a_register_that_is_full_takes_no_request_and_everything_else() {
    let mut register = RoleRegister::default();
    let role = role("importer", COUNTY, COUNTY);
    for number in 1..=RoleRegister::ENTRIES_MAX as u64 {
        let clear = crate::event::RoleRequested {
            maker: id(MAKER),
            subject: id(&format!("a-{number}")),
            role: role.role(),
            reads: role.reads(),
            writes: role.writes(),
            until: None,
        };
        register.evolve(Position(number), 0, &Event::RoleRequested { clear, sealed: None });
    }
    let whole = manager(WHOLE);
    assert_eq!(
        decide(&register, MAKER, Some(&whole), ask("one-more", role)),
        Err(RoleRejection::RegisterFull)
    );
    assert_eq!(decide(&register, CHECKER, Some(&whole), RoleChange::Approve(Position(7))), Ok(1));
}

#[test]
fn of_a_token_and_the_register_the_common_part_holds() {
    let limited = |token: RoleGrant, registered: RoleGrant| -> Vec<RoleGrant> {
        Grants::of([token]).limited_to(&[registered]).roles().copied().collect()
    };
    let field = |reads, writes| role("field_worker", reads, writes);
    for (token, registered, expected) in [
        (field(WHOLE, WHOLE), field(COUNTY, COUNTY), Some(field(COUNTY, COUNTY))),
        (field(COUNTY, COUNTY), field(WHOLE, WHOLE), Some(field(COUNTY, COUNTY))),
        (field(WHOLE, COUNTY), field(LEAGUE, LEAGUE), Some(field(LEAGUE, COUNTY))),
        (field(LEAGUE, "150404"), field(LEAGUE, COUNTY), Some(field(LEAGUE, "-"))),
        (field(LEAGUE, LEAGUE), field(LEAGUE, "-"), Some(field(LEAGUE, "-"))),
        (field(COUNTY, COUNTY), field("150500", "150500"), None),
        (field(COUNTY, COUNTY), role("manager", COUNTY, COUNTY), None),
    ] {
        assert_eq!(limited(token, registered), Vec::from_iter(expected), "{token:?} {registered:?}");
    }
    assert_eq!(Grants::of([field(COUNTY, COUNTY)]).limited_to(&[]).roles().count(), 0);
}
