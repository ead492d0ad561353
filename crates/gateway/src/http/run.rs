//! Runs an operation within its time, and survives it.

use std::{panic::AssertUnwindSafe, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use futures_util::FutureExt;
use tokio::time::timeout;

use super::answer::{Refusal, Result};
use crate::{
    asked::Asked,
    codes::{Code, FAILED},
    executor::{Answer, Executor},
    mutations::Mutations,
};

/// The response of an operation. A query ends with the one who asked; a mutation that has begun is always carried out to its end.
pub(super) async fn run<E: Executor>(
    executor: E,
    asked: Asked,
    mutations: &Mutations,
    time_max: Duration,
) -> Result<Answer> {
    let kind = asked.kind();
    let work = AssertUnwindSafe(async move { executor.execute(asked).await }).catch_unwind();
    let (finished, message) = if kind == OperationType::Mutation {
        let Some(place) = mutations.begin() else {
            let message = "too many commands are under way: send it again in a moment";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, message));
        };
        let work = async move {
            let finished = work.await;
            drop(place);
            finished
        };
        let finished = timeout(time_max, tokio::spawn(work)).await;
        let message = "it is not done in time and goes on: ask again with the same command id";
        (finished.map(|joined| joined.ok().and_then(|result| result.ok())), message)
    } else {
        let finished = timeout(time_max, work).await;
        (finished.map(|result| result.ok()), "it was not done in time: ask for less, or later")
    };
    match finished {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, FAILED)),
        Err(_) => Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, Code::Timeout, message)),
    }
}
