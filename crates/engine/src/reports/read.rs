//! Reading reports again.

use sigeyi_domain::{Event, Region, ReportFrozen};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_store::EventStore;

use crate::{numbered::Numbered, questions::QuestionError, reading::Reading};

/// A report as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Where it stands in the log.
    pub position: Position,
    /// When it was recorded, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// Who froze it.
    pub actor: String,
    /// For which office.
    pub office: String,
    /// What it states.
    pub body: ReportFrozen,
}

/// Some reports, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPage {
    /// Those that match.
    pub reports: Vec<Report>,
    /// Reports have been looked through down to here; the list goes on before it.
    pub through: Position,
    /// Whether older ones are left.
    pub has_next: bool,
}

impl Reading {
    /// The report at a position. None where there is no report, or none yet at the request's position.
    pub fn report(&self, position: Position) -> Result<Option<Report>, QuestionError> {
        if position == Position::BEGINNING || position > self.at().position {
            return Ok(None);
        }
        let bytes = self.shared.store.read_one(position)?.ok_or(QuestionError::Damaged(position))?;
        let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(position))?;
        Report::of(&stored)
    }

    /// Reports of regions that lie in one of these, newest first, before a position, at most `first` of them among the next `looked_at_max`.
    pub fn reports(
        &self,
        regions: &[Region],
        first: usize,
        before: Option<Position>,
        looked_at_max: usize,
    ) -> Result<ReportPage, QuestionError> {
        let end = before.unwrap_or_else(|| self.at().position.next()).min(self.at().position.next());
        let mut number = self.reports_before(end)?;
        let mut page = ReportPage { reports: Vec::new(), through: end, has_next: false };
        for _ in 0..looked_at_max {
            if number == 0 || page.reports.len() == first {
                break;
            }
            let report = self.numbered(number)?;
            page.through = report.position;
            if regions.iter().any(|region| region.covers(report.body.region)) {
                page.reports.push(report);
            }
            number -= 1;
        }
        page.has_next = number > 0;
        Ok(page)
    }

    /// How many reports stand before a position.
    fn reports_before(&self, end: Position) -> Result<u64, QuestionError> {
        let all = {
            let folded = self.unfixed();
            Numbered::Reports.count(&folded.model, &self.shared.keyring)
        };
        let (mut before, mut after) = (0, all + 1);
        while before + 1 < after {
            let middle = before + (after - before) / 2;
            if self.numbered(middle)?.position < end {
                before = middle;
            } else {
                after = middle;
            }
        }
        Ok(before)
    }

    /// The report with a number, which is there.
    fn numbered(&self, number: u64) -> Result<Report, QuestionError> {
        let found = Numbered::Reports.candidates(&self.unfixed().model, &self.shared.keyring, number);
        // A command may share the fingerprint, so the event is looked at.
        for position in &found {
            let bytes = self.shared.store.read_one(*position)?.ok_or(QuestionError::Damaged(*position))?;
            let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(*position))?;
            if let Some(report) = Report::of(&stored)?.filter(|report| report.body.number == number) {
                return Ok(report);
            }
        }
        Err(QuestionError::Damaged(found.first().copied().unwrap_or(Position::BEGINNING)))
    }
}

impl Report {
    fn of(stored: &StoredEvent<'_>) -> Result<Option<Report>, QuestionError> {
        let parts = stored.parts();
        if parts.kind != sigeyi_domain::EventType::ReportFrozen as u8 {
            return Ok(None);
        }
        match Event::from_json(parts.kind, parts.schema, parts.clear, None) {
            Ok(Event::ReportFrozen { clear: body, .. }) => Ok(Some(Report {
                position: parts.position,
                recorded_at: parts.recorded_at,
                actor: parts.actor.to_owned(),
                office: parts.office.to_owned(),
                body,
            })),
            Ok(_) | Err(_) => Err(QuestionError::Damaged(parts.position)),
        }
    }
}
