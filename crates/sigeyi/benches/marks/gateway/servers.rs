//! Whom the load is sent to, each in a process of its own: the binary, and what the machine can do at most.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use axum::{Json, Router, http::header::CONTENT_TYPE, routing::get};
use serde::Serialize;
use sigeyi_domain::{Figure, Plan, Region, divisions};
use sigeyi_engine::{Engine, Options, ProgressAnswer};

/// A server, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// `sigeyi serve` on a directory.
    pub(crate) fn sigeyi(dir: &Path) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigeyi"));
        command.args(["serve", "--without-identity", "--listen", "127.0.0.1:0", "--data"]).arg(dir);
        Server::start(command)
    }

    /// The reference servers of [`reference`].
    pub(crate) fn reference(dir: &Path) -> Server {
        let mut command = Command::new(std::env::current_exe().expect("the bench has a path"));
        command.arg("reference").arg(dir);
        Server::start(command)
    }

    /// Waits for the line that says where it listens.
    fn start(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(stdout).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").expect("it is text");
            let rest = line.split("http://").nth(1);
            if let Some(address) = rest.and_then(|rest| rest.split(['/', ' ', '，']).next()) {
                break address.to_owned();
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same figures as GraphQL gives them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    code: String,
    name: &'static str,
    in_scope: u32,
    info_verified: u32,
    ability_assessed: u32,
    demand_registered: u32,
    service_delivered: u32,
    complete: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<Figures>,
}

fn figures(answer: &ProgressAnswer, region: Region, deep: bool) -> Figures {
    let progress = answer.counties.of(region);
    let children = region.division().children.iter().filter(|_| deep);
    Figures {
        code: region.division().code.to_string(),
        name: region.division().name,
        in_scope: progress.get(Figure::InScope),
        info_verified: progress.get(Figure::InfoVerified),
        ability_assessed: progress.get(Figure::AbilityAssessed),
        demand_registered: progress.get(Figure::DemandRegistered),
        service_delivered: progress.get(Figure::ServiceDelivered),
        complete: progress.get(Figure::Complete),
        children: children.map(|child| figures(answer, *child, false)).collect(),
    }
}

/// In a process of its own: `/hello`, and `/plain`, the figures through serde alone.
pub(crate) fn reference(dir: &Path) {
    let engine = Engine::open(dir, Options::default()).expect("it opens");
    let plan = Plan::find(super::PLAN).expect("it is shipped");
    let answer = engine.progress(plan, None, None).expect("it is answered");
    drop(engine);
    let answer: &'static ProgressAnswer = Box::leak(Box::new(answer));
    let app = Router::new()
        .route("/hello", get(async || ([(CONTENT_TYPE, "text/plain")], "hello")))
        .route("/plain", get(async || Json(figures(answer, divisions().whole(), true))));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        println!("http://{}/", listener.local_addr().expect("it has one"));
        axum::serve(listener, app).await.expect("it serves");
    });
}
