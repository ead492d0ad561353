//! What is counted, and how a Prometheus reads it.

mod readings;
mod streams;
pub(crate) mod text;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::request_id::Outcome;

pub(crate) use readings::{Reading, Readings};
pub(crate) use streams::{StreamKind, StreamMetrics};

/// Series of operations that are kept at most; one more counts as `other`.
const OPERATION_SERIES_MAX: usize = 300;
/// Length of a code that is kept as it is, in bytes.
const CODE_BYTES_MAX: usize = 48;
/// A value that is none of those known.
pub(crate) const OTHER: &str = "other";
/// Upper bounds of the request durations that are told apart, in seconds.
const DURATION_BOUNDS: [f64; 13] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Everything that the gateway counts. Labels come from fixed sets, so that nobody outside can make it grow.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<PathLabel, Histogram>,
    operations: Family<OperationLabels, Counter>,
    operation_series: AtomicUsize,
    pub(crate) connections_open: Gauge,
    pub(crate) connections_refused: Counter,
    pub(crate) websockets_open: Gauge,
    pub(crate) streams: StreamMetrics,
}

impl Metrics {
    /// With what the caller reads for each answer.
    pub(crate) fn new(readings: Readings) -> Arc<Metrics> {
        let mut registry = Registry::with_prefix("sigeyi");
        let requests = Family::default();
        let durations =
            Family::new_with_constructor((|| Histogram::new(DURATION_BOUNDS)) as fn() -> Histogram);
        let operations = Family::default();
        let (connections_open, websockets_open) = (Gauge::default(), Gauge::default());
        let connections_refused = Counter::default();
        registry.register("http_requests", "Requests by what was answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's head to its answer's head",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register(
            "operations",
            "GraphQL operations, and requests for events, by their first error",
            operations.clone(),
        );
        registry.register("connections_open", "Open connections, WebSockets too", connections_open.clone());
        registry.register(
            "connections_refused",
            "Connections closed because too many were open",
            connections_refused.clone(),
        );
        registry.register("websockets_open", "Open WebSockets", websockets_open.clone());
        let streams = StreamMetrics::registered(&mut registry);
        registry.register_collector(Box::new(readings));
        Arc::new(Metrics {
            registry,
            requests,
            durations,
            operations,
            operation_series: AtomicUsize::new(0),
            connections_open,
            connections_refused,
            websockets_open,
            streams,
        })
    }

    /// Counts a request that was answered, or given up by the client.
    pub(crate) fn count_request(&self, method: &'static str, path: &str, status: u16, took: Duration) {
        let path = path.to_owned();
        self.durations.get_or_create(&PathLabel { path: path.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, path, status }).inc();
    }

    /// Counts an operation, over whichever transport.
    pub(crate) fn count_operation(&self, outcome: &Outcome) {
        let kind = if outcome.kind.is_empty() { OTHER } else { outcome.kind };
        let code = match outcome.code.as_deref() {
            None => "OK",
            Some(code) if is_code(code) => code,
            Some(_) => OTHER,
        };
        let mut labels = OperationLabels { kind, code: code.to_owned() };
        let is_new = self.operations.get(&labels).is_none();
        if is_new && self.operation_series.fetch_add(1, Ordering::Relaxed) >= OPERATION_SERIES_MAX {
            labels.code = OTHER.to_owned();
        }
        self.operations.get_or_create(&labels).inc();
    }

    /// Everything in the Prometheus text format.
    pub(crate) fn text(&self) -> String {
        text::prometheus(&self.registry)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    path: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PathLabel {
    path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    kind: &'static str,
    code: String,
}

fn is_code(code: &str) -> bool {
    (1..=CODE_BYTES_MAX).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Arc<Metrics> {
        Metrics::new(Readings::new(|| {
            vec![Reading { name: "head_position", help: "Last event", value: 7.0 }]
        }))
    }

    #[test]
    fn every_series_has_help_and_type_under_its_own_name() {
        let metrics = metrics();
        metrics.count_request("GET", "/healthz", 200, Duration::from_millis(3));
        metrics.count_operation(&Outcome { kind: "query", ..Outcome::default() });
        let text = metrics.text();
        for line in [
            "# TYPE sigeyi_http_requests_total counter",
            "# HELP sigeyi_http_requests_total Requests by what was answered.",
            r#"sigeyi_http_requests_total{method="GET",path="/healthz",status="200"} 1"#,
            "# TYPE sigeyi_http_request_duration_seconds histogram",
            r#"sigeyi_http_request_duration_seconds_bucket{le="0.005",path="/healthz"} 1"#,
            r#"sigeyi_http_request_duration_seconds_bucket{le="0.002",path="/healthz"} 0"#,
            r#"sigeyi_operations_total{kind="query",code="OK"} 1"#,
            "# TYPE sigeyi_head_position gauge",
            "sigeyi_head_position 7.0",
            "sigeyi_connections_refused_total 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("# EOF") && !text.contains("# UNIT"), "{text}");
    }

    #[test]
    fn codes_from_anywhere_do_not_add_series_without_end() {
        let metrics = metrics();
        for n in 0..10_000 {
            let code = Some(format!("CODE_{n}"));
            metrics.count_operation(&Outcome { kind: "mutation", code, ..Outcome::default() });
        }
        let strange = Some("\"} 1\n# 王五".to_owned());
        metrics.count_operation(&Outcome { kind: "mutation", code: strange, ..Outcome::default() });
        let text = metrics.text();
        let series = text.lines().filter(|line| line.starts_with("sigeyi_operations_total{")).count();
        assert_eq!(series, OPERATION_SERIES_MAX + 1);
        let other = 10_000 - OPERATION_SERIES_MAX + 1;
        let line = format!(r#"sigeyi_operations_total{{kind="mutation",code="other"}} {other}"#);
        assert!(text.lines().any(|it| it == line), "{text}");
    }
}
