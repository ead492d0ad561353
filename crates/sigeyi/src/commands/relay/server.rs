//! Events as a server gives them: `GET /events?after=…&limit=…`, a CloudEvents batch with the address of the next one.

use std::time::Duration;

use serde_json::Value;

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
pub(super) struct ServerEvents(pub(super) Client);

impl ServerEvents {
    pub(super) fn name(&self) -> String {
        self.0.url().to_string()
    }

    pub(super) fn after(&self, after: u64, events_max: usize) -> Result<Batch, RelayError> {
        let response = self.0.get(&format!("/events?after={after}&limit={events_max}"), BATCH_WITHIN)?;
        let next = response.headers().get("link").and_then(|link| link.to_str().ok()).and_then(next_after);
        let events: Vec<Value> = self.0.json(response, BATCH_BYTES_MAX)?;
        batch(after, events, next)
    }
}

/// The events of an answer, which must lie behind the position and in order: a receiver counts on it.
fn batch(after: u64, events: Vec<Value>, next: Option<u64>) -> Result<Batch, RelayError> {
    let mut sent: Vec<Sent> = Vec::with_capacity(events.len());
    let mut last = after;
    for event in events {
        let id = event.get("id").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok());
        let position = id.ok_or(RelayError::Strange("one has no position 其中有没有位置的"))?;
        if position <= last {
            return Err(RelayError::Strange("they are not in order 顺序不对"));
        }
        last = position;
        sent.push(Sent { position, json: event.to_string() });
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
    use serde_json::json;

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

    #[test]
    fn events_out_of_order_or_seen_before_are_not_sent_on() {
        let events = |ids: &[&str]| ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>();
        let whole = batch(3, events(&["4", "6"]), Some(9)).unwrap();
        assert_eq!((whole.ends(), whole.through), (Some((4, 6)), 9));
        assert_eq!(batch(3, vec![], None).unwrap().through, 3);
        for ids in [&["3"][..], &["5", "4"], &["4", "4"], &["x"]] {
            assert!(matches!(batch(3, events(ids), None), Err(RelayError::Strange(_))), "{ids:?}");
        }
        assert!(matches!(batch(3, events(&["4", "6"]), Some(5)), Err(RelayError::Strange(_))));
    }
}
