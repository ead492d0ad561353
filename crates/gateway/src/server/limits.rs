//! How much of the machine connections may take, and how long each may take for what.

use std::time::Duration;

/// Limits of connections, with the defaults that [`ConnectionLimits::default`] gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionLimits {
    /// Open connections, WebSockets included. One more is closed at once.
    pub(crate) connections_max: usize,
    /// Time for a TLS handshake.
    pub(crate) handshake_time_max: Duration,
    /// Time for the head of a request, counted from the end of the last one: also how long an idle connection is kept.
    pub(crate) head_time_max: Duration,
    /// Time in which a client must take some of what is written to it.
    pub(crate) write_time_max: Duration,
    /// Time for which a connection is kept whose client was cut off, so that it can read why when it reads again. It holds what is in its
    /// buffers and nothing else, and counts among the connections.
    pub(crate) linger_time_max: Duration,
    /// Time that requests under way and WebSockets are given to finish when the server ends.
    pub(crate) finish_time_max: Duration,
    /// Bytes that the kernel holds for a client that has not taken them; without a number it grows them as it sees fit, up to some megabytes.
    pub(crate) send_buffer_bytes: Option<u32>,
    /// Pause after the machine had no descriptor or memory for a connection.
    pub(crate) accept_pause: Duration,
}

/// Descriptors that connections leave to the log, its mirror and the rest of the process.
pub(crate) const DESCRIPTORS_KEPT: usize = 256;

/// Bytes that a connection may buffer of a request before it is taken.
pub(crate) const READ_BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Connections that the kernel may hold ready before they are accepted.
pub(crate) const BACKLOG_MAX: u32 = 4_096;

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            connections_max: 12_000,
            handshake_time_max: Duration::from_secs(10),
            head_time_max: Duration::from_secs(10),
            write_time_max: Duration::from_secs(30),
            linger_time_max: Duration::from_secs(300),
            finish_time_max: Duration::from_secs(30),
            send_buffer_bytes: None,
            accept_pause: Duration::from_millis(200),
        }
    }
}

impl ConnectionLimits {
    /// Lowered to what the process may open: descriptors that run out would stop the log, not only the server.
    pub(crate) fn within_descriptors(self) -> ConnectionLimits {
        let open_max = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let open_max = open_max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
        ConnectionLimits { connections_max: connections_within(open_max, self.connections_max), ..self }
    }
}

/// With very few descriptors half of them serve.
fn connections_within(open_max: usize, wanted: usize) -> usize {
    wanted.min(open_max.saturating_sub(DESCRIPTORS_KEPT).max(open_max / 2)).max(1)
}

#[cfg(test)]
mod tests {
    use super::connections_within;

    #[test]
    fn the_log_keeps_its_descriptors() {
        assert_eq!(connections_within(1_000_000, 12_000), 12_000);
        assert_eq!(connections_within(1_024, 12_000), 768);
        assert_eq!(connections_within(256, 12_000), 128);
        assert_eq!(connections_within(0, 12_000), 1);
    }
}
