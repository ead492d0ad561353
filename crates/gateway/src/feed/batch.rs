//! A page of events as a CloudEvents batch, with the address of the next one.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use sigeyi_cloudevents::BATCH_MEDIA_TYPE;
use sigeyi_engine::Position;

use super::{
    pages::{Extent, Page, Pages},
    parameters::{Parameter, Parameters},
};
use crate::ended::Ended;

/// Events of a page for whoever does not say how many.
const EVENTS: usize = 100;
/// Events that are looked at for a page at most, so that a filter that fits nothing ends.
const LOOKED_AT_MAX: usize = 20_000;
/// Path of pages.
const PATH: &str = "/events";

/// The parameters beside those of filters.
pub(super) const TAKES: [Parameter; 2] = [Parameter::After, Parameter::Limit];

/// The page after a position, and how many events were looked at.
pub(super) async fn page(
    pages: &Pages,
    parameters: &Parameters,
    query: &str,
) -> Result<(Response, u64), Ended> {
    let after = parameters.after.unwrap_or(Position::BEGINNING);
    let extent = Extent { events_max: parameters.limit.unwrap_or(EVENTS), looked_at_max: LOOKED_AT_MAX };
    // As many pages at a time as pages of the log are read for GraphQL.
    let _permit = pages.service.offloaded.acquire().await;
    let Page { text, through, looked_at, .. } = pages.written_down(pages.read(after, extent)).await?;
    let events = text.strip_suffix(pages.separator).unwrap_or_default();
    let mut response = Response::new(Body::from(format!("[{events}]")));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(BATCH_MEDIA_TYPE));
    if let Ok(next) = HeaderValue::try_from(link(query, through)) {
        headers.insert(header::LINK, next);
    }
    Ok((response, looked_at))
}

/// The next page is the same question behind what was looked through; also at the end of the log, which will grow.
fn link(query: &str, through: Position) -> String {
    let is_kept = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(Parameter::After.name());
    let kept: String = query.split('&').filter(is_kept).map(|pair| format!("&{pair}")).collect();
    format!("<{PATH}?after={through}{kept}>; rel=\"next\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_same_question_behind_what_was_looked_through() {
        for (query, expected) in [
            ("", "</events?after=7>; rel=\"next\""),
            ("after=3", "</events?after=7>; rel=\"next\""),
            ("limit=5&after=3&type=PersonLeft", "</events?after=7&limit=5&type=PersonLeft>; rel=\"next\""),
        ] {
            assert_eq!(link(query, Position(7)), expected);
        }
    }
}
