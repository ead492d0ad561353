//! Whoever serves somebody from elsewhere may declare it, and sees the person or the county for a while. It is kept in memory alone: a
//! restart forgets it, and it is declared anew. The access log keeps that it was declared, and everybody who was then shown.

use parking_lot::Mutex;
use sigeyi_domain::{Identifier, access::BreakGlass};

use crate::moment::Now;

/// How long it lasts, in µs: three hours.
const IN_FORCE_MICROS: i64 = 3 * 3_600 * 1_000_000;
/// In force for one actor at a time.
const OF_ONE_MAX: usize = 5;
/// In force at a time.
const OF_ALL_MAX: usize = 2_000;

/// What is in force.
pub(crate) struct Glass {
    now: Now,
    broken: Mutex<Vec<Broken>>,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) actor: Identifier,
    pub(crate) office: Identifier,
    pub(crate) what: BreakGlass,
    pub(crate) reason: String,
    /// In µs since 1970-01-01T00:00:00Z.
    pub(crate) since: i64,
    pub(crate) until: i64,
}

/// Too many are in force; one ends after so long, in µs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) again_after_micros: i64,
}

impl Glass {
    pub(crate) fn new(now: Now) -> Glass {
        Glass { now, broken: Mutex::default() }
    }

    /// Declares it, or goes on with what was declared before for another three hours.
    pub(crate) fn declare(
        &self,
        actor: &Identifier,
        office: &Identifier,
        what: BreakGlass,
        reason: String,
    ) -> Result<Broken, TooMany> {
        let now = (self.now)();
        let mut broken = self.broken.lock();
        broken.retain(|it| it.until > now && (&it.actor, it.what) != (actor, what));
        let of_one = broken.iter().filter(|it| it.actor == *actor);
        let is_full = broken.len() >= OF_ALL_MAX;
        let ends = if is_full {
            broken.iter().map(|it| it.until).min()
        } else {
            of_one.clone().map(|it| it.until).min()
        };
        if is_full || of_one.count() >= OF_ONE_MAX {
            return Err(TooMany { again_after_micros: ends.unwrap_or(now) - now });
        }
        let new = Broken {
            actor: actor.clone(),
            office: office.clone(),
            what,
            reason,
            since: now,
            until: now + IN_FORCE_MICROS,
        };
        broken.push(new.clone());
        Ok(new)
    }

    /// What somebody may look at now.
    pub(crate) fn of(&self, actor: &Identifier) -> Vec<BreakGlass> {
        let broken = self.broken.lock();
        if broken.is_empty() {
            return Vec::new();
        }
        let now = (self.now)();
        broken.iter().filter(|it| it.until > now && it.actor == *actor).map(|it| it.what).collect()
    }

    /// Everything in force, the newest last.
    pub(crate) fn all(&self) -> Vec<Broken> {
        let now = (self.now)();
        self.broken.lock().iter().filter(|it| it.until > now).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use uuid::Uuid;

    use super::*;

    fn actor(name: &str) -> Identifier {
        Identifier::parse(name).unwrap()
    }

    fn person(number: u128) -> BreakGlass {
        BreakGlass::Person(Uuid::from_u128(number))
    }

    #[test]
    fn it_ends_after_three_hours_and_there_are_five_at_a_time_for_one_actor() {
        let time = Arc::new(AtomicI64::new(0));
        let told = time.clone();
        let glass = Glass::new(Arc::new(move || told.load(Ordering::Relaxed)));
        let declare = |who: &str, number| glass.declare(&actor(who), &actor("o"), person(number), "r".into());
        for number in 0..5 {
            declare("a", number).unwrap();
        }
        assert_eq!(declare("a", 5), Err(TooMany { again_after_micros: IN_FORCE_MICROS }));
        // The same again is no other.
        declare("a", 0).unwrap();
        declare("b", 5).unwrap();
        assert_eq!(glass.of(&actor("a")).len(), 5);
        assert_eq!(glass.of(&actor("b")), [person(5)]);
        assert!(glass.of(&actor("c")).is_empty());
        time.store(IN_FORCE_MICROS - 1, Ordering::Relaxed);
        assert_eq!(glass.all().len(), 6);
        time.store(IN_FORCE_MICROS, Ordering::Relaxed);
        assert!(glass.of(&actor("a")).is_empty() && glass.all().is_empty());
        declare("a", 9).unwrap();
    }

    #[test]
    fn all_together_are_limited() {
        let glass = Glass::new(Arc::new(|| 7));
        for number in 0..OF_ALL_MAX {
            let who = actor(&format!("a-{}", number / OF_ONE_MAX));
            glass.declare(&who, &who, person(number as u128), "r".into()).unwrap();
        }
        assert!(glass.declare(&actor("late"), &actor("o"), person(1), "r".into()).is_err());
    }
}
