//! Every form in which a word could stand somewhere, and the search for all of them.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use aho_corasick::AhoCorasick;
use base64::{Engine, engine::general_purpose};

/// Shorter forms would be found among random bytes now and then.
const FORM_BYTES_MIN: usize = 8;

/// Words that must not be found, each in all its forms.
pub(crate) struct Search {
    forms: Vec<(String, Vec<u8>)>,
    patterns: AhoCorasick,
}

impl Search {
    /// For words, each with what it is.
    pub(crate) fn of(words: &[(&str, &str)]) -> Search {
        let mut forms: Vec<(String, Vec<u8>)> = Vec::new();
        for (what, word) in words {
            for (form, bytes) in forms_of(word) {
                assert!(
                    bytes.len() >= FORM_BYTES_MIN,
                    "the {form} of the {what} is too short to be told from others"
                );
                forms.push((format!("{what} as {form}"), bytes));
            }
        }
        let patterns = AhoCorasick::new(forms.iter().map(|(_, bytes)| bytes)).expect("they fit");
        Search { forms, patterns }
    }

    /// Nothing is found in the bytes.
    #[track_caller]
    pub(crate) fn finds_nothing(&self, bytes: &[u8], place: &str) {
        if let Some(found) = self.patterns.find(bytes) {
            let around = &bytes[found.start().saturating_sub(200)..bytes.len().min(found.end() + 100)];
            panic!(
                "the {} stands in {place} at byte {}: {}",
                self.forms[found.pattern().as_usize()].0,
                found.start(),
                String::from_utf8_lossy(around)
            );
        }
    }

    /// Whether something is found.
    pub(crate) fn finds(&self, bytes: &[u8]) -> bool {
        self.patterns.is_match(bytes)
    }

    /// Nothing is found in any file below a folder, nor in the names of the files. Gives the names.
    pub(crate) fn finds_nothing_below(&self, dir: &Path) -> Vec<String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).expect("it can be listed") {
            let path = entry.expect("it can be read").path();
            let name = path.to_str().expect("names are UTF-8").to_owned();
            self.finds_nothing(name.as_bytes(), "the name of a file");
            if path.is_dir() {
                names.extend(self.finds_nothing_below(&path));
            } else {
                self.finds_nothing(&fs::read(&path).expect("it can be read"), &name);
                names.push(name);
            }
        }
        names
    }

    /// Every single form is found among other bytes.
    pub(crate) fn finds_all_in_a_control(&self) {
        for (form, bytes) in &self.forms {
            let control = [&[0xff, 0x00, 0xe5], &bytes[..], &[0xff]].concat();
            assert!(self.finds(&control), "{form}");
        }
    }
}

fn forms_of(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf8 = word.as_bytes();
    let units: Vec<u16> = word.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let mut forms = vec![("UTF-8", utf8.to_vec())];
    for (name, bytes) in [("hex", utf8), ("hex of UTF-16", &little), ("hex of UTF-16, big end first", &big)] {
        forms.push((name, hex(bytes).into()));
        forms.push((name, hex(bytes).to_uppercase().into()));
    }
    for (name, bytes) in
        [("base64", utf8), ("base64 of UTF-16", &little), ("base64 of UTF-16, big end first", &big)]
    {
        forms.extend((0..3).flat_map(|shift| base64_at(shift, bytes)).map(|form| (name, form)));
    }
    for program in ["sha256sum", "sha1sum", "md5sum"] {
        let digest = digest(program, utf8);
        let bytes: Vec<u8> = (0..digest.len() / 2)
            .map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).expect("it prints digits"))
            .collect();
        forms.extend(
            (0..3).flat_map(|shift| base64_at(shift, &bytes)).map(|form| ("base64 of a digest", form)),
        );
        forms.push(("digest", bytes));
        forms.push(("digest in digits", digest.to_uppercase().into()));
        forms.push(("digest in digits", digest.into()));
    }
    forms.push(("UTF-16", little));
    forms.push(("UTF-16, big end first", big));
    // What of it is not ASCII, as JSON and addresses may have it.
    if !word.is_ascii() {
        let escaped = |escape: &dyn Fn(u16) -> String| {
            units
                .iter()
                .map(|unit| match u8::try_from(*unit).ok().filter(u8::is_ascii) {
                    Some(ascii) => char::from(ascii).to_string(),
                    None => escape(*unit),
                })
                .collect::<String>()
        };
        forms.push(("JSON escapes", escaped(&|unit| format!("\\u{unit:04x}")).into()));
        forms.push(("JSON escapes", escaped(&|unit| format!("\\u{unit:04X}")).into()));
        forms.push(("Rust escapes", escaped(&|unit| format!("\\u{{{unit:x}}}")).into()));
        let percent: String = utf8.iter().map(|byte| format!("%{byte:02X}")).collect();
        forms.push(("an address", percent.to_lowercase().into()));
        forms.push(("an address", percent.into()));
    }
    let mut known = BTreeSet::new();
    forms.retain(|(_, bytes)| known.insert(bytes.clone()));
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The characters that depend on these bytes alone when so many others stand before them, in both alphabets.
fn base64_at(shift: usize, bytes: &[u8]) -> [Vec<u8>; 2] {
    let shifted = [&vec![0; shift], bytes].concat();
    let (first, last) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
    [general_purpose::STANDARD_NO_PAD, general_purpose::URL_SAFE_NO_PAD]
        .map(|engine| engine.encode(&shifted).as_bytes()[first..last].to_vec())
}

/// What a program of the system says of the bytes, so that no crate is needed for digests that nothing here uses.
fn digest(program: &str, bytes: &[u8]) -> String {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().expect("it is piped").write_all(bytes).expect("it reads");
    let printed = child.wait_with_output().expect("it ends").stdout;
    let printed = String::from_utf8(printed).expect("digits");
    printed.split_whitespace().next().expect("a digest").to_owned()
}
