//! What somebody wants to do it to.

use uuid::Uuid;

use crate::{County, Region, divisions};

/// What an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// One person.
    Person {
        /// The person's id.
        id: Uuid,
        /// The county that the register has the person in now; a past county gives no right.
        county: County,
    },
    /// A division and all below it. Whoever is not enrolled yet stands for the county of the enrolment.
    Region(Region),
    /// The log as a whole, with what belongs to no region.
    WholeLog,
}

impl Resource {
    /// Whether it lies in a region as a whole.
    pub(super) fn is_within(self, region: Region) -> bool {
        match self {
            Resource::Person { county, .. } => region.contains(county),
            Resource::Region(other) => region.covers(other),
            Resource::WholeLog => region == divisions().whole(),
        }
    }
}
