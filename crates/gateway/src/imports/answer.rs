//! What became of an import: the counts of both files, and every rejected row.

use std::{borrow::Cow, convert::Infallible};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use sigeyi_engine::{FileSummary, ImportSummary, Reject};

/// Rejected rows that are written at a time: the text of all of them could be several times as long as they are in memory.
const REJECTS_AT_A_TIME: usize = 1_000;

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportAnswer {
    /// The roster.
    pub roster: RowCounts,
    /// The records.
    pub records: RowCounts,
    /// Events recorded.
    pub events: u64,
    /// Rejected rows, in the order of the files.
    pub rejects: Vec<RejectedRow>,
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCounts {
    /// Rows read.
    pub rows: u64,
    /// Rows that recorded something.
    pub recorded: u64,
    /// Rows of which everything was recorded before.
    pub already_recorded: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// A rejected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectedRow {
    /// `roster` or `records`.
    pub file: Cow<'static, str>,
    /// Which row; the header is row 1.
    pub line: u64,
    /// Stable code of what is wrong.
    pub code: Cow<'static, str>,
    /// The column.
    pub field: Cow<'static, str>,
}

impl From<&ImportSummary> for ImportAnswer {
    fn from(summary: &ImportSummary) -> ImportAnswer {
        ImportAnswer {
            roster: summary.roster.into(),
            records: summary.records.into(),
            events: summary.events,
            rejects: summary.rejects.iter().map(RejectedRow::from).collect(),
        }
    }
}

impl From<FileSummary> for RowCounts {
    fn from(FileSummary { rows, recorded, already_recorded, rejected }: FileSummary) -> RowCounts {
        RowCounts { rows, recorded, already_recorded, rejected }
    }
}

impl From<&Reject> for RejectedRow {
    fn from(reject: &Reject) -> RejectedRow {
        RejectedRow {
            file: reject.file.name().into(),
            line: reject.line,
            code: reject.fault.code.name().into(),
            field: reject.fault.field.into(),
        }
    }
}

/// The answer, written piece by piece.
pub(super) fn of(mut summary: ImportSummary) -> Response {
    let rejects = std::mem::take(&mut summary.rejects);
    // The list of rejected rows stands last and is empty here.
    let counts = json(&ImportAnswer::from(&summary));
    let begin = counts.trim_end_matches("]}").to_owned();
    let pieces = (0..rejects.len()).step_by(REJECTS_AT_A_TIME).map(move |from| {
        let until = rejects.len().min(from + REJECTS_AT_A_TIME);
        let rows: Vec<RejectedRow> = rejects[from..until].iter().map(RejectedRow::from).collect();
        let rows = json(&rows);
        let rows = rows.trim_start_matches('[').trim_end_matches(']');
        if from == 0 { rows.to_owned() } else { format!(",{rows}") }
    });
    let pieces = std::iter::once(begin).chain(pieces).chain(std::iter::once("]}".to_owned()));
    let body = Body::from_stream(stream::iter(pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece)))));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn json(value: &impl Serialize) -> String {
    // Names are strings and there are no maps, so writing cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}
