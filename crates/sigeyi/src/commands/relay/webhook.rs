//! One batch to a webhook, once.

use std::time::Duration;

use jiff::Timestamp;
use sigeyi_cloudevents::BATCH_MEDIA_TYPE;
use ureq::{Agent, http::HeaderMap};

use super::{batch::Batch, error::RelayError, signature::Signer, waiting::retry_after};
use crate::remote::{Trust, agent};

/// Time for an answer, connecting included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A receiver.
pub(super) struct Webhook {
    agent: Agent,
    address: String,
    source: String,
    signer: Signer,
}

/// What has become of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// To be sent again, not before this is over.
    Again {
        after: Option<Duration>,
        /// The status, or what is wrong with the connection.
        why: String,
    },
    /// Sending it again would change nothing.
    Refused {
        status: u16,
    },
}

impl Webhook {
    pub(super) fn new(
        address: &str,
        trust: Trust<'_>,
        source: String,
        signer: Signer,
    ) -> Result<Webhook, RelayError> {
        Ok(Webhook { agent: agent(trust)?, address: address.to_owned(), source, signer })
    }

    /// Sends it. The same batch has the same id, however often it is sent.
    pub(super) fn send(&self, batch: &Batch, now: Timestamp) -> Answer {
        let (first, last) = batch.ends().unwrap_or_default();
        let (id, timestamp, body) =
            (format!("{}:{first}-{last}", self.source), now.as_second(), batch.body());
        let request = self
            .agent
            .post(&self.address)
            .config()
            .timeout_global(Some(ANSWER_WITHIN))
            .build()
            .header("content-type", BATCH_MEDIA_TYPE)
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", self.signer.sign(&id, timestamp, &body));
        match request.send(body.as_str()) {
            Ok(response) => answer(response.status().as_u16(), response.headers(), now),
            // Whether it was taken is not known.
            Err(error) => Answer::Again { after: None, why: error.to_string() },
        }
    }
}

fn answer(status: u16, headers: &HeaderMap, now: Timestamp) -> Answer {
    match status {
        200..=299 => Answer::Taken,
        408 | 429 | 500.. => {
            let asked = headers.get("retry-after").and_then(|value| value.to_str().ok());
            let after = asked.and_then(|asked| retry_after(asked, now));
            Answer::Again { after, why: status.to_string() }
        }
        // A redirect is not followed: the secret's owner has given one address.
        _ => Answer::Refused { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_refused() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "3".parse().unwrap());
        let answer = |status| answer(status, &headers, Timestamp::UNIX_EPOCH);
        for status in [200, 202, 204] {
            assert_eq!(answer(status), Answer::Taken);
        }
        for status in [408, 429, 500, 502, 503, 504] {
            let again = Answer::Again { after: Some(Duration::from_secs(3)), why: status.to_string() };
            assert_eq!(answer(status), again);
        }
        for status in [301, 304, 400, 401, 404, 409, 410, 413, 422] {
            assert_eq!(answer(status), Answer::Refused { status });
        }
    }
}
