//! The bodies of a live stream are those that `schema/events/` describes.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{
    following::{Following, text},
    world::World,
};

/// Whether a clear body is what the schema of its type says: `#/$defs/clear`.
fn of_clear_body(event_type: &str) -> Validator {
    let path = format!("{}/../../schema/events/{event_type}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).unwrap();
    let clear = json!({ "$ref": "#/$defs/clear", "$defs": schema["$defs"] });
    jsonschema::draft202012::new(&clear).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_of_a_stream_is_what_the_schema_of_its_type_says() {
    let world = World::of(1_000);
    let file = text(Following::of(&world).get("/events.ndjson", &[]).await).await;
    let mut validators = BTreeMap::new();
    for line in file.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let Some(event_type) = event["type"].as_str() else { continue };
        let name = event_type.strip_prefix("sigeyi.").unwrap().to_owned();
        let validator = validators.entry(name).or_insert_with_key(|name| of_clear_body(name));
        let errors: Vec<String> =
            validator.iter_errors(&event["data"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{event}: {errors:?}");
    }
    assert!(validators.len() >= 10, "{:?}", validators.keys());
    // They do refuse something.
    for validator in validators.values() {
        assert!(!validator.is_valid(&json!("a text")));
    }
}
