//! Writes and syncs that fail, or lie.
