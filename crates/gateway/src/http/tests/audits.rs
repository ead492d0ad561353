//! The audits of the npm package graphql-http, which hold what the specification of GraphQL over HTTP asks for.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use super::*;

/// Audits that version 1.23.1 has.
const AUDITS: usize = 61;

#[tokio::test(flavor = "multi_thread")]
async fn every_audit_of_graphql_http_is_kept() {
    let clients = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients");
    let installed = clients.join("node_modules/graphql-http").exists();
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    if !installed || node.is_err() {
        assert!(std::env::var_os("SIGEYI_REQUIRE_CLIENTS").is_none(), "run npm ci in tests/clients");
        eprintln!("SKIPPED: the audits of graphql-http: run npm ci in tests/clients");
        return;
    }
    let server = Server::start(Limits::default()).await;
    let mut running = Command::new("node")
        .arg("audits.mjs")
        .arg(format!("http://{}/graphql", server.address))
        .current_dir(clients)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let ending = async {
        while running.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(3 * PATIENCE, ending).await.is_err() {
        running.kill().unwrap();
    }
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let audits: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failed: Vec<&Json> = audits.iter().filter(|audit| audit["status"] != "ok").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(audits.len(), AUDITS);
}
