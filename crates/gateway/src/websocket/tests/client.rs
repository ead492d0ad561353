//! A client that says exactly what a test tells it to.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::StatusCode},
};

use super::sample::Server;

/// Time for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Client {
    pub(super) socket: WebSocketStream<TcpStream>,
}

impl Client {
    /// A socket with the right subprotocol.
    pub(super) async fn connect(server: &Server) -> Client {
        Client::offering(server, Some("graphql-transport-ws")).await.expect("the upgrade is made")
    }

    /// A socket after `connection_init`.
    pub(super) async fn ready(server: &Server) -> Client {
        let mut client = Client::connect(server).await;
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    pub(super) async fn offering(server: &Server, subprotocol: Option<&str>) -> Result<Client, Error> {
        let mut request = format!("ws://{}/graphql/ws", server.address).into_client_request()?;
        if let Some(subprotocol) = subprotocol {
            request
                .headers_mut()
                .insert("sec-websocket-protocol", subprotocol.parse().expect("it is a header"));
        }
        let stream = TcpStream::connect(server.address).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = client_async(request, stream).await?;
        Ok(Client { socket })
    }

    /// The status with which an upgrade is refused.
    pub(super) async fn refused(server: &Server) -> StatusCode {
        match Client::offering(server, Some("graphql-transport-ws")).await {
            Err(Error::Http(response)) => response.status(),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("the upgrade was made"),
        }
    }

    pub(super) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        timeout(PATIENCE, self.socket.send(message)).await.expect("it is taken").expect("it is sent");
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    pub(super) async fn complete(&mut self, id: &str) {
        self.say(json!({ "id": id, "type": "complete" })).await;
    }

    /// The next message of the subprotocol.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).expect("it is JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?} in place of a text"),
            }
        }
    }

    /// The next message of an operation; those of others are passed over.
    pub(super) async fn hear_of(&mut self, id: &str) -> Value {
        self.hear_until(|message| message["id"] == id).await
    }

    /// The first message that is it; others are passed over.
    pub(super) async fn hear_until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let hearing = async {
            loop {
                let message = self.hear().await;
                if is_it(&message) {
                    return message;
                }
            }
        };
        timeout(PATIENCE, hearing).await.expect("it comes among the others")
    }

    /// The code and reason with which the server closes; messages before that are passed over.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        let reading = async {
            loop {
                if let Message::Close(frame) = self.frame().await {
                    let frame = frame.expect("it has a code");
                    return (frame.code.into(), frame.reason.to_string());
                }
            }
        };
        timeout(PATIENCE, reading).await.expect("it closes")
    }

    pub(super) async fn frame(&mut self) -> Message {
        let frame = timeout(PATIENCE, self.socket.next()).await.expect("something comes");
        frame.expect("the socket is open").expect("it can be read")
    }

    /// Shows that the socket lives and has nothing else to say, by a ping and its answer.
    pub(super) async fn is_quiet(&mut self) {
        self.say(json!({ "type": "ping", "payload": { "n": 1 } })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    }
}

pub(super) fn next(id: &str, payload: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": payload })
}

pub(super) fn completed(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}
