//! Whether a file that is there still shows those alone who may be shown.

use sigeyi_engine::{Engine, Position, Reading};

use super::error::FilesError;
use crate::output::hex;

/// What the digests are of, so that no other digest of this directory is one of them.
const PURPOSE: &[u8] = b"withheld from a file of events";

/// The places of everything that is withheld now.
pub(super) struct Withheld<'e> {
    engine: &'e Engine,
    places: Vec<Position>,
}

impl<'e> Withheld<'e> {
    /// Of the log as it is read.
    pub(super) fn of(engine: &'e Engine, reading: &Reading) -> Result<Withheld<'e>, FilesError> {
        Ok(Withheld { engine, places: reading.withheld()? })
    }

    /// Digest of the places after a position, up to another. Keyed with the directory's key: whoever has a filtered file is not told what it leaves out.
    pub(super) fn digest(&self, after: Position, last: Position) -> String {
        let places = self.places.iter().filter(|place| after < **place && **place <= last);
        let bytes: Vec<u8> = places.flat_map(|place| place.0.to_be_bytes()).collect();
        hex(&self.engine.digest(&[PURPOSE, &bytes]))
    }
}
