//! Calendar days.

use proptest::prelude::*;

use crate::*;

use super::{any::days, examples::day};

#[test]
fn a_day_is_written_exactly_one_way() {
    assert_eq!(Day::parse("2023-05-01"), Day::new(2023, 5, 1));
    assert_eq!(Day::parse("2024-02-29"), Day::new(2024, 2, 29));
    let bad = [
        "",
        "2023-02-29",
        "2023-02-30",
        "2100-02-29",
        "2023-04-31",
        "2023-13-01",
        "2023-00-01",
        "2023-05-00",
        "0000-01-01",
        "2023/05/01",
        "20230501",
        "20230230",
        "2023-5-1",
        "2023-05-1",
        "23-05-01",
        "02023-05-01",
        "+023-05-01",
        "-023-05-01",
        "2023-05-01 ",
        " 2023-05-01",
        "2023-05-01T00:00:00",
        "2023-0x-01",
        "２０２３-０５-０１",
        "2023－05－01",
        "2023年5月1日",
    ];
    for text in bad {
        assert_eq!(Day::parse(text), Err(DayError), "{text}");
    }
}

#[test]
fn days_are_counted_from_1970() {
    assert_eq!(day("1970-01-01").days(), 0);
    assert_eq!(day("1969-12-31").days(), -1);
    assert_eq!(day("2000-03-01").days(), 11_017);
    assert_eq!(day("2024-02-28").plus(1), day("2024-02-29"));
    assert_eq!(day("2023-03-01").plus(-1), day("2023-02-28"));
    assert_eq!(day("2023-05-01").ymd(), (2023, 5, 1));
}

#[test]
fn the_calendar_has_ends() {
    assert_eq!(Day::parse("0001-01-01"), Ok(Day::MIN));
    assert_eq!(Day::parse("9999-12-31"), Ok(Day::MAX));
    assert_eq!(Day::MIN.plus(-1), Day::MIN);
    assert_eq!(Day::MAX.plus(1), Day::MAX);
    assert_eq!(Day::MAX.plus(i32::MAX), Day::MAX);
    assert_eq!(Day::from_days(i32::MIN), Day::MIN);
    assert_eq!(Day::from_days(i32::MAX), Day::MAX);
    for (year, month, date) in [(0, 1, 1), (10_000, 1, 1), (-1, 1, 1), (2023, 13, 1), (2023, 1, -1)] {
        assert_eq!(Day::new(year, month, date), Err(DayError));
    }
}

#[test]
fn the_day_turns_at_midnight_in_china() {
    const HOUR: i64 = 3_600_000_000;
    assert_eq!(Day::in_china(0), day("1970-01-01"));
    assert_eq!(Day::in_china(16 * HOUR - 1), day("1970-01-01"));
    assert_eq!(Day::in_china(16 * HOUR), day("1970-01-02"));
    assert_eq!(Day::in_china(-8 * HOUR), day("1970-01-01"));
    assert_eq!(Day::in_china(-8 * HOUR - 1), day("1969-12-31"));
    // 2024-02-28T16:00:00Z.
    let midnight = 1_709_136_000_000_000;
    assert_eq!(Day::in_china(midnight - 1), day("2024-02-28"));
    assert_eq!(Day::in_china(midnight), day("2024-02-29"));
    assert_eq!(Day::in_china(i64::MIN), Day::MIN);
    assert_eq!(Day::in_china(i64::MAX), Day::MAX);
}

proptest! {
    #[test]
    fn days_and_text_say_the_same(day in days()) {
        let text = day.to_string();
        prop_assert_eq!(text.len(), 10);
        prop_assert_eq!(Day::parse(&text), Ok(day));
        prop_assert_eq!(Day::from_days(day.days()), day);
        let (year, month, date) = day.ymd();
        prop_assert_eq!(Day::new(year, month, date), Ok(day));
        prop_assert_eq!(format!("{day:?}"), text);
    }

    #[test]
    fn text_orders_as_days_do(one in days(), other in days()) {
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9０-９/ -]{0,12}") {
        prop_assert!(Day::parse(&text).is_err() || Day::parse(&text).is_ok_and(|day| day.to_string() == text));
    }
}
