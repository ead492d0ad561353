//! When what happened is recorded, and what goes wrong: late, voided, sent again.

use crate::{
    calendar::{LAST, NOVEMBERS},
    calibration::recording::*,
    entry::{Entry, Occurrence},
    life::Life,
    person::Person,
    random::Draw,
};

/// Writes the entries of one person.
pub(crate) struct Recorder<'a> {
    pub(crate) place: u32,
    pub(crate) person: &'a Person,
    pub(crate) life: &'a Life,
    pub(crate) entries: &'a mut Vec<Entry>,
    next_ordinal: u8,
}

/// A person's entries at most: the last ordinal is left for the person's own data.
const ENTRIES_MAX: u8 = u8::MAX;

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        place: u32,
        person: &'a Person,
        life: &'a Life,
        entries: &'a mut Vec<Entry>,
    ) -> Recorder<'a> {
        Recorder { place, person, life, entries, next_ordinal: 0 }
    }

    /// The first roster row; false when it comes after the last recording day.
    pub(crate) fn register(&mut self, draw: &mut Draw) -> bool {
        let arrival = self.life.arrival;
        self.enter(arrival.registered, arrival.entered, Occurrence::Registered, draw).is_some()
    }

    /// Something that happened while the person was in the register. None when it did not, or is not recorded before the end.
    pub(crate) fn record(&mut self, on: i32, occurrence: Occurrence, draw: &mut Draw) -> Option<i32> {
        if self.life.is_there(on) { self.record_after(on, 0, occurrence, draw) } else { None }
    }

    /// Something that is recorded after another recording.
    pub(crate) fn record_after(
        &mut self,
        on: i32,
        after: i32,
        occurrence: Occurrence,
        draw: &mut Draw,
    ) -> Option<i32> {
        let on = on.max(0);
        let recorded = recording_day(on, draw).max(after + 1).max(self.life.arrival.entered);
        let ordinal = self.enter(on, recorded, occurrence, draw)?;
        if occurrence.may_be_voided() && draw.chance(VOIDED) {
            let voided = recorded + draw.between(1, VOIDING_DAYS_MAX);
            self.enter(voided, voided, Occurrence::Voided(ordinal), draw);
            let other = (on - draw.between(1, OTHER_DAY_MAX)).max(0);
            let in_time = voided - other <= DELAY_DAYS_MAX;
            if draw.chance(ENTERED_ANEW) && in_time && self.life.is_there(other) {
                self.enter(other, voided, occurrence, draw);
            }
        }
        Some(recorded)
    }

    /// A request for a counsellor, and its approval on the same day. The approval draws nothing: what comes after it stays as it is.
    pub(crate) fn assign(&mut self, on: i32, counsellor: Occurrence, draw: &mut Draw) {
        let before = self.next_ordinal;
        let Some(recorded) = self.record(on, counsellor, draw) else { return };
        if self.next_ordinal == ENTRIES_MAX {
            return;
        }
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        self.entries.push(Entry {
            person: self.place,
            recorded: recorded as i16,
            effective: on as i16,
            ordinal,
            county: self.life.county(self.person, on),
            occurrence: Occurrence::CounsellorApproved(before),
        });
    }

    /// Writes an entry, and perhaps the same again; its ordinal, or none after the last recording day.
    fn enter(&mut self, on: i32, recorded: i32, occurrence: Occurrence, draw: &mut Draw) -> Option<u8> {
        if recorded > LAST || self.next_ordinal == ENTRIES_MAX {
            return None;
        }
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        let entry = Entry {
            person: self.place,
            // Both lie between -184 and 1,095.
            recorded: recorded as i16,
            effective: on as i16,
            ordinal,
            county: self.life.county(self.person, on),
            occurrence,
        };
        self.entries.push(entry);
        let again = recorded + draw.between(0, SENT_AGAIN_DAYS_MAX);
        if draw.chance(SENT_AGAIN) && again <= LAST {
            self.entries.push(Entry { recorded: again as i16, ..entry });
        }
        Some(ordinal)
    }
}

/// Days from a fact to its recording.
pub(crate) fn delay(draw: &mut Draw) -> i32 {
    let at = draw.unit();
    let above = DELAYS.iter().position(|(share, _)| *share > at).unwrap_or(DELAYS.len() - 1).max(1);
    let ((share, days), (next_share, next_days)) = (DELAYS[above - 1], DELAYS[above]);
    // Not negative, and at most 120.
    (days + (next_days - days) * (at - share) / (next_share - share) + 0.5) as i32
}

/// Some days after the fact, or in the November in which it is to be reported.
fn recording_day(on: i32, draw: &mut Draw) -> i32 {
    let delayed = on + delay(draw);
    let november = NOVEMBERS.iter().find(|(_, last)| (last - DELAY_DAYS_MAX..=*last).contains(&on));
    match november {
        Some((first, last)) if draw.chance(LEFT_FOR_NOVEMBER) => draw.between(on.max(*first), *last),
        _ => delayed,
    }
}
