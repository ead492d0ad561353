//! Values that nobody counts, but that can be read whenever somebody asks.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
};

/// A value as it is now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Without the prefix.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) value: f64,
}

/// Reads the values for each answer anew.
pub(crate) struct Readings(Box<dyn Fn() -> Vec<Reading> + Send + Sync>);

impl Readings {
    pub(crate) fn new(read: impl Fn() -> Vec<Reading> + Send + Sync + 'static) -> Readings {
        Readings(Box::new(read))
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Readings")
    }
}

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for Reading { name, help, value } in (self.0)() {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}
