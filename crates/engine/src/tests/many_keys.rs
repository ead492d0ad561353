//! A vault of 400,000 keys.

use std::sync::Arc;

use sigeyi_envelope::{FORMAT, Suite};
use sigeyi_store::{Disk, Manifest, RealDisk, TwinFile};
use sigeyi_vault::{CipherSuite, Vault};
use uuid::Uuid;

use crate::{
    KeySource, KeysOptions, keys_status, root_keys::RootKeys, rotate_buckets, rotate_root,
    rotation::KEYS_FILE,
};

const BUCKETS: u32 = 100;

#[test]
fn a_hundred_buckets_are_rotated_and_each_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = Manifest {
        format: FORMAT,
        preview: 0,
        log_id: Uuid::from_u128(5),
        suite: Suite::International,
        synthetic: true,
        simulated_clock: true,
    };
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let vault_dir = dir.path().join("vault");
    let (mut file, _) = TwinFile::open(&RealDisk, &vault_dir, KEYS_FILE, manifest.log_id).unwrap();
    let roots =
        RootKeys::open(&disk, &vault_dir, CipherSuite::Aes256GcmSha256, &KeySource::default()).unwrap();
    let root = roots.first_root().unwrap();
    let (vault, secrets) = Vault::create(CipherSuite::Aes256GcmSha256, manifest.log_id, roots, root).unwrap();
    file.append(&secrets).unwrap();
    for _ in 0..BUCKETS {
        let record = vault.make_bucket().unwrap();
        file.append(record.payload()).unwrap();
        vault.admit(record).unwrap();
    }
    drop(file);
    Manifest::create(&RealDisk, dir.path(), &manifest).unwrap();

    let options = KeysOptions { data: dir.path().to_owned(), ..KeysOptions::default() };
    let mut told = Vec::new();
    let rotated = rotate_root(&options, |done, total| told.push((done, total))).unwrap();
    assert_eq!(told, (1..=100).map(|done| (done, 100)).collect::<Vec<_>>());
    let again = rotate_buckets(&options, |_, _| ()).unwrap();
    eprintln!("{BUCKETS} buckets: root key {:?}, bucket keys {:?}", rotated.took, again.took);
    let status = keys_status(&options).unwrap();
    assert_eq!((status.generation, status.buckets, status.keys_made), (2, BUCKETS, vault.keys_made()));
}
