//! Work on many pieces at once, on all processors.

use std::{num::NonZero, panic::resume_unwind, thread};

/// Threads at most: more than this waits for memory.
const THREADS_MAX: usize = 16;
/// Pieces below which a thread is not worth its start.
const PIECES_MIN: usize = 256;

/// Threads that a check uses.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX)
}

/// What the function makes of each piece, in their order.
pub(crate) fn each<'a, P: Sync, R: Send>(pieces: &'a [P], make: impl Fn(&'a P) -> R + Sync) -> Vec<R> {
    each_part(pieces, |part| part.iter().map(&make).collect())
}

/// What the function makes of parts of the pieces, one for each of their pieces, in their order.
pub(crate) fn each_part<'a, P: Sync, R: Send>(
    pieces: &'a [P],
    make: impl Fn(&'a [P]) -> Vec<R> + Sync,
) -> Vec<R> {
    let share = pieces.len().div_ceil(threads()).max(PIECES_MIN);
    if pieces.len() <= share {
        return make(pieces);
    }
    let make = &make;
    thread::scope(|scope| {
        let parts: Vec<_> = pieces.chunks(share).map(|part| scope.spawn(move || make(part))).collect();
        let joined = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().collect()
    })
}
