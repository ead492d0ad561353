//! What addresses are understood as.

use proptest::{prelude::*, strategy::ValueTree};
use sigeyi_domain::{Day, EventType, divisions};

use super::*;

const TAKEN: [Parameter; 2] = [P::After, P::Limit];

fn parsed(query: &str) -> Result<Parameters, BadParameter> {
    Parameters::parse(query, &TAKEN)
}

#[test]
fn nothing_asks_for_everything() {
    assert_eq!(parsed(""), Ok(Parameters::default()));
}

#[test]
fn every_filter_is_understood() {
    let query = "after=42&limit=7&type=InfoVerified,PersonLeft&type=AbilityAssessed&region=150100&plan=nmg-2022-2024\
        &effectiveFrom=2023-01-01&effectiveTo=2023-12-31&recordedFrom=2023-11-30T18:00:00+08:00\
        &recordedBefore=2023-11-30T18%3A00%3A00.000001%2B08%3A00";
    let found = parsed(query).unwrap();
    assert_eq!((found.after, found.limit, found.to), (Some(Position(42)), Some(7), None));
    let filter = found.filter;
    assert_eq!(filter.types, [EventType::InfoVerified, EventType::PersonLeft, EventType::AbilityAssessed]);
    assert_eq!(filter.regions, divisions().region(150_100).map(|region| vec![region]));
    assert_eq!(filter.effective_from, Some(Day::parse("2023-01-01").unwrap()));
    assert_eq!(filter.effective_to, Some(Day::parse("2023-12-31").unwrap()));
    assert_eq!(filter.recorded_from, Some(1_701_338_400_000_000));
    assert_eq!(filter.recorded_before, Some(1_701_338_400_000_001));
    let steps = parsed("step=AbilityAssessed").unwrap().filter.types;
    assert_eq!(steps, [EventType::AbilityAssessed, EventType::AssessmentDeclined]);
}

const GOOD: &[&str] = &[
    "0",
    "42",
    "1000",
    "18446744073709551615",
    "PersonLeft",
    "AbilityAssessed,PersonLeft",
    "ServiceDelivered",
    "150102",
    "nmg-2022-2024",
    "2023-02-28",
    "2024-02-29",
    "-009999-01-01",
    "2023-11-30T18:00:00+08:00",
    "2023-11-30T18%3A00%3A00.0000019%2B08%3A00",
    "2023-12-01T00:00:00Z",
    "-000001-01-01T00:00:00.5Z",
];

/// Values that may be right, as they are, escaped or broken.
fn some_value() -> impl Strategy<Value = String> {
    prop_oneof![9 => proptest::sample::select(GOOD).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn some_address() -> impl Strategy<Value = String> {
    let names = FilterParameter::ALL.map(P::Filter).into_iter().chain(TAKEN).map(Parameter::name);
    let names: Vec<&str> = names.collect();
    let name = prop_oneof![19 => proptest::sample::select(names).prop_map(str::to_owned), 1 => ".{0,8}"];
    let pair = (name, some_value()).prop_map(|(name, value)| format!("{name}={value}"));
    prop_oneof![
        9 => proptest::collection::vec(pair, 0..6).prop_map(|pairs| pairs.join("&")),
        1 => ".{0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_says_the_same_when_it_is_written_again(address in some_address()) {
        match parsed(&address) {
            Ok(found) => prop_assert_eq!(parsed(&found.query(P::After)), Ok(found)),
            Err(bad) => prop_assert!(bad.code().len() > 4 && !bad.to_string().is_empty()),
        }
    }
}

/// Of so many addresses that are made up a good part is taken, or nothing would be shown.
#[test]
fn many_addresses_that_are_made_up_are_taken() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let address = || some_address().new_tree(&mut runner).unwrap().current();
    let taken = std::iter::repeat_with(address).take(1_000).filter(|it| parsed(it).is_ok()).count();
    assert!((100..900).contains(&taken), "{taken}");
}

#[test]
fn whatever_is_wrong_is_named_and_what_was_sent_is_not() {
    let value = |parameter| BadParameter::Filter(BadFilter::Value(parameter));
    for (query, expected) in [
        ("name=张三", BadParameter::NotTaken),
        ("person=1", BadParameter::NotTaken),
        ("from=1", BadParameter::NotTaken),
        ("After=1", BadParameter::NotTaken),
        ("after=1&after=1", BadParameter::Twice(P::After)),
        ("after=", BadParameter::Value(P::After)),
        ("after", BadParameter::Value(P::After)),
        ("after=-1", BadParameter::Value(P::After)),
        ("after=+1", BadParameter::Value(P::After)),
        ("after=18446744073709551616", BadParameter::Value(P::After)),
        ("limit=0", BadParameter::Value(P::Limit)),
        ("limit=1001", BadParameter::Value(P::Limit)),
        ("type=", value(FilterParameter::Type)),
        ("type=INFO_VERIFIED", value(FilterParameter::Type)),
        ("type=Withheld", value(FilterParameter::Type)),
        ("step=张三", value(FilterParameter::Step)),
        ("region=%FF", BadParameter::Value(P::Filter(FilterParameter::Region))),
        ("region=999999", BadParameter::Filter(BadFilter::UnknownRegion)),
        ("plan=none", BadParameter::Filter(BadFilter::UnknownPlan)),
        ("effectiveFrom=2023-02-30", value(FilterParameter::EffectiveFrom)),
        ("recordedFrom=2023-11-30", value(FilterParameter::RecordedFrom)),
        ("effectiveFrom=2023-02-02&effectiveTo=2023-02-01", BadParameter::NothingFits(NothingFits::Days)),
    ] {
        assert_eq!(parsed(query), Err(expected), "{query}");
        assert!(!expected.to_string().contains("张三"));
    }
}
