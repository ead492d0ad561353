//! From texts to operations, with a sample schema.

mod hostile;
mod sample;

use async_graphql::Value;
use futures_util::FutureExt;
use serde_json::{Value as Json, json};

use self::sample::{documents, prepare};
use super::*;
use crate::codes::code_of;

/// Runs what must be right.
fn run(query: &str, variables: Json) -> Json {
    let documents = documents(Limits::default());
    let prepared =
        prepare(&documents, query, variables).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
    let response = documents.executor().run(prepared.request()).now_or_never().expect("nothing waits");
    assert_eq!(response.errors, [], "{query}");
    response.data.into_json().unwrap()
}

/// Code and message of the first error.
fn refusal(query: &str, variables: Json) -> (String, String) {
    let Err(errors) = prepare(&documents(Limits::default()), query, variables) else {
        panic!("accepted: {query}")
    };
    let ServerError { message, path, .. } = &errors[0];
    assert!(path.is_empty());
    (code_of(&errors[0]).expect("every error has a code").to_owned(), message.clone())
}

#[track_caller]
fn refused(query: &str, variables: Json, code: &str, message: &str) {
    let (found, text) = refusal(query, variables);
    assert_eq!(found, code, "{query}: {text}");
    assert!(text.contains(message), "{query}: {text}");
}

#[test]
fn what_is_right_runs() {
    assert_eq!(run("{ a }", json!({})), json!({ "a": 1 }));
    assert_eq!(run("{ ...F } fragment F on Query { a }", json!({ "unused": [1] })), json!({ "a": 1 }));
    assert_eq!(
        run("{ __typename x: inner { __typename a } }", json!({})),
        json!({ "__typename": "Query", "x": { "__typename": "Query", "a": 1 } })
    );
    assert_eq!(
        run("query ($n: String!) { __type(name: $n) { kind } }", json!({ "n": "Day" })),
        json!({ "__type": { "kind": "SCALAR" } })
    );
}

/// As the tools of front ends ask for it, nine lists and non-nulls deep.
#[test]
fn introspection_keeps_the_limits() {
    let types = format!("{}{}", "kind name ofType { ".repeat(9), "kind name".to_owned() + &"}".repeat(9));
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name }}
         subscriptionType {{ name }} types {{ ...FullType }}
         directives {{ name isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description isOneOf
         fields(includeDeprecated: true) {{ name args(includeDeprecated: true) {{ ...InputValue }}
         type {{ ...TypeRef }} isDeprecated deprecationReason }}
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
         enumValues(includeDeprecated: true) {{ name }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name type {{ ...TypeRef }} defaultValue }}
         fragment TypeRef on __Type {{ {types} }}"
    );
    let schema = run(&query, json!({}));
    assert_eq!(schema["__schema"]["queryType"]["name"], "Query");
}

#[test]
fn texts_that_are_no_documents() {
    for text in
        ["", "{", "}", "query {", "{ a", "hello", "{ a(x: \") }", "# nothing", "type A { b: C }", "{ a } }"]
    {
        refused(text, json!({}), "PARSE_ERROR", "");
    }
    refused("fragment F on Query { a }", json!({}), "PARSE_ERROR", "no operation");
    refused("{ a } query B { a }", json!({}), "PARSE_ERROR", "without a name");
    refused("query A { a } query A { a }", json!({}), "PARSE_ERROR", "same name");
    let (_, message) = refusal("{ secret(name: 张三) }", json!({}));
    assert!(message.contains("line 1, column 16") && !message.contains("张三"), "{message}");
}

#[test]
fn documents_that_do_not_fit() {
    refused("{ b }", json!({}), "VALIDATION_ERROR", "Unknown field \"b\"");
    refused("{ people(first: \"x\") { name } }", json!({}), "VALIDATION_ERROR", "");
    refused("{ inner }", json!({}), "VALIDATION_ERROR", "");
    refused("{ filtered(filter: { kind: SECRET }) }", json!({}), "VALIDATION_ERROR", "this value");
    refused("{ scalars(i: $x) }", json!({}), "VALIDATION_ERROR", "");
    refused("query ($x: Nothing) { scalars(i: $x) }", json!({ "x": 1 }), "VALIDATION_ERROR", "");
    refused("query ($x: Person) { scalars(i: $x) }", json!({ "x": 1 }), "VALIDATION_ERROR", "");
    refused("query ($x: String) { scalars(i: $x) }", json!({ "x": "1" }), "VALIDATION_ERROR", "");
    refused(
        "query ($x: Filter = \"x\") { filtered(filter: $x) }",
        json!({}),
        "VALIDATION_ERROR",
        "default value of $x",
    );
    refused("subscription { ticks others }", json!({}), "VALIDATION_ERROR", "one field");
    let many = format!("{{ {} }}", (0..19).map(|number| format!("unknown{number} ")).collect::<String>());
    let Err(errors) = prepare(&documents(Limits::default()), &many, json!({})) else { panic!() };
    assert_eq!(errors.len(), 19);
    let long = format!("{{ {} }}", "x".repeat(100_000));
    assert!(refusal(&long, json!({})).1.len() < 1_000);
}

#[test]
fn arguments_that_the_library_lets_pass() {
    for (query, message) in [
        ("mutation { record(filter: \"x\") }", "filter of record must be an object"),
        ("mutation ($s: Int!) { record(filter: { size: $s, kund: ONE }) }", "does not know"),
        ("mutation ($s: Int!) { record(filter: { size: $s }) }", "required"),
        ("query ($d: Day!) { filtered(filter: { kind: \"ONE\", day: $d }) }", "without quotes"),
        ("query ($n: String!, $i: ID!) { which(which: { name: $n, id: $i }) }", "exactly one"),
        ("query ($s: Int!) { filtered(filter: { kind: ONE, size: $s, inner: [] }) }", "must be an object"),
    ] {
        refused(query, json!({}), "VALIDATION_ERROR", message);
    }
}

#[test]
fn variables_stand_only_where_their_type_fits() {
    for query in [
        "query ($x: String) { scalars(i: $x) }",
        "query ($x: [Int]) { scalars(i: $x) }",
        "query ($x: Int) { filtered(filter: { kind: ONE, inner: { kind: TWO, size: 1, inner: $x } }) }",
        "query ($x: Kind) { filtered(filter: { kind: $x }) }",
        "query ($x: Kind = null) { filtered(filter: { kind: $x }) }",
        "query ($x: Kind) { ...F } fragment F on Query { inner { filtered(filter: { kind: $x }) } }",
        "query ($x: [Day]) { filtered(filter: { kind: ONE }, days: $x) }",
        "query ($x: Day) { filtered(filter: { kind: ONE }, days: [$x]) }",
        "query ($x: Day!) { filtered(filter: { kind: ONE }, days: $x) }",
        "query ($x: String) { which(which: { name: $x }) }",
        "query ($x: Boolean) { a @skip(if: $x) }",
        "query ($x: String!) { ... @include(if: $x) { a } }",
        "query ($x: Int!) { ...F @include(if: $x) } fragment F on Query { a }",
    ] {
        refused(query, json!({}), "VALIDATION_ERROR", "whose type does not fit");
    }
    let name = "query ($x: String!) { inner { ...F } } fragment F on Query { which(which: { name: $x }) }";
    assert_eq!(run(name, json!({ "x": "y" })), json!({ "inner": { "which": "name y" } }));
    let kind = "query ($x: Kind = ONE, $d: [Day!]) { filtered(filter: { kind: $x }, days: $d) }";
    assert_eq!(run(kind, json!({ "d": "2026-01-31" })), json!({ "filtered": "None 7 Some(1)" }));
    refused(
        kind,
        json!({ "x": null }),
        "BAD_VARIABLES",
        "filter of filtered has a variable in it that must not be null",
    );
    assert_eq!(
        run("query ($x: Boolean!) { a @skip(if: $x) inner { a } }", json!({ "x": true })),
        json!({ "inner": { "a": 1 } })
    );
}

#[test]
fn the_operation_is_chosen_by_its_name() {
    let documents = documents(Limits::default());
    let choose = |query: &str, name: Option<&str>| {
        let params =
            Params { query: query.to_owned(), operation_name: name.map(str::to_owned), variables: None };
        match documents.prepare(params) {
            Ok(prepared) => Ok((prepared.name, prepared.kind)),
            Err(errors) => Err(code_of(&errors[0]).unwrap().to_owned()),
        }
    };
    let two = "query A { a } mutation B { record(filter: { kind: ONE }) }";
    let not_found = Err("OPERATION_NOT_FOUND".to_owned());
    assert_eq!(choose(two, Some("A")), Ok((Some("A".to_owned()), OperationType::Query)));
    assert_eq!(choose(two, Some("B")), Ok((Some("B".to_owned()), OperationType::Mutation)));
    assert_eq!(choose(two, None), not_found);
    assert_eq!(choose(two, Some("")), not_found);
    assert_eq!(choose(two, Some("C")), not_found);
    assert_eq!(choose("query A { a }", None), Ok((Some("A".to_owned()), OperationType::Query)));
    assert_eq!(choose("{ a }", Some("A")), not_found);
    assert_eq!(choose("{ a }", Some("")), Ok((None, OperationType::Query)));
    assert_eq!(choose("subscription { ticks }", None), Ok((None, OperationType::Subscription)));
}

#[test]
fn one_operation_does_not_pay_for_another() {
    let query = "query A($x: Int!) { scalars(i: $x) } query B { a }";
    let documents = documents(Limits::default());
    let params = Params { query: query.to_owned(), operation_name: Some("B".to_owned()), variables: None };
    let prepared = documents.prepare(params).unwrap_or_else(|errors| panic!("{errors:?}"));
    let response = documents.executor().run(prepared.request()).now_or_never().unwrap();
    assert_eq!(response.data.into_json().unwrap(), json!({ "a": 1 }));
}

#[test]
fn a_variable_that_is_left_out_leaves_the_default() {
    let query = "query ($first: Int) { people(first: $first) { name } }";
    assert_eq!(run(query, json!({}))["people"].as_array().unwrap().len(), 20);
    assert_eq!(run(query, json!({ "first": 2 }))["people"].as_array().unwrap().len(), 2);
    refused(query, json!({ "first": null }), "BAD_VARIABLES", "first of people");
    let query = "query ($first: Int = 3) { ...F } fragment F on Query { people(first: $first) { name } }";
    assert_eq!(run(query, json!({}))["people"].as_array().unwrap().len(), 3);
    let query = "query ($s: Int, $d: Day) { filtered(filter: { kind: ONE, size: $s, day: $d }) }";
    assert_eq!(run(query, json!({})), json!({ "filtered": "None 7 None" }));
    assert_eq!(
        run(query, json!({ "d": "2026-01-31", "s": 1 })),
        json!({ "filtered": "Some(\"2026-01-31\") 1 None" })
    );
}

#[test]
fn the_cost_is_reckoned_with_the_variables() {
    let documents = documents(Limits { complexity_max: 100, ..Limits::default() });
    let query = "query ($first: Int!) { people(first: $first) { name } }";
    let response = |first: i32| {
        let prepared = prepare(&documents, query, json!({ "first": first }));
        let request = prepared.unwrap_or_else(|errors| panic!("{errors:?}")).request();
        let mut response = documents.executor().run(request).now_or_never().unwrap();
        codes::of_execution(&mut response);
        response
    };
    assert_eq!(response(100).errors, []);
    let dear = response(101);
    assert_eq!((dear.data, code_of(&dear.errors[0])), (Value::Null, Some("TOO_COMPLEX")));
    let Err(errors) = prepare(&documents, "{ people(first: 101) { name } }", json!({})) else { panic!() };
    assert_eq!(code_of(&errors[0]), Some("TOO_COMPLEX"));
}

#[test]
fn what_an_operation_costs_is_known_before_it_runs() {
    let documents = documents(Limits::default());
    let complexity = |query: &str, variables: Json| prepare(&documents, query, variables).unwrap().complexity;
    assert_eq!(complexity("{ a people(first: 7) { name } }", json!({})), 8);
    assert_eq!(complexity("{ people { name } }", json!({})), 20);
    let given = "query ($first: Int!) { ...F } fragment F on Query { people(first: $first) { name } }";
    assert_eq!(complexity(given, json!({ "first": 3 })), 3);
    assert_eq!(complexity(given, json!({ "first": 50 })), 50);
    // A default counts for who gives nothing, and for nobody else.
    let default = "query ($first: Int = 1) { people(first: $first) { name } }";
    assert_eq!(complexity(default, json!({})), 1);
    assert_eq!(complexity(default, json!({ "first": 50 })), 50);
    let left_out = "query ($first: Int) { people(first: $first) { name } }";
    assert_eq!(complexity(left_out, json!({})), 20);
    // Of several operations the one that runs.
    let several = "query A { a } query B { people(first: 100) { name } }";
    let params = Params { query: several.into(), operation_name: Some("A".into()), variables: None };
    assert_eq!(documents.prepare(params).unwrap().complexity, 1);
}

#[test]
fn documents_are_kept_within_bounds() {
    let limits = Limits { documents_max: 10, ..Limits::default() };
    let documents = documents(limits);
    for number in 0..100 {
        assert!(prepare(&documents, &format!("query A{number} {{ a }}"), json!({})).is_ok());
    }
    assert!((1..=10).contains(&documents.seen.len()), "{}", documents.seen.len());
    let before = documents.seen.len();
    assert!(prepare(&documents, "{ unknown }", json!({})).is_err());
    assert_eq!(documents.seen.len(), before);
    assert!(documents.seen.get("{ unknown }").is_none());

    let documents = sample::documents(Limits { documents_bytes_max: 100_000, ..Limits::default() });
    for number in 0..100 {
        let text = format!("query A{number} {{ a }} # {}", "-".repeat(1_000));
        assert!(prepare(&documents, &text, json!({})).is_ok());
    }
    assert!((1..=4).contains(&documents.seen.len()), "{}", documents.seen.len());
}
