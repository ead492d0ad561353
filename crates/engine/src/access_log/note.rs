//! What a face hands in before it shows anybody.

use sigeyi_domain::Identifier;
use sigeyi_envelope::Position;
use sigeyi_store::{ACCESS_PEOPLE_MAX, AccessRecord};
use sigeyi_vault::Vault;
use uuid::Uuid;

use super::{AccessAction, AccessLogError, AccessOutcome, AccessPurpose, RevealedFields};

/// What a request is about to show, reveal, refuse or count. Ids and codes alone; the reason is sealed.
#[derive(Debug, Clone)]
pub struct AccessNote {
    /// The request.
    pub request: Uuid,
    /// Who asks.
    pub actor: Identifier,
    /// For which office.
    pub office: Option<Identifier>,
    /// What is done.
    pub action: AccessAction,
    /// What for.
    pub purpose: AccessPurpose,
    /// What comes of it.
    pub outcome: AccessOutcome,
    /// The position of the event log that the request sees.
    pub position: Position,
    /// Whom it is about: at most [`AccessNote::PEOPLE_MAX`]. Who is named twice is written once.
    pub people: Vec<Uuid>,
    /// Which sealed fields are shown.
    pub fields: RevealedFields,
    /// The reason that was given, in the words of whoever asks: at most [`AccessNote::REASON_BYTES_MAX`].
    pub reason: Option<String>,
}

impl AccessNote {
    /// People in one entry at most.
    pub const PEOPLE_MAX: usize = ACCESS_PEOPLE_MAX;
    /// Length of a reason at most, in bytes of UTF-8: 500 characters of Chinese.
    pub const REASON_BYTES_MAX: usize = 1_500;

    /// The record of it, its reason sealed.
    pub(super) fn record(
        self,
        recorded_at: i64,
        log_id: Uuid,
        vault: &Vault,
    ) -> Result<AccessRecord, AccessLogError> {
        if self.people.len() > AccessNote::PEOPLE_MAX {
            return Err(AccessLogError::TooMany { people: self.people.len() });
        }
        let reason = match self.reason.filter(|reason| !reason.is_empty()) {
            Some(reason) if reason.len() > AccessNote::REASON_BYTES_MAX => {
                return Err(AccessLogError::TooLong { bytes: reason.len() });
            }
            Some(reason) => vault
                .seal_access_reason(&associated_data(log_id, self.request), reason.as_bytes())
                .map_err(|_| AccessLogError::TooLong { bytes: reason.len() })?,
            None => Vec::new(),
        };
        Ok(AccessRecord {
            recorded_at,
            request: self.request,
            position: self.position,
            action: self.action.code(),
            purpose: self.purpose.code(),
            outcome: self.outcome.code(),
            fields: self.fields.bits(),
            actor: self.actor.as_str().into(),
            office: self.office.as_ref().map_or("", Identifier::as_str).into(),
            people: self.people,
            reason,
        })
    }
}

/// What a sealed reason is bound to: log id ‖ request id. Its place in the log is held by the chain.
pub(super) fn associated_data(log_id: Uuid, request: Uuid) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(log_id.as_bytes());
    bytes[16..].copy_from_slice(request.as_bytes());
    bytes
}
