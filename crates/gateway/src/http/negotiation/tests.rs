//! Every rule of the negotiation.

use axum::http::HeaderValue;

use super::*;

fn accept(line: &str) -> Option<Media> {
    accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(line).unwrap())]))
}

#[test]
fn who_says_nothing_gets_json() {
    assert_eq!(accepted(&HeaderMap::new()), Some(Media::Json));
    assert_eq!(accept(""), Some(Media::Json));
    assert_eq!(accept(" "), Some(Media::Json));
}

#[test]
fn a_name_is_taken_at_its_word() {
    assert_eq!(accept("application/json"), Some(Media::Json));
    assert_eq!(accept("Application/JSON;charset=UTF-8"), Some(Media::Json));
    assert_eq!(accept("application/graphql-response+json"), Some(Media::GraphqlResponse));
    assert_eq!(accept("application/graphql-response+json; charset=\"utf-8\""), Some(Media::GraphqlResponse));
    assert_eq!(accept("text/html"), None);
    assert_eq!(accept("application/xml, text/*;q=0.3"), None);
    assert_eq!(accept("nonsense"), None);
    assert_eq!(accept("application/json; charset=latin1"), None);
}

#[test]
fn wildcards_mean_json() {
    assert_eq!(accept("*/*"), Some(Media::Json));
    assert_eq!(accept("application/*"), Some(Media::Json));
    assert_eq!(accept("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Media::Json));
}

#[test]
fn of_two_that_are_liked_as_much_the_one_that_is_named_wins() {
    assert_eq!(accept("application/graphql-response+json, */*"), Some(Media::GraphqlResponse));
    assert_eq!(accept("*/*, application/json"), Some(Media::Json));
    assert_eq!(accept("application/json, application/graphql-response+json"), Some(Media::GraphqlResponse));
}

#[test]
fn quality_decides() {
    assert_eq!(accept("application/graphql-response+json;q=0.5, application/json;q=0.9"), Some(Media::Json));
    assert_eq!(
        accept("application/graphql-response+json, application/json;q=0.9"),
        Some(Media::GraphqlResponse)
    );
    assert_eq!(
        accept("application/graphql-response+json;q=0.123, application/json;q=0.124"),
        Some(Media::Json)
    );
    assert_eq!(accept("application/graphql-response+json;q=0.1, */*;q=0.2"), Some(Media::Json));
}

#[test]
fn the_closest_range_may_forbid() {
    assert_eq!(accept("application/json;q=0"), None);
    assert_eq!(accept("*/*, application/json;q=0"), Some(Media::GraphqlResponse));
    assert_eq!(accept("*/*, application/*;q=0"), None);
    assert_eq!(accept("application/graphql-response+json;q=0.0, */*"), Some(Media::Json));
}

#[test]
fn a_quality_that_is_none_takes_its_range_away() {
    for quality in ["2", "1.1", "-1", "nan", "0.1234", "", "0.x", "٣"] {
        let line = format!("application/json;q={quality}");
        let headers =
            HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_bytes(line.as_bytes()).unwrap())]);
        assert_eq!(accepted(&headers), None, "{quality}");
    }
    assert_eq!(accept("application/json;q=1.000"), Some(Media::Json));
}

#[test]
fn several_lines_are_one() {
    let mut headers = HeaderMap::new();
    headers.append(header::ACCEPT, HeaderValue::from_static("text/html"));
    headers.append(header::ACCEPT, HeaderValue::from_static("application/graphql-response+json"));
    assert_eq!(accepted(&headers), Some(Media::GraphqlResponse));
}

#[test]
fn bodies_are_json_in_utf_8() {
    let accepts = |line: &str| {
        let value = HeaderValue::from_str(line).unwrap();
        require_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)])).is_ok()
    };
    assert!(accepts("application/json"));
    assert!(accepts("APPLICATION/JSON; Charset=\"UTF-8\""));
    assert!(accepts("application/json; profile=x; charset=utf8"));
    for line in ["text/plain", "application/json; charset=utf-16", "application/graphql", "", "json"] {
        assert!(!accepts(line), "{line}");
    }
    assert!(require_json(&HeaderMap::new()).is_err());
    let mut headers = HeaderMap::new();
    headers.append(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.append(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    assert!(require_json(&headers).is_ok());
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert!(require_json(&headers).is_err());
    headers.remove(header::CONTENT_ENCODING);
    headers.append(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    assert!(require_json(&headers).is_err());
}
