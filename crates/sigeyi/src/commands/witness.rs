//! `sigeyi witness`: keeps the newest checkpoint of each log that it knows, and cosigns what goes on from it. It needs nothing of the log's directory,
//! and should run where those who run the log cannot change it.

mod key;
mod memory;
mod refusal;

use std::{io::IsTerminal, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use sigeyi_gateway::serve_routes;
use sigeyi_proof::WITNESS_REQUEST_BYTES_MAX;
use tokio::time::timeout;

use self::memory::Memory;
use crate::{
    args::{LogFormat, WitnessArgs},
    error::CliError,
    output::{print, say},
    signals, tracing_log,
};

pub(crate) use self::{key::WitnessKeyError, memory::MemoryError};

const TEXT: &str = "text/plain; charset=utf-8";
/// Time in which a request must have come whole.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Prints the public key, or answers until a signal.
pub(crate) fn run(args: &WitnessArgs) -> Result<(), CliError> {
    let cosigner = key::open_or_make(&args.state, args.name.as_deref())?;
    let key = cosigner.verifier_key().clone();
    if args.public_key {
        return print(&format!("{key}\n"));
    }
    let tls = args.tls.files();
    if tls.is_none() && !args.listen.ip().is_loopback() {
        return Err(CliError::Usage(
            "--listen: 没有 TLS 时见证服务只监听本机地址 without TLS a witness listens on a loopback address: give --tls-certificate and --tls-key, or put a proxy with TLS before it"
                .into(),
        ));
    }
    let memory = Arc::new(Memory::open(&args.state, cosigner, args.log.clone())?);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let log =
        tracing_log::start(LogFormat::Text, std::io::stderr().is_terminal()).map_err(CliError::Runtime)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    runtime.block_on(async {
        let stop = signals::stop().map_err(CliError::Runtime)?;
        // Without a certificate nothing is to be read again, and a hang-up ends the process as it always did.
        let reload =
            if tls.is_some() { signals::hang_up().map_err(CliError::Runtime)? } else { Arc::default() };
        let listening = |address| {
            let _ = print(&listening(scheme, address, &key.to_string()));
        };
        let served = serve_routes((args.listen, tls), routes(memory), listening, reload, stop);
        Ok::<_, CliError>(served.await?)
    })?;
    drop(log);
    say("已停止 stopped");
    Ok(())
}

fn listening(scheme: &str, address: SocketAddr, key: &str) -> String {
    format!("正在监听 listening: {scheme}://{address}/add-checkpoint\n公钥 public key: {key}\n")
}

fn routes(memory: Arc<Memory>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .with_state(memory)
}

async fn add_checkpoint(State(memory): State<Arc<Memory>>, request: Request) -> Response {
    let body = match timeout(BODY_WITHIN, to_bytes(request.into_body(), WITNESS_REQUEST_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
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
