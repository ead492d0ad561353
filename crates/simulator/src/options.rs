//! What a simulation is made from.

/// Size and seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulationOptions {
    /// Holders of a certificate, all of them; [`Simulation::new`](crate::Simulation::new) brings it into
    /// [`PEOPLE_MIN`](Self::PEOPLE_MIN) to [`PEOPLE_MAX`](Self::PEOPLE_MAX).
    pub people: u32,
    /// Everything follows from it.
    pub seed: u64,
}

impl SimulationOptions {
    /// People at least.
    pub const PEOPLE_MIN: u32 = 1;
    /// People at most: beyond it the synthetic citizen numbers of a county and birth day begin to run out.
    pub const PEOPLE_MAX: u32 = 2_000_000;
    /// 就业年龄段持证残疾人 of Inner Mongolia on 2022-09-28: 36.8万 (domain report 4.1).
    pub const PEOPLE_DEFAULT: u32 = 368_000;
}

impl Default for SimulationOptions {
    fn default() -> Self {
        SimulationOptions { people: Self::PEOPLE_DEFAULT, seed: 2022 }
    }
}
