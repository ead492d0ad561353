//! Names, limits and times.

use std::time::Duration;

/// Audience of the service, unless it is told another.
pub const AUDIENCE: &str = "sigeyi";
/// Issuer of tokens that a key of one's own has signed.
pub const LOCAL_ISSUER: &str = "sigeyi-local";
/// Where in a data directory that key lies.
pub const LOCAL_KEY_FILE: &str = "identity/token.key";
/// Length of a token at most, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Roles in a token at most.
pub const ROLES_MAX: usize = 32;
/// Audiences in a token at most.
pub const AUDIENCES_MAX: usize = 16;
/// Length of a token's id (`jti`) at most, in bytes.
pub const TOKEN_ID_BYTES_MAX: usize = 128;
/// Keys in a key set at most, those of no use included.
pub const KEYS_MAX: usize = 32;
/// Length of a key's id (`kid`) at most, in bytes.
pub const KEY_ID_BYTES_MAX: usize = 128;
/// Length of a key set, or of an issuer's description of itself, at most, in bytes.
pub const KEY_SET_BYTES_MAX: usize = 64 * 1024;
/// Length of a file with a private key at most, in bytes.
pub const PRIVATE_KEY_BYTES_MAX: usize = 4 * 1024;
/// How far the clocks of an issuer and of this machine may differ.
pub const LEEWAY: Duration = Duration::from_secs(30);
/// Between two attempts to load the keys, whatever tokens ask for.
pub const LOAD_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Age at which keys are loaded again, so that one which an issuer has withdrawn goes.
pub const KEYS_FRESH_FOR: Duration = Duration::from_secs(600);
/// Age up to which keys are used although their issuer does not answer.
pub const KEYS_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Time for one answer of an issuer, connecting included.
pub const FETCH_WITHIN: Duration = Duration::from_secs(5);
/// Lifetime of an issued token at most: nobody can take one back.
pub const LIFETIME_MAX: Duration = Duration::from_secs(31 * 24 * 60 * 60);
