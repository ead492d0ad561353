//! The clear body of an event in the words of this schema, so that what comes out can be compared with its enums and sent in again.

use async_graphql::{Name, Value, indexmap::IndexMap};
use serde_json::Value as Json;
use sigeyi_domain as domain;

use super::codes::{Codes, graphql_name};

/// How a field of a clear body is given.
enum Given {
    /// A value of a list, or several: as the enum has it.
    Code(fn(&str) -> Option<String>),
    /// A number of the log: as a `Position`.
    Position,
    /// As it is stored.
    AsStored,
}

/// Each field of the clear bodies, whatever the type of the event. None for one that this version does not know.
fn given(field: &str) -> Option<Given> {
    Some(match field {
        "origin" => Given::Code(code::<domain::Origin>),
        "form" => Given::Code(code::<domain::EmploymentForm>),
        "fields" | "differing" => Given::Code(code::<domain::CorrectedField>),
        "outcome" => Given::Code(code::<domain::VerificationOutcome>),
        "method" => Given::Code(code::<domain::VerificationMethod>),
        "service" => Given::Code(code::<domain::ServiceType>),
        "employer_kind" => Given::Code(code::<domain::EmployerKind>),
        "kind" => Given::Code(code::<domain::TrainingKind>),
        "ground" => Given::Code(code::<domain::ErasureGround>),
        "cause" => Given::Code(code::<domain::RestrictionCause>),
        "figures" => Given::Code(code::<domain::Figure>),
        "role" => Given::Code(code::<domain::access::Role>),
        "left" | "record" | "restriction" | "request" | "grant" | "known_at" | "through" => Given::Position,
        "county" | "to" | "from" | "employed" | "assessor" | "provider" | "course" | "counsellor"
        | "maker" | "checker" | "subject" | "reads" | "writes" | "until" => Given::AsStored,
        // Of a report.
        "number" | "title" | "region" | "plan" | "as_of" | "root" | "plan_hash" | "divisions_hash"
        | "codes_hash" | "rows" => Given::AsStored,
        // Of heads.
        "day" | "people" => Given::AsStored,
        _ => return None,
    })
}

/// A clear body from its stored JSON. What this version does not know stays as it is stored.
pub(crate) fn data(clear: &str) -> Value {
    let Ok(Json::Object(fields)) = serde_json::from_str(clear) else { return Value::Null };
    let field = |(name, value): (String, Json)| {
        let value = match given(&name) {
            Some(Given::Code(code)) => coded(value, code),
            Some(Given::Position) => Value::String(value.to_string()),
            Some(Given::AsStored) | None => as_stored(value),
        };
        (Name::new(camel_case(&name)), value)
    };
    Value::Object(fields.into_iter().map(field).collect::<IndexMap<_, _>>())
}

fn coded(value: Json, code: fn(&str) -> Option<String>) -> Value {
    match value {
        Json::String(stored) => Value::String(code(&stored).unwrap_or(stored)),
        Json::Array(items) => Value::List(items.into_iter().map(|item| coded(item, code)).collect()),
        other => as_stored(other),
    }
}

/// The enum's value of a stored name.
fn code<T: Codes>(stored: &str) -> Option<String> {
    T::all().iter().find(|value| value.stored_name() == stored).map(|value| graphql_name(*value))
}

fn as_stored(value: Json) -> Value {
    // Every JSON value is a value of GraphQL.
    Value::from_json(value).unwrap_or_default()
}

/// `employer_kind` as `employerKind`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        text.push_str(&first.to_ascii_uppercase());
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use serde_json::json;
    use sigeyi_domain::EventType;

    use super::*;
    use crate::schema::codes::code_lists;

    #[test]
    fn every_clear_field_of_every_type_is_decided() {
        for event in EventType::ALL {
            for field in event.clear_fields() {
                assert!(given(field).is_some(), "{} {field}", event.name());
            }
        }
    }

    /// The examples have every field, so a code that were given as it is stored would be among them.
    #[test]
    fn the_examples_of_all_types_are_given_in_the_values_of_the_enums() {
        let codes: BTreeSet<String> =
            code_lists().into_iter().flat_map(|list| list.values).map(|value| value.code).collect();
        let mut seen = 0;
        for event in EventType::ALL {
            let path = format!("{}/../../schema/events/{}.v1.json", env!("CARGO_MANIFEST_DIR"), event.name());
            let example: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            let given = data(&example["clear"].to_string()).into_json().unwrap();
            for (name, stored) in example["clear"].as_object().unwrap() {
                let given = &given[camel_case(name)];
                let stored_words = stored.as_array().cloned().unwrap_or_else(|| vec![stored.clone()]);
                let given_words = given.as_array().cloned().unwrap_or_else(|| vec![given.clone()]);
                for (stored, given) in stored_words.iter().zip(&given_words) {
                    let is_name = stored.as_str().is_some_and(|text| text.starts_with(char::is_uppercase));
                    if is_name {
                        seen += 1;
                        assert!(codes.contains(given.as_str().unwrap()), "{name}: {given}");
                    }
                }
            }
        }
        assert!(seen > 12, "{seen}");
    }

    #[test]
    fn a_body_is_given_in_the_words_of_the_schema() {
        let clear = r#"{"form":"SelfEmployed","employer_kind":"Private"}"#;
        let given = data(clear).into_json().unwrap();
        assert_eq!(given["employerKind"], "PRIVATE");
        assert_eq!(given.get("employer_kind"), None);
        let given = data(r#"{"outcome":"Corrected","differing":["Phone","Address"]}"#).into_json().unwrap();
        assert_eq!(given, json!({ "outcome": "CORRECTED", "differing": ["PHONE", "ADDRESS"] }));
        assert_eq!(data(r#"{"record":9}"#).into_json().unwrap(), json!({ "record": "9" }));
    }

    #[test]
    fn what_is_not_known_here_stays_as_it_is_stored() {
        let given = data(r#"{"service":"SomethingNew","of_later":{"a_b":1}}"#).into_json().unwrap();
        assert_eq!(given, json!({ "service": "SomethingNew", "ofLater": { "a_b": 1 } }));
        assert_eq!(data("no JSON"), Value::Null);
    }
}
