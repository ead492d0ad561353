//! `sigeyi witness`: keeps the newest checkpoint of each log that it knows, and cosigns what goes on from it. It needs nothing of the log's directory,
//! and should run where those who run the log cannot change it.

mod key;
mod memory;
mod refusal;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use sigeyi_proof::WITNESS_REQUEST_BYTES_MAX;
use tokio::net::TcpListener;

use self::memory::Memory;
use crate::{
    args::WitnessArgs,
    error::CliError,
    output::{print, say},
    signals,
};

pub(crate) use self::{key::WitnessKeyError, memory::MemoryError};

const TEXT: &str = "text/plain; charset=utf-8";

/// Prints the public key, or answers until a signal.
pub(crate) fn run(args: &WitnessArgs) -> Result<(), CliError> {
    let cosigner = key::open_or_make(&args.state, args.name.as_deref())?;
    let key = cosigner.verifier_key().clone();
    if args.public_key {
        return print(&format!("{key}\n"));
    }
    if !args.listen.ip().is_loopback() {
        return Err(CliError::Usage(
            "--listen: 见证服务只监听本机地址，前面放置 TLS 代理 a witness listens on a loopback address: put a proxy with TLS before it"
                .into(),
        ));
    }
    let memory = Arc::new(Memory::open(&args.state, cosigner, args.log.clone())?);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let stop = signals::stop().map_err(CliError::Runtime)?;
        let listener = TcpListener::bind(args.listen).await.map_err(CliError::Runtime)?;
        let address = listener.local_addr().map_err(CliError::Runtime)?;
        let _ = print(&listening(address, &key.to_string()));
        axum::serve(listener, routes(memory)).with_graceful_shutdown(stop).await.map_err(CliError::Runtime)
    })?;
    say("已停止 stopped");
    Ok(())
}

fn listening(address: SocketAddr, key: &str) -> String {
    format!("正在监听 listening: http://{address}/add-checkpoint\n公钥 public key: {key}\n")
}

fn routes(memory: Arc<Memory>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .layer(DefaultBodyLimit::max(WITNESS_REQUEST_BYTES_MAX))
        .with_state(memory)
}

async fn add_checkpoint(State(memory): State<Arc<Memory>>, body: Bytes) -> Response {
    let added = tokio::task::spawn_blocking(move || {
        let now = jiff::Timestamp::now().as_second();
        memory.add(&body, u64::try_from(now).unwrap_or(0))
    });
    match added.await {
        Ok(Ok(lines)) => ([(header::CONTENT_TYPE, TEXT)], lines).into_response(),
        Ok(Err(refusal)) => {
            say(&format!("未会签 not cosigned: {refusal}"));
            refusal.into_response()
        }
        Err(_) => refusal::Refusal::Internal.into_response(),
    }
}
