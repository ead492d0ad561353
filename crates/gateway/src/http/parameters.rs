//! The parameters of a request: `query`, `operationName`, `variables` and `extensions`, from a body or from an address.

use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, error::Category};

use super::answer::{Refusal, Result};
use crate::{codes::Code, documents::Params};

/// From a JSON object.
pub(super) fn from_json(bytes: &[u8]) -> Result<Params> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bad("the body is not UTF-8: send it as UTF-8") };
    let mut body: Map<String, Value> =
        serde_json::from_str(text).or_else(|error| match error.classify() {
            // The parser's own message may quote what it met.
            Category::Data => {
                bad("the body must be one JSON object with a query: requests come one at a time")
            }
            _ => bad(&format!("the body is not JSON at line {}, column {}", error.line(), error.column())),
        })?;
    let query = match body.remove("query") {
        Some(Value::String(query)) => query,
        Some(_) => return bad("the parameter query must be a string"),
        None => return bad("the parameter query is missing: send the document in it"),
    };
    let operation_name = match body.remove("operationName") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Null) | None => None,
        Some(_) => return bad("the parameter operationName must be a string"),
    };
    let variables = object("variables", body.remove("variables"))?;
    object("extensions", body.remove("extensions"))?;
    Ok(Params { query, operation_name, variables })
}

/// From the query of an address. A parameter without a value is one that was not sent.
pub(super) fn from_query(text: &str) -> Result<Params> {
    let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match decoded(name)?.as_str() {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if place.replace(decoded(value)?).is_some() {
            return bad("a parameter is there twice: send it once");
        }
    }
    let sent = |parameter: Option<String>| parameter.filter(|text| !text.is_empty());
    let Some(query) = sent(query) else {
        return bad("the parameter query is missing: send the document in it");
    };
    let parsed = |name, text| match sent(text).map(|text| serde_json::from_str(&text)) {
        None => Ok(None),
        Some(Ok(value)) => object(name, Some(value)),
        Some(Err(_)) => bad(&format!("the parameter {name} is not JSON: send a JSON object")),
    };
    parsed("extensions", extensions)?;
    Ok(Params { query, operation_name: sent(operation_name), variables: parsed("variables", variables)? })
}

fn object(name: &str, value: Option<Value>) -> Result<Option<Map<String, Value>>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => Ok(Some(fields)),
        Some(_) => bad(&format!("the parameter {name} must be a JSON object")),
    }
}

fn decoded(text: &str) -> Result<String> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => bad("a parameter is not UTF-8: send it as UTF-8"),
    }
}

fn bad<T>(message: &str) -> Result<T> {
    Err(Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_object_with_a_query() {
        let params =
            from_json(r#"{"query":"{ a }","operationName":"A","variables":{"x":1},"more":[]}"#.as_bytes());
        let params = params.unwrap();
        assert_eq!((params.query.as_str(), params.operation_name.as_deref()), ("{ a }", Some("A")));
        assert_eq!(params.variables.unwrap()["x"], 1);
        let params =
            from_json(br#"{"query":"","operationName":null,"variables":null,"extensions":null}"#).unwrap();
        assert!(params.operation_name.is_none() && params.variables.is_none());
    }

    #[test]
    fn everything_else_is_refused() {
        for body in [
            &b""[..],
            b"{",
            b"[]",
            br#"[{"query":"{ a }"}]"#,
            br#"["{ a }", null, null]"#,
            b"null",
            b"1",
            br#""{ a }""#,
            b"{}",
            br#"{"query":null}"#,
            br#"{"query":1}"#,
            br#"{"query":"{ a }","operationName":1}"#,
            br#"{"query":"{ a }","variables":[]}"#,
            br#"{"query":"{ a }","variables":"{}"}"#,
            br#"{"query":"{ a }","extensions":0}"#,
            br#"{"query":"{ a }"} x"#,
            b"{\"query\":\"\xFF\"}",
            br#"{"query":"{ a }","variables":{"x":1e999}}"#,
        ] {
            assert!(from_json(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        let deep = format!(r#"{{"query":"","variables":{{"x":{}}}}}"#, "[".repeat(50_000));
        assert!(from_json(deep.as_bytes()).is_err());
    }

    #[test]
    fn an_address_has_the_same_parameters() {
        let params =
            from_query("query=%7B+a%20%7D&operationName=A&variables=%7B%22x%22:%22%E5%BC%A0%22%7D").unwrap();
        assert_eq!((params.query.as_str(), params.operation_name.as_deref()), ("{ a }", Some("A")));
        assert_eq!(params.variables.unwrap()["x"], "张");
        let params = from_query("query={a}&operationName=&variables=&extensions=null&other=%FF").unwrap();
        assert!(params.operation_name.is_none() && params.variables.is_none());
        for query in [
            "",
            "query=",
            "query=a&query=b",
            "query=%FF",
            "query=a&variables=[]",
            "query=a&variables={",
            "query=a&extensions=1",
        ] {
            assert!(from_query(query).is_err(), "{query}");
        }
    }
}
