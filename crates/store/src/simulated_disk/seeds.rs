//! Which seeds a test runs, and which one it was when it fails.

/// How many seeds are run, if not as many as the test itself says.
const SEEDS: &str = "SIGEYI_TORTURE_SEEDS";
/// The one seed that is run.
const SEED: &str = "SIGEYI_TORTURE_SEED";

/// A seed that is being run. Says so when the test fails, and how to run it alone.
#[derive(Debug)]
pub struct Seed {
    /// The seed.
    pub number: u64,
}

/// The seeds to run: as many as a test takes in a second or two, as many as the environment variable `SIGEYI_TORTURE_SEEDS` says, or the
/// one in `SIGEYI_TORTURE_SEED`.
pub fn seeds(usually: u64) -> impl Iterator<Item = Seed> {
    let number = |name| std::env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
    let range = match number(SEED) {
        Some(seed) => seed..seed.saturating_add(1),
        None => 0..number(SEEDS).unwrap_or(usually),
    };
    range.map(|number| Seed { number })
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let thread = std::thread::current();
            let test = thread.name().unwrap_or_default().to_owned();
            let number = self.number;
            eprintln!("it was seed {number}: {SEED}={number} cargo test {test}");
        }
    }
}
