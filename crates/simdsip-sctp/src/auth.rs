//! AUTH: chunks under a key of both ends' making (RFC 4895).
//!
//! One shared key, number 0, which is the null key unless the endpoint has one. HMAC-SHA-256 is preferred,
//! SHA-1 offered because everybody has to have it (§3.3).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::wire::chunk::{Auth, kind};
use crate::wire::param::Params;
use crate::wire::{Full, Param, RawParam, Writer};

/// Chunk types that we want to see authenticated.
const OUR_CHUNKS: [u8; 2] = [kind::ASCONF, kind::ASCONF_ACK];
/// What a peer's parameters may take in bytes: RANDOM 36, all chunk types 260, HMACs.
const VECTOR_MAX: usize = 400;

/// What one end has sent of RANDOM, CHUNKS and HMAC-ALGO, headers included, without padding (§6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyVector(pub(crate) Vec<u8>);

impl KeyVector {
    /// Ours.
    pub(crate) fn new(random: &[u8; 32]) -> KeyVector {
        let mut bytes = vec![0x80, 0x02, 0, 36];
        bytes.extend(random);
        bytes.extend([0x80, 0x03, 0, 6]);
        bytes.extend(OUR_CHUNKS);
        bytes.extend([0x80, 0x04, 0, 8, 0, Auth::SHA256 as u8, 0, Auth::SHA1 as u8]);
        KeyVector(bytes)
    }

    /// The peer's, out of the parameters of its INIT or INIT ACK; `None` where it has no AUTH.
    pub(crate) fn of_params(params: Params<'_>) -> Option<KeyVector> {
        let (mut random, mut chunks, mut hmacs) = (None, None, None);
        for raw in params.map_while(Result::ok) {
            match Param::parse(&raw) {
                Ok(Param::Random(_)) => random = Some(raw.bytes),
                Ok(Param::ChunkList(_)) => chunks = Some(raw.bytes),
                Ok(Param::HmacAlgo(_)) => hmacs = Some(raw.bytes),
                _ => {}
            }
        }
        let all = [random?, chunks.unwrap_or_default(), hmacs?].concat();
        (all.len() <= VECTOR_MAX).then_some(KeyVector(all))
    }

    fn params(&self) -> impl Iterator<Item = RawParam<'_>> {
        // Unpadded: walked by their lengths.
        let mut rest = &self.0[..];
        core::iter::from_fn(move || {
            let len = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
            let (bytes, behind) = rest.split_at_checked(len)?;
            let raw = Params::new(bytes, 0).next()?.ok()?;
            rest = behind;
            Some(raw)
        })
    }

    /// Appends the parameters to an INIT or INIT ACK.
    pub(crate) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        self.params().try_for_each(|raw| w.tlv(raw.kind.to_be_bytes(), |w| w.put(raw.value)))
    }
}

/// What an association authenticates with.
#[derive(Debug)]
pub(crate) struct Keys {
    key: Vec<u8>,
    hmac: u16,
    /// Bits of the chunk types that the peer wants to see authenticated.
    wanted: [u64; 4],
}

impl Keys {
    /// `None` where the peer offers no HMAC that we have.
    pub(crate) fn new(shared: &[u8], ours: &KeyVector, theirs: &KeyVector) -> Option<Keys> {
        let mut wanted = [0u64; 4];
        let mut hmac = None;
        for raw in theirs.params() {
            match Param::parse(&raw) {
                Ok(Param::ChunkList(list)) => {
                    for kind in list {
                        // These four are never authenticated (§3.2).
                        if !matches!(
                            *kind,
                            kind::INIT | kind::INIT_ACK | kind::SHUTDOWN_COMPLETE | kind::AUTH
                        ) {
                            wanted[usize::from(*kind / 64)] |= 1 << (kind % 64);
                        }
                    }
                }
                Ok(Param::HmacAlgo(list)) => {
                    let known = |id: &u16| matches!(*id, Auth::SHA1 | Auth::SHA256);
                    hmac = list.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]])).find(known);
                }
                _ => {}
            }
        }
        let (low, high) = if number_before(&ours.0, &theirs.0) { (ours, theirs) } else { (theirs, ours) };
        Some(Keys { key: [shared, &low.0, &high.0].concat(), hmac: hmac?, wanted })
    }

    /// Whether chunks of this type have to be authenticated when we send them.
    pub(crate) fn wants(&self, kind: u8) -> bool {
        self.wanted[usize::from(kind / 64)] & (1 << (kind % 64)) != 0
    }

    fn mac_len(hmac: u16) -> usize {
        if hmac == Auth::SHA256 { 32 } else { 20 }
    }

    /// Bytes that AUTH takes of a packet.
    pub(crate) fn chunk_len(&self) -> usize {
        8 + Keys::mac_len(self.hmac)
    }

    /// Appends an AUTH chunk whose MAC is still to come; gives its place.
    pub(crate) fn begin(&self, w: &mut Writer<'_>) -> Result<usize, Full> {
        w.align()?;
        let at = w.len();
        Auth { key: 0, hmac: self.hmac, mac: &[0; 32][..Keys::mac_len(self.hmac)] }.emit(w)?;
        Ok(at)
    }

    /// Writes the MAC over everything from the AUTH chunk on.
    pub(crate) fn finish(&self, w: &mut Writer<'_>, at: usize) -> Result<(), Full> {
        w.align()?;
        let mac = self.mac(self.hmac, &[&w.written()[at..]]);
        w.patch(at + 8, &mac)
    }

    /// Whether `packet`, from an AUTH chunk to its end, carries the right MAC (§6.3).
    pub(crate) fn verify(&self, auth: &Auth<'_>, packet: &[u8]) -> bool {
        let known = auth.key == 0 && matches!(auth.hmac, Auth::SHA1 | Auth::SHA256);
        let len = Keys::mac_len(auth.hmac);
        let Some(behind) = packet.get(8 + len..).filter(|_| known && auth.mac.len() == len) else {
            return false;
        };
        let right = self.mac(auth.hmac, &[&packet[..8], &[0; 32][..len], behind]);
        // All bytes are looked at, so that time tells nothing.
        right.iter().zip(auth.mac).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }

    fn mac(&self, hmac: u16, parts: &[&[u8]]) -> Vec<u8> {
        fn over<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
            let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
            for part in parts {
                mac.update(part);
            }
            mac.finalize().into_bytes().to_vec()
        }
        if hmac == Auth::SHA256 {
            over::<Hmac<Sha256>>(&self.key, parts)
        } else {
            over::<Hmac<Sha1>>(&self.key, parts)
        }
    }
}

/// Whether one vector, read as a number, is smaller; of equal numbers the shorter (§6.1).
fn number_before(a: &[u8], b: &[u8]) -> bool {
    let significant = |it: &[u8]| it.iter().position(|byte| *byte != 0).map_or(0, |zeros| it.len() - zeros);
    let (a_len, b_len) = (significant(a), significant(b));
    (a_len, &a[a.len() - a_len..], a.len()) < (b_len, &b[b.len() - b_len..], b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4895_6_1_both_ends_make_the_same_key() {
        let (a, b) = (KeyVector::new(&[1; 32]), KeyVector::new(&[2; 32]));
        let (ours, theirs) = (Keys::new(b"k", &a, &b).unwrap(), Keys::new(b"k", &b, &a).unwrap());
        assert_eq!(ours.key, theirs.key);
        assert_eq!(ours.hmac, Auth::SHA256);
        assert!(ours.wants(kind::ASCONF) && !ours.wants(kind::DATA));
        assert!(
            number_before(&[0, 1], &[2]) && number_before(&[1], &[0, 1]) && !number_before(&[0, 1], &[1])
        );
    }

    #[test]
    fn rfc4895_6_3_a_changed_packet_is_refused() {
        let (a, b) = (KeyVector::new(&[1; 32]), KeyVector::new(&[2; 32]));
        let keys = Keys::new(b"", &a, &b).unwrap();
        let mut buffer = [0; 100];
        let mut writer = Writer::new(&mut buffer);
        let at = keys.begin(&mut writer).unwrap();
        writer.tlv([kind::ASCONF, 0], |w| w.u32(7)).unwrap();
        keys.finish(&mut writer, at).unwrap();
        let bytes = writer.written().to_vec();
        let check = |bytes: &[u8], keys: &Keys| {
            let auth = Auth { key: 0, hmac: Auth::SHA256, mac: &bytes[8..40] };
            keys.verify(&auth, bytes)
        };
        assert!(check(&bytes, &keys));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(!check(&other, &keys), "byte {at}");
        }
        assert!(!check(&bytes, &Keys::new(b"other", &a, &b).unwrap()));
    }

    #[test]
    fn rfc4895_3_without_a_common_hmac_there_is_no_auth() {
        let (a, mut b) = (KeyVector::new(&[1; 32]), KeyVector::new(&[2; 32]));
        let len = b.0.len();
        b.0[len - 4..].copy_from_slice(&[0, 9, 0, 2]);
        assert!(Keys::new(b"", &a, &b).is_none());
    }
}
