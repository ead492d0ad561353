//! For those who watch the process: does it live, is it ready, and what has it counted?

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::sync::watch;

use crate::{
    identities::{Identities, NoMetrics},
    metrics::{Metrics, text},
};

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
    identities: Arc<Identities>,
) -> Router {
    let ready = move || {
        let readiness = if *shutting_down.borrow() {
            Readiness::NotReady("正在停止 shutting down".to_owned())
        } else {
            ask_ready()
        };
        std::future::ready(readiness)
    };
    let metrics = move |headers: HeaderMap| {
        let (identities, metrics) = (identities.clone(), metrics.clone());
        async move {
            let may_read = identities.may_read_metrics(&headers).await;
            may_read.map(|()| ([(header::CONTENT_TYPE, text::CONTENT_TYPE)], metrics.text()))
        }
    };
    Router::new()
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

impl IntoResponse for NoMetrics {
    fn into_response(self) -> Response {
        match self {
            NoMetrics::Unauthenticated => {
                let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
                (StatusCode::UNAUTHORIZED, challenge, "there are no valid credentials\n").into_response()
            }
            NoMetrics::Forbidden => {
                (StatusCode::FORBIDDEN, "none of the roles may read metrics\n").into_response()
            }
        }
    }
}

impl IntoResponse for Readiness {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Readiness::Ready => (StatusCode::OK, "就绪 ready".to_owned()),
            Readiness::NotReady(message) => (StatusCode::SERVICE_UNAVAILABLE, message),
        };
        let body = serde_json::json!({"ready": status == StatusCode::OK, "message": message});
        (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}
