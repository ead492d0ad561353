//! How much somebody may do: a burst, and then as much as is given back.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sigeyi_domain::Identifier;

/// Actors that have not everything back yet, at a time; one more is refused until one of them has.
const ACTORS_MAX: usize = 10_000;

/// Says how long the process has run. No setting of the clock changes it: set back, it would keep everybody out.
pub(crate) type Elapsed = Arc<dyn Fn() -> Duration + Send + Sync>;

/// How much each may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// At once, by somebody who has had nothing for long.
    pub(crate) burst: u64,
    /// So much is given back,
    pub(crate) units: u64,
    /// in so long a time.
    pub(crate) per: Duration,
}

/// What each actor has left.
pub(crate) struct Budget {
    rate: Rate,
    elapsed: Elapsed,
    actors: Mutex<Actors>,
}

/// When each will have everything back, in ns of [`Elapsed`]. Whoever is not among them has everything.
#[derive(Default)]
struct Actors {
    whole_at: HashMap<Identifier, u64>,
    /// Nobody among them has everything back before.
    none_before: u64,
}

impl Budget {
    /// By a clock that begins now.
    pub(crate) fn new(rate: Rate) -> Budget {
        let begun = Instant::now();
        Budget::with_clock(rate, Arc::new(move || begun.elapsed()))
    }

    pub(crate) fn with_clock(rate: Rate, elapsed: Elapsed) -> Budget {
        Budget { rate, elapsed, actors: Mutex::default() }
    }

    /// Takes so much, or says after how long it can be had. What is more than half a burst is given to whoever has half a one, who then owes
    /// the rest: otherwise what is more than all of it could never be had.
    pub(crate) fn take(&self, actor: &Identifier, units: u64) -> Result<(), Duration> {
        let now = self.now();
        let mut actors = self.actors.lock();
        let whole_at = actors.whole_at.get(actor).copied();
        let too_early = self.too_early(whole_at, units, now);
        if too_early > 0 {
            return Err(Duration::from_nanos(too_early));
        }
        if whole_at.is_none() {
            actors.make_room(now)?;
        }
        let new = whole_at.unwrap_or(now).max(now).saturating_add(self.rate.nanos_of(units));
        actors.none_before = actors.none_before.min(new);
        match actors.whole_at.get_mut(actor) {
            Some(whole_at) => *whole_at = new,
            None => drop(actors.whole_at.insert(actor.clone(), new)),
        }
        Ok(())
    }

    /// After how long so much can be had.
    pub(crate) fn wait(&self, actor: &Identifier, units: u64) -> Duration {
        let now = self.now();
        let whole_at = self.actors.lock().whole_at.get(actor).copied();
        Duration::from_nanos(self.too_early(whole_at, units, now))
    }

    /// In ns.
    fn too_early(&self, whole_at: Option<u64>, units: u64, now: u64) -> u64 {
        let is_lacking = whole_at.unwrap_or(now).saturating_sub(now);
        let needed = self.rate.nanos_of(units.min(self.rate.burst / 2));
        is_lacking.saturating_add(needed).saturating_sub(self.rate.nanos_of(self.rate.burst))
    }

    fn now(&self) -> u64 {
        nanos((self.elapsed)())
    }
}

impl Actors {
    /// Those who have everything back leave when the table is full.
    fn make_room(&mut self, now: u64) -> Result<(), Duration> {
        if self.whole_at.len() < ACTORS_MAX {
            return Ok(());
        }
        if now >= self.none_before {
            self.whole_at.retain(|_, whole_at| *whole_at > now);
            self.none_before = self.whole_at.values().copied().min().unwrap_or(u64::MAX);
        }
        let is_full = self.whole_at.len() >= ACTORS_MAX;
        if is_full { Err(Duration::from_nanos(self.none_before.saturating_sub(now))) } else { Ok(()) }
    }
}

impl Rate {
    /// In which so much is given back.
    fn nanos_of(&self, units: u64) -> u64 {
        let nanos = u128::from(units) * self.per.as_nanos();
        u64::try_from(nanos.div_ceil(u128::from(self.units.max(1)))).unwrap_or(u64::MAX)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Sixty at once, then one a minute.
    const SIXTY_AN_HOUR: Rate = Rate { burst: 60, units: 60, per: Duration::from_secs(3_600) };

    /// A budget whose seconds a test counts.
    struct Counted {
        budget: Budget,
        seconds: Arc<AtomicU64>,
    }

    impl Counted {
        fn new(rate: Rate) -> Counted {
            let seconds = Arc::new(AtomicU64::new(0));
            let told = seconds.clone();
            let elapsed = Arc::new(move || Duration::from_secs(told.load(Ordering::Relaxed)));
            Counted { budget: Budget::with_clock(rate, elapsed), seconds }
        }

        fn it_is(&self, seconds: u64) {
            self.seconds.store(seconds, Ordering::Relaxed);
        }

        fn take(&self, name: &str, units: u64) -> Result<(), Duration> {
            self.budget.take(&actor(name), units)
        }
    }

    fn actor(name: &str) -> Identifier {
        Identifier::parse(name).unwrap()
    }

    #[test]
    fn sixty_at_once_then_one_a_minute_and_everybody_has_their_own() {
        let counted = Counted::new(SIXTY_AN_HOUR);
        for _ in 0..60 {
            counted.take("a", 1).unwrap();
        }
        assert_eq!(counted.take("a", 1), Err(Duration::from_secs(60)));
        counted.take("b", 1).unwrap();
        counted.it_is(59);
        assert_eq!(counted.take("a", 1), Err(Duration::from_secs(1)));
        counted.it_is(60);
        counted.take("a", 1).unwrap();
        assert!(counted.take("a", 1).is_err());
    }

    #[test]
    fn what_costs_more_takes_more_and_waits_longer() {
        let counted = Counted::new(SIXTY_AN_HOUR);
        counted.take("a", 55).unwrap();
        assert_eq!(counted.take("a", 10), Err(Duration::from_secs(5 * 60)));
        assert_eq!(counted.budget.wait(&actor("a"), 15), Duration::from_secs(10 * 60));
        // What was refused has taken nothing.
        counted.take("a", 5).unwrap();
    }

    #[test]
    fn nothing_is_saved_up_beyond_the_burst() {
        let counted = Counted::new(SIXTY_AN_HOUR);
        counted.take("a", 1).unwrap();
        counted.it_is(1_000_000);
        counted.take("a", 60).unwrap();
        assert!(counted.take("a", 1).is_err());
    }

    #[test]
    fn more_than_a_burst_is_had_by_who_has_half_a_one_and_then_owed() {
        let counted = Counted::new(SIXTY_AN_HOUR);
        counted.take("a", 31).unwrap();
        assert_eq!(counted.take("a", 100), Err(Duration::from_secs(60)));
        counted.it_is(60);
        counted.take("a", 100).unwrap();
        assert_eq!(counted.take("a", 1), Err(Duration::from_secs(71 * 60)));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_who_has_everything_back() {
        let counted = Counted::new(SIXTY_AN_HOUR);
        counted.take("early", 1).unwrap();
        for number in 1..ACTORS_MAX {
            counted.take(&format!("a-{number}"), 3).unwrap();
        }
        assert_eq!(counted.take("late", 1), Err(Duration::from_secs(60)));
        // Whoever is in it goes on.
        counted.take("a-1", 1).unwrap();
        counted.it_is(60);
        counted.take("late", 1).unwrap();
        assert_eq!(counted.budget.actors.lock().whole_at.len(), ACTORS_MAX);
        // Whoever came last has everything back before the others.
        assert_eq!(counted.take("later", 1), Err(Duration::from_secs(60)));
        counted.it_is(120);
        counted.take("later", 1).unwrap();
        counted.it_is(180);
        counted.take("last", 1).unwrap();
        assert_eq!(counted.budget.actors.lock().whole_at.len(), 2);
    }
}
