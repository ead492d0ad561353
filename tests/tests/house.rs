//! Who may know whom, as `docs/architecture.md` draws it, and the two commands that stand at the top of the README.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// Each crate with the crates of the house that it may know.
const HOUSE: [(&str, &[&str]); 13] = [
    ("cloudevents", &["domain", "engine"]),
    ("domain", &[]),
    ("engine", &["domain", "envelope", "proof", "projections", "store", "vault"]),
    ("gateway", &["domain", "engine", "identity"]),
    ("envelope", &[]),
    ("identity", &["domain"]),
    ("projections", &["domain", "envelope"]),
    ("proof", &[]),
    ("sigeyi", &["cloudevents", "domain", "engine", "gateway", "identity", "proof", "simulator"]),
    ("simulator", &["domain"]),
    ("store", &["envelope", "proof"]),
    ("vault", &[]),
    ("verifier", &["envelope", "proof"]),
];

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The normal dependencies of a manifest, also those for one platform only, by package name.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let tables = std::iter::once(manifest).chain(
        manifest
            .get("target")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(|targets| targets.values().filter_map(toml::Value::as_table)),
    );
    tables
        .filter_map(|table| table.get("dependencies")?.as_table())
        .flatten()
        .map(|(name, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned())
        .collect()
}

#[test]
fn every_crate_knows_exactly_whom_it_may_know() {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(workspace().join("crates")).expect("there are crates") {
        let folder = entry.expect("it can be read").file_name().into_string().expect("names are UTF-8");
        let manifest: toml::Table = read(&format!("crates/{folder}/Cargo.toml")).parse().expect("it is TOML");
        let package = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
        let expected = if folder == "sigeyi" { folder.clone() } else { format!("sigeyi-{folder}") };
        assert_eq!(package, expected, "the package is called as its folder");
        let known: BTreeSet<String> = dependencies(&manifest)
            .into_iter()
            .filter(|name| name == "sigeyi" || name.starts_with("sigeyi-"))
            .map(|name| name.trim_start_matches("sigeyi-").to_owned())
            .collect();
        found.insert(folder, known);
    }
    let house: BTreeMap<String, BTreeSet<String>> = HOUSE
        .into_iter()
        .map(|(name, knows)| (name.to_owned(), knows.iter().map(|known| (*known).to_owned()).collect()))
        .collect();
    assert_eq!(found, house);
}

#[test]
fn no_crate_takes_another_by_its_path() {
    for (folder, _) in HOUSE {
        let manifest = read(&format!("crates/{folder}/Cargo.toml"));
        assert!(!manifest.contains("path = \"../"), "{folder} goes around the workspace table");
    }
}

#[test]
fn the_two_commands_at_the_top_of_the_readme_are_those_that_ci_runs() {
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = read(readme);
        let (_, block) = text.split_once("```\n").expect("a block of commands");
        let (block, _) = block.split_once("```").expect("the block ends");
        let commands: Vec<&str> = block
            .lines()
            .map(|line| line.split_once('#').map_or(line, |(command, _)| command).trim())
            .collect();
        assert_eq!(commands, ["cargo run --release -- demo", "cargo test --workspace"], "{readme}");
    }
    let ci = read(".ci/run");
    assert!(ci.lines().any(|line| line == "cargo test --workspace"), "{ci}");
    assert!(ci.lines().any(|line| line.starts_with("cargo run --release -- demo")), "{ci}");
}

/// Names of tests that the assessor's tables of `docs/security.md` give as answers to a clause.
fn tests_of_the_clauses() -> BTreeSet<String> {
    let document = read("docs/security.md");
    let (_, tables) = document.split_once("\n## Clauses and the tests").expect("the tables are there");
    tables
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
        .map(str::to_owned)
        .collect()
}

/// All that the sources below a folder say, one after the other.
fn sources(folder: PathBuf, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
            sources(path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).expect("sources are UTF-8"));
        }
    }
}

#[test]
fn each_clause_of_the_security_page_names_tests_that_exist() {
    let named = tests_of_the_clauses();
    assert!(named.len() > 60, "{} names only: are the tables still read?", named.len());
    let mut text = String::new();
    sources(workspace().join("crates"), &mut text);
    sources(workspace().join("tests/tests"), &mut text);
    let missing: Vec<&String> = named.iter().filter(|name| !text.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "there are no such tests: {missing:?}");
}
