//! What clients send to `/graphql`: a body, the query of an address, or a message over a WebSocket. What would run is understood as the
//! same when it is sent as it was understood; what is refused says why, and repeats nothing.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sigeyi_gateway::fuzzing::{Operation, Reader, Refused};

/// Stands in the seeds and in the dictionary, as somebody's name: in GraphQL it can be in a string and in nothing else.
const NAME: &str = "敖登格日乐";

static READER: LazyLock<Reader> = LazyLock::new(Reader::new);

fuzz_target!(|bytes: &[u8]| {
    judge(READER.body(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        judge(READER.address(text));
        if let Some(found) = READER.message(text) {
            judge(found);
        }
    }
});

fn judge(found: Result<Operation, Vec<Refused>>) {
    match found {
        Ok(operation) => understood_again(&operation),
        Err(refused) => {
            assert!(refused.len() <= 20);
            for Refused { code, message, has_path } in refused {
                let code = code.expect("every error has a code");
                assert_ne!(code, "INTERNAL", "{message}");
                assert!(!has_path && message.chars().count() <= 400, "{message}");
                assert!(!message.contains(NAME), "{message}");
            }
        }
    }
}

fn understood_again(operation: &Operation) {
    let variables: Value = serde_json::from_str(&operation.variables).expect("they are JSON");
    let body = json!({
        "query": operation.query,
        "operationName": operation.name,
        "variables": variables,
    });
    let body = body.to_string();
    // Escapes, and variables that were left to their defaults, make it longer.
    if body.len() <= 128 * 1024 {
        assert_eq!(READER.body(body.as_bytes()).as_ref(), Ok(operation));
    }
}
