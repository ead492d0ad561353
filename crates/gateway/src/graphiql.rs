//! A page to try the schema with, from the binary alone. `assets/graphiql/build.mjs` makes its files.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// Where the page is.
pub(crate) const PATH: &str = "/graphiql";

const PAGE: &str = include_str!("../assets/graphiql/page.html");
const EXAMPLES: &str = include_str!("../assets/graphiql/examples.graphql");
const SCRIPT: &[u8] = include_bytes!("../assets/graphiql/built/graphiql.js.gz");
const STYLE: &[u8] = include_bytes!("../assets/graphiql/built/graphiql.css.gz");
const LICENSES: &str = include_str!("../assets/graphiql/built/LICENSES.txt");

/// Scripts and data come from this server only. The editor sets styles in the page, so those may be inline. Not every browser counts
/// the WebSocket beside the page as `self`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self' ws://localhost:* wss://localhost:* ws://127.0.0.1:* wss://127.0.0.1:*; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For files whose name changes with their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For files whose name stays: kept, but asked for each time.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");

/// `/graphiql` and its files.
pub(crate) fn routes() -> Router {
    let script = File::compressed(SCRIPT, "text/javascript; charset=utf-8");
    let style = File::compressed(STYLE, "text/css; charset=utf-8");
    let (script_path, style_path) =
        (format!("{PATH}/{}.js", script.hash), format!("{PATH}/{}.css", style.hash));
    let page = PAGE.replace("{script}", &script_path).replace("{style}", &style_path);
    let page = File::plain(page, "text/html; charset=utf-8");
    let examples = File::plain(EXAMPLES.to_owned(), "text/plain; charset=utf-8");
    let licenses = File::plain(LICENSES.to_owned(), "text/plain; charset=utf-8");
    let route = |file: File| get(move |headers: HeaderMap| std::future::ready(file.answer(&headers)));
    Router::new()
        .route(PATH, route(page))
        .route(&format!("{PATH}/examples.graphql"), route(examples))
        .route(&format!("{PATH}/LICENSES.txt"), route(licenses))
        .route(&script_path, route(script))
        .route(&style_path, route(style))
}

#[derive(Clone)]
struct File {
    bytes: bytes::Bytes,
    content_type: &'static str,
    is_compressed: bool,
    caching: HeaderValue,
    hash: String,
}

impl File {
    fn compressed(bytes: &'static [u8], content_type: &'static str) -> File {
        let (bytes, hash) = (bytes::Bytes::from_static(bytes), hash(bytes));
        File { bytes, content_type, is_compressed: true, caching: FOR_EVER, hash }
    }

    fn plain(text: String, content_type: &'static str) -> File {
        let hash = hash(text.as_bytes());
        File { bytes: text.into(), content_type, is_compressed: false, caching: ASK_FIRST, hash }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        if self.is_compressed && !takes_gzip(asked) {
            let text = "这个文件只有 gzip 压缩的 this file is there in gzip only: accept it\n";
            return (StatusCode::NOT_ACCEPTABLE, [(header::VARY, "accept-encoding")], text).into_response();
        }
        // Weak, since a plain file may still be compressed on its way.
        let tag = format!("W/\"{}\"", self.hash);
        let is_known =
            asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, self.content_type)], self.bytes.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.caching.clone());
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if self.is_compressed {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            if !is_known {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}

/// Tells one content from another in a path and an `ETag`: not against anybody who would make two alike.
fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        matches!(name.trim().to_ascii_lowercase().as_str(), "gzip" | "x-gzip" | "*") && weight != Some(0.0)
    })
}
