//! SIGTERM and Ctrl-C: the first ends the server in order, the second at once. SIGHUP: files are read again.

use std::{io, sync::Arc};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{Notify, oneshot},
};

use crate::output::say;

/// Exit code of a process that was told twice.
const ENDED_AT_ONCE: i32 = 1;

/// Done at the first signal. From now on signals no longer end the process by themselves.
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut signals =
        Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
    let (first, stopped) = oneshot::channel();
    tokio::spawn(async move {
        signals.next().await;
        say("正在停止，再次发送信号立即结束 stopping; a second signal ends it at once");
        // Nobody waits for it when the server could not start.
        let _ = first.send(());
        signals.next().await;
        say("已立即结束 ended at once: everything that was answered is durable");
        // As safe as a kill, which the log is made for.
        std::process::exit(ENDED_AT_ONCE);
    });
    Ok(async {
        let _ = stopped.await;
    })
}

/// Told of each SIGHUP. From now on it no longer ends the process; several that come close together may be one.
pub(crate) fn hang_up() -> io::Result<Arc<Notify>> {
    let mut hang_up = signal(SignalKind::hangup())?;
    let reload = Arc::<Notify>::default();
    let told = reload.clone();
    tokio::spawn(async move {
        while hang_up.recv().await.is_some() {
            told.notify_one();
        }
    });
    Ok(reload)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
