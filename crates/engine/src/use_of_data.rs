//! What may be done with somebody's data, for those who decide on it: that somebody is restricted is seen here and nowhere else.

use sigeyi_domain::{Cause, DataStatus, Identifier};
use sigeyi_envelope::Position;
use sigeyi_projections::{Row, from_domain};
use uuid::Uuid;

use crate::{Engine, reading::Reading};

/// What may be done with the data of one person. Nothing in it is of the data themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseOfData {
    /// Whose.
    pub person: Uuid,
    /// The number of events of the person.
    pub version: u32,
    /// What may be done.
    pub status: DataStatus,
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
    fn of(row: &Row) -> UseOfData {
        let restrictions = row.person.restrictions().map(|restriction| StandingRestriction {
            position: from_domain(restriction.position),
            maker: restriction.maker.clone(),
            cause: restriction.cause,
        });
        UseOfData {
            person: row.id,
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
        people.find(person).and_then(|number| people.row(number)).map(UseOfData::of)
    }

    /// Whose data are restricted, longest first: at most so many.
    pub fn restricted(&self, first: usize) -> Vec<UseOfData> {
        let (folded, _) = self.look_at_newest();
        let restricted = folded.model.people().withheld().map(UseOfData::of);
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
