//! The log of a running server, on standard error.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::args::LogFormat;

/// From now on events are written. The level is fixed: what libraries tell at finer ones may quote what clients sent.
pub(crate) fn start(format: LogFormat, has_colours: bool) {
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("sigeyi", LevelFilter::INFO)
        .with_target("sigeyi_gateway", LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let layer = match format {
        LogFormat::Text => layer.with_target(false).with_ansi(has_colours).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // Only a second start in one process would find a log already there, and then it is the same.
    let _ = tracing_subscriber::registry().with(layer.with_filter(levels)).try_init();
}
