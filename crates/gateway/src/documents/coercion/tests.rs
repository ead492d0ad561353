//! Every rule of the coercion.

use async_graphql::parser::{parse_query, types::DocumentOperations};
use serde_json::json;

use super::*;
use crate::executor::ScalarRule;

const RULES: &[ScalarRule] = &[ScalarRule {
    name: "Even",
    takes: |value| matches!(value, Value::Number(number) if number.as_i64().is_some_and(|it| it % 2 == 0)),
    expected: "must be even",
}];

const SDL: &str = r#"
scalar Day
scalar Even
enum Kind { ONE TWO }
input Filter { day: Day! kind: Kind size: Int! = 3 inner: Filter tags: [String!] evens: [Even!] }
input Which @oneOf { id: ID name: String }
type Query { a: Int }
schema { query: Query }
"#;

fn coerced(declared: &str, given: Json) -> Result<Json, Vec<String>> {
    let types = SchemaTypes::read(SDL, RULES).unwrap();
    let document = parse_query(format!("query ({declared}) {{ a }}")).unwrap();
    let DocumentOperations::Single(operation) = document.operations else { panic!("it has no name") };
    let Json::Object(given) = given else { panic!("variables are an object") };
    let limits = Limits { variable_values_max: 50, variable_depth_max: 5, ..Limits::default() };
    coerce(&types, &operation.node.variable_definitions, given, &limits)
        .map(|variables| serde_json::to_value(&variables).unwrap())
        .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
}

#[track_caller]
fn takes(ty: &str, value: Json, expected: Json) {
    assert_eq!(
        coerced(&format!("$x: {ty}"), json!({ "x": value })),
        Ok(json!({ "x": expected })),
        "{ty} {value}"
    );
}

#[track_caller]
fn refuses(ty: &str, value: Json, message: &str) {
    let errors = coerced(&format!("$x: {ty}"), json!({ "x": value })).expect_err(ty);
    assert!(errors[0].starts_with(message), "{ty} {value}: {errors:?}");
}

#[test]
fn scalars_are_strict() {
    takes("Int", json!(-2_147_483_648_i64), json!(-2_147_483_648_i64));
    for value in
        [json!(2_147_483_648_i64), json!(1.0), json!(1.5), json!("1"), json!(true), json!({}), json!([1])]
    {
        refuses("Int", value, "$x must be an Int");
    }
    takes("Float", json!(1), json!(1));
    takes("Float", json!(1.5), json!(1.5));
    refuses("Float", json!("1.5"), "$x must be a Float");
    takes("String", json!("张三"), json!("张三"));
    refuses("String", json!(1), "$x must be a String");
    takes("Boolean", json!(false), json!(false));
    for value in [json!("true"), json!(0)] {
        refuses("Boolean", value, "$x must be a Boolean");
    }
    takes("ID", json!("a1"), json!("a1"));
    takes("ID", json!(12), json!("12"));
    for value in [json!(1.5), json!(true), json!({})] {
        refuses("ID", value, "$x must be an ID");
    }
    takes("Day", json!({ "any": ["thing"] }), json!({ "any": ["thing"] }));
}

#[test]
fn enums_are_strings_with_one_of_their_values() {
    takes("Kind", json!("TWO"), json!("TWO"));
    refuses("Kind", json!("THREE"), "$x must be one of the values of the enum Kind");
    refuses("Kind", json!("one"), "$x must be one of the values of the enum Kind");
    refuses("Kind", json!(1), "$x must be a string with a value of the enum Kind");
}

#[test]
fn a_scalar_of_the_schema_takes_what_its_rule_says_wherever_it_stands() {
    takes("Even", json!(4), json!(4));
    takes("[Even!]", json!(4), json!([4]));
    refuses("Even", json!(3), "$x must be even");
    refuses("Even", json!("secret"), "$x must be even");
    refuses("[Even!]", json!([2, 3]), "$x[1] must be even");
    refuses(
        "Filter",
        json!({ "day": "d", "inner": { "day": "d", "evens": [2, 5] } }),
        "$x.inner.evens[1] must be even",
    );
    takes("Day", json!({ "any": ["thing"] }), json!({ "any": ["thing"] }));
}

#[test]
fn null_is_a_value_only_where_it_may_be() {
    takes("Int", json!(null), json!(null));
    refuses("Int!", json!(null), "$x must not be null");
    takes("[Int]", json!([1, null]), json!([1, null]));
    refuses("[Int!]", json!([1, null]), "$x[1] must not be null");
    refuses("Filter", json!({ "day": null }), "$x.day must not be null");
    refuses("Filter", json!({ "day": "x", "size": null }), "$x.size must not be null");
}

#[test]
fn lists_hold_their_items_and_one_value_is_a_list() {
    takes("[Int!]!", json!([1, 2]), json!([1, 2]));
    takes("[Int]", json!(1), json!([1]));
    takes("[[Int]]", json!([1, [2]]), json!([[1], [2]]));
    takes("[[Int]]", json!(1), json!([[1]]));
    takes("[Int]", json!([]), json!([]));
    refuses("[Int]", json!([1, "x"]), "$x[1] must be an Int");
    refuses("[[Int]]", json!([[1], ["x"]]), "$x[1][0] must be an Int");
    refuses("[Int]", json!("x"), "$x must be an Int");
}

#[test]
fn objects_have_their_fields_and_no_others() {
    takes("Filter", json!({ "day": "d" }), json!({ "day": "d" }));
    takes(
        "Filter",
        json!({ "day": 1, "inner": { "day": 2, "tags": "t" } }),
        json!({ "day": 1, "inner": { "day": 2, "tags": ["t"] } }),
    );
    refuses("Filter", json!({}), "$x.day is required");
    refuses(
        "Filter",
        json!({ "day": "d", "inner": { "day": "d", "tags": ["a", 1] } }),
        "$x.inner.tags[1] must be a String",
    );
    refuses("Filter", json!({ "day": "d", "dya": 1 }), "$x.dya is no field of Filter");
    refuses("Filter", json!("d"), "$x must be an object, a Filter");
    refuses("Filter", json!([{ "day": "d" }]), "$x must be an object, a Filter");
    let errors = coerced("$x: Filter", json!({ "x": { "day": "d", "张三": 1 } })).unwrap_err();
    assert_eq!(errors, ["$x has a field that Filter does not know: leave it out"]);
}

#[test]
fn one_of_several_means_one() {
    takes("Which", json!({ "id": 1 }), json!({ "id": "1" }));
    takes("Which", json!({ "name": "n" }), json!({ "name": "n" }));
    for value in
        [json!({}), json!({ "id": 1, "name": "n" }), json!({ "id": null }), json!({ "id": 1, "name": null })]
    {
        refuses("Which", value, "$x must have exactly one field");
    }
    refuses("Which", json!({ "other": 1 }), "$x.other is no field of Which");
    refuses("Which", json!({ "name": 1 }), "$x.name must be a String");
}

#[test]
fn variables_may_be_left_out_where_something_stands_for_them() {
    assert_eq!(coerced("$x: Int", json!({})), Ok(json!({})));
    assert_eq!(coerced("$x: Int = 3", json!({})), Ok(json!({ "x": 3 })));
    assert_eq!(coerced("$x: Int! = 3", json!({})), Ok(json!({ "x": 3 })));
    assert_eq!(coerced("$x: Int = 3", json!({ "x": null })), Ok(json!({ "x": null })));
    assert_eq!(coerced("$x: Int", json!({ "y": 1 })), Ok(json!({})));
    assert_eq!(coerced("$x: Int!", json!({})), Err(vec!["$x is required: give it a value".to_owned()]));
    assert!(coerced("$x: Int! = 3", json!({ "x": null })).is_err());
    assert!(coerced("$x: Person", json!({ "x": 1 })).is_err());
}

#[test]
fn every_fault_is_told_without_its_value_up_to_a_limit() {
    let errors = coerced("$x: Int, $y: Kind!", json!({ "x": "secret", "y": "secret" })).unwrap_err();
    assert_eq!(errors.len(), 2);
    assert!(!errors.concat().contains("secret"));
    let many: Vec<&str> = vec!["secret"; 40];
    assert_eq!(coerced("$x: [Int]", json!({ "x": many })).unwrap_err().len(), ERRORS_MAX);
}

#[test]
fn size_and_depth_have_limits_also_for_what_is_not_declared() {
    assert!(coerced("$x: Day", json!({ "x": [[[[[]]]]] })).is_ok());
    assert!(coerced("$x: Day", json!({ "x": [[[[[[]]]]]] })).unwrap_err()[0].contains("nested too deep"));
    assert!(coerced("$x: Int", json!({ "y": { "a": { "a": { "a": { "a": { "a": {} } } } } } })).is_err());
    assert!(coerced("$x: Day", json!({ "x": vec![0; 49] })).is_ok());
    assert!(coerced("$x: Day", json!({ "x": vec![0; 50] })).unwrap_err()[0].contains("too many values"));
}
