//! The thread of an import: rows from the pieces of a body, through the importer.

use sigeyi_domain::{Identifier, Region, divisions};
use sigeyi_engine::{CommandError, Engine, ImportError, ImportFile, ImportSummary, Importer};
use tokio::sync::mpsc;

use super::{body::Piece, lines::Lines, refusal::Fault, row::ImportRow};
use crate::subject::Subject;

/// Who sends, and rows of which system.
pub(super) struct Sender {
    pub(super) source: Identifier,
    pub(super) subject: Subject,
    /// Where rows may record something.
    pub(super) regions: Vec<Region>,
}

/// Records all rows of a body. What was recorded before a fault stays.
pub(super) fn record(
    engine: &Engine,
    sender: Sender,
    rows_max: u64,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<ImportSummary, Fault> {
    let Sender { source, subject: Subject { actor, office, .. }, regions } = sender;
    let importer = Importer::new(engine, source, actor, office);
    // Nobody is outside the whole.
    let is_everywhere = regions.contains(&divisions().whole());
    let importer = if is_everywhere { importer } else { importer.within(regions) };
    let mut rows = Rows { importer, rows_max, begun: ImportFile::Roster };
    let mut lines = Lines::default();
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Bytes(piece)) => lines.cut(&piece, |number, line| rows.take(number, line))?,
            Some(Piece::End) => break,
            None => return Err(Fault::BrokenOff),
        }
    }
    if let Some((number, line)) = lines.last() {
        rows.take(number, line)?;
    }
    rows.importer.finish().map_err(stopped)
}

struct Rows<'e> {
    importer: Importer<'e>,
    rows_max: u64,
    /// Which file's rows are coming.
    begun: ImportFile,
}

impl Rows<'_> {
    fn take(&mut self, number: u64, line: &[u8]) -> Result<(), Fault> {
        if number > self.rows_max {
            return Err(Fault::TooManyRows { rows_max: self.rows_max });
        }
        // The parser's own words may repeat what stands in the line.
        let row = serde_json::from_slice(line).map_err(|_| Fault::BadRow { line: number })?;
        match row {
            ImportRow::Roster(_) if self.begun == ImportFile::Records => {
                Err(Fault::RowOrder { line: number })
            }
            ImportRow::Roster(row) => self.importer.roster(row.line, &row.row()).map_err(stopped),
            ImportRow::Records(row) => {
                self.begun = ImportFile::Records;
                self.importer.record(row.line, &row.row()).map_err(stopped)
            }
        }
    }
}

fn stopped(error: ImportError) -> Fault {
    if let CommandError::Stopped(reason) = &error.source {
        tracing::error!(reason, "nothing is recorded any more");
    }
    error.into()
}
