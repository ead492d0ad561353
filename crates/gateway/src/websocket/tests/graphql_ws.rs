//! The reference client, npm `graphql-ws`, under Node.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::Ordering,
};

use tokio::task::spawn_blocking;

use super::sample::{Server, until};

fn clients() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients")
}

/// Whether the script can run; says loudly when not, and fails where it must.
fn can_run() -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    let installed = clients().join("node_modules/graphql-ws").is_dir();
    let can = node.is_ok_and(|status| status.success()) && installed;
    if !can {
        let required = env::var("SIGEYI_REQUIRE_CLIENTS").is_ok_and(|value| value == "1");
        assert!(!required, "node or its packages are missing: run npm ci in tests/clients");
        eprintln!("SKIPPED: graphql-ws client: run npm ci in tests/clients");
    }
    can
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_client_gets_all_that_it_asks_for() {
    if !can_run() {
        return;
    }
    let server = Server::start().await;
    server.world.gate.0.add_permits(10);
    let url = format!("ws://{}/graphql/ws", server.address);
    // The script has a deadline of its own.
    let mut script = Command::new("node");
    script.arg(clients().join("graphql-ws.mjs")).arg(url);
    let output = spawn_blocking(move || script.output()).await.expect("it ends").expect("it runs");
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    for step in
        ["subscribe", "complete early", "query", "mutation", "validation error", "two sockets", "reconnect"]
    {
        assert!(told.lines().any(|line| line == format!("ok: {step}")), "{step} is missing:\n{told}");
    }
    until("nothing is left", || server.sockets.open() == 0).await;
    assert_eq!(server.world.streams.load(Ordering::SeqCst), 0);
}
