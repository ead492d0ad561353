//! Citizen numbers, names, phones and ids.

use std::collections::HashSet;

use sigeyi_domain::{CitizenNumber, Command};

use super::world::{days, plan, twenty_thousand};
use crate::{
    Simulation,
    calibration::people::{MEN_UNTIL, OF_AGE, WOMEN_UNTIL},
};

#[test]
fn every_citizen_number_is_valid_unique_and_in_the_synthetic_band() {
    let world = twenty_thousand();
    let mut numbers = HashSet::new();
    let mut own_county = 0;
    for (citizen, row) in &world.first_rows {
        let text = citizen.to_string();
        assert_eq!(CitizenNumber::parse(&text, Simulation::first_day()), Ok(*citizen));
        assert!(citizen.sequence() >= 900);
        assert_eq!(row.certificate.citizen(), *citizen);
        assert!(numbers.insert(text.clone()));
        own_county += usize::from(text[..6] == row.county.code().to_string());
    }
    assert_eq!(numbers.len(), 20_000);
    let share = own_county as f64 / numbers.len() as f64;
    assert!((0.94..0.98).contains(&share), "{share}");
}

#[test]
fn people_share_no_phone_and_no_phone_can_be_called() {
    let mut phones = HashSet::new();
    for row in twenty_thousand().first_rows.values() {
        if let Some(phone) = &row.phone {
            assert!(phone.as_str().starts_with("1390000") && phone.as_str().len() == 15);
            assert!(phones.insert(phone.clone()));
        }
    }
    assert!(phones.len() > 16_000);
}

#[test]
fn most_are_of_working_age_throughout_and_some_enter_or_leave_it() {
    let ages = plan().working_age;
    assert_eq!((ages.from, ages.men_until, ages.women_until), (OF_AGE, MEN_UNTIL, WOMEN_UNTIL));
    let (first, last) = (Simulation::first_day(), Simulation::last_day());
    let (mut throughout, mut enter, mut leave) = (0, 0, 0);
    for citizen in twenty_thousand().first_rows.keys() {
        let until = plan().age_until(citizen.sex());
        let (from, until) = (citizen.birthday(OF_AGE), citizen.birthday(until));
        assert!(from <= last && until > first, "never of working age");
        enter += usize::from(from > first);
        leave += usize::from(until <= last);
        throughout += usize::from(from <= first && until > last);
    }
    assert!(throughout > 15_000 && enter > 150 && leave > 1_500, "{throughout} {enter} {leave}");
}

#[test]
fn offices_and_actors_are_of_a_county() {
    for given in days(500, 8).into_iter().flat_map(|day| day.commands) {
        let office = given.office.as_str().strip_prefix("clf-").expect("a federation");
        assert!(sigeyi_domain::divisions().county(office.parse().expect("a code")).is_some());
        assert!(given.actor.as_str().starts_with(&format!("u-{office}-")));
        if let Command::RequestCounsellor { counsellor, .. } = given.command {
            assert!(counsellor.as_str().starts_with(&format!("c-{office}-")));
        }
    }
}
