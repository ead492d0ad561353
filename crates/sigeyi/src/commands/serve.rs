//! `sigeyi serve`: GraphQL for front ends, until a signal ends it.

mod checkpoint_out;
mod visitors;
mod witnesses;

use std::{io::IsTerminal, net::SocketAddr, sync::Arc, time::Duration};

use sigeyi_engine::{CheckpointOptions, Engine, Options, ScrubPace};
use sigeyi_gateway::{RightsFrom, ServeOptions, Visitors};

use self::checkpoint_out::CheckpointPlaces;
pub(crate) use self::visitors::with_own_tokens;
use crate::{
    args::{LogFormat, RolesFrom, ServeArgs},
    error::CliError,
    open::open,
    output::{print, say},
    signals, tracing_log,
};

/// Time for what was cut off to notice it.
const CUT_OFF_WITHIN: Duration = Duration::from_secs(5);

/// Serves an existing directory.
pub(crate) fn run(args: &ServeArgs) -> Result<(), CliError> {
    let tls = args.tls.files();
    let visitors = visitors::visitors(&args.trust, &args.data.data)?;
    let rights = match args.roles {
        RolesFrom::Token => RightsFrom::Token,
        RolesFrom::Register => RightsFrom::TokenAndRegister,
    };
    if args.trust.without_identity && args.roles == RolesFrom::Register {
        return Err(CliError::Usage(
            "--without-identity 时无人可查，不能用 --roles register nobody is known without identity: leave out one of the two".into(),
        ));
    }
    let options =
        args.http.applied_to(ServeOptions { tls, rights, ..ServeOptions::new(args.listen, visitors) });
    options.check()?;
    let options_of_engine = Options {
        accept_clock: args.accept_clock,
        snapshot_every: args.snapshot_every,
        daily_heads: true,
        checkpoints: CheckpointOptions {
            make_key: true,
            origin: args.publish.origin.clone(),
            out: Some(Arc::new(CheckpointPlaces::of(&args.publish)?)),
        },
        scrub: (args.scrub_bytes_per_second > 0)
            .then(|| ScrubPace { bytes_a_second: args.scrub_bytes_per_second, ..ScrubPace::default() }),
        ..Options::default()
    };
    let engine = open(&args.data, options_of_engine)?;
    if args.roles == RolesFrom::Register && engine.roles().entries().is_empty() {
        say(
            "角色登记为空，谁也没有权限：先运行 sigeyi roles bootstrap the register of roles is empty and nobody has any right: run sigeyi roles bootstrap first",
        );
    }
    serve(engine, options, args.log_format)
}

/// Serves an open directory until a signal, and closes it. Also the end of `demo`.
pub(crate) fn serve(engine: Engine, options: ServeOptions, format: LogFormat) -> Result<(), CliError> {
    let log = tracing_log::start(format, std::io::stderr().is_terminal()).map_err(CliError::Runtime)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let engine = Arc::new(engine);
    let is_tls = options.tls.is_some();
    let has_graphiql = options.graphiql;
    let asks_for_tokens = matches!(options.visitors, Visitors::WithToken(_));
    let served = runtime.block_on(async {
        let stop = signals::stop().map_err(CliError::Runtime)?;
        // Without a certificate nothing is to be read again, and a hang-up ends the process as it always did.
        let reload = if is_tls { signals::hang_up().map_err(CliError::Runtime)? } else { Arc::default() };
        let listening = |address| {
            // Whoever started it may have gone away; that is no reason not to serve.
            let _ = print(&addresses(address, is_tls, has_graphiql, asks_for_tokens));
        };
        Ok(sigeyi_gateway::serve(engine.clone(), options, listening, reload, stop).await?)
    });
    // The runtime still listens for the second signal while the engine finishes what it accepted.
    drop(engine);
    runtime.shutdown_timeout(CUT_OFF_WITHIN);
    drop(log);
    if served.is_ok() {
        say("已停止：已答复的都已落盘 stopped: everything that was answered is durable");
    }
    served
}

fn addresses(address: SocketAddr, is_tls: bool, has_graphiql: bool, asks_for_tokens: bool) -> String {
    let (http, socket) = if is_tls { ("https", "wss") } else { ("http", "ws") };
    let mut text = format!(
        "正在监听 listening: {http}://{address}/graphql · {socket}://{address}/graphql/ws\n\
         探针 probes: {http}://{address}/healthz /readyz /metrics\n"
    );
    if has_graphiql {
        text.push_str(&format!("试一试 try it: {http}://{address}/graphiql\n"));
    }
    text.push_str(if asks_for_tokens {
        "每个请求须带令牌 every request needs a token: Authorization: Bearer …\n"
    } else {
        "不要求令牌：本机上人人都可使用 no tokens are asked for: everybody on this machine may do everything\n"
    });
    text.push_str("按 Ctrl+C 停止 press Ctrl+C to stop\n");
    text
}
