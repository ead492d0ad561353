//! Texts that were made to hurt, and what the good ones cost.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use super::*;

/// With a margin for a build without optimisation and a machine that is busy.
const REFUSAL_TIME_MAX: Duration = Duration::from_millis(50);

#[test]
fn hostile_texts_are_refused_quickly() {
    let documents = documents(Limits::default());
    let aliases: String = (0..50_000).map(|number| format!("a{number}:a ")).collect();
    let fragments: String =
        (0..250).map(|at| format!("fragment F{at} on Query {{ ...F{0} ...F{0} }} ", at + 1)).collect();
    let texts = [
        ("TOO_DEEP", "{a".repeat(10_000)),
        ("TOO_DEEP", format!("{{ a(x: {}", "[".repeat(10_000))),
        ("TOO_DEEP", format!("{{ a(x: {}", "{x:".repeat(10_000))),
        ("TOO_DEEP", format!("query ($x: {}", "[".repeat(10_000))),
        ("TOO_DEEP", format!("{{ ...F0 }} {fragments} fragment F250 on Query {{ a }}")),
        ("TOO_MANY_TOKENS", format!("{{ {aliases} }}")),
        ("TOO_MANY_TOKENS", format!("{{ a(x: [{}]) }}", "true".repeat(20_000))),
        ("TOO_MANY_ALIASES", format!("{{ {} }}", "x:a ".repeat(1_300))),
        ("TOO_MANY_ROOT_FIELDS", format!("{{ {} }}", "a ".repeat(3_900))),
        ("PARSE_ERROR", format!("{{ a(x: \"{}", "x".repeat(100_000))),
        ("TOO_MANY_TOKENS", " ".repeat(120_000)),
        ("PARSE_ERROR", " ".repeat(60_000)),
        ("PARSE_ERROR", format!("{{ a {}", "\n".repeat(60_000))),
        ("PARSE_ERROR", format!("{{ a #{}", "#".repeat(60_000))),
        ("TOO_MANY_TOKENS", format!("{{ a {}", "#\n".repeat(60_000))),
        ("PARSE_ERROR", format!("{{ {} ", "a { ".repeat(60))),
        ("PARSE_ERROR", format!("{{ {}", format!("a {} {{", "\n".repeat(1_000)).repeat(60))),
        ("PARSE_ERROR", format!("{{ a{}", format!(" {} @b(c: [1])", "\n".repeat(100)).repeat(220))),
        ("VALIDATION_ERROR", format!("{{ inner {{ {} }} }}", "b ".repeat(3_900))),
    ];
    for (code, text) in texts {
        let beginning = &text[..text.len().min(60)];
        let begun = processor_time();
        let Err(errors) = prepare(&documents, &text, json!({})) else { panic!("accepted: {beginning}") };
        let elapsed = processor_time() - begun;
        println!("{:>7.3} ms {code} {beginning:?}", elapsed.as_secs_f64() * 1e3);
        assert_eq!(code_of(&errors[0]), Some(code), "{beginning}");
        assert!(elapsed < REFUSAL_TIME_MAX, "{elapsed:?} for {beginning}");
        assert!(errors.len() <= codes::ERRORS_MAX);
    }
}

#[test]
fn no_text_makes_it_panic() {
    let documents = documents(Limits::default());
    let (mut state, mut accepted) = (1, 0);
    for round in 0..20_000 {
        let text = random_text(&mut state, round % 40);
        match prepare(&documents, &text, json!({ "x": true })) {
            Ok(_) => accepted += 1,
            Err(errors) => {
                assert!(errors.iter().all(|error| code_of(error).is_some()));
                assert!(errors.iter().all(|error| code_of(error) != Some("INTERNAL")), "{text}");
            }
        }
    }
    assert!(accepted > 0, "some texts are right");
}

/// Brackets may stand as deep as the limit has them, on the stack of an ordinary thread.
#[test]
fn the_deepest_text_that_is_parsed_needs_no_large_stack() {
    let texts = [
        format!("{{ {} a {} }}", "inner {".repeat(63), "}".repeat(63)),
        format!("{{ scalars(s: {} {}) }}", "[".repeat(62), "]".repeat(62)),
        format!("{{ filtered(filter: {} 1 {}) }}", "{ inner: ".repeat(62), "}".repeat(62)),
    ];
    let work = move || {
        let documents = documents(Limits::default());
        for text in texts {
            let Err(errors) = prepare(&documents, &text, json!({})) else { panic!("accepted: {text}") };
            assert_ne!(code_of(&errors[0]), Some("PARSE_ERROR"), "{text}");
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn time_grows_with_the_length_and_no_faster() {
    let limits = Limits {
        tokens_max: usize::MAX,
        aliases_max: usize::MAX,
        root_fields_max: usize::MAX,
        selections_max: usize::MAX,
        complexity_max: usize::MAX,
        documents_max: 1,
        ..Limits::default()
    };
    let documents = documents(limits);
    let shapes: [fn(usize) -> String; 5] = [
        |size| format!("{{ {} }}", "a ".repeat(size)),
        |size| format!("{{ {} }}", (0..size).map(|at| format!("a{at}: a ")).collect::<String>()),
        |size| format!("{{ a {} }}", "# a comment\n".repeat(size)),
        |size| format!("{{ scalars(s: \"\"\"{}\"\"\") }}", "\\\"\"\" ".repeat(size)),
        |size| format!("{{ {} }}", "inner { ...F } ".repeat(size)) + " fragment F on Query { a }",
    ];
    let spent = |text: &str, times: usize| {
        let begun = processor_time();
        for _ in 0..times {
            assert!(prepare(&documents, text, json!({})).is_ok(), "{}", &text[..40]);
            documents.seen.clear();
        }
        processor_time() - begun
    };
    for shape in shapes {
        let (short, long) = (shape(500), shape(8_000));
        spent(&short, 1);
        // As much text in the end; if time were the square of the length, the long one would take 16 times as long.
        let (often, once) = (spent(&short, 64), spent(&long, 4));
        assert!(once < often * 5 + Duration::from_millis(20), "{often:?}, then {once:?} for {}", &shape(3));
    }
}

/// As a fuzzer would make it: pieces of the language in any order.
fn random_text(state: &mut u64, pieces: usize) -> String {
    const PIECES: &str = "{ } ( ) [ ] ... on Query a inner people first : 1 - 0.5e3 $x @skip(if:$x) @include query \
                          mutation fragment F subscription \" \"\"\" \\ # \n , ! = Int null true {a} ...F \
                          fragment_F_on_Query{a} 张 \u{feff} | &";
    let known: Vec<&str> = PIECES.split(' ').collect();
    let mut text = String::new();
    for _ in 0..pieces {
        // A linear congruence is random enough, and the same in every run.
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(&known[(*state >> 33) as usize % known.len()].replace('_', " "));
        if *state >> 62 == 0 {
            text.push(' ');
        }
    }
    text
}

/// What this thread has worked, where the system tells; others on the machine do not count then.
fn processor_time() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}
