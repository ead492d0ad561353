//! One person as the first roster row says, without the texts.

use std::collections::HashSet;

use sigeyi_domain::{
    CertificateError, CitizenNumber, County, Day, DisabilityCategory, DisabilityGrade, EmploymentForm,
    EmploymentStatus, NonEmploymentReason,
};

use crate::{
    calendar::{LAST, counted, day},
    calibration::{
        people::*,
        recording::{FIRST_REGISTRATIONS, LATER_REGISTRATIONS, SURVEY_DAYS},
    },
    counties::Counties,
    random::Draw,
    recorder,
};

/// What is kept of a person: 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) citizen: CitizenNumber,
    /// The county of the first roster row.
    pub(crate) county: County,
    /// The employment status of the first roster row.
    pub(crate) status: EmploymentStatus,
    pub(crate) category: DisabilityCategory,
    pub(crate) grade: DisabilityGrade,
}

/// How a person came into the register.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// 登记日期.
    pub(crate) registered: i32,
    /// The day on which the roster row was entered.
    pub(crate) entered: i32,
    /// First day of working age.
    pub(crate) of_age_from: i32,
    /// Last day of working age.
    pub(crate) of_age_to: i32,
}

/// Why somebody is registered when he or she is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coming {
    WithSurvey,
    Later,
    OfAge,
}

const SIXTEEN_YEARS_DAYS: i32 = 5_844;

/// Draws somebody whose citizen number is not `taken` yet.
pub(crate) fn draw_person(
    counties: &Counties,
    taken: &mut HashSet<CitizenNumber>,
    draw: &mut Draw,
) -> (Person, Arrival) {
    let county = counties.pick(draw);
    let male = draw.chance(MALE);
    let coming = match draw.unit() {
        part if part < COMES_OF_AGE => Coming::OfAge,
        part if part < COMES_OF_AGE + REGISTERED_LATER => Coming::Later,
        _ => Coming::WithSurvey,
    };
    let (birth, age) = birth(coming, male, draw);
    let prefix = if draw.chance(PREFIX_OF_ANOTHER_COUNTY) { counties.pick(draw) } else { county };
    let citizen = citizen(prefix, birth, male, taken, draw);
    let category = draw.pick(CATEGORIES);
    let grade = draw.pick(GRADES);
    let status = status(coming, age, category, grade, draw);
    let arrival = arrival(coming, citizen, male, counties.conditions(county).survey_begins, draw);
    (Person { citizen, county, status, category, grade }, arrival)
}

/// Day of birth, and completed years on 2022-01-01.
fn birth(coming: Coming, male: bool, draw: &mut Draw) -> (i32, i32) {
    if coming == Coming::OfAge {
        let (first, last) = LATER_REGISTRATIONS;
        return (draw.between(first, last) - SIXTEEN_YEARS_DAYS, i32::from(OF_AGE) - 1);
    }
    let (youngest, oldest) = draw.pick(if male { AGES_OF_MEN } else { AGES_OF_WOMEN });
    let age = draw.between(youngest, oldest);
    // Four years have 1,461 days.
    (-(age * 1_461 / 4) - draw.between(1, 365), age)
}

/// A citizen number of the synthetic band that nobody has yet.
fn citizen(
    prefix: County,
    mut birth: i32,
    male: bool,
    taken: &mut HashSet<CitizenNumber>,
    draw: &mut Draw,
) -> CitizenNumber {
    const TRIES_A_DAY: usize = 24;
    loop {
        for _ in 0..TRIES_A_DAY {
            let sequence = SEQUENCE_FIRST + 2 * draw.below(50) + u32::from(male);
            // Every number made here is right, so the next try is only for those taken.
            if let Ok(citizen) = citizen_number(prefix.code(), day(birth), sequence)
                && taken.insert(citizen)
            {
                return citizen;
            }
        }
        birth += 1;
    }
}

fn citizen_number(prefix: u32, birth: Day, sequence: u32) -> Result<CitizenNumber, CertificateError> {
    let (year, month, day) = birth.ymd();
    let digits = format!("{prefix:06}{year:04}{month:02}{day:02}{sequence:03}");
    CitizenNumber::parse(&format!("{digits}{}", check_character(&digits)), Day::MAX)
}

/// GB 11643, ISO 7064 MOD 11-2. The domain reads it; only here is one made.
fn check_character(digits: &str) -> char {
    let (sum, _) = digits
        .bytes()
        .rev()
        .fold((0, 2), |(sum, weight), digit| (sum + u32::from(digit - b'0') * weight, weight * 2 % 11));
    char::from(b"10X98765432"[(sum % 11) as usize])
}

fn status(
    coming: Coming,
    age: i32,
    category: DisabilityCategory,
    grade: DisabilityGrade,
    draw: &mut Draw,
) -> EmploymentStatus {
    // Those who come of age are not employed, so that the share comes out for all.
    let employed = coming != Coming::OfAge && draw.chance(EMPLOYED / (1.0 - COMES_OF_AGE));
    if employed {
        EmploymentStatus::Employed(form(category, grade, draw))
    } else {
        EmploymentStatus::NotEmployed(reason(coming, age, draw))
    }
}

/// A form of employment that the person may have.
pub(crate) fn form(category: DisabilityCategory, grade: DisabilityGrade, draw: &mut Draw) -> EmploymentForm {
    let severe = matches!(grade, DisabilityGrade::One | DisabilityGrade::Two);
    let supported = match category {
        DisabilityCategory::Intellectual | DisabilityCategory::Psychiatric => true,
        DisabilityCategory::Physical => severe,
        DisabilityCategory::Visual
        | DisabilityCategory::Hearing
        | DisabilityCategory::Speech
        | DisabilityCategory::Multiple => false,
    };
    draw.pick(if supported { FORMS_WITH_SUPPORTED } else { FORMS })
}

fn reason(coming: Coming, age: i32, draw: &mut Draw) -> NonEmploymentReason {
    let in_school = match (coming, age) {
        (Coming::OfAge, _) => IN_SCHOOL_AT_16,
        (_, ..25) => IN_SCHOOL_UNDER_25,
        _ => 0.0,
    };
    if draw.chance(in_school) {
        NonEmploymentReason::InSchool
    } else if age >= 50 && draw.chance(RETIRED_FROM_50) {
        NonEmploymentReason::Retired
    } else {
        draw.pick(REASONS)
    }
}

fn arrival(
    coming: Coming,
    citizen: CitizenNumber,
    male: bool,
    survey_begins: i32,
    draw: &mut Draw,
) -> Arrival {
    let of_age_from = counted(citizen.birthday(OF_AGE));
    let of_age_to = counted(citizen.birthday(if male { MEN_UNTIL } else { WOMEN_UNTIL })) - 1;
    let drawn = match coming {
        Coming::WithSurvey => draw.between(FIRST_REGISTRATIONS.0, FIRST_REGISTRATIONS.1),
        Coming::Later => draw.between(LATER_REGISTRATIONS.0, LATER_REGISTRATIONS.1),
        Coming::OfAge => of_age_from + draw.between(0, COMES_OF_AGE_DAYS_MAX),
    };
    // The register is of people of working age, so nobody enters it after that; then it was with the first survey.
    let registered = if drawn <= of_age_to {
        drawn
    } else {
        draw.between(FIRST_REGISTRATIONS.0, of_age_to.min(FIRST_REGISTRATIONS.1))
    };
    let survey_day = survey_begins + draw.between(0, SURVEY_DAYS);
    let entered = if registered <= survey_day { survey_day } else { registered + recorder::delay(draw) };
    // The last registration lies before the last day, so everybody is entered by then.
    let entered = entered.min(LAST);
    Arrival { registered, entered, of_age_from, of_age_to }
}
