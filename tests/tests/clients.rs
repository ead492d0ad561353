//! What front ends use, against the real server: client libraries, a typed client of our own, and the page that tells of it.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sigeyi_tests::{Place, Server, succeed, text};

const PEOPLE: &str = "300";
/// Sources in which codes stand that clients are told.
const CODES: [&str; 21] = [
    "cloudevents/src/filter.rs",
    "domain/src/access/change.rs",
    "domain/src/rejection.rs",
    "engine/src/answer.rs",
    "gateway/src/codes.rs",
    "gateway/src/ended.rs",
    "gateway/src/feed/parameters.rs",
    "gateway/src/feed/refusal.rs",
    "gateway/src/followers.rs",
    "gateway/src/schema/errors.rs",
    "gateway/src/schema/events.rs",
    "gateway/src/schema/inputs.rs",
    "gateway/src/schema/parse.rs",
    "gateway/src/schema/people.rs",
    "gateway/src/schema/proofs.rs",
    "gateway/src/schema/reading.rs",
    "gateway/src/schema/refusal.rs",
    "gateway/src/schema/release.rs",
    "gateway/src/schema/roles.rs",
    "gateway/src/tenure.rs",
    "gateway/src/websocket/server_message.rs",
];

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect("it is there")
}

fn node() -> Command {
    Command::new("node")
}

fn python() -> Command {
    Command::new(clients().join("python/.venv/bin/python"))
}

/// Whether a program starts and its packages are there. Says loudly when not, and fails where it must.
fn can_run(mut program: Command, packages: &str) -> bool {
    let starts = program.arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    let can = starts && clients().join(packages).exists();
    if !can {
        let required = env::var("SIGEYI_REQUIRE_CLIENTS").is_ok_and(|value| value == "1");
        assert!(!required, "{packages} is missing: run .ci/clients");
        eprintln!(
            "SKIPPED: {packages} is missing: run npm ci in tests/clients, or .ci/clients for all of it"
        );
    }
    can
}

/// Runs a program in the clients' folder; what it printed.
fn run(mut program: Command, args: &[&str]) -> String {
    let output = program.args(args).current_dir(clients()).output().expect("it starts");
    let printed =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args:?}: {printed}");
    printed
}

/// Runs a script against a server of its own. It must pass these steps.
fn run_against_server(program: Command, script: &str, steps: &[&str]) {
    let place = Place::empty();
    let server =
        Server::start(&["demo", "--people", PEOPLE, "--seed", "7", "--data", text(&place.data()), "--serve"]);
    let printed = run(program, &[script, &format!("http://{}/graphql", server.address)]);
    for step in steps {
        assert!(printed.lines().any(|line| line == format!("ok: {step}")), "{step} is missing:\n{printed}");
    }
}

/// The steps of each library's script.
const STEPS: [&str; 3] = ["two pages", "a command sent twice and its event", "a refusal, and an error"];

#[test]
fn apollo_client() {
    if can_run(node(), "node_modules/@apollo/client") {
        run_against_server(node(), "apollo.mjs", &STEPS);
    }
}

#[test]
fn urql() {
    if can_run(node(), "node_modules/@urql/core") {
        run_against_server(node(), "urql.mjs", &STEPS);
    }
}

#[test]
fn gql_of_python() {
    if can_run(python(), "python/.venv") {
        run_against_server(python(), "python/gql_client.py", &STEPS);
    }
}

/// The formats of files for analysts with which the binary was built.
const FORMATS: &[&str] =
    if cfg!(feature = "parquet") { &["ndjson", "csv", "parquet"] } else { &["ndjson", "csv"] };

#[test]
fn duckdb_pandas_and_polars_count_in_files_what_the_manifest_says() {
    if !can_run(python(), "python/.venv") {
        return;
    }
    let place = Place::empty();
    let data = place.data();
    succeed(&["demo", "--people", PEOPLE, "--seed", "7", "--data", text(&data), "--no-serve"]);
    for format in FORMATS {
        let folder = place.path(format);
        succeed(&["export", "--data", text(&data), "--to", text(&folder), "--format", format]);
        let printed = run(python(), &["python/read_files.py", text(&folder)]);
        for reader in ["duckdb", "pandas", "polars"] {
            let step = format!("ok: {reader} reads {format}");
            assert!(printed.lines().any(|line| line == step), "{step} is missing:\n{printed}");
        }
        // Another count, which a reader must notice.
        let manifest = fs::read_to_string(folder.join("manifest.json")).expect("it is there");
        let changed = manifest.replacen("\"count\": ", "\"count\": 1", 1);
        fs::write(folder.join("manifest.json"), changed).expect("it is written");
        let mut wrong = python();
        wrong.args(["python/read_files.py", text(&folder)]).current_dir(clients());
        assert!(!wrong.output().expect("it starts").status.success(), "{format}");
    }
    let (folder, picture) = (place.path("csv"), place.path("progress.png"));
    run(python(), &["python/progress_chart.py", text(&folder), text(&picture)]);
    assert!(fs::read(picture).expect("it is drawn").starts_with(b"\x89PNG"));
}

#[test]
fn graphql_sse() {
    if can_run(node(), "node_modules/graphql-sse") {
        let steps = [
            "events from the first one",
            "an event as it happens",
            "a stream that ends by itself",
            "an error of a subscription, and a document that does not fit",
        ];
        run_against_server(node(), "graphql-sse.mjs", &steps);
    }
}

#[test]
fn httpx_sse() {
    if can_run(python(), "python/.venv") {
        let steps = [
            "every page",
            "the file, plain and compressed",
            "a stream that goes on where it was",
            "filters",
            "an event as it happens",
            "a refusal",
        ];
        run_against_server(python(), "python/events_client.py", &steps);
    }
}

#[test]
fn the_document_of_the_streams_is_one_of_asyncapi() {
    if can_run(node(), "node_modules/@asyncapi/parser") {
        run(node(), &["asyncapi.mjs"]);
    }
}

#[test]
fn the_typed_client() {
    if !can_run(node(), "node_modules/typescript") {
        return;
    }
    run(node(), &["node_modules/typescript/bin/tsc", "--project", "typescript"]);
    let steps = [
        "work list, page by page",
        "a cursor of another filter",
        "a command whose answers get lost is recorded once",
        "an outcome that nobody knows",
        "refusals are data",
        "events over a line that breaks",
        "a subscription that is refused",
    ];
    run_against_server(node(), "typescript/out/check.js", &steps);
}

#[test]
fn generated_types_are_those_of_the_schema() {
    if can_run(node(), "node_modules/@graphql-codegen/core") {
        run(node(), &["generate.mjs", "--check"]);
    }
}

#[test]
fn what_the_page_for_front_ends_shows_works() {
    if can_run(node(), "node_modules/graphql-ws") {
        run_against_server(node(), "documentation.mjs", &["mutation Deliver", "every snippet"]);
    }
}

#[test]
fn the_server_starts_as_the_page_says() {
    let page = read("docs/frontend.md");
    let line = page.lines().find_map(|line| line.strip_prefix("cargo run --release -- "));
    let place = Place::empty();
    let data = place.data();
    let args = line.expect("it says how").split(' ').map(|arg| match arg {
        "20000" => PEOPLE,
        "frontend-demo" => text(&data),
        arg => arg,
    });
    let server = Server::start(&args.collect::<Vec<_>>());
    for path in ["/graphiql", "/healthz", "/readyz", "/metrics"] {
        assert!(page.contains(path));
        assert!(server.ask(path, "").starts_with("HTTP/1.1 200 "), "{path}");
    }
}

#[test]
fn the_page_for_front_ends_names_every_code_and_no_other() {
    let page = read("docs/frontend.md");
    let told: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('|').next())
        .flat_map(|cell| cell.split('`'))
        .filter(|word| is_code(word))
        .collect();
    let sources = CODES.map(|path| read(&format!("crates/{path}")));
    let known: BTreeSet<&str> =
        sources.iter().flat_map(|source| source.split('"')).filter(|word| is_code(word)).collect();
    assert_eq!(told, known);
}

#[test]
fn the_page_for_front_ends_names_every_close_code() {
    let page = read("docs/frontend.md");
    let source = read("crates/gateway/src/websocket/ending.rs");
    let codes = source.split("Some(").skip(1).filter_map(|rest| rest.split(')').next()?.parse::<u16>().ok());
    let missing: Vec<u16> = codes.filter(|code| !page.contains(&format!(" {code} "))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whether it is written as codes are; `JSON` and `UUID` are shorter than any of them.
fn is_code(word: &str) -> bool {
    word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
