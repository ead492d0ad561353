//! What may be done with somebody's data, for those who decide on it: that somebody is restricted is seen here and nowhere else.

use sigeyi_domain::{Cause, County, DataStatus, Day, Identifier, View};
use sigeyi_envelope::Position;
use sigeyi_projections::{Row, from_domain};
use sigeyi_vault::KeyNumber;
use uuid::Uuid;

use crate::{Engine, keyring::Keyring, reading::Reading};

/// What may be done with the data of one person. Nothing in it is of the data themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseOfData {
    /// Whose.
    pub person: Uuid,
    /// Where the person is registered; of somebody erased, where that was last.
    pub county: Option<County>,
    /// The number of events of the person.
    pub version: u32,
    /// What may be done.
    pub status: DataStatus,
    /// Whether the key that sealed them is destroyed: an erasure is complete only then.
    pub is_key_destroyed: bool,
    /// What restricts them, newest first.
    pub restrictions: Vec<StandingRestriction>,
}

/// One record that restricts somebody's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRestriction {
    /// Where it was recorded.
    pub position: Position,
    /// Who asked for it: somebody else decides on it.
    pub maker: Identifier,
    /// Why.
    pub cause: Cause,
}

impl UseOfData {
    fn of(row: &Row, keyring: &Keyring) -> UseOfData {
        let now = View::latest(Day::MAX);
        let county = row.person.county(now.as_of, now.known_at);
        let restrictions = row.person.restrictions().map(|restriction| StandingRestriction {
            position: from_domain(restriction.position),
            maker: restriction.maker.clone(),
            cause: restriction.cause,
        });
        UseOfData {
            person: row.id,
            county: row.person.erased().map_or(county, |erased| erased.county),
            is_key_destroyed: keyring.vault.is_erased(KeyNumber(row.key)),
            version: row.head.version,
            // Without the key there is nothing to be shown, whatever the log says.
            status: if row.person.citizen().is_none() {
                DataStatus::Erased
            } else {
                row.person.data_status()
            },
            restrictions: restrictions.collect(),
        }
    }
}

impl Reading {
    /// What may be done with somebody's data, as it is now. None when there is no such person.
    pub fn use_of_data(&self, person: Uuid) -> Option<UseOfData> {
        let (folded, _) = self.look_at_newest();
        let people = folded.model.people();
        let row = people.find(person).and_then(|number| people.row(number))?;
        Some(UseOfData::of(row, &self.shared.keyring))
    }

    /// Whose data are restricted, longest first: at most so many.
    pub fn restricted(&self, first: usize) -> Vec<UseOfData> {
        let (folded, _) = self.look_at_newest();
        let restricted = folded.model.people().withheld().map(|row| UseOfData::of(row, &self.shared.keyring));
        let mut restricted: Vec<UseOfData> =
            restricted.filter(|it| it.status == DataStatus::Restricted).collect();
        restricted.sort_by_key(|it| it.restrictions.last().map(|oldest| oldest.position));
        restricted.truncate(first);
        restricted
    }
}

impl Engine {
    /// [`Reading::use_of_data`] by itself.
    pub fn use_of_data(&self, person: Uuid) -> Option<UseOfData> {
        self.read().use_of_data(person)
    }
}
