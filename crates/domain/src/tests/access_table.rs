//! Every role, action, place and purpose, against a table that was written by hand.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::examples::county;
use crate::access::*;
use crate::*;

const TABLE: &str = include_str!("access_table.txt");
const SOMEBODY: Uuid = Uuid::from_u128(900);
const THAT_PERSON: Uuid = Uuid::from_u128(901);

/// Cells by the word at the left and the word at the top.
type Cells = BTreeMap<(String, String), String>;

/// The lines of one part: the one that begins with `head`, and those below it until an empty one.
fn part(title: &str, head: &str) -> Cells {
    let (_, after) = TABLE.split_once(&format!("\n{title}\n")).expect("the part is there");
    let mut lines = after.lines().skip_while(|line| !line.starts_with(&format!("{head} ")));
    let columns: Vec<&str> = lines.next().expect("a head").split_whitespace().skip(1).collect();
    let mut cells = Cells::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (left, row) = words.split_at(words.len() - columns.len());
        for (column, cell) in columns.iter().zip(row) {
            let before = cells.insert((left.join(" "), (*column).into()), (*cell).into());
            assert_eq!(before, None, "{line}: twice");
        }
    }
    cells
}

fn region(code: &str) -> Region {
    divisions().region(code.parse().unwrap()).unwrap()
}

fn resource(place: &str) -> Resource {
    let code = place.rsplit(' ').next().unwrap();
    match place.rsplit_once(' ').unwrap().0 {
        "person in" => Resource::Person { id: SOMEBODY, county: county(code) },
        "that person in" => Resource::Person { id: THAT_PERSON, county: county(code) },
        "region" => Resource::Region(region(code)),
        "the" => Resource::WholeLog,
        other => panic!("no such place: {other}"),
    }
}

fn mask(letter: &str) -> Mask {
    match letter {
        "m" | "g" | "w" | "a" => Mask::Masked,
        "c" | "k" => Mask::Clear,
        "f" => Mask::Figures,
        "s" => Mask::SuppressedFigures,
        "p" => Mask::Pseudonymous,
        "o" => Mask::NoPeople,
        other => panic!("no such right: {other}"),
    }
}

/// Compares every cell; gives how many were allowed.
fn compare(title: &str, grants: impl Fn(Role) -> Grants) -> usize {
    let rights = part("RIGHTS", "action");
    let purposes = part("PURPOSES", "role");
    let places = part(title, "place");
    assert_eq!(rights.len(), Action::ALL.len() * Role::ALL.len(), "a right for every action and role");
    assert_eq!(purposes.len(), Role::ALL.len() * Purpose::ALL.len(), "every role and purpose");
    let rows: std::collections::BTreeSet<&str> = places.keys().map(|(place, _)| place.as_str()).collect();
    let mut allowed = 0;
    for role in Role::ALL {
        let grants = grants(*role);
        for action in Action::ALL {
            let letter = &rights[&(action.name().into(), role.name().into())];
            for purpose in Purpose::ALL {
                let for_this = purposes[&(role.name().into(), purpose.name().into())] == "yes";
                for place in &rows {
                    let access = decide_access(&grants, *action, resource(place), *purpose);
                    let is_there = letter != "." && places[&((*place).into(), letter.clone())] == "yes";
                    let expected = (for_this && is_there).then(|| mask(letter));
                    let what = format!("{} {} at {place} for {}", role.name(), action.name(), purpose.name());
                    assert_eq!(access.allowed().ok(), expected, "{what}");
                    allowed += usize::from(expected.is_some());
                }
            }
        }
    }
    allowed
}

#[test]
fn a_role_in_a_part_of_the_region_is_as_the_table_says() {
    let allowed = compare("PLACES", |role| {
        let role = RoleGrant::new(role, region("150400"), Some(region("150402"))).unwrap();
        Grants::of([role])
            .with_pseudonymous_stream()
            .with_broken_glass(BreakGlass::Person(THAT_PERSON))
            .with_broken_glass(BreakGlass::Region(region("150500")))
    });
    // So that a table which allows nothing is seen.
    assert_eq!(allowed, 515);
}

#[test]
fn a_role_in_the_whole_region_is_as_the_table_says() {
    let whole = divisions().whole();
    let allowed = compare("THE WHOLE", |role| {
        Grants::of([RoleGrant::new(role, whole, Some(whole)).unwrap()]).with_pseudonymous_stream()
    });
    assert!(allowed > 400, "{allowed}");
}

#[test]
fn the_table_names_every_role_and_action() {
    let rights = part("RIGHTS", "action");
    for action in Action::ALL {
        for role in Role::ALL {
            assert!(rights.contains_key(&(action.name().into(), role.name().into())), "{action:?} {role:?}");
        }
    }
}

#[test]
fn a_role_without_a_region_to_write_writes_nothing() {
    for role in Role::ALL {
        let grants = Grants::of([RoleGrant::new(*role, divisions().whole(), None).unwrap()]);
        for (action, letter) in rights_of(*role) {
            for purpose in Purpose::ALL {
                let access =
                    decide_access(&grants, action, Resource::Region(region("150402")), *purpose).allowed();
                assert!(access.is_err() || letter != "w", "{role:?} {action:?}");
            }
        }
    }
}

#[test]
fn the_stream_needs_its_grant() {
    let analyst = Grants::of([RoleGrant::new(Role::Analyst, region("150400"), None).unwrap()]);
    let stream = |grants: &Grants| {
        let there = Resource::Region(region("150400"));
        decide_access(grants, Action::ReadPseudonymousStream, there, Purpose::Research)
    };
    assert_eq!(stream(&analyst), Access::Deny(Denial::StreamNotGranted));
    assert_eq!(stream(&analyst.with_pseudonymous_stream()), Access::Allow(Mask::Pseudonymous));
}

/// The actions of a role with the letters of the table.
fn rights_of(role: Role) -> Vec<(Action, String)> {
    let rights = part("RIGHTS", "action");
    let letter = |action: &Action| rights[&(action.name().into(), role.name().into())].clone();
    Action::ALL.iter().map(|action| (*action, letter(action))).collect()
}
