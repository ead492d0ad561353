//! What events say of everybody's newest events, compared with the events before them.

use sigeyi_domain::{Day, Event, EventType, HeadsCommitted};
use sigeyi_envelope::EventParts;
use sigeyi_proof::{HashAlgorithm, HeadsBehind, HeadsStatement, PersonHead};
use uuid::Uuid;

/// Follows the log event by event.
pub(super) struct HeadsChecks {
    algorithm: HashAlgorithm,
    behind: HeadsBehind,
    /// Whether no event was missing so far: behind a gap nobody knows what the heads were.
    is_whole: bool,
}

impl HeadsChecks {
    pub(super) fn new(algorithm: HashAlgorithm) -> HeadsChecks {
        HeadsChecks { algorithm, behind: HeadsBehind::default(), is_whole: true }
    }

    /// What is wrong with the heads that an event commits to; none of another type has any. `newest` are the heads before it.
    pub(super) fn check(
        &mut self,
        parts: &EventParts<'_>,
        newest: impl Iterator<Item = PersonHead>,
    ) -> Result<bool, String> {
        self.is_whole &= self.behind.last() + 1 == parts.position.0;
        if parts.kind != EventType::HeadsCommitted as u8 || !self.is_whole {
            return Ok(false);
        }
        // A body that cannot be read is said already.
        let Ok(Event::HeadsCommitted { clear, .. }) =
            Event::from_json(parts.kind, parts.schema, parts.clear, None)
        else {
            return Ok(false);
        };
        let HeadsCommitted { number, day, through, people, root } = clear;
        if parts.effective_day != day.days() {
            return Err("its effective day is not the day of its heads".to_owned());
        }
        let stated = HeadsStatement { number, day: day.days(), through: through.0, people, root: root.0 };
        let checked = self.behind.check(self.algorithm, &stated, newest);
        checked.map(|()| true).map_err(|fault| format!("heads: {fault}"))
    }

    /// Takes the event in, with its person's head before it.
    pub(super) fn push(&mut self, parts: &EventParts<'_>, before: Option<PersonHead>) {
        let person: Option<Uuid> = (!parts.person.is_nil()).then_some(parts.person);
        let day = Day::in_china(parts.recorded_at).days();
        self.behind.push(person.map(|person| (person.into_bytes(), before)), day);
    }
}
