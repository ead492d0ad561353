//! Text, ids, needs and scores.

use crate::*;

#[test]
fn text_is_trimmed_and_not_empty() {
    let name = PersonName::parse(" \t张 示例\u{3000}\n").unwrap();
    assert_eq!(name.as_str(), "张 示例");
    for empty in ["", " ", "\u{3000}\t\r\n"] {
        assert_eq!(PersonName::parse(empty), Err(TextError::Empty));
    }
}

#[test]
fn text_has_a_limit_in_characters() {
    assert!(PersonName::parse(&"张".repeat(100)).is_ok());
    let error = PersonName::parse(&"张".repeat(101)).unwrap_err();
    assert_eq!(error, TextError::TooLong { chars: 101, chars_max: 100 });
    // White space around it does not count.
    assert!(PersonName::parse(&format!("  {}  ", "张".repeat(100))).is_ok());
}

#[test]
fn each_kind_of_text_has_its_limit() {
    fn limit<const MAX: usize>(_: impl Fn(&str) -> Result<Text<MAX>, TextError>) -> usize {
        MAX
    }
    assert_eq!(limit(PersonName::parse), 100);
    assert_eq!(limit(Phone::parse), 40);
    assert_eq!(limit(Address::parse), 200);
    assert_eq!(limit(Remarks::parse), 500);
    assert_eq!(limit(OfficeName::parse), 100);
}

#[test]
fn text_is_stored_as_it_is_and_judged_when_it_is_read() {
    let name = PersonName::parse("张示例").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"张示例\"");
    assert_eq!(serde_json::from_str::<PersonName>("\"张示例\"").unwrap(), name);
    assert!(serde_json::from_str::<PersonName>("\"  \"").is_err());
    assert!(serde_json::from_str::<Phone>(&format!("\"{}\"", "1".repeat(41))).is_err());
}

#[test]
fn debug_shows_nothing_of_text_about_a_person() {
    assert_eq!(format!("{:?}", PersonName::parse("张示例").unwrap()), "Text(…)");
    let command = Command::CorrectPerson(Correction {
        name: PersonName::parse("张示例").ok(),
        phone: Phone::parse("13900000001").ok(),
        address: Address::parse("示例街1号").ok(),
        certificate: CertificateNumber::parse("11010519491231002X42", Day::MAX).ok(),
        ..Correction::default()
    });
    let shown = format!("{command:?}");
    for secret in ["张示例", "13900000001", "示例街", "19491231"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let too_long = PersonName::parse(&"张".repeat(101)).unwrap_err();
    assert!(!too_long.to_string().contains('张'));
}

#[test]
fn an_identifier_is_1_to_64_ascii_letters_digits_dots_underscores_hyphens() {
    for good in ["a", "A-1_b.c", "0", &"z".repeat(64)] {
        assert_eq!(Identifier::parse(good).unwrap().as_str(), good);
        assert_eq!(Identifier::parse(good).unwrap().to_string(), good);
    }
    for bad in ["", &"z".repeat(65), "a b", " a", "a/b", "a:b", "a@b", "张", "ａ", "a\0"] {
        assert_eq!(Identifier::parse(bad), Err(IdentifierError), "{bad}");
    }
    assert!(serde_json::from_str::<Identifier>("\"a b\"").is_err());
}

#[test]
fn a_set_of_needs_is_not_empty_and_keeps_the_order_of_the_list() {
    assert_eq!(NeedSet::new([]), None);
    for need in EmploymentNeed::ALL {
        assert_eq!(NeedSet::new([*need]).unwrap().iter().collect::<Vec<_>>(), [*need]);
    }
    let needs = [EmploymentNeed::OtherSupport, EmploymentNeed::SkillTraining, EmploymentNeed::OtherSupport];
    let set = NeedSet::new(needs).unwrap();
    let listed = [EmploymentNeed::SkillTraining, EmploymentNeed::OtherSupport];
    assert_eq!(set.iter().collect::<Vec<_>>(), listed);
    let all = NeedSet::new(EmploymentNeed::ALL.iter().copied()).unwrap();
    assert_eq!(all.iter().collect::<Vec<_>>(), EmploymentNeed::ALL);
}

#[test]
fn a_demand_is_stored_with_names() {
    let needs = NeedSet::new([EmploymentNeed::JobPlacement, EmploymentNeed::SkillTraining]).unwrap();
    let cases = [
        (Demand::Needs(needs), r#"{"needs":["SkillTraining","JobPlacement"]}"#),
        (Demand::NoNeed(NonEmploymentReason::Retired), r#"{"no_need":"Retired"}"#),
    ];
    for (demand, text) in cases {
        assert_eq!(serde_json::to_string(&demand).unwrap(), text);
        assert_eq!(serde_json::from_str::<Demand>(text).unwrap(), demand);
    }
    for bad in [r#"{"needs":[]}"#, r#"{"needs":["Nothing"]}"#, r#"{"no_need":null}"#, "{}"] {
        assert!(serde_json::from_str::<Demand>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_score_is_0_to_100() {
    for score in [0, 1, 100] {
        assert_eq!(u8::from(Percent::try_from(score).unwrap()), score);
    }
    assert!(Percent::try_from(101).is_err());
    for bad in ["-1", "101", "256", "50.5", "\"50\""] {
        assert!(serde_json::from_str::<Percent>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_position_is_written_as_its_number() {
    assert_eq!(Position(7).to_string(), "7");
    assert!(Position(u64::MAX - 1) < Position::LATEST);
    assert_eq!(View::latest(Day::MIN).known_at, Position(u64::MAX - 1));
}
