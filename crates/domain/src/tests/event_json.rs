//! The stored bodies of events.

use proptest::prelude::*;

use crate::{event::*, *};

use super::{any::events, examples::*};

fn read(event: &Event, sealed: Option<&str>) -> Result<Event, EventBodyError> {
    let number = event.event_type() as u8;
    Event::from_json(number, EventType::SCHEMA, &event.clear_json(), sealed.map(str::as_bytes))
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(event in events()) {
        let sealed = event.sealed_json();
        let again = read(&event, sealed.as_deref()).unwrap();
        prop_assert_eq!(again.clear_json(), event.clear_json());
        prop_assert_eq!(again.sealed_json(), sealed.clone());
        // A sealed body with nothing in it is not stored, so it is absent when it is read.
        if sealed.is_some() {
            prop_assert_eq!(again, event);
        }
    }

    #[test]
    fn what_is_sealed_is_absent_when_it_is_not_opened(event in events()) {
        let again = read(&event, None).unwrap();
        prop_assert_eq!(again.sealed_json(), None);
        prop_assert_eq!(again.clear_json(), event.clear_json());
    }

    #[test]
    fn any_bytes_are_read_or_refused(number in 0_u8..33, clear in "\\PC{0,40}", sealed in any::<Vec<u8>>()) {
        let _ = Event::from_json(number, 1, &clear, Some(&sealed));
    }
}

#[test]
fn absent_fields_are_not_written() {
    assert_eq!(verified().clear_json(), r#"{"outcome":"Confirmed"}"#);
    assert_eq!(verified().sealed_json(), None);
    assert_eq!(demanded(needs()).clear_json(), "{}");
    assert_eq!(demanded(needs()).sealed_json().unwrap(), r#"{"demand":{"needs":["JobPlacement"]}}"#);
    assert_eq!(voided(7).clear_json(), r#"{"record":7}"#);
}

#[test]
fn an_unknown_type_or_schema_is_refused() {
    for (kind, schema) in [(0, 1), (28, 1), (255, 1), (1, 0), (1, 2), (17, 255)] {
        let error = Event::from_json(kind, schema, "{}", None).unwrap_err();
        assert_eq!(error, EventBodyError::UnknownType { kind, schema });
    }
}

#[test]
fn an_assignment_from_before_there_were_requests_is_read() {
    let event = Event::from_json(14, 1, r#"{"counsellor":"c-1"}"#, None).unwrap();
    assert_eq!(event.clear_json(), assigned("c-1").clear_json());
}

#[test]
fn a_field_that_is_not_known_yet_is_passed_over() {
    let event = Event::from_json(17, 1, r#"{"record":7,"weather":"fine"}"#, None).unwrap();
    assert_eq!(event.clear_json(), voided(7).clear_json());
}

#[test]
fn a_body_that_does_not_fit_is_refused_without_showing_it() {
    let clear = r#"{"origin":"Roster","county":"150102","employed":false}"#;
    let sealed = r#"{"name":"张示例","certificate":"15010219900101901142","reason":"秘密"}"#;
    for (clear, sealed, part) in [
        (r#"{"origin":"Roster","county":"150100","employed":false}"#, None, "clear"),
        (r#"{"origin":"Roster","employed":false}"#, None, "clear"),
        (r#"{"origin":"秘密","county":"150102","employed":false}"#, None, "clear"),
        ("", None, "clear"),
        (clear, Some(sealed), "sealed"),
        (clear, Some("{}"), "sealed"),
        (clear, Some("\u{0}秘密"), "sealed"),
    ] {
        let error = Event::from_json(1, 1, clear, sealed.map(str::as_bytes)).unwrap_err();
        assert!(
            matches!(error, EventBodyError::Body { event: "PersonEnrolled", part: it, .. } if it == part)
        );
        let text = format!("{error} {error:?}");
        assert!(!text.contains("秘密") && !text.contains("张示例") && !text.contains("150100"), "{text}");
    }
}

#[test]
fn each_type_has_its_chinese_term() {
    let labels: std::collections::HashSet<&str> = EventType::ALL.iter().map(|it| it.label()).collect();
    assert_eq!(labels.len(), EventType::ALL.len());
    for item in Item::ALL.iter().filter(|item| **item != Item::InfoVerified) {
        assert!(labels.contains(item.label()), "{}", item.label());
    }
}

#[test]
fn an_empty_sealed_body_stands_for_none() {
    let event = Event::PersonLeft { clear: PersonLeft {}, sealed: None };
    assert_eq!(event.sealed_json(), None);
    assert_eq!(status_corrected(Origin::Roster, WORKING).sealed_json(), None);
}

#[test]
fn a_registered_demand_without_a_need_has_its_example_here() {
    let text = r#"{"demand":{"no_need":"Retired"},"office":"新城区残疾人联合会"}"#;
    let event = Event::from_json(8, 1, "{}", Some(text.as_bytes())).unwrap();
    assert_eq!(event.sealed_json().unwrap(), text);
}
