//! Birthdays and the days on which working age begins and ends.

use crate::*;

use super::{examples::*, harness::person};

fn of_working_age(certificate: CertificateNumber, text: &str) -> bool {
    let person = person([on("1980-01-01", enrolled_as(certificate, LOOKING))]);
    person.standing(first_plan(), View::latest(day(text))).has(Figure::InScope)
}

#[test]
fn men_are_of_working_age_from_the_16th_birthday_to_the_day_before_the_60th() {
    let man = number("19640315", 901, "42");
    assert!(!of_working_age(man, "1980-03-14"));
    assert!(of_working_age(man, "1980-03-15"));
    assert!(of_working_age(man, "2024-03-14"));
    assert!(!of_working_age(man, "2024-03-15"));
}

#[test]
fn women_are_of_working_age_from_the_16th_birthday_to_the_day_before_the_55th() {
    let woman = number("19690315", 902, "42");
    assert!(!of_working_age(woman, "1985-03-14"));
    assert!(of_working_age(woman, "1985-03-15"));
    assert!(of_working_age(woman, "2024-03-14"));
    assert!(!of_working_age(woman, "2024-03-15"));
}

#[test]
fn born_on_29_february_the_birthday_is_that_day_in_a_leap_year_else_1_march() {
    let citizen = number("19640229", 901, "42").citizen();
    assert_eq!(citizen.birthday(0), day("1964-02-29"));
    assert_eq!(citizen.birthday(16), day("1980-02-29"));
    assert_eq!(citizen.birthday(55), day("2019-03-01"));
    assert_eq!(citizen.birthday(60), day("2024-02-29"));
    // 2100 is no leap year.
    assert_eq!(number("20840229", 901, "42").citizen().birthday(16), day("2100-03-01"));
}

#[test]
fn working_age_for_somebody_born_on_29_february() {
    let man = number("19640229", 901, "42");
    assert!(of_working_age(man, "2024-02-28"));
    assert!(!of_working_age(man, "2024-02-29"));
    let woman = number("19680229", 902, "42");
    assert!(of_working_age(woman, "2023-02-28"));
    assert!(!of_working_age(woman, "2023-03-01"));
    let youth = number("20080229", 902, "42");
    assert!(!of_working_age(youth, "2024-02-28"));
    assert!(of_working_age(youth, "2024-02-29"));
}

#[test]
fn the_days_on_which_age_alone_changes_the_standing() {
    let days = |certificate| {
        person([on("2021-01-01", enrolled_as(certificate, LOOKING))]).age_days(first_plan()).unwrap()
    };
    assert_eq!(days(number("19640229", 901, "42")), [day("1980-02-29"), day("2024-02-29")]);
    assert_eq!(days(number("19680229", 902, "42")), [day("1984-02-29"), day("2023-03-01")]);
    assert_eq!(Person::default().age_days(first_plan()), None);
}

#[test]
fn another_plan_may_set_other_ages() {
    let mut plan = first_plan().clone();
    plan.working_age.from = 18;
    plan.working_age.men_until = 63;
    plan.working_age.women_until = 58;
    let man = person([on("1980-01-01", enrolled_as(number("19640315", 901, "42"), LOOKING))]);
    let in_scope = |text| man.standing(&plan, View::latest(day(text))).has(Figure::InScope);
    assert!(!in_scope("1982-03-14"));
    assert!(in_scope("1982-03-15"));
    assert!(in_scope("2027-03-14"));
    assert!(!in_scope("2027-03-15"));
}

#[test]
fn a_birthday_beyond_the_calendar_is_its_last_day() {
    assert_eq!(number("99500101", 901, "42").citizen().birthday(60), Day::MAX);
}
