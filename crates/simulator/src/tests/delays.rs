//! How late things are recorded.

use sigeyi_domain::{Day, EventType};

use super::world::twenty_thousand;

/// Recording day and delay of everything but roster rows and voidings.
fn facts() -> Vec<(Day, i32)> {
    let events = twenty_thousand().events.iter();
    events
        .filter(|(.., event)| {
            use EventType as T;
            !matches!(
                event.event_type(),
                T::PersonEnrolled | T::PersonCorrected | T::CertificateReissued | T::RecordVoided
            )
        })
        .map(|(_, recorded, effective, _)| (*recorded, recorded.days() - effective.days()))
        .collect()
}

#[test]
fn half_is_recorded_within_four_days_and_all_within_a_hundred_and_twenty() {
    let mut delays: Vec<i32> = facts().into_iter().map(|(_, delay)| delay).collect();
    delays.sort_unstable();
    let at = |share: f64| delays[(delays.len() as f64 * share) as usize];
    assert_eq!(at(0.5), 4);
    assert!((15..40).contains(&at(0.9)), "{}", at(0.9));
    assert!((60..=120).contains(&at(0.995)), "{}", at(0.995));
    assert!(delays[0] == 0 && delays[delays.len() - 1] <= 120, "{}", delays[delays.len() - 1]);
}

#[test]
fn november_bulges() {
    let facts = facts();
    let recorded = |year: i16, month: i8| {
        facts.iter().filter(|(day, _)| day.ymd().0 == year && day.ymd().1 == month).count() as f64
    };
    for year in 2022..=2024 {
        let (october, november, december) = (recorded(year, 10), recorded(year, 11), recorded(year, 12));
        assert!(november > 1.5 * october && november > 1.3 * december, "{october} {november} {december}");
    }
}
