//! What is sent to the sequencer.

use sigeyi_domain::{CitizenNumber, Command, Identifier, OfficeName};
use sigeyi_projections::People;
use uuid::Uuid;

/// One command with who sends it and how to recognise it.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The caller's id for it. The same id with the same content gives the first answer again.
    pub command_id: Uuid,
    /// Keyed digest of the content, see [`Engine::digest`](crate::Engine::digest).
    pub content: [u8; 16],
    /// Who sends it.
    pub actor: Identifier,
    /// For which office.
    pub office: Office,
    /// Whom it is about.
    pub target: Target,
    /// The person version that the caller has seen; the command is refused when there is a newer one.
    pub expected_version: Option<u32>,
    /// What to record.
    pub command: Command,
}

/// Whom a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Somebody enrolled, by id.
    Person(Uuid),
    /// Somebody by citizen number, enrolled or, for an enrolment, not.
    Citizen(CitizenNumber),
}

/// An office: an id for everybody who reads the log, and the name as it was written, which is sealed, when that is no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Id.
    pub id: Identifier,
    /// Name.
    pub name: Option<OfficeName>,
}

impl From<Identifier> for Office {
    fn from(id: Identifier) -> Office {
        Office { id, name: None }
    }
}

impl Submission {
    /// Whom it is about. Whoever is enrolled is found by the certificate, whatever the caller says.
    pub(crate) fn whom(&self) -> Target {
        self.command.enrols().map_or(self.target, |it| Target::Citizen(it.citizen()))
    }
}

impl Target {
    /// The row number.
    pub(crate) fn find(self, people: &People) -> Option<u32> {
        match self {
            Target::Person(id) => people.find(id),
            Target::Citizen(citizen) => people.find_citizen(citizen),
        }
    }

    /// The same, given the number under which somebody was found before: a row keeps its number, and its person may be found by the certificate no
    /// more.
    pub(crate) fn find_again(self, people: &People, found: Option<u32>) -> Option<u32> {
        let is_same = |number: &u32| {
            people.row(*number).is_some_and(|row| match self {
                Target::Person(id) => row.id == id,
                Target::Citizen(citizen) => row.person.citizen() == Some(citizen),
            })
        };
        found.filter(is_same).or_else(|| self.find(people))
    }
}
