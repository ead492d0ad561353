//! Why a checkpoint is not cosigned, with the status that `c2sp.org/tlog-witness` gives it.

use std::io;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sigeyi_proof::{ConsistencyError, Distrust, WitnessRequestError};

/// Media type of the size that a witness knows.
const SIZE: &str = "text/x.tlog.size";

/// One each.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the request cannot be read: {0}")]
    Request(#[source] WitnessRequestError),
    #[error("the log is not one that this witness knows")]
    UnknownLog,
    #[error("the checkpoint is not believed: {0}")]
    Distrusted(#[source] Distrust),
    #[error("the newest checkpoint is of {known} events")]
    OtherSize { known: u64 },
    /// Two histories of one size: somebody has signed both.
    #[error("FORK: another checkpoint of {known} events was cosigned")]
    OtherRoot { known: u64 },
    #[error("FORK, or a path that is none: the checkpoint does not go on from the newest one: {0}")]
    Inconsistent(#[source] ConsistencyError),
    #[error("what was seen cannot be kept: {0}")]
    Forgetful(#[source] io::Error),
    #[error("something went wrong inside")]
    Internal,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Refusal::Request(_) => StatusCode::BAD_REQUEST,
            Refusal::UnknownLog => StatusCode::NOT_FOUND,
            Refusal::Distrusted(_) => StatusCode::FORBIDDEN,
            Refusal::OtherSize { known } | Refusal::OtherRoot { known } => {
                let size = format!("{known}\n");
                return (StatusCode::CONFLICT, [(header::CONTENT_TYPE, SIZE)], size).into_response();
            }
            Refusal::Inconsistent(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Forgetful(_) | Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, [(header::CONTENT_TYPE, super::TEXT)], format!("{self}\n")).into_response()
    }
}
