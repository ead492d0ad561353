//! JSON Schemas of the bodies of events: `schema/events/TYPE.v1.schema.json`, made from the table of fields. Written anew with `SIGEYI_WRITE_SCHEMA=1`.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{access::Role, event::*, *};

use super::any::{events, role_events};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

fn path(event_type: EventType) -> PathBuf {
    let name = format!("{}.v{}.schema.json", event_type.name(), EventType::SCHEMA);
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema/events").join(name)
}

/// A code list: the stored names, and what they are called.
macro_rules! list {
    ($list:ty) => {{
        let names: Vec<Value> =
            <$list>::ALL.iter().map(|value| serde_json::to_value(value).unwrap()).collect();
        json!({ "type": "string", "enum": names })
    }};
}

fn text(chars_max: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": chars_max })
}

/// What a type of the table is in JSON.
fn shape(rust: &str) -> Value {
    if let Some(items) = rust.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>')) {
        return json!({ "type": "array", "items": shape(items) });
    }
    match rust {
        "bool" => json!({ "type": "boolean" }),
        "u64" => json!({ "type": "integer", "minimum": 0 }),
        "Position" => json!({ "type": "integer", "minimum": 0 }),
        "Day" => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        "County" | "Region" => json!({ "type": "string", "pattern": "^[0-9]{6}$" }),
        "Identifier" => json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" }),
        "ContentHash" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        "CertificateNumber" => {
            json!({ "type": "string", "pattern": "^[0-9]{17}[0-9X][1-7][1-4](B[0-9]+)?$" })
        }
        "PersonName" | "OfficeName" => text(100),
        "Phone" => text(40),
        "Address" => text(200),
        "Remarks" => text(500),
        "ReportTitle" => text(ReportTitle::CHARS_MAX),
        "Origin" => list!(Origin),
        "EmploymentForm" => list!(EmploymentForm),
        "NonEmploymentReason" => list!(NonEmploymentReason),
        "CorrectedField" => list!(CorrectedField),
        "VerificationOutcome" => list!(VerificationOutcome),
        "VerificationMethod" => list!(VerificationMethod),
        "AssessmentConclusion" => list!(AssessmentConclusion),
        "ServiceType" => list!(ServiceType),
        "EmployerKind" => list!(EmployerKind),
        "TrainingKind" => list!(TrainingKind),
        "LeaveReason" => list!(LeaveReason),
        "ErasureGround" => list!(ErasureGround),
        "RestrictionCause" => list!(RestrictionCause),
        "Role" => list!(Role),
        "Figure" => list!(Figure),
        "Demand" => json!({ "oneOf": [
            {
                "type": "object",
                "properties": { "needs": { "type": "array", "minItems": 1, "items": list!(EmploymentNeed) } },
                "required": ["needs"],
            },
            {
                "type": "object",
                "properties": { "no_need": list!(NonEmploymentReason) },
                "required": ["no_need"],
            },
        ] }),
        "Score" => json!({
            "type": "object",
            "properties": {
                "dimension": list!(AssessmentDimension),
                "score": { "type": "integer", "minimum": 0, "maximum": 100 },
            },
            "required": ["dimension", "score"],
        }),
        "RegionCounts" => json!({
            "type": "object",
            "properties": {
                "region": shape("Region"),
                "counts": { "type": "array", "items": { "type": "integer", "minimum": 0 } },
            },
            "required": ["region", "counts"],
        }),
        other => panic!("no schema for {other}"),
    }
}

/// What a field says, with its unit where it has one.
fn description(field: &str) -> &'static str {
    match field {
        "origin" => "Whether a roster or an office has said it.",
        "county" => "The person's county from the effective day on, six digits (GB/T 2260).",
        "employed" => "Whether the person is employed from the effective day on.",
        "form" => "The form of the employment; absent where the person is not employed.",
        "name" => "The person's name, 1 to 100 characters.",
        "certificate" => {
            "The number of the disability certificate: citizen number, category, grade, mark of reissue."
        }
        "phone" => "A telephone number as it was written, up to 40 characters.",
        "address" => "An address as it was written, up to 200 characters.",
        "reason" => "Why: a value of the list, or in words.",
        "office" => "The name of the office as it was written, where it is no id.",
        "fields" => "What was corrected.",
        "outcome" => "What came of the verification.",
        "method" => "How the person was reached.",
        "differing" => "What differed from the register.",
        "values" => "The values that differed, in words.",
        "remarks" => "Remarks, up to 500 characters.",
        "assessor" => "Who has assessed: an id.",
        "conclusion" => "What the assessment concludes.",
        "scores" => "Scores of the dimensions, 0 to 100 points each.",
        "demand" => "What the person needs, or why nothing.",
        "service" => "Which service.",
        "provider" => "Who has given it: an id.",
        "employer_kind" => "What the employer is.",
        "employer" => "The employer, in words.",
        "kind" => "Which training.",
        "course" => "The course: an id.",
        "to" => "The county from the effective day on, six digits.",
        "from" => "The county before, six digits.",
        "counsellor" => "Who is, or is to be, the counsellor: an id.",
        "request" => "Position of the request that is decided on.",
        "left" => "Position of the leaving that ends.",
        "record" => "Position of the record that counts for nothing from here on.",
        "maker" => "Who asks: an id.",
        "checker" => "Who decides: an id.",
        "ground" => "On what ground the data are to be erased.",
        "cause" => "Why the data are restricted.",
        "restriction" => "Position of the newest record that ends.",
        "subject" => "Whose role: an id.",
        "role" => "Which role.",
        "reads" => "The region in which it reads, six digits.",
        "writes" => "The region in which it records, six digits.",
        "until" => "Its last day, in China (UTC+8).",
        "grant" => "Position of the grant that ends.",
        "number" => "Which one of its type, from 1 in the order of the log.",
        "title" => "What the report is called, up to 60 characters.",
        "region" => "Of which region, six digits.",
        "plan" => "Under which plan: its id.",
        "as_of" => "The day of the figures, in China (UTC+8).",
        "known_at" => "The position through which events are counted.",
        "root" => {
            "Root of the tree, in hexadecimal digits: in a report over all events through `known_at`, in heads over everybody's newest event."
        }
        "plan_hash" => "Hash of the plan's file, by the suite of the log.",
        "divisions_hash" => "Hash of the list of divisions, by the suite of the log.",
        "codes_hash" => "Hash of the code lists, by the suite of the log.",
        "figures" => "Which figures each row has, in their order.",
        "rows" => "For the region and each right below it, how many people each figure counts.",
        "day" => "The business day, in China (UTC+8), on which the event at `through` was recorded.",
        "through" => "The position as of which heads are taken.",
        "people" => "How many people have an event through that position.",
        other => panic!("no description of {other}"),
    }
}

fn body(fields: &[(&str, &str, bool)], what: &str) -> Value {
    let mut properties = Map::new();
    for (name, rust, _) in fields {
        // The macro may write a type with blanks.
        let mut field = shape(&rust.replace(' ', ""));
        field["description"] = description(name).into();
        properties.insert((*name).to_owned(), field);
    }
    let required: Vec<&str> = fields.iter().filter(|(_, _, must)| *must).map(|(name, _, _)| *name).collect();
    json!({ "type": "object", "description": what, "properties": properties, "required": required })
}

fn schema(event_type: EventType) -> Value {
    let [clear, sealed] = event_type.bodies();
    let (name, number) = (event_type.name(), event_type as u8);
    json!({
        "$schema": DIALECT,
        "$id": format!("urn:sigeyi:event:{name}:{}", EventType::SCHEMA),
        "title": format!("{name} {}", event_type.label()),
        "description": format!(
            "Both bodies of events of type {number}, schema {}. Fields that are not here are passed over by whoever reads.",
            EventType::SCHEMA
        ),
        "type": "object",
        "properties": { "clear": { "$ref": "#/$defs/clear" }, "sealed": { "$ref": "#/$defs/sealed" } },
        "required": ["clear"],
        "$defs": {
            "clear": body(clear, "What is stored in clear."),
            "sealed": body(sealed, "What is sealed with the person's key, before it is sealed."),
        },
    })
}

fn validator(event_type: EventType) -> Validator {
    jsonschema::draft202012::new(&schema(event_type)).unwrap()
}

static VALIDATORS: LazyLock<Vec<(EventType, Validator)>> =
    LazyLock::new(|| EventType::ALL.iter().map(|event_type| (*event_type, validator(*event_type))).collect());

#[test]
fn the_schemas_that_are_committed_are_those_of_the_table_of_fields() {
    for event_type in EventType::ALL {
        let (path, expected) = (path(*event_type), schema(*event_type));
        if std::env::var_os("SIGEYI_WRITE_SCHEMA").is_some() {
            fs::write(&path, serde_json::to_string_pretty(&expected).unwrap() + "\n").unwrap();
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found, expected, "{}: write it again with SIGEYI_WRITE_SCHEMA=1", path.display());
        assert!(jsonschema::draft202012::meta::is_valid(&found));
    }
}

#[test]
fn the_examples_are_valid_and_are_not_without_a_field_that_must_be_there() {
    for (event_type, validator) in VALIDATORS.iter() {
        let path = path(*event_type).with_file_name(format!("{}.v1.json", event_type.name()));
        let example: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        assert!(validator.is_valid(&example), "{}", event_type.name());
        for (part, fields) in ["clear", "sealed"].into_iter().zip(event_type.bodies()) {
            for (field, _, must) in fields {
                let mut without = example.clone();
                without[part].as_object_mut().unwrap().remove(*field);
                assert_eq!(validator.is_valid(&without), !must, "{} without {field}", event_type.name());
                let mut other = example.clone();
                other[part][*field] = json!({ "no": "such" });
                assert!(!validator.is_valid(&other), "{} with another {field}", event_type.name());
            }
            let mut more = example.clone();
            more[part]["of_later"] = json!(1);
            assert!(validator.is_valid(&more), "fields may be added to {}", event_type.name());
        }
    }
}

proptest! {
    /// Whatever is written fits its schema.
    #[test]
    fn every_body_that_is_written_is_valid(event in prop_oneof![events(), role_events()]) {
        let (_, validator) = VALIDATORS.iter().find(|(it, _)| *it == event.event_type()).unwrap();
        let clear: Value = serde_json::from_str(&event.clear_json()).unwrap();
        let sealed = event.sealed_json().map_or(Value::Null, |sealed| serde_json::from_str(&sealed).unwrap());
        let mut bodies = json!({ "clear": clear });
        if !sealed.is_null() {
            bodies["sealed"] = sealed;
        }
        let errors: BTreeSet<String> = validator.iter_errors(&bodies).map(|error| error.to_string()).collect();
        prop_assert!(errors.is_empty(), "{}: {errors:?}", event.event_type().name());
    }
}
