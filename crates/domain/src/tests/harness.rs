//! `given([...]).when(command).then([...])`.

use crate::*;

use super::examples::{MAKER, day, id};

/// A person to whom something has happened, and the day on which something is asked for.
pub(super) struct Given {
    person: Person,
    today: Day,
    plan: Option<Plan>,
    office: Option<OfficeName>,
    actor: Identifier,
}

/// What came of it.
pub(super) struct When(Result<Vec<Decided>, Rejection>);

/// Folds events at positions 1, 2, 3 ….
pub(super) fn person(events: impl IntoIterator<Item = Decided>) -> Person {
    let mut person = Person::default();
    for (position, Decided { event, effective }) in (1..).zip(events) {
        person.evolve(Position(position), effective, &event);
    }
    person
}

/// These events at positions 1, 2, 3 …; today is 2024-06-30.
pub(super) fn given(events: impl IntoIterator<Item = Decided>) -> Given {
    Given { person: person(events), today: day("2024-06-30"), plan: None, office: None, actor: id(MAKER) }
}

/// Nobody is enrolled.
pub(super) fn given_nobody() -> Given {
    given([])
}

impl Given {
    pub(super) fn today(self, today: &str) -> Given {
        Given { today: day(today), ..self }
    }

    pub(super) fn under(self, plan: Plan) -> Given {
        Given { plan: Some(plan), ..self }
    }

    pub(super) fn by_office(self, office: &str) -> Given {
        Given { office: Some(Text::parse(office).unwrap()), ..self }
    }

    pub(super) fn by(self, actor: &str) -> Given {
        Given { actor: id(actor), ..self }
    }

    pub(super) fn when(&self, command: Command) -> When {
        let Given { person, today, plan, office, actor } = self;
        let plans = plan.as_ref().map_or(&[][..], std::slice::from_ref);
        let (plan, office) = (plan.as_ref(), office.as_ref());
        When(decide(person, &command, &Context { today: *today, plan, plans, actor, office }))
    }
}

impl When {
    #[track_caller]
    pub(super) fn then(self, expected: impl IntoIterator<Item = Decided>) {
        assert_eq!(self.0, Ok(expected.into_iter().collect()));
    }

    /// All of it is recorded already.
    #[track_caller]
    pub(super) fn then_nothing(self) {
        self.then([]);
    }

    #[track_caller]
    pub(super) fn then_rejected(self, rejection: Rejection) {
        assert_eq!(self.0, Err(rejection));
    }

    /// The only event.
    #[track_caller]
    pub(super) fn then_one(self) -> Event {
        match <[Decided; 1]>::try_from(self.0.unwrap()) {
            Ok([decided]) => decided.event,
            Err(events) => panic!("expected one event, got {events:?}"),
        }
    }
}
