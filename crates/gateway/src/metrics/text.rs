//! The Prometheus text format, from the OpenMetrics that the registry writes.

use std::collections::HashSet;

use prometheus_client::{encoding::text, registry::Registry};

/// What the answer says it is.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// OpenMetrics names a counter's family without `_total`, which readers of the older format take for another metric.
pub(crate) fn prometheus(registry: &Registry) -> String {
    let mut open = String::new();
    // Writing into a string cannot fail.
    let _ = text::encode_registry(&mut open, registry);
    let counters: HashSet<&str> =
        open.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut text = String::with_capacity(open.len());
    for line in open.lines().filter(|line| !line.starts_with("# UNIT ")) {
        match about_family(line) {
            Some((what, name, rest)) if counters.contains(name) => {
                text.push_str(&format!("{what}{name}_total {rest}"));
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// `# HELP name text` or `# TYPE name type` in its three parts.
fn about_family(line: &str) -> Option<(&str, &str, &str)> {
    let (what, rest) = line.split_at_checked("# HELP ".len())?;
    let (name, rest) = rest.split_once(' ')?;
    matches!(what, "# HELP " | "# TYPE ").then_some((what, name, rest))
}
