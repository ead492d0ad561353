//! Events as a server gives them: `GET /events?after=…&limit=…`, a CloudEvents batch with the address of the next one.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    batch::{Batch, Sent},
    error::RelayError,
};
use crate::remote::Client;

/// Time for a whole batch.
const BATCH_WITHIN: Duration = Duration::from_secs(60);
/// Length of a batch at most, in bytes: a thousand events of 6 KiB in their words.
const BATCH_BYTES_MAX: u64 = 32 << 20;

/// The events of a server, as its token may read them.
pub(super) struct ServerEvents {
    pub(super) client: Client,
    /// The filter as its addresses take it; empty where everything is wanted.
    pub(super) query: String,
}

/// All that is looked at of an event, which goes on as it came.
#[derive(Deserialize)]
struct Named {
    id: String,
}

impl ServerEvents {
    pub(super) fn name(&self) -> String {
        self.client.url().to_string()
    }

    pub(super) fn after(&self, after: u64, events_max: usize) -> Result<Batch, RelayError> {
        let ampersand = if self.query.is_empty() { "" } else { "&" };
        let address = format!("/events?after={after}&limit={events_max}{ampersand}{}", self.query);
        let response = self.client.get(&address, BATCH_WITHIN)?;
        let next = response.headers().get("link").and_then(|link| link.to_str().ok()).and_then(next_after);
        let events: Vec<Box<RawValue>> = self.client.json(response, BATCH_BYTES_MAX)?;
        batch(after, events, next)
    }
}

/// The events of an answer, byte by byte as the server wrote them. They must lie behind the position and in order: a receiver counts on it.
fn batch(after: u64, events: Vec<Box<RawValue>>, next: Option<u64>) -> Result<Batch, RelayError> {
    let mut sent: Vec<Sent> = Vec::with_capacity(events.len());
    let mut last = after;
    for event in events {
        let json = String::from(Box::<str>::from(event));
        let id = serde_json::from_str::<Named>(&json).ok().and_then(|named| named.id.parse::<u64>().ok());
        let position = id.ok_or(RelayError::Strange("one has no position 其中有没有位置的"))?;
        if position <= last {
            return Err(RelayError::Strange("they are not in order 顺序不对"));
        }
        // A file has an event a line.
        if json.contains(['\n', '\r']) {
            return Err(RelayError::Strange("one is not on one line 其中有跨行的"));
        }
        last = position;
        sent.push(Sent { position, json });
    }
    let through = next.unwrap_or(last);
    if through < last {
        return Err(RelayError::Strange("the next page begins before the end of this one 下一页与本页重叠"));
    }
    Ok(Batch { events: sent, through })
}

/// `<…?…after=N…>; rel="next"`, as RFC 8288 has it.
fn next_after(link: &str) -> Option<u64> {
    let next = link.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("after="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_where_the_link_says() {
        for (link, after) in [
            ("</events?after=7&limit=5>; rel=\"next\"", Some(7)),
            ("</events?limit=5&after=7>; rel=next", Some(7)),
            ("</a>; rel=\"prev\", <https://h/events?after=9>; rel=\"next\"", Some(9)),
            ("</events?after=7>; rel=\"prev\"", None),
            ("</events>; rel=\"next\"", None),
            ("", None),
        ] {
            assert_eq!(next_after(link), after, "{link}");
        }
    }

    fn raw(events: &[&str]) -> Vec<Box<RawValue>> {
        events.iter().map(|event| RawValue::from_string((*event).to_owned()).unwrap()).collect()
    }

    #[test]
    fn an_event_keeps_every_byte() {
        let event = r#"{"z":1.0, "id":"4" ,"a":"\u5305","z":1e2}"#;
        let sent = batch(3, raw(&[event]), None).unwrap().events;
        assert_eq!(sent, [Sent { position: 4, json: event.to_owned() }]);
    }

    #[test]
    fn events_out_of_order_or_seen_before_or_on_many_lines_are_not_sent_on() {
        let events = |ids: &[&str]| ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect::<Vec<_>>();
        let of = |ids: &[&str]| raw(&events(ids).iter().map(String::as_str).collect::<Vec<_>>());
        let whole = batch(3, of(&["4", "6"]), Some(9)).unwrap();
        assert_eq!((whole.ends(), whole.through), (Some((4, 6)), 9));
        assert_eq!(batch(3, vec![], None).unwrap().through, 3);
        for ids in [&["3"][..], &["5", "4"], &["4", "4"], &["x"]] {
            assert!(matches!(batch(3, of(ids), None), Err(RelayError::Strange(_))), "{ids:?}");
        }
        assert!(matches!(batch(3, of(&["4", "6"]), Some(5)), Err(RelayError::Strange(_))));
        for event in ["{\n\"id\":\"4\"}", "4", "{}", "{\"id\":4}"] {
            assert!(matches!(batch(3, raw(&[event]), None), Err(RelayError::Strange(_))), "{event}");
        }
    }
}
