//! Each request gets its id, its line in the log and its place in the figures. Nothing that a client wrote is among them but the name
//! of an operation, cut to plain letters and a few digits.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header::HeaderName},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::{
    metrics::{Metrics, OTHER},
    request_id::{Outcome, RequestId},
};

/// Header of an answer.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Length of an operation's name in the log, in characters.
const OPERATION_CHARS_MAX: usize = 64;
/// Digits in it: enough for a year, too few for a number of somebody.
const OPERATION_DIGITS_MAX: usize = 4;
/// What is counted when the client was gone before there was an answer.
const CLIENT_GONE: u16 = 499;

/// The outermost layer.
pub(crate) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId(Uuid::new_v4());
    request.extensions_mut().insert(id);
    let seen = Seen {
        metrics,
        id,
        method: method(request.method()),
        path: request.extensions().get::<MatchedPath>().cloned(),
        started: Instant::now(),
        is_answered: false,
    };
    let mut response = next.run(request).await;
    // The text of an id is a valid header.
    if let Ok(value) = HeaderValue::try_from(id.0.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    seen.answered(&response);
    response
}

/// A request under way. Dropped without an answer, it was given up by its client.
struct Seen {
    metrics: Arc<Metrics>,
    id: RequestId,
    method: &'static str,
    path: Option<MatchedPath>,
    started: Instant,
    is_answered: bool,
}

impl Seen {
    fn answered(mut self, response: &Response) {
        self.is_answered = true;
        let outcome = response.extensions().get();
        if let Some(outcome) = outcome {
            self.metrics.count_operation(outcome);
        }
        self.tell(response.status().as_u16(), outcome);
    }

    fn tell(&self, status: u16, outcome: Option<&Outcome>) {
        let path = self.path.as_ref().map_or(OTHER, MatchedPath::as_str);
        let took = self.started.elapsed();
        self.metrics.count_request(self.method, path, status, took);
        let operation = outcome.and_then(|outcome| outcome.operation.as_deref()).map(plain);
        tracing::info!(
            method = self.method,
            path,
            status,
            milliseconds = took.as_micros() as f64 / 1_000.0,
            request_id = %self.id.0,
            kind = outcome.map(|outcome| outcome.kind),
            operation = operation.as_deref(),
            code = outcome.and_then(|outcome| outcome.code.as_deref()),
            "request"
        );
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.is_answered {
            self.tell(CLIENT_GONE, None);
        }
    }
}

/// A method of the fixed set.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}

/// A name as the log may hold it: without the numbers of anybody that a careless client puts into it.
pub(crate) fn plain(name: &str) -> String {
    let mut digits = 0;
    let may_stand = |c: &char| {
        digits += usize::from(c.is_ascii_digit());
        c.is_ascii_alphabetic() || *c == '_' || (c.is_ascii_digit() && digits <= OPERATION_DIGITS_MAX)
    };
    name.chars().filter(may_stand).take(OPERATION_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_number_of_a_person_gets_into_the_log_by_the_name_of_an_operation() {
        assert_eq!(plain("CountyProgress2024_v2"), "CountyProgress2024_v");
        assert_eq!(plain("of_150922196602089805_张示例\n"), "of_1509_");
        assert_eq!(plain(&"a".repeat(100)).len(), 64);
    }
}
