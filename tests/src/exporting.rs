//! Files for analysts, and what is in them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{Place, Server, succeed, text};

/// A directory in which three years have passed.
pub fn story() -> Place {
    let place = Place::empty();
    succeed(&["demo", "--people", "400", "--seed", "7", "--data", text(&place.data()), "--no-serve"]);
    place
}

/// Arguments that export a directory to a folder.
pub fn export_args<'a>(place: &'a [PathBuf; 2], more: &[&'a str]) -> Vec<&'a str> {
    [&["export", "--data", text(&place[0]), "--to", text(&place[1])], more].concat()
}

/// Exports to a folder of the place.
pub fn export(place: &Place, folder: &str, more: &[&str]) -> PathBuf {
    let paths = [place.data(), place.path(folder)];
    succeed(&export_args(&paths, more));
    let [_, folder] = paths;
    folder
}

/// What a folder says of itself.
pub fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).expect("it is there")).expect("it is JSON")
}

/// The files of one kind.
pub fn entries<'m>(manifest: &'m Value, what: &str) -> Vec<&'m Value> {
    let files = manifest["files"].as_array().expect("a list");
    files.iter().filter(|file| file["what"] == what).collect()
}

/// A number, or a text of one.
pub fn number(value: &Value) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is no number"))
}

/// The text of a file of a manifest.
pub fn read(folder: &Path, entry: &Value) -> String {
    fs::read_to_string(folder.join(entry["name"].as_str().expect("a name"))).expect("it is UTF-8")
}

/// Every file with its bytes.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    files
        .map(|file| {
            let name = file.file_name().into_string().expect("names are UTF-8");
            (name, fs::read(file.path()).expect("it can be read"))
        })
        .collect()
}

/// Restricts somebody through a server.
pub fn restrict(place: &Place, person: &str) {
    let query = "mutation($input: RestrictDataInput!) { restrictData(input: $input) { __typename } }";
    let input = json!({
        "commandId": "00000000-0000-4000-8000-000000000001", "personId": person, "cause": "ACCURACY_DISPUTED"
    });
    let body = json!({ "query": query, "variables": { "input": input } });
    let answer = Server::of(&place.data()).post(body.to_string().as_bytes());
    assert!(answer.contains("\"Recorded\""), "{answer}");
}
