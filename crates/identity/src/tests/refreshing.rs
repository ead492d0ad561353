//! When keys are loaded, kept and given up.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use super::signing::*;
use crate::*;

/// An issuer whose keys a test changes; none while it does not answer.
#[derive(Clone, Default)]
struct Changing(Arc<Mutex<(Option<String>, usize)>>);

impl Changing {
    fn publishes(&self, key_set: Option<String>) {
        self.0.lock().unwrap().0 = key_set;
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

impl KeySource for Changing {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        state.0.clone().map(String::into_bytes).ok_or(KeySourceError::Description)
    }
}

/// The same moment for tokens, so much later for keys.
fn later(now: Now, after: Duration) -> Now {
    Now { instant: now.instant + after, ..now }
}

#[test]
fn an_unknown_key_is_looked_for_at_most_once_a_minute() {
    let (old, new) = (local_key(), local_key());
    let issuer = Changing::default();
    issuer.publishes(Some(old.key_set()));
    let verifier = Verifier::new(trust(), issuer.clone());
    let now = now();
    assert!(verifier.verify_or_refresh(&token(&old, &claims()), now).is_ok());
    assert_eq!(issuer.asked(), 1);

    issuer.publishes(Some(new.key_set()));
    let rotated = token(&new, &claims());
    for _ in 0..100 {
        assert!(verifier.verify_or_refresh(&rotated, now).is_err());
    }
    assert_eq!(issuer.asked(), 1);
    assert!(!verifier.may_refresh(now));

    let later = later(now, LOAD_AGAIN_AFTER);
    assert!(verifier.may_refresh(later));
    assert!(verifier.verify_or_refresh(&rotated, later).is_ok());
    assert_eq!(issuer.asked(), 2);
    // The key that was withdrawn is not believed any more.
    assert_eq!(refused(&verifier, &token(&old, &claims())), Reason::UnknownKey);
}

#[test]
fn keys_are_kept_while_the_issuer_is_down_but_not_for_ever() {
    let key = local_key();
    let issuer = Changing::default();
    issuer.publishes(Some(key.key_set()));
    let verifier = Verifier::new(trust(), issuer.clone());
    let now = now();
    assert_eq!(verifier.refresh(now).unwrap(), Refreshed::Loaded);
    issuer.publishes(None);

    let token = token(&key, &claims());
    let almost = later(now, KEYS_KEPT_FOR - Duration::from_secs(1));
    assert!(verifier.refresh(almost).is_err());
    assert!(verifier.verify(&token, almost).is_ok());
    let over = later(now, KEYS_KEPT_FOR);
    assert_eq!(verifier.verify(&token, over).unwrap_err().reason(), Reason::NoKeys);

    issuer.publishes(Some(key.key_set()));
    let again = later(over, LOAD_AGAIN_AFTER);
    assert!(verifier.verify_or_refresh(&token, again).is_ok());
}

#[test]
fn keys_become_stale_before_they_are_given_up() {
    let key = local_key();
    let issuer = Changing::default();
    issuer.publishes(Some(key.key_set()));
    let verifier = Verifier::new(trust(), issuer.clone());
    let now = now();
    assert!(verifier.is_stale(now));
    verifier.refresh(now).unwrap();
    assert!(!verifier.is_stale(later(now, KEYS_FRESH_FOR - Duration::from_secs(1))));
    let stale = later(now, KEYS_FRESH_FOR);
    assert!(verifier.is_stale(stale));
    // A refusal of the issuer is waited out too.
    issuer.publishes(None);
    assert!(verifier.refresh(stale).is_err());
    assert!(!verifier.is_stale(stale));
    assert!(verifier.is_stale(later(stale, LOAD_AGAIN_AFTER)));
}

#[test]
fn what_is_no_key_set_changes_nothing() {
    let key = local_key();
    let issuer = Changing::default();
    issuer.publishes(Some(key.key_set()));
    let verifier = Verifier::new(trust(), issuer.clone());
    let now = now();
    verifier.refresh(now).unwrap();
    for (minutes, text) in (1..).zip(["", "{\"keys\":[]}", "<html>"]) {
        issuer.publishes(Some(text.into()));
        let later = later(now, LOAD_AGAIN_AFTER * minutes);
        assert!(matches!(verifier.refresh(later), Err(KeySourceError::Keys(_))));
        assert!(verifier.verify(&token(&key, &claims()), later).is_ok());
    }
}

#[test]
fn before_any_keys_nobody_comes_in() {
    let verifier = Verifier::new(trust(), Changing::default());
    assert_eq!(refused(&verifier, &token(&local_key(), &claims())), Reason::NoKeys);
}

#[test]
fn a_key_of_ones_own_does_not_age() {
    let key = local_key();
    let token = token(&key, &claims());
    let verifier = verifier(key);
    assert!(verifier.verify(&token, later(now(), KEYS_KEPT_FOR * 100)).is_ok());
}
