//! Tests.

// What the tests are written with; what may be sent is shared with the tests of the read models.
#[path = "../../projections/src/tests/any.rs"]
mod any;
mod machine;
mod mended;
mod outages;
mod reference;
mod world;

// Laws over whatever is sent.
mod counters;
mod differences;
mod histories;
mod people_then;
mod reopening;
mod two_times;
mod writers;

// Directories of either suite.
mod suites;

// Promises to whoever sends.
mod access_log;
mod backups;
mod checkpoints;
mod cut_copies;
mod disk_faults;
mod heads;
mod heads_again;
mod idempotency;
mod imports;
mod limits;
mod power_cuts;
mod readings;
mod reports;
mod roles;
mod signed_outages;
mod slow_disk;
mod snapshots;
mod two_people;
mod use_of_data;

// Keys that are rotated, held elsewhere, and destroyed.
mod erasures;
mod key_commands;
mod many_keys;
mod rotations;

// Damage, and what is done about it.
mod repairs;
mod scrubs;
mod starting;
mod stopped_repairs;
mod verified;
mod verified_signatures;
