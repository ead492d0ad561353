//! For those who watch the process: does it live, is it ready, and what has it counted?

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::sync::watch;

use crate::metrics::{Metrics, text};

/// Whether requests can be answered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Readiness {
    Ready,
    /// Not, for a reason that an operator can read.
    NotReady(String),
}

/// Asks whether requests can be answered now.
pub(crate) type AskReady = Arc<dyn Fn() -> Readiness + Send + Sync>;

/// `/healthz`, `/readyz`, `/metrics`.
pub(crate) fn routes(
    ask_ready: AskReady,
    metrics: Arc<Metrics>,
    shutting_down: watch::Receiver<bool>,
) -> Router {
    let ready = move || {
        let readiness = if *shutting_down.borrow() {
            Readiness::NotReady("正在停止 shutting down".to_owned())
        } else {
            ask_ready()
        };
        std::future::ready(readiness)
    };
    let metrics = move || std::future::ready(([(header::CONTENT_TYPE, text::CONTENT_TYPE)], metrics.text()));
    Router::new()
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

impl IntoResponse for Readiness {
    fn into_response(self) -> axum::response::Response {
        let (status, message) = match self {
            Readiness::Ready => (StatusCode::OK, "就绪 ready".to_owned()),
            Readiness::NotReady(message) => (StatusCode::SERVICE_UNAVAILABLE, message),
        };
        let body = serde_json::json!({"ready": status == StatusCode::OK, "message": message});
        (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}
