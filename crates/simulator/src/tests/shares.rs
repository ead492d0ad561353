//! Shares and sums, held to what they were calibrated to.

use std::collections::BTreeMap;

use sigeyi_domain::{
    DisabilityCategory, EmploymentForm, EmploymentStatus, EventType, Figure, NonEmploymentReason, Sex,
};

use super::world::{near, share_in_scope, twenty_thousand};
use crate::calibration::people::{CATEGORIES, LEAGUE_RESIDENTS};

/// Of one row in the first roster rows.
fn share(of: impl Fn(&sigeyi_domain::RosterEntry) -> bool) -> f64 {
    let rows = &twenty_thousand().first_rows;
    rows.values().filter(|row| of(row)).count() as f64 / rows.len() as f64
}

#[test]
fn employed_men_and_categories() {
    near("employed", share(|row| matches!(row.status, EmploymentStatus::Employed(_))), 0.516, 0.01);
    near("men", share(|row| row.certificate.citizen().sex() == Sex::Male), 0.57, 0.01);
    for (category, per_mille) in CATEGORIES {
        let share = share(|row| row.certificate.category() == *category);
        near(category.name(), share, f64::from(*per_mille) / 1_000.0, 0.009);
    }
    near("severe", share(|row| row.certificate.grade() as u8 <= 1), 0.45, 0.01);
    assert!(share(|row| row.certificate.category() == DisabilityCategory::Speech) > 0.0);
}

#[test]
fn forms_and_reasons() {
    use {EmploymentForm as F, NonEmploymentReason as R};
    let employed = share(|row| matches!(row.status, EmploymentStatus::Employed(_)));
    let forms = [
        (F::ProportionalQuota, 0.113),
        (F::Concentrated, 0.024),
        (F::SelfEmployed, 0.065),
        (F::PublicWelfarePost, 0.020),
        (F::SupportedAuxiliary, 0.018),
        (F::FarmingProcessing, 0.451),
        (F::Flexible, 0.309),
    ];
    for (form, wanted) in forms {
        let share = share(|row| row.status == EmploymentStatus::Employed(form)) / employed;
        near(form.name(), share, wanted, 0.015);
    }
    let reasons = [
        (R::NoSkills, 0.30),
        (R::LostLabourCapacity, 0.28),
        (R::NoWillingness, 0.17),
        (R::InSchool, 0.05),
        (R::Retired, 0.03),
        (R::LandRequisitioned, 0.01),
        (R::Other, 0.16),
    ];
    for (reason, wanted) in reasons {
        let share = share(|row| row.status == EmploymentStatus::NotEmployed(reason)) / (1.0 - employed);
        near(reason.name(), share, wanted, 0.015);
    }
}

#[test]
fn leagues_by_their_residents() {
    let residents: u32 = LEAGUE_RESIDENTS.iter().map(|(_, residents)| residents).sum();
    assert_eq!(residents, 24_049_155);
    for (league, of_league) in LEAGUE_RESIDENTS {
        let share = share(|row| row.county.code() / 100 == league / 100);
        near(&league.to_string(), share, f64::from(of_league) / f64::from(residents), 0.009);
    }
}

#[test]
fn steps_of_those_in_scope_at_the_end() {
    let standings = twenty_thousand().standings();
    let figures =
        [Figure::InfoVerified, Figure::AbilityAssessed, Figure::DemandRegistered, Figure::ServiceDelivered];
    for (figure, wanted) in figures.into_iter().zip([0.92, 0.55, 0.70, 0.62]) {
        let (share, in_scope) = share_in_scope(standings.values().flatten(), figure);
        assert!(in_scope > 6_000, "{in_scope} in scope");
        near(figure.name(), share, wanted, 0.025);
    }
}

#[test]
fn counties_differ() {
    let standings = twenty_thousand().standings();
    let shares = |figure| -> Vec<f64> {
        let counties = standings.values().map(|county| share_in_scope(county.iter(), figure));
        counties.filter(|(_, in_scope)| *in_scope >= 50).map(|(share, _)| share).collect()
    };
    let assessed = shares(Figure::AbilityAssessed);
    assert!(assessed.len() > 50, "{} counties", assessed.len());
    assert!(assessed.iter().any(|share| *share < 0.45) && assessed.iter().any(|share| *share > 0.72));
    assert!(shares(Figure::InfoVerified).iter().any(|share| *share < 0.85));
    // Where more people are verified, more are served.
    let (verified, served) = (shares(Figure::InfoVerified), shares(Figure::ServiceDelivered));
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
    let (mean_verified, mean_served) = (mean(&verified), mean(&served));
    let together: f64 =
        verified.iter().zip(&served).map(|(one, other)| (one - mean_verified) * (other - mean_served)).sum();
    assert!(together > 0.0);
}

#[test]
fn so_many_events_of_each_type_for_each_person() {
    let world = twenty_thousand();
    // 1.55 to 1.75 million for 368,000 people; 4.08 is 1.5 million.
    let of_each = world.events.len() as f64 / 20_000.0;
    assert!((4.21..4.76).contains(&of_each) && of_each >= 4.08, "{of_each} events a person");
    let scaled = |kind| world.count(kind) as f64 * 368_000.0 / 20_000.0;
    near("new employment", scaled(EventType::EmploymentStarted), 24_000.0, 3_000.0);
    near("trainings", scaled(EventType::TrainingCompleted), 30_000.0, 3_000.0);
    let part = |kind, of| world.count(kind) as f64 / world.count(of) as f64;
    near("not reached", part(EventType::VerificationAttempted, EventType::InfoVerified), 0.02, 0.01);
    near("voided", world.count(EventType::RecordVoided) as f64 / world.events.len() as f64, 0.002, 0.0007);
    near("corrected", part(EventType::PersonCorrected, EventType::PersonEnrolled), 0.01, 0.003);
}

#[test]
fn the_first_survey_is_spread_over_half_a_year() {
    let mut months: BTreeMap<(i16, i8), usize> = BTreeMap::new();
    let world = twenty_thousand();
    for (_, recorded, _, event) in &world.events {
        if event.event_type() == EventType::PersonEnrolled {
            let (year, month, _) = recorded.ymd();
            *months.entry((year, month)).or_default() += 1;
        }
    }
    let first_half: usize =
        (1..=6).map(|month| months.get(&(2022, month)).copied().unwrap_or_default()).sum();
    near("entered by June 2022", first_half as f64 / world.people.len() as f64, 0.93, 0.04);
    for month in 1..=5 {
        assert!(months[&(2022, month)] > 500, "{months:?}");
    }
}
