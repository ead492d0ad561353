//! The witnesses that a server asks to cosign, one after the other. What they sign is checked before it is believed.

use std::{error::Error, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sigeyi_engine::{Consistency, SignedCheckpoint, VerifierKey};
use sigeyi_identity::Https;
use sigeyi_proof::{NoteSignature, SignatureType, WitnessRequest};

use crate::{
    args::PublishArgs,
    error::CliError,
    remote::{Client, ServerUrl},
};

/// Time that a witness has; the next checkpoint waits for it.
const WITNESS_WITHIN: Duration = Duration::from_secs(5);
/// Length of its answer at most, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// Where a witness is asked.
const PATH: &str = "/add-checkpoint";
/// A witness that knows another size than was thought is asked once more.
const TRIES: usize = 2;

/// One of them.
pub(super) struct Witness {
    way: Way,
    url: ServerUrl,
    key: VerifierKey,
    /// What it has cosigned last, as far as is known here.
    knows: Mutex<u64>,
}

/// How a witness is reached.
enum Way {
    /// On this machine, in clear.
    Plain(Client),
    /// By TLS.
    Tls(Arc<Https>),
}

impl Way {
    /// Asks, and gives the status and the text of whatever is answered.
    fn ask(&self, url: &ServerUrl, request: &str) -> Result<(u16, String), String> {
        match self {
            Way::Plain(client) => client
                .post_text(PATH, request, ANSWER_BYTES_MAX as u64, WITNESS_WITHIN)
                .map_err(|error| chain(&error)),
            Way::Tls(https) => {
                let answer = https.post_text(&url.of(PATH), request, ANSWER_BYTES_MAX, WITNESS_WITHIN);
                let (status, bytes) = answer.map_err(|error| chain(&error))?;
                let text = String::from_utf8(bytes).map_err(|_| "its answer is no text".to_owned())?;
                Ok((status, text))
            }
        }
    }
}

/// An error with its causes, in one line: it goes into a line of the log.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// By the options: an address and a key each.
pub(super) fn of(args: &PublishArgs) -> Result<Vec<Witness>, CliError> {
    if args.witness.len() != args.witness_key.len() {
        return Err(CliError::Usage(
            "每个 --witness 须有一个 --witness-key give a --witness-key with each --witness".into(),
        ));
    }
    let https = if args.witness.iter().any(ServerUrl::is_encrypted) {
        let https = args.witness_ca.as_deref().map_or_else(Https::new, Https::trusting);
        Some(Arc::new(https.map_err(CliError::WitnessTls)?))
    } else if args.witness_ca.is_some() {
        return Err(CliError::Usage(
            "--witness-ca 仅用于 https 的 --witness --witness-ca is for a --witness with https".into(),
        ));
    } else {
        None
    };
    let pairs = args.witness.iter().zip(&args.witness_key);
    let witnesses = pairs.map(|(url, key)| {
        if key.kind() != SignatureType::Cosignature {
            return Err(CliError::Usage(format!(
                "--witness-key: {} 不是见证方的公钥 is no key of a witness",
                key.name()
            )));
        }
        let way = match &https {
            Some(https) if url.is_encrypted() => Way::Tls(https.clone()),
            // Whoever can answer in its place could only withhold, but sees what the log signs, and when.
            _ if url.is_exposed() => {
                return Err(CliError::Usage(format!(
                    "--witness: {url} 不是本机地址，须用 https is not on this machine: give its address with https"
                )));
            }
            Some(_) | None => Way::Plain(Client::new(url, None)?),
        };
        Ok(Witness { way, url: url.clone(), key: key.clone(), knows: Mutex::new(0) })
    });
    witnesses.collect()
}

impl Witness {
    /// Shows it a checkpoint, and adds its signature.
    pub(super) fn cosign(
        &self,
        checkpoint: &mut SignedCheckpoint,
        path_from: &Consistency<'_>,
    ) -> Result<(), String> {
        self.ask(checkpoint, path_from).map_err(|fault| {
            format!("the witness {} at {} has not cosigned: {fault}", self.key.name(), self.url)
        })
    }

    fn ask(&self, checkpoint: &mut SignedCheckpoint, path_from: &Consistency<'_>) -> Result<(), String> {
        let size = checkpoint.unverified().size;
        for _ in 0..TRIES {
            let old_size = *self.knows.lock();
            let path =
                if old_size == 0 { Vec::new() } else { path_from(old_size).map_err(|it| it.to_string())? };
            let request = WitnessRequest { old_size, path, checkpoint: checkpoint.clone() };
            match self.way.ask(&self.url, &request.to_string())? {
                (200, lines) => {
                    *checkpoint = self.believed(checkpoint, &lines)?;
                    *self.knows.lock() = size;
                    return Ok(());
                }
                (409, known) => {
                    let known: u64 =
                        known.trim().parse().map_err(|_| "its answer is not a size".to_owned())?;
                    if known > size {
                        return Err(format!(
                            "it has seen {known} events and this log has {size}: it was rolled back, or another one signs with its key"
                        ));
                    }
                    if known == old_size {
                        return Err(format!("it has seen another history of {known} events"));
                    }
                    *self.knows.lock() = known;
                }
                (status, _) => return Err(format!("it answers with status {status}")),
            }
        }
        Err("it does not say the same size twice".to_owned())
    }

    fn believed(&self, checkpoint: &SignedCheckpoint, lines: &str) -> Result<SignedCheckpoint, String> {
        let signatures = NoteSignature::parse_lines(lines).map_err(|error| error.to_string())?;
        let is_its = |signature: &NoteSignature| {
            (signature.name(), signature.key_id()) == (self.key.name(), self.key.id())
        };
        let signature = signatures.into_iter().find(is_its).ok_or("there is no signature of its key")?;
        let mut cosigned = checkpoint.clone();
        cosigned.add(signature).map_err(|error| error.to_string())?;
        match cosigned.note().verify(&self.key) {
            Some(Ok(_)) => Ok(cosigned),
            Some(Err(_)) | None => Err("its signature does not hold".to_owned()),
        }
    }
}
