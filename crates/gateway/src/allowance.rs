//! How often something may be done: a burst, and then as often as it is given back.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use sigeyi_domain::Identifier;

use crate::moment::Now;

/// In one hour, and at once after an hour without any.
const AN_HOUR_MAX: i64 = 60;
/// After so long one is given back, in µs.
const GIVEN_BACK_MICROS: i64 = 3_600 * 1_000_000 / AN_HOUR_MAX;
/// Actors that have not everything back yet, at a time; one more is refused.
const ACTORS_MAX: usize = 10_000;

/// What each actor has left.
pub(crate) struct Allowance {
    now: Now,
    /// When everything will have been given back, in µs.
    whole_again: Mutex<HashMap<Identifier, i64>>,
}

impl Allowance {
    pub(crate) fn new(now: Now) -> Allowance {
        Allowance { now, whole_again: Mutex::default() }
    }

    /// Takes one, or says after how long there is one.
    pub(crate) fn take(&self, actor: &Identifier) -> Result<(), Duration> {
        let now = (self.now)();
        let mut whole_again = self.whole_again.lock();
        let at = whole_again.get(actor).copied().unwrap_or(now).max(now);
        let too_early = at + GIVEN_BACK_MICROS - now - AN_HOUR_MAX * GIVEN_BACK_MICROS;
        if too_early > 0 {
            return Err(Duration::from_micros(too_early.unsigned_abs()));
        }
        if whole_again.len() >= ACTORS_MAX && !whole_again.contains_key(actor) {
            whole_again.retain(|_, at| *at > now);
            if whole_again.len() >= ACTORS_MAX {
                return Err(Duration::from_micros(GIVEN_BACK_MICROS.unsigned_abs()));
            }
        }
        whole_again.insert(actor.clone(), at + GIVEN_BACK_MICROS);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::*;

    fn actor(name: &str) -> Identifier {
        Identifier::parse(name).unwrap()
    }

    #[test]
    fn sixty_at_once_then_one_a_minute_and_everybody_has_their_own() {
        let time = Arc::new(AtomicI64::new(0));
        let told = time.clone();
        let allowance = Allowance::new(Arc::new(move || told.load(Ordering::Relaxed)));
        for _ in 0..60 {
            allowance.take(&actor("a")).unwrap();
        }
        assert_eq!(allowance.take(&actor("a")), Err(Duration::from_secs(60)));
        allowance.take(&actor("b")).unwrap();
        time.store(GIVEN_BACK_MICROS, Ordering::Relaxed);
        allowance.take(&actor("a")).unwrap();
        assert!(allowance.take(&actor("a")).is_err());
    }

    #[test]
    fn the_table_is_bounded_and_forgets_who_has_everything_back() {
        let time = Arc::new(AtomicI64::new(0));
        let told = time.clone();
        let allowance = Allowance::new(Arc::new(move || told.load(Ordering::Relaxed)));
        for number in 0..ACTORS_MAX {
            allowance.take(&actor(&format!("a-{number}"))).unwrap();
        }
        assert!(allowance.take(&actor("late")).is_err());
        time.store(GIVEN_BACK_MICROS, Ordering::Relaxed);
        allowance.take(&actor("late")).unwrap();
        assert_eq!(allowance.whole_again.lock().len(), 1);
    }
}
