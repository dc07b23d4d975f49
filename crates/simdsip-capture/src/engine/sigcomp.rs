//! SigComp datagrams: decompressed with what the capture itself taught, then read as SIP.
//!
//! The states of all sides are one pool, as `simdsip_sigcomp::CaptureDecoder` has it. Streams of SigComp are not looked
//! into. RFC 5049 §5.

use crate::packet::{Endpoint, Known};
use simdsip_sigcomp::{CaptureDecoder, Decoded, Transport, is_sigcomp};

/// What became of one SigComp datagram.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Note {
    /// The packet, counted from 1 in its file.
    pub frame: u64,
    /// Who sent it.
    pub source: Endpoint,
    /// To whom.
    pub dest: Endpoint,
    /// Bytes on the wire.
    pub wire_len: usize,
    /// The text; empty where nothing came of it.
    pub text: Vec<u8>,
    /// What it was, or why nothing came of it.
    pub decoded: Decoded,
}

/// Notes that are kept until they are asked for.
const NOTES_MAX: usize = 65_536;

#[derive(Debug, Default)]
pub(super) struct Sigcomp {
    /// Made with the first datagram that looks like it.
    decoder: Option<Box<CaptureDecoder>>,
    notes: Option<Vec<Note>>,
}

impl Sigcomp {
    pub(super) fn new(notes: bool) -> Self {
        Self { decoder: None, notes: notes.then(Vec::new) }
    }

    pub(super) fn take_notes(&mut self) -> Vec<Note> {
        self.notes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The text of a datagram, or what it was else; `None` for what is no SigComp.
    pub(super) fn datagram(
        &mut self,
        payload: &[u8],
        frame: u64,
        (source, dest): (Endpoint, Endpoint),
    ) -> Option<Result<&[u8], Known>> {
        if !is_sigcomp(payload) {
            return None;
        }
        let decoder = self.decoder.get_or_insert_with(Box::default);
        let decoded = decoder.push(payload, Transport::Message);
        let found = match &decoded {
            Decoded::Message { .. } => Ok(decoder.text()),
            Decoded::Nack { .. } => Err(Known::SigcompNack),
            _ => Err(Known::SigcompFailed),
        };
        if let Some(notes) = &mut self.notes
            && notes.len() < NOTES_MAX
        {
            let text = found.unwrap_or_default().to_vec();
            notes.push(Note { frame, source, dest, wire_len: payload.len(), text, decoded });
        }
        Some(found)
    }
}
