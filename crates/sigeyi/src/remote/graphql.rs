//! One GraphQL operation over HTTP.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    client::{Client, Errors, Patience},
    error::ServerError,
};

/// Longer than the server gives itself for an operation.
const PATIENCE: Patience =
    Patience { until_begin: Duration::from_secs(30), until_end: Duration::from_secs(60) };
/// Length of an answer at most, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/json"), ("accept", "application/graphql-response+json")];

#[derive(Serialize)]
struct Operation<'a, V> {
    query: &'a str,
    variables: &'a V,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Value,
    #[serde(flatten)]
    errors: Errors,
}

impl Client {
    /// Runs an operation. Variables may say who somebody is, and are wiped after they were sent.
    pub(crate) fn run<V: Serialize, D: for<'de> Deserialize<'de>>(
        &self,
        query: &str,
        variables: &V,
    ) -> Result<D, ServerError> {
        let strange = || ServerError::Strange { url: self.url().clone() };
        let operation =
            serde_json::to_vec(&Operation { query, variables }).map(Zeroizing::new).map_err(|_| strange())?;
        let response = self.post("/graphql", &HEADERS, operation.as_slice(), PATIENCE)?;
        let answer: Answer = self.json(response, ANSWER_BYTES_MAX)?;
        match answer.errors.first() {
            Some(refusal) => Err(refusal),
            None => serde_json::from_value(answer.data).map_err(|_| strange()),
        }
    }
}
