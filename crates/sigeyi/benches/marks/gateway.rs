//! Requests a second through the whole gateway, beside what the machine can do at most: an axum hello-world, and the same figures by serde alone.

mod catch_up;
mod client;
mod event_stream;
mod hostile;
mod servers;
mod subscribers;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use client::{Connection, get, post};
use servers::Server;
pub(crate) use servers::reference;
use subscribers::Way;
use uuid::Uuid;

pub(crate) const PLAN: &str = "nmg-2022-2024";
const ROUND: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_secs(1);
/// People whom the mutations are about.
const PEOPLE: usize = 2_000;

/// What is asked, and of whom.
struct Mark {
    name: &'static str,
    is_ours: bool,
    request: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
}

pub(crate) fn run(dir: &Path) {
    println!("## Through the gateway, load generator on the same machine");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let reference = Server::reference(dir);
    let ours = Server::sigeyi(dir);
    runtime.block_on(async {
        let people = Arc::new(people(&ours.address).await);
        println!("rounds of {ROUND:?}; {} people asked for and written about", people.len());
        println!("| connections | what | per s | p50 ms | p99 ms | to plain |\n|---|---|---|---|---|---|");
        for connections in [1, 64] {
            let mut plain = 0.0;
            for mark in marks(&people) {
                let address = if mark.is_ours { &ours.address } else { &reference.address };
                let (rate, times) = measure(address, connections, &mark.request).await;
                if mark.name == PLAIN {
                    plain = rate;
                }
                let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize] * 1_000.0;
                println!(
                    "| {connections} | {} | {rate:.0} | {:.2} | {:.2} | {:.2} |",
                    mark.name,
                    at(0.5),
                    at(0.99),
                    rate / plain.max(1.0)
                );
            }
        }
        println!();
        hostile::run(&ours.address, &progress()).await;
        subscribers::run(&ours.address, &people[people.len() / 2..], Way::WebSocket).await;
        follow(&ours.address, &people[people.len() / 2..]).await;
    });
}

/// The marks of those who follow events over plain HTTP alone.
pub(crate) fn streams(dir: &Path) {
    println!("## Events over plain HTTP, load generator on the same machine");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let ours = Server::sigeyi(dir);
    runtime.block_on(async {
        let people = people(&ours.address).await;
        follow(&ours.address, &people).await;
    });
}

async fn follow(address: &str, people: &[String]) {
    subscribers::run(address, people, Way::EventStream).await;
    catch_up::run(address).await;
}

const PLAIN: &str = "the same figures, serde alone";

fn marks(people: &Arc<Vec<String>>) -> Vec<Mark> {
    let fixed =
        |name, is_ours, request: Vec<u8>| Mark { name, is_ours, request: Arc::new(move |_| request.clone()) };
    let progress = progress();
    let work_list = format!(
        "query {{ people(filter: {{ plan: \"{PLAN}\", region: \"150400\", missing: [SERVICE_DELIVERED] }}, first: 20) {{ position edges {{ waitingSince missing node {{ id age region {{ name }} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    // Those who are written about have more of a history with each round, so others are asked for.
    let (asked, written) = people.split_at(people.len() / 2);
    let (asked, written) = (asked.to_vec(), written.to_vec());
    vec![
        fixed("axum hello-world", false, get("/hello")),
        fixed(PLAIN, false, get("/plain")),
        fixed("progress of today with its 12 children", true, query(&progress, "{}")),
        fixed("work list of 20", true, query(&work_list, "{}")),
        Mark {
            name: "person with history",
            is_ours: true,
            request: Arc::new(move |number| {
                let text = "query($id: ID!) { person(id: $id) { id version age region { name } pipeline { next outOfOrder steps { step done firstOn } } history { position type effectiveOn recordedAt office changes { field before after } } } }";
                query(text, &format!("{{\"id\":\"{}\"}}", asked[number % asked.len()]))
            }),
        },
        Mark {
            name: "durable mutation",
            is_ours: true,
            request: Arc::new(move |number| deliver(&written[number % written.len()])),
        },
    ]
}

/// The figures of the whole and of its 12 leagues and cities.
fn progress() -> String {
    format!(
        "query {{ progress(plan: \"{PLAN}\") {{ ...F children {{ ...F }} }} }} fragment F on Progress {{ region {{ code name }} inScope infoVerified abilityAssessed demandRegistered serviceDelivered complete }}"
    )
}

fn query(text: &str, variables: &str) -> Vec<u8> {
    let text = serde_json::to_string(text).expect("it is text");
    post("/graphql", &format!("{{\"query\":{text},\"variables\":{variables}}}"))
}

/// A service for somebody.
pub(crate) fn deliver(person: &str) -> Vec<u8> {
    let text = "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { ... on Recorded { position } ... on Rejected { code } } }";
    let command = Uuid::new_v4();
    query(
        text,
        &format!(
            "{{\"input\":{{\"commandId\":\"{command}\",\"personId\":\"{person}\",\"service\":\"JOB_FAIR\"}}}}"
        ),
    )
}

/// Ids, page by page.
async fn people(address: &str) -> Vec<String> {
    let mut connection = Connection::open(address).await;
    let mut people = Vec::new();
    let mut after = "null".to_owned();
    while people.len() < PEOPLE {
        let text = "query($after: String) { people(first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
        let answer = connection.call(&query(text, &format!("{{\"after\":{after}}}"))).await;
        let answer: serde_json::Value = serde_json::from_slice(answer).expect("it is JSON");
        let page = &answer["data"]["people"];
        let ids = page["nodes"].as_array().expect("a page").iter();
        people.extend(ids.map(|node| node["id"].as_str().expect("an id").to_owned()));
        after = page["pageInfo"]["endCursor"].to_string();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    people
}

/// Sends from so many connections, each waiting for its answer; gives answers a second and the sorted times in s.
async fn measure(
    address: &str,
    connections: usize,
    request: &Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
) -> (f64, Vec<f64>) {
    let (is_warm, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let callers: Vec<_> = (0..connections)
        .map(|caller| {
            let (is_warm, is_over) = (is_warm.clone(), is_over.clone());
            let (address, request) = (address.to_owned(), request.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await;
                let mut times = Vec::new();
                let mut number = caller * 31;
                while !is_over.load(Ordering::Relaxed) {
                    let request = request(number);
                    let started = Instant::now();
                    let answer = connection.call(&request).await;
                    assert!(
                        !answer.windows(8).any(|it| it == b"\"errors\""),
                        "{}",
                        String::from_utf8_lossy(answer)
                    );
                    if is_warm.load(Ordering::Relaxed) {
                        times.push(started.elapsed().as_secs_f64());
                    }
                    number += connections;
                }
                times
            })
        })
        .collect();
    tokio::time::sleep(WARM_UP).await;
    is_warm.store(true, Ordering::Relaxed);
    let started = Instant::now();
    tokio::time::sleep(ROUND).await;
    is_over.store(true, Ordering::Relaxed);
    let seconds = started.elapsed().as_secs_f64();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.expect("the caller ends"));
    }
    times.sort_by(f64::total_cmp);
    (times.len() as f64 / seconds, times)
}
