//! Streams that are followed, and how they end.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{OTHER, is_code};

/// On which way a stream is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamKind {
    /// `/events` as it happens.
    Sse,
    /// An operation of GraphQL as an event stream.
    GraphqlSse,
    /// A subscription over a WebSocket.
    Websocket,
    /// `/events.ndjson`.
    Ndjson,
}

/// What is counted of streams. Kinds and codes come from fixed sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamMetrics {
    open: Family<KindLabel, Gauge>,
    pub(crate) lingering: Gauge,
    ended: Family<EndedLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndedLabels {
    kind: &'static str,
    code: String,
}

impl StreamKind {
    const ALL: [StreamKind; 4] =
        [StreamKind::Sse, StreamKind::GraphqlSse, StreamKind::Websocket, StreamKind::Ndjson];

    pub(crate) fn name(self) -> &'static str {
        match self {
            StreamKind::Sse => "sse",
            StreamKind::GraphqlSse => "graphql-sse",
            StreamKind::Websocket => "websocket",
            StreamKind::Ndjson => "ndjson",
        }
    }
}

impl StreamMetrics {
    pub(super) fn registered(registry: &mut Registry) -> StreamMetrics {
        let metrics = StreamMetrics::default();
        for kind in StreamKind::ALL {
            // Those that nobody follows are there with 0.
            metrics.of(kind);
        }
        registry.register("streams_open", "Streams that are followed, and files", metrics.open.clone());
        registry.register(
            "streams_lingering",
            "Connections whose stream was cut off, kept so that the client can read why",
            metrics.lingering.clone(),
        );
        registry.register(
            "streams_ended",
            "Streams that the server ended, by the code that the client was told",
            metrics.ended.clone(),
        );
        metrics
    }

    pub(crate) fn opens(&self, kind: StreamKind) {
        self.of(kind).inc();
    }

    pub(crate) fn closes(&self, kind: StreamKind) {
        self.of(kind).dec();
    }

    /// The server has ended one.
    pub(crate) fn ends(&self, kind: StreamKind, code: &str) {
        let code = if is_code(code) { code } else { OTHER };
        self.ended.get_or_create(&EndedLabels { kind: kind.name(), code: code.to_owned() }).inc();
    }

    fn of(&self, kind: StreamKind) -> Gauge {
        self.open.get_or_create(&KindLabel { kind: kind.name() }).clone()
    }
}
