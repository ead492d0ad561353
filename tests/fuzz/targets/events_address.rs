//! Addresses of `/events` and `/events.ndjson`. What is taken is understood as the same when it is written again; what is refused has a code and
//! repeats nothing of what was sent.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sigeyi_gateway::fuzzing::{EventsAs, Refused, events_address};

/// Stands in the seeds and in the dictionary, as somebody's name.
const NAME: &str = "敖登格日乐";
/// The codes of the page for analysts.
const CODES: [&str; 4] = ["BAD_PARAMETER", "UNKNOWN_REGION", "UNKNOWN_PLAN", "NOTHING_FITS"];

fuzz_target!(|query: &str| {
    for shape in [EventsAs::Pages, EventsAs::Stream, EventsAs::File] {
        match events_address(query, shape) {
            Ok(written) => {
                assert!(written.is_ascii(), "{written}");
                assert_eq!(events_address(&written, shape).as_ref(), Ok(&written));
            }
            Err(Refused { code, message, has_path }) => {
                assert!(code.is_some_and(|code| CODES.contains(&code.as_str())), "{message}");
                assert!(!has_path && message.chars().count() <= 200 && !message.contains(NAME), "{message}");
            }
        }
    }
    // Pages take all that a stream takes, and understand the same.
    if let Ok(written) = events_address(query, EventsAs::Stream) {
        assert_eq!(events_address(query, EventsAs::Pages), Ok(written));
    }
});
