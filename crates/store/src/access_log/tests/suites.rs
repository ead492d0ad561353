//! An access log is hashed as the events of its directory are.

use std::sync::Arc;

use sigeyi_envelope::Suite;
use sigeyi_proof::HashAlgorithm;

use super::life::{dir, empty_disk, head_path, options, record};
use crate::access_log::{AccessFault, AccessLog, AccessLogOptions, AccessOpenError, inspect_access_log};
use crate::disk::Disk;
use crate::segment::segment_path;
use crate::testing::LOG;

/// Segment header, frame header.
const FIRST_ENTRY_AT: usize = 96 + 80;

#[test]
fn an_entry_holds_the_sm3_of_the_one_before_and_is_not_taken_for_one_of_sha_256() {
    let disk = empty_disk();
    let suite = Suite::Guomi;
    let log = AccessLog::open(Arc::new(disk.clone()), AccessLogOptions { suite, ..options() }).unwrap();
    let records = vec![record(1, "counsellor-1", &[1, 2], 40), record(2, "auditor", &[2], 0)];
    let lengths = [records[0].bytes(), records[1].bytes()];
    log.append(records).unwrap();
    log.close().unwrap();
    drop(log);

    let bytes = disk.read(&segment_path(dir(), 1)).unwrap();
    let (first, rest) = bytes[FIRST_ENTRY_AT..].split_at(lengths[0]);
    let sm3 = HashAlgorithm::Sm3;
    let genesis = sm3.digest(&[b"sigeyi access log v0".as_slice(), LOG.as_bytes()].concat());
    assert_eq!(first[12..44], genesis);
    assert_eq!(rest[12..44], sm3.digest(first));
    let found = inspect_access_log(&disk, dir(), head_path(), LOG, suite).unwrap();
    assert_eq!((found.entries, found.hash), (2, sm3.digest(&rest[..lengths[1]])));

    let refused = inspect_access_log(&disk, dir(), head_path(), LOG, Suite::International).unwrap_err();
    let AccessOpenError::Damaged(damage) = refused else { panic!("{refused}") };
    assert_eq!(damage.fault, AccessFault::Chain { number: 1 });
}
