//! What an answer takes beside the sync that it waits for: a group that is being written when a command comes must end first, then its own is written,
//! so twice the sync is the least that can be hoped for with many callers.

use std::{fmt, time::Duration};

use sigeyi_engine::SyncTimes;

use crate::median;

/// The p99 of an answer is to be below so many times the sync of its group.
pub(crate) const WAIT_MARK: f64 = 4.0;

/// Of each round, in µs.
#[derive(Default)]
pub(crate) struct Waits {
    answer_p50: Vec<f64>,
    answer_p99: Vec<f64>,
    sync_mean: Vec<f64>,
    sync_p99: Vec<f64>,
    to_mean: Vec<f64>,
    to_p99: Vec<f64>,
}

impl Waits {
    /// One round: what each answer took, in µs, and what the disk took for the groups.
    pub(crate) fn add(&mut self, mut micros: Vec<u32>, syncs: &SyncTimes) {
        micros.sort_unstable();
        let quantile = |part: usize| f64::from(micros[(micros.len() - 1) * part / 100]);
        let of = |time: Duration| time.as_secs_f64() * 1e6;
        let (p99, mean, sync_p99) = (quantile(99), of(syncs.mean()), of(syncs.quantile(0.99)));
        self.answer_p50.push(quantile(50));
        self.answer_p99.push(p99);
        self.sync_mean.push(mean);
        self.sync_p99.push(sync_p99);
        self.to_mean.push(p99 / mean);
        self.to_p99.push(p99 / sync_p99);
    }
}

impl fmt::Display for Waits {
    /// The columns of the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let middle = |values: &[f64]| median(&mut values.to_vec());
        let said = |ratio: f64| if ratio < WAIT_MARK { "met" } else { "missed" };
        let (to_mean, to_p99) = (middle(&self.to_mean), middle(&self.to_p99));
        write!(
            f,
            "{:.0} | {:.0} | {:.0} | {:.0} | {to_mean:.1}, {} | {to_p99:.1}, {}",
            middle(&self.answer_p50),
            middle(&self.answer_p99),
            middle(&self.sync_mean),
            middle(&self.sync_p99),
            said(to_mean),
            said(to_p99),
        )
    }
}
