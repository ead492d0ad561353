//! Stored bodies: a line with the type's number and the schema's, a line with the clear body, and the sealed one. What is read is
//! written again as the same event, and folding it cannot fail.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sigeyi_domain::{Day, Event, EventType, Person, Position};

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, '\n');
    let (Some(numbers), Some(clear)) = (parts.next(), parts.next()) else { return };
    let sealed = parts.next();
    let Some((kind, schema)) = numbers.split_once('.') else { return };
    let (Ok(kind), Ok(schema)) = (kind.parse::<u8>(), schema.parse::<u8>()) else { return };
    if let Some(sealed) = sealed {
        Event::office_in(sealed.as_bytes());
    }
    let event = match Event::from_json(kind, schema, clear, sealed.map(str::as_bytes)) {
        Ok(event) => event,
        Err(error) => {
            // It names a type, a part and a column, and never what stands there.
            assert!(error.to_string().len() < 120, "{error}");
            return;
        }
    };
    assert_eq!((event.event_type() as u8, schema), (kind, EventType::SCHEMA));
    let (clear, sealed) = (event.clear_json(), event.sealed_json());
    let sealed = sealed.as_deref().map(str::as_bytes);
    let again = Event::from_json(kind, schema, &clear, sealed).expect("what was written is read");
    assert_eq!((again.clear_json(), again.sealed_json()), (event.clear_json(), event.sealed_json()));
    fold(&event);
});

fn fold(event: &Event) {
    let (mut person, day) = (Person::default(), Day::from_days(20_000));
    if !matches!(event, Event::PersonEnrolled { .. }) {
        let clear = r#"{"origin":"Roster","county":"150102","employed":false}"#;
        let enrolled = Event::from_json(1, 1, clear, None).expect("an enrolment");
        person.evolve(Position(1), day, &enrolled);
    }
    let before = person.facts().len();
    person.evolve(Position(2), day, event);
    assert!(person.is_enrolled() && person.facts().len() <= before + 2);
}
