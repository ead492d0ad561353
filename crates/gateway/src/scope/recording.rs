//! Of whom a command may be recorded.

use std::sync::Arc;

use async_graphql::Result;
use sigeyi_domain::{Command, Region, access::Action};
use sigeyi_engine::{AccessAction, Reading, Target};

use super::{Scope, decide, reach_of, resource};
use crate::{schema::forbidden, subject::Subject};

impl Scope<'_> {
    /// Where the person of a command must be when it is decided. An error for somebody who may be seen and not written; a command about
    /// somebody who may not be seen goes on, and is refused by the sequencer just as one about nobody.
    ///
    /// Between this look and the decision the person may be transferred. The sequencer therefore looks again, by the same regions: a command
    /// about somebody who has left them meanwhile is refused as one about nobody, and one about somebody who has come into them is recorded.
    pub(crate) fn recording(
        &self,
        reading: &Arc<Reading>,
        target: Target,
        command: &Command,
    ) -> Result<Vec<Region>> {
        let action = Action::of(command);
        let regions = self.reach(action);
        let denies = |person| self.shown.denies(AccessAction::Person, person);
        match (command, target) {
            (Command::EnrolPerson { county, .. }, _) => {
                self.region(action, county.region())?;
            }
            (_, Target::Person(id)) => {
                let Some(person) = reading.person(id) else {
                    denies(None);
                    return Ok(regions);
                };
                if let Err(denial) = decide(self.subject, action, resource(&person)).allowed() {
                    denies(Some(id));
                    let is_seen = decide(self.subject, Action::ReadPerson, resource(&person)).allowed();
                    return is_seen.map_or(Ok(regions), |_| Err(forbidden(denial)));
                }
            }
            // No mutation says so; the sequencer looks.
            (_, Target::Citizen(_)) => {}
        }
        Ok(regions)
    }
}

/// Where somebody may record the rows of files; none for whoever may not import.
pub(crate) fn import_regions(subject: &Subject) -> Option<Vec<Region>> {
    Some(reach_of(subject, Action::Import)).filter(|regions| !regions.is_empty())
}
