//! How a socket ends: what is said to the client, and how long it is listened to after that.

use std::{future::pending, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{StreamExt, stream::FusedStream};
use tokio::{sync::watch, time::timeout};
use tokio_tungstenite::tungstenite::{Error as SocketError, error::ProtocolError};

use super::client_message::InvalidMessage;
use crate::ended::Ended;

/// Time for the client to take the close frame and to answer it.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(2);

/// Length of a close frame's reason, in bytes.
const REASON_BYTES_MAX: usize = 123;

/// Why a socket ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ending {
    #[error("the client closed the socket")]
    ClosedByClient,
    #[error("the connection is lost")]
    Lost,
    #[error("the server is going down")]
    ShuttingDown,
    #[error("message breaks the WebSocket protocol")]
    ProtocolBroken,
    #[error("message is not valid UTF-8")]
    NotUtf8,
    #[error("message is longer than {0} bytes")]
    MessageTooLong(usize),
    #[error("TOO_SLOW: what was sent was not read, or no ping answered, for {0:?}: connect again")]
    Silent(Duration),
    #[error(transparent)]
    InvalidMessage(#[from] InvalidMessage),
    #[error("Unauthorized")]
    Unauthorized,
    #[error("token expired")]
    TokenExpired,
    #[error("rights have changed: connect again")]
    RightsChanged,
    #[error("Subprotocol not acceptable")]
    SubprotocolNotAcceptable,
    #[error("Connection initialisation timeout")]
    InitTimeout,
    #[error("Subscriber for {0} already exists")]
    SubscriberExists(String),
    #[error("Too many initialisation requests")]
    TooManyInits,
}

impl Ending {
    /// Reading failed. The errors are those of the library below axum.
    pub(super) fn unreadable(error: axum::Error, message_bytes_max: usize) -> Ending {
        match error.into_inner().downcast_ref() {
            Some(SocketError::Utf8(_)) => Ending::NotUtf8,
            Some(SocketError::Capacity(_)) => Ending::MessageTooLong(message_bytes_max),
            Some(SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Ending::Lost,
            Some(SocketError::Protocol(_)) => Ending::ProtocolBroken,
            _ => Ending::Lost,
        }
    }

    /// The code that the client is told, if anything.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Ending::ClosedByClient | Ending::Lost => None,
            Ending::ShuttingDown => Some(1001),
            Ending::ProtocolBroken => Some(1002),
            Ending::NotUtf8 => Some(1007),
            Ending::MessageTooLong(_) => Some(1009),
            // "Try again later": a client that was asleep connects again, which it does not after most codes.
            Ending::Silent(_) => Some(1013),
            Ending::InvalidMessage(_) => Some(4400),
            Ending::Unauthorized | Ending::TokenExpired => Some(4401),
            // Clients that connect again by themselves do so after this one, and have the rights that are left.
            Ending::RightsChanged => Some(4403),
            Ending::SubprotocolNotAcceptable => Some(4406),
            Ending::InitTimeout => Some(4408),
            Ending::SubscriberExists(_) => Some(4409),
            Ending::TooManyInits => Some(4429),
        }
    }

    /// Says why, and waits until the client has gone, which takes two seconds at most once it has taken that. To take it, the client has two seconds
    /// too, or as long as its connection lingers; the end of the server is not kept waiting for that.
    pub(super) async fn farewell(
        self,
        mut socket: WebSocket,
        lingers: Option<Duration>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        tracing::info!(close = self.code(), reason = self.reason(), "a socket ends");
        if matches!(self, Ending::Lost) {
            return;
        }
        // After an error nothing more can be read. The socket stays open nevertheless: closed with bytes
        // unread it would be reset, and the client might never see the close frame.
        let deaf = socket.is_terminated();
        if let Some(code) = self.code() {
            let frame = CloseFrame { code, reason: shortened(self.to_string()).into() };
            let telling =
                timeout(lingers.unwrap_or(FAREWELL_TIME_MAX), socket.send(Message::Close(Some(frame))));
            let told = tokio::select! {
                told = telling => told,
                // An error is a server that is gone.
                _ = shutdown.wait_for(|is_shutting_down| *is_shutting_down), if lingers.is_some() => return,
            };
            // Whoever does not take the close frame in time is left without.
            if !matches!(told, Ok(Ok(()))) {
                return;
            }
        }
        let listening = async {
            if deaf {
                pending::<()>().await;
            }
            while let Some(Ok(_)) = socket.next().await {}
        };
        let _ = timeout(FAREWELL_TIME_MAX, listening).await;
    }

    /// The word for it in the log.
    fn reason(&self) -> Option<&'static str> {
        matches!(self, Ending::Silent(_)).then_some(Ended::TOO_SLOW)
    }
}

fn shortened(mut reason: String) -> String {
    reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
    reason
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn reasons_are_cut_between_characters() {
        assert_eq!(shortened("short".into()), "short");
        assert_eq!(shortened("x".repeat(200)).len(), 123);
        let cut = shortened(format!("x{}", "旗".repeat(100)));
        assert_eq!(cut, format!("x{}", "旗".repeat(40)));
    }
}
