//! Deciding on changes of the register of roles.

use sigeyi_domain::{
    Day,
    access::{Authority, Grants, RoleContext, decide_role_change},
};
use uuid::Uuid;

use super::{Sequencer, already};
use crate::{
    answer::{CommandError, Recorded},
    commit::{Commit, OfNobody},
    roles::{RoleRight, RoleSubmission},
};

impl Sequencer {
    /// Decides against the newest register, and by the rights of this moment.
    pub(super) fn change_roles(
        &mut self,
        submission: &RoleSubmission,
    ) -> Result<(Recorded, Option<Commit>), CommandError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        self.overlay.forget(self.shared.folded_through());
        if let Some(known) = self.known_command(submission.command_id)? {
            return already(&known, &submission.content).map(|recorded| (recorded, None));
        }
        let now = self.now()?;
        let (today, actor) = (Day::in_china(now), &submission.actor);
        let registered = || self.roles.granted(actor, today);
        let grants = match &submission.by {
            RoleRight::Granted(grants) => Some(grants.clone()),
            RoleRight::GrantedAndRegistered(grants) => Some(grants.limited_to(&registered())),
            RoleRight::Registered => Some(Grants::of(registered())),
            RoleRight::Operator => None,
        };
        let authority = grants.as_ref().map_or(Authority::Operator, Authority::Roles);
        let context = RoleContext { today, actor, authority };
        let events = decide_role_change(&self.roles, &submission.change, &context)?;
        if events.is_empty() {
            let (person, position) = (Uuid::nil(), self.head);
            let recorded = Recorded { position, events: 0, person, version: 0, already_recorded: true };
            return Ok((recorded, None));
        }
        if !self.has_room() {
            return Err(CommandError::DiskFull);
        }
        let of = OfNobody {
            command_id: submission.command_id,
            content: submission.content,
            actor,
            office: &submission.office.id,
            region: 0,
            effective: today,
        };
        let commit = Commit::of_nobody(&self.shared, &of, events, (self.head, now))?;
        let recorded = Recorded {
            position: commit.row.head.position,
            events: commit.entries.len() as u8,
            person: Uuid::nil(),
            version: 0,
            already_recorded: false,
        };
        Ok((recorded, Some(commit)))
    }
}
