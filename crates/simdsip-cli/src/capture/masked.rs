//! Values of tables with the secrets in them hidden.
//!
//! Text is masked byte by byte, as everywhere; a digest response is `h:` and a keyed hash, so that equal ones stay
//! equal. The key is new in each run, since whoever knew it could try passwords; `SIMDSIP_MASK_KEY` names one that
//! several runs share.

use crate::mask::{self, Secrets, Shown};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use simdsip::Message;
use simdsip_capture::table::{Column, Masked, Value};
use std::cell::OnceCell;
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};

/// Hides secrets, or does not.
#[derive(Clone)]
pub(crate) struct Masker {
    secrets: Secrets,
    key: [u8; 32],
}

impl Masker {
    pub(crate) fn new(show_secrets: bool) -> Masker {
        let mut hash = Sha256::new();
        match std::env::var_os("SIMDSIP_MASK_KEY") {
            Some(key) => hash.update(key.as_encoded_bytes()),
            // The seeds come from the operating system; the standard library has no other way to ask it.
            None => (0..8u8).for_each(|part| hash.update(RandomState::new().hash_one(part).to_le_bytes())),
        }
        let secrets = if show_secrets { Secrets::Shown } else { Secrets::Hidden };
        Masker { secrets, key: hash.finalize().into() }
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets
    }

    /// The mask of one record, which is made of these bytes; of none where it is not.
    pub(crate) fn of<'m>(
        &'m self,
        bytes: &'m [u8],
        message: Option<Message<'m>>,
    ) -> impl FnMut(&Column, &Value<'_>) -> Option<Masked> + 'm {
        let whole = OnceCell::new();
        move |column, value| {
            if self.secrets == Secrets::Shown || matches!(value, Value::Null) {
                return None;
            }
            let shown = || whole.get_or_init(|| Shown::new(bytes, message, self.secrets));
            if column.name == "auth_response" {
                return Some(Masked::Text(self.hash(value)));
            }
            // Where the parameters of credentials can be told apart in two ways, what is hidden decides.
            let odd = |text: &[u8]| {
                column.name.starts_with("auth_") && text.iter().any(|byte| b"\", \r\n\\".contains(byte))
            };
            Some(Masked::Text(match value {
                Value::Text(text) | Value::Lines(text) if odd(text) || mask::concerns(text) => {
                    shown().piece(text).into_owned()
                }
                Value::Quoted(word) if odd(word.raw()) || mask::concerns(word.raw()) => shown().word(word),
                Value::Folded(field) => shown().unfolded(field.unfolded()),
                Value::Binary(bytes) => shown().of(bytes).into_owned(),
                Value::Texts(texts) if texts.iter().any(|text| mask::concerns(text)) => {
                    let texts = texts.iter().map(|text| shown().piece(text).into_owned());
                    return Some(Masked::Texts(texts.collect()));
                }
                // Whoever had the hash of the bytes as they are could try passwords in what is hidden.
                Value::Hash(_) if shown().differs() => {
                    return Some(Masked::Hash(Sha256::digest(shown().bytes()).into()));
                }
                _ => return None,
            }))
        }
    }

    fn hash(&self, value: &Value<'_>) -> Vec<u8> {
        let mut text = Vec::new();
        value.append_text(&mut text);
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length of key will do");
        mac.update(&text);
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        let mut out = String::from("h:");
        hash.iter().take(12).for_each(|byte| {
            let _ = write!(out, "{byte:02x}");
        });
        out.into_bytes()
    }
}
