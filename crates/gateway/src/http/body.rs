//! Reads a request body, within its length and its time.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::answer::{Refusal, Result};
use crate::{codes::Code, limits::Limits};

pub(super) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Bytes> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limits.body_bytes_max as u64) {
        return Err(too_large(limits));
    }
    let arriving = Limited::new(body, limits.body_bytes_max).collect();
    match tokio::time::timeout(limits.body_time_max, arriving).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limits)),
        Ok(Err(_)) => {
            let message = "the body broke off: send it again";
            Err(Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, message))
        }
        Err(_) => {
            let message = "the body did not arrive in time: send it faster";
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, message))
        }
    }
}

fn too_large(limits: &Limits) -> Refusal {
    let message = format!("the body is longer than {} bytes: send less", limits.body_bytes_max);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::BodyTooLarge, &message)
}
