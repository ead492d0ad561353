//! What the log is told of an operation on a socket: one line when it is over, with the id that its errors have.

use std::time::Instant;

use async_graphql::{ServerError, parser::types::OperationType};
use uuid::Uuid;

use super::Count;
use crate::{
    codes::{code_of, identify},
    observe::plain,
    request_id::{Outcome, RequestId, kind_name},
};

/// One operation. Its line is written when it is dropped.
pub(super) struct Told {
    id: RequestId,
    outcome: Outcome,
    started: Instant,
}

impl Told {
    /// Of an operation that was just asked for.
    pub(super) fn new() -> Told {
        Told { id: RequestId(Uuid::new_v4()), outcome: Outcome::default(), started: Instant::now() }
    }

    pub(super) fn id(&self) -> RequestId {
        self.id
    }

    /// What it is.
    pub(super) fn is(&mut self, kind: OperationType, name: Option<&str>) {
        self.outcome.kind = kind_name(kind);
        self.outcome.operation = name.map(plain);
    }

    /// It begins, or is refused with the code that it has by now.
    pub(super) fn count(&self, count: &Count) {
        count(&self.outcome);
    }

    /// A result had an error with this code.
    pub(super) fn saw(&mut self, code: Option<String>) {
        if self.outcome.code.is_none() {
            self.outcome.code = code;
        }
    }

    /// It ends with these errors, which get their request's id.
    pub(super) fn fails(&mut self, errors: &mut [ServerError]) {
        identify(errors, self.id);
        self.saw(errors.first().and_then(code_of).map(str::to_owned));
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        tracing::info!(
            path = super::PATH,
            milliseconds = self.started.elapsed().as_micros() as f64 / 1_000.0,
            request_id = %self.id.0,
            kind = self.outcome.kind,
            operation = self.outcome.operation.as_deref(),
            code = self.outcome.code.as_deref(),
            "operation"
        );
    }
}
