//! An operation as somebody asks for it: what the transports give to the executor.

use async_graphql::{Request, parser::types::OperationType};
use sigeyi_domain::access::BreakGlass;

use crate::{
    costs::{Costs, RateLimited},
    documents::{Prepared, Words},
    request_id::RequestId,
    scope::Shown,
    subject::Subject,
};

/// An operation, who asks for it, and the name of the request.
pub(crate) struct Asked {
    prepared: Prepared,
    subject: Subject,
    id: RequestId,
    shown: Shown,
}

/// What an answer depends on beside the log and the day. Equal questions have equal answers: the words are whole, and so is the subject,
/// so that whatever a subject gains that decides what may be seen is in here too.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) subject: Subject,
    pub(crate) words: Words,
}

impl Asked {
    /// Nothing is asked that has not been paid for.
    pub(crate) fn paid(
        prepared: Prepared,
        subject: Subject,
        id: RequestId,
        costs: &Costs,
    ) -> Result<Asked, RateLimited> {
        costs.run(&subject, &prepared)?;
        Ok(Asked { prepared, subject, id, shown: Shown::default() })
    }

    /// The same with somebody or some region to be looked at for a while.
    pub(crate) fn with_broken_glass(mut self, glass: impl IntoIterator<Item = BreakGlass>) -> Asked {
        self.subject = self.subject.with_broken_glass(glass);
        self
    }

    pub(crate) fn kind(&self) -> OperationType {
        self.prepared.kind
    }

    pub(crate) fn id(&self) -> RequestId {
        self.id
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Who was shown, by what has been run so far.
    pub(crate) fn shown(&self) -> &Shown {
        &self.shown
    }

    /// To be run once.
    pub(crate) fn request(&self) -> Request {
        self.prepared.request().data(self.subject.clone()).data(self.id).data(self.shown.clone())
    }

    pub(crate) fn question(&self) -> Question {
        Question { subject: self.subject.clone(), words: self.prepared.words() }
    }
}

impl Question {
    /// Memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Question>() + self.subject.bytes() + self.words.bytes()
    }
}
