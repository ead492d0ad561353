//! Choices by weight.

use crate::random::Draw;

/// Values with their weights, as the sources print them; the weights need not add up to anything.
pub(crate) type Weighted<T> = [(T, u32)];

impl Draw {
    /// One value, as often as its weight says. The table has at least one row.
    pub(crate) fn pick<T: Copy>(&mut self, table: &Weighted<T>) -> T {
        let total = table.iter().map(|(_, weight)| weight).sum();
        let mut at = self.below(total);
        for (value, weight) in table {
            if at < *weight {
                return *value;
            }
            at -= weight;
        }
        table[0].0
    }
}
