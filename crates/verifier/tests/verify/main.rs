//! The verifier, seen from outside: whatever is altered in a proof, a history, an export or a directory is found, and where.

#![expect(clippy::unwrap_used, reason = "what tests share is for tests alone")]

mod directories;
mod exports;
mod forged_heads;
mod golden;
mod heads;
mod histories;
mod invented;
mod journal;
mod long_logs;
mod proofs;
mod real_store;
mod the_binary;
mod written;
