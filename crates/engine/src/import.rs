//! A whole roster and its records, sent through the same door as every command.

use std::{collections::VecDeque, time::Duration};

use sigeyi_domain::{
    Command, Day, Identifier, OfficeName, RecordRef, RecordRow, Region, Rejection, RosterRow, RowCode,
    RowFault,
};
use uuid::Uuid;

use crate::{
    CommandError, Engine, Recorded, Ticket,
    submission::{Office, Submission, Target},
};

/// Rows that are on their way at most.
const IN_FLIGHT_MAX: usize = 8_192;
/// After so long without an answer the import stops: what became of the rows on their way is learned by sending the files again.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Which file a row stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFile {
    /// 摸底调查.
    Roster,
    /// What was done.
    Records,
}

/// A rejected row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reject {
    /// In which file.
    pub file: ImportFile,
    /// Which row; the header is row 1.
    pub line: u64,
    /// What is wrong.
    pub fault: RowFault,
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileSummary {
    /// Rows read.
    pub rows: u64,
    /// Rows that recorded something.
    pub recorded: u64,
    /// Rows of which everything was recorded before.
    pub already_recorded: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// The roster.
    pub roster: FileSummary,
    /// The records.
    pub records: FileSummary,
    /// Events recorded.
    pub events: u64,
    /// Rejected rows, in the order of the files.
    pub rejects: Vec<Reject>,
}

/// Why an import stopped. What was recorded before stays; sending the files again records the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {line} of the {} could not be recorded", match .file { ImportFile::Roster => "roster", ImportFile::Records => "records" })]
pub struct ImportError {
    /// In which file.
    pub file: ImportFile,
    /// At which row.
    pub line: u64,
    /// Why.
    #[source]
    pub source: CommandError,
}

/// Sends rows: first all of the roster, then the records, each from top to bottom.
pub struct Importer<'e> {
    engine: &'e Engine,
    source: Identifier,
    actor: Identifier,
    office: Identifier,
    /// Where rows may record something; without it everywhere.
    within: Option<Vec<Region>>,
    today: Day,
    in_flight: VecDeque<(ImportFile, u64, Ticket)>,
    summary: ImportSummary,
}

impl ImportFile {
    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            ImportFile::Roster => "roster",
            ImportFile::Records => "records",
        }
    }
}

impl<'e> Importer<'e> {
    /// An import of files from one source system. Serial numbers are the source's own. `office` is whom it is sent for: a row of the
    /// records may name another one.
    pub fn new(
        engine: &'e Engine,
        source: Identifier,
        actor: Identifier,
        office: Identifier,
    ) -> Importer<'e> {
        let today = engine.today();
        Importer {
            engine,
            source,
            actor,
            office,
            within: None,
            today,
            in_flight: VecDeque::new(),
            summary: ImportSummary::default(),
        }
    }

    /// The same, for these regions alone: a row of anybody else is rejected, and one of the records as if there were nobody.
    #[must_use]
    pub fn within(self, regions: Vec<Region>) -> Importer<'e> {
        Importer { within: Some(regions), ..self }
    }

    /// One row of the roster.
    pub fn roster(&mut self, line: u64, row: &RosterRow<'_>) -> Result<(), ImportError> {
        self.summary.roster.rows += 1;
        match row.judge(self.today) {
            Err(fault) => self.reject(ImportFile::Roster, line, fault),
            Ok(entry) => {
                let target = Target::Citizen(entry.certificate.citizen());
                // Whether a row is new is seen by comparing it, so its command needs no id that could be found again.
                let command_id = Uuid::new_v4();
                let submission = Submission {
                    command_id,
                    content: self.engine.digest(&[command_id.as_bytes()]),
                    actor: self.actor.clone(),
                    office: self.office.clone().into(),
                    target,
                    expected_version: None,
                    command: Command::SurveyPerson(entry),
                };
                self.send(ImportFile::Roster, line, submission)?;
            }
        }
        Ok(())
    }

    /// One row of the records.
    pub fn record(&mut self, line: u64, row: &RecordRow<'_>) -> Result<(), ImportError> {
        self.summary.records.rows += 1;
        match row.judge(self.today) {
            Err(fault) => self.reject(ImportFile::Records, line, fault),
            Ok(entry) => {
                let mut command = entry.command;
                if let (Command::VoidRecord { record, .. }, Some(serial)) =
                    (&mut command, row.voided_serial())
                {
                    *record = RecordRef::Command(self.command_id(serial));
                }
                let columns = row.columns().map(str::as_bytes);
                let submission = Submission {
                    command_id: self.command_id(row.serial),
                    content: self.engine.digest(&columns),
                    actor: self.actor.clone(),
                    office: self.office(entry.office),
                    target: Target::Citizen(entry.citizen),
                    expected_version: None,
                    command,
                };
                self.send(ImportFile::Records, line, submission)?;
            }
        }
        Ok(())
    }

    /// Waits for all answers.
    pub fn finish(mut self) -> Result<ImportSummary, ImportError> {
        while !self.in_flight.is_empty() {
            self.settle_one()?;
        }
        self.summary.rejects.sort_by_key(|reject| (reject.file != ImportFile::Roster, reject.line));
        Ok(self.summary)
    }

    fn command_id(&self, serial: &str) -> Uuid {
        // A keyed digest of the serial. A source is an id and has no line feed, so the two cannot run into each other.
        let vault = &self.engine.shared.keyring.vault;
        vault.import_id(format!("{}\n{serial}", self.source).as_bytes())
    }

    /// An id is taken as it is; another name gets a keyed id, and is sealed itself, since anything can stand in a free column.
    fn office(&self, name: Option<OfficeName>) -> Office {
        let Some(name) = name else { return self.office.clone().into() };
        match Identifier::parse(name.as_str()) {
            Ok(id) => id.into(),
            Err(_) => {
                let id = Identifier::parse(&self.engine.shared.keyring.vault.office_id(name.as_str()));
                Office { id: id.unwrap_or_else(|_| self.office.clone()), name: Some(name) }
            }
        }
    }

    fn send(&mut self, file: ImportFile, line: u64, submission: Submission) -> Result<(), ImportError> {
        if self.in_flight.len() >= IN_FLIGHT_MAX {
            self.settle_one()?;
        }
        let ticket = self
            .engine
            .send_waiting(submission, self.within.clone())
            .map_err(|source| ImportError { file, line, source })?;
        self.in_flight.push_back((file, line, ticket));
        Ok(())
    }

    fn settle_one(&mut self) -> Result<(), ImportError> {
        let Some((file, line, ticket)) = self.in_flight.pop_front() else { return Ok(()) };
        match ticket.wait(ANSWER_WITHIN) {
            Ok(recorded) => self.count(file, &recorded),
            Err(CommandError::Rejected(rejection)) => {
                self.reject(file, line, RowCode::of_rejection(&rejection));
            }
            Err(CommandError::OutsideRegion) => self.reject(file, line, outside(file)),
            Err(CommandError::CommandConflict) => {
                self.reject(file, line, RowFault { code: RowCode::SerialConflict, field: "流水号" });
            }
            Err(CommandError::TooLong) => {
                self.reject(file, line, RowFault { code: RowCode::TooLong, field: "结果" });
            }
            Err(source) => return Err(ImportError { file, line, source }),
        }
        Ok(())
    }

    fn count(&mut self, file: ImportFile, recorded: &Recorded) {
        let summary = self.file(file);
        if recorded.already_recorded {
            summary.already_recorded += 1;
        } else {
            summary.recorded += 1;
            self.summary.events += u64::from(recorded.events);
        }
    }

    fn reject(&mut self, file: ImportFile, line: u64, fault: RowFault) {
        self.file(file).rejected += 1;
        self.summary.rejects.push(Reject { file, line, fault });
    }

    fn file(&mut self, file: ImportFile) -> &mut FileSummary {
        match file {
            ImportFile::Roster => &mut self.summary.roster,
            ImportFile::Records => &mut self.summary.records,
        }
    }
}

/// What is said of a row about somebody elsewhere. A row of the roster names its county itself.
fn outside(file: ImportFile) -> RowFault {
    match file {
        ImportFile::Roster => RowFault { code: RowCode::OutsideRegion, field: "地区代码" },
        ImportFile::Records => RowCode::of_rejection(&Rejection::UnknownPerson),
    }
}
