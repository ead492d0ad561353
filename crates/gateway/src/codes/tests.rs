//! What clients are told of errors that come from elsewhere.

use async_graphql::{Error, ErrorExtensions, Pos};
use uuid::Uuid;

use super::*;

fn executed(error: ServerError) -> ServerError {
    let mut response = Response::from_errors(vec![error]);
    of_execution(&mut response);
    response.errors.remove(0)
}

fn at_a_field(message: &str) -> ServerError {
    ServerError::new(message, Some(Pos { line: 1, column: 1 }))
        .with_path(vec![PathSegment::Field("a".to_owned())])
}

#[test]
fn a_code_of_a_resolver_stays() {
    let error = Error::new("a person is not known").extend_with(|_, it| it.set("code", "NOT_FOUND"));
    let error = executed(error.into_server_error(Pos::default()).with_path(vec![PathSegment::Index(1)]));
    assert_eq!((code_of(&error), error.message.as_str()), (Some("NOT_FOUND"), "a person is not known"));
}

#[test]
fn a_failure_without_a_code_is_told_to_nobody() {
    let error = executed(at_a_field("cannot open /srv/data"));
    assert_eq!((code_of(&error), error.message.as_str()), (Some("INTERNAL"), FAILED));
    assert_eq!(error.path, [PathSegment::Field("a".to_owned())]);
}

#[test]
fn a_value_that_was_refused_is_not_repeated() {
    for message in ["Failed to parse \"Day\": 张三 is none", "Expected input type \"Day\", found \"张三\"."]
    {
        let error = executed(at_a_field(message));
        assert_eq!(code_of(&error), Some("BAD_ARGUMENT"));
        assert_eq!(error.message, "an argument has a value that is not a valid Day");
        let error = executed(ServerError::new(message, None));
        assert_eq!(code_of(&error), Some("BAD_VARIABLES"));
    }
}

#[test]
fn limits_of_the_library_have_codes() {
    for (message, code) in [
        ("Query is too complex.", "TOO_COMPLEX"),
        ("Query is nested too deep.", "TOO_DEEP"),
        ("The recursion depth of the query cannot be greater than `3`", "TOO_DEEP"),
        ("The number of directives on the field `a` cannot be greater than `3`", "TOO_MANY_DIRECTIVES"),
        ("Unknown field", "VALIDATION_ERROR"),
    ] {
        assert_eq!(code_of(&of_validation(vec![ServerError::new(message, None)])[0]), Some(code));
    }
}

#[test]
fn every_error_carries_the_id_of_its_request() {
    let id = RequestId(Uuid::from_u128(7));
    let mut errors = [Code::Timeout.error("late"), ServerError::new("bare", None)];
    identify(&mut errors, id);
    for error in &errors {
        assert_eq!(error.extensions.as_ref().unwrap().get("requestId"), Some(&Value::from(id.0.to_string())));
    }
    assert_eq!(code_of(&errors[0]), Some("TIMEOUT"));
}

#[test]
fn there_are_not_too_many_errors_and_none_is_too_long() {
    let errors = of_validation(vec![ServerError::new("错".repeat(1_000), None); 100]);
    assert_eq!(errors.len(), ERRORS_MAX);
    assert_eq!(errors[0].message.chars().count(), MESSAGE_CHARS_MAX + 1);
}

#[test]
fn a_value_of_the_document_is_not_repeated() {
    let message =
        "Invalid value for argument \"kind\", enumeration type \"Kind\" does not contain the value \"张三\"";
    let errors = of_validation(vec![ServerError::new(message, None)]);
    let told = "Invalid value for argument \"kind\", enumeration type \"Kind\" does not contain this value";
    assert_eq!(errors[0].message, told);
}
