//! The log of a running server, on standard error.

mod line_queue;

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use self::line_queue::LineQueue;
pub(crate) use self::line_queue::LogEnd;
use crate::args::LogFormat;

/// From now on events are written, and everything that was told is when the end is dropped. The level is fixed: what libraries tell at finer
/// ones may quote what clients sent.
pub(crate) fn start(format: LogFormat, has_colours: bool) -> io::Result<LogEnd> {
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("sigeyi", LevelFilter::INFO)
        .with_target("sigeyi_gateway", LevelFilter::INFO);
    let (queue, end) = LineQueue::start(io::stderr(), |lines| {
        tracing::warn!(lines, "lines of this log were left out: standard error took them too slowly");
    })?;
    let layer = tracing_subscriber::fmt::layer().with_writer(queue);
    let layer = match format {
        LogFormat::Text => layer.with_target(false).with_ansi(has_colours).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // Only a second start in one process would find a log already there, and then it is the same.
    let _ = tracing_subscriber::registry().with(layer.with_filter(levels)).try_init();
    Ok(end)
}
