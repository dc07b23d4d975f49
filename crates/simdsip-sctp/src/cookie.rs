//! The State Cookie: an association that is not kept, but handed to whoever asked for it (RFC 9260 §5.1.3).
//!
//! Everything that an INIT brought, and what was answered, under a MAC (HMAC-SHA-256, 112 bits kept) that
//! also covers the ports. Small, because a reply to an INIT may be no amplifier. Two keys: the second is
//! the one before, so that no cookie dies of a change of keys. Our initial TSN is our tag (§3.3.2 allows it).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::auth::KeyVector;
use crate::random::Random;
use crate::wire::Writer;

const MAC_LEN: usize = 14;
const MAX_LEN: usize = 1024;

const KEY: u8 = 0x01;
const TIED: u8 = 0x02;
const FORWARD_TSN: u8 = 0x04;
const RECONFIG: u8 = 0x08;
const ASCONF: u8 = 0x10;
const AUTH: u8 = 0x20;
const SOURCE_V6: u8 = 0x40;
const LISTED: u8 = 0x80;

/// What both ends said, as seen by the one that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    /// When it was made, to the millisecond.
    pub(crate) made: Duration,
    /// Our tag, and our initial TSN.
    pub(crate) local_tag: u32,
    pub(crate) peer_tag: u32,
    pub(crate) peer_tsn: u32,
    pub(crate) peer_rwnd: u32,
    pub(crate) out_streams: u16,
    pub(crate) in_streams: u16,
    /// Where the INIT came from.
    pub(crate) source: IpAddr,
    /// What it listed, without the source.
    pub(crate) addresses: Vec<IpAddr>,
    /// Stand-in for both tags of an association that stands already.
    pub(crate) tie: Option<u32>,
    pub(crate) supports: Supports,
    /// Our random number and the peer's key vector.
    pub(crate) auth: Option<([u8; 32], KeyVector)>,
}

/// Extensions that a peer has announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Supports {
    pub(crate) forward_tsn: bool,
    pub(crate) reconfig: bool,
    pub(crate) asconf: bool,
}

/// Why a cookie is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not ours, or changed on the way.
    Forged,
    /// Ours, but too old, by so much.
    Stale(Box<Cookie>, Duration),
}

/// The keys, changed as often as cookies live.
#[derive(Debug)]
pub(crate) struct CookieKeys {
    keys: [[u8; 32]; 2],
    current: usize,
    since: Option<Duration>,
}

impl CookieKeys {
    pub(crate) fn new(random: &mut Random) -> CookieKeys {
        CookieKeys { keys: [random.bytes(), random.bytes()], current: 0, since: None }
    }

    /// Takes a new key when the current one has served for `life`.
    pub(crate) fn rotate(&mut self, now: Duration, life: Duration, random: &mut Random) {
        let since = *self.since.get_or_insert(now);
        if now.saturating_sub(since) >= life {
            self.current ^= 1;
            self.keys[self.current] = random.bytes();
            self.since = Some(now);
        }
    }

    fn mac(&self, key: usize, bytes: &[u8], ports: (u16, u16)) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.keys[key])
            .expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac.update(&ports.0.to_be_bytes());
        mac.update(&ports.1.to_be_bytes());
        mac
    }

    /// `ports`: ours, the peer's.
    pub(crate) fn seal(&self, cookie: &Cookie, ports: (u16, u16)) -> Vec<u8> {
        let mut bytes = vec![0; MAX_LEN];
        let mut writer = Writer::new(&mut bytes);
        cookie.write(&mut writer, self.current).expect("addresses and key vectors are limited");
        let len = writer.len();
        bytes.truncate(len);
        let mac = self.mac(self.current, &bytes, ports).finalize().into_bytes();
        bytes.extend(&mac[..MAC_LEN]);
        bytes
    }

    pub(crate) fn open(
        &self,
        bytes: &[u8],
        ports: (u16, u16),
        now: Duration,
        life: Duration,
    ) -> Result<Cookie, Refusal> {
        let (body, mac) = bytes
            .len()
            .checked_sub(MAC_LEN)
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(Refusal::Forged)?;
        let key = usize::from(body.first().ok_or(Refusal::Forged)? & KEY);
        self.mac(key, body, ports).verify_truncated_left(mac).map_err(|_| Refusal::Forged)?;
        let cookie = Cookie::read(body).ok_or(Refusal::Forged)?;
        let age = now.saturating_sub(cookie.made);
        if age > life { Err(Refusal::Stale(Box::new(cookie), age - life)) } else { Ok(cookie) }
    }
}

impl Cookie {
    fn write(&self, w: &mut Writer<'_>, key: usize) -> Result<(), crate::wire::Full> {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        w.u8(flag(key == 1, KEY)
            | flag(self.tie.is_some(), TIED)
            | flag(self.supports.forward_tsn, FORWARD_TSN)
            | flag(self.supports.reconfig, RECONFIG)
            | flag(self.supports.asconf, ASCONF)
            | flag(self.auth.is_some(), AUTH)
            | flag(self.source.is_ipv6(), SOURCE_V6)
            | flag(!self.addresses.is_empty(), LISTED))?;
        // 40 bits of milliseconds: 34 years from the caller's epoch.
        w.put(&(self.made.as_millis() as u64).to_be_bytes()[3..])?;
        for number in [self.local_tag, self.peer_tag, self.peer_tsn, self.peer_rwnd] {
            w.u32(number)?;
        }
        w.u16(self.out_streams)?;
        w.u16(self.in_streams)?;
        if let Some(tie) = self.tie {
            w.u32(tie)?;
        }
        match self.source {
            IpAddr::V4(it) => w.put(&it.octets())?,
            IpAddr::V6(it) => w.put(&it.octets())?,
        }
        if !self.addresses.is_empty() {
            w.u8(self.addresses.len() as u8)?;
        }
        for address in &self.addresses {
            match address {
                IpAddr::V4(it) => {
                    w.u8(4)?;
                    w.put(&it.octets())?;
                }
                IpAddr::V6(it) => {
                    w.u8(6)?;
                    w.put(&it.octets())?;
                }
            }
        }
        if let Some((random, theirs)) = &self.auth {
            w.put(random)?;
            w.put(&theirs.0)?;
        }
        Ok(())
    }

    fn read(bytes: &[u8]) -> Option<Cookie> {
        let mut rest = bytes;
        let mut take = |len: usize| {
            let (taken, behind) = rest.split_at_checked(len)?;
            rest = behind;
            Some(taken)
        };
        let flags = take(1)?[0];
        let mut ms = [0; 8];
        ms[3..].copy_from_slice(take(5)?);
        let mut number = || Some(u32::from_be_bytes(take(4)?.try_into().ok()?));
        let (local_tag, peer_tag, peer_tsn, peer_rwnd) = (number()?, number()?, number()?, number()?);
        let streams = number()?;
        let tie = if flags & TIED != 0 { Some(number()?) } else { None };
        let mut address = |v6: bool| {
            Some(if v6 {
                IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(take(16)?).ok()?))
            } else {
                IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(take(4)?).ok()?))
            })
        };
        let source = address(flags & SOURCE_V6 != 0)?;
        let mut addresses = Vec::new();
        if flags & LISTED != 0 {
            for _ in 0..take(1)?[0] {
                let family = take(1)?[0];
                addresses.push(match family {
                    4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(take(4)?).ok()?)),
                    _ => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(take(16)?).ok()?)),
                });
            }
        }
        let auth = if flags & AUTH != 0 {
            Some((take(32)?.try_into().ok()?, KeyVector(rest.to_vec())))
        } else {
            None
        };
        Some(Cookie {
            made: Duration::from_millis(u64::from_be_bytes(ms)),
            local_tag,
            peer_tag,
            peer_tsn,
            peer_rwnd,
            out_streams: (streams >> 16) as u16,
            in_streams: streams as u16,
            source,
            addresses,
            tie,
            supports: Supports {
                forward_tsn: flags & FORWARD_TSN != 0,
                reconfig: flags & RECONFIG != 0,
                asconf: flags & ASCONF != 0,
            },
            auth,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(60);
    const PORTS: (u16, u16) = (5060, 6000);

    fn cookie() -> Cookie {
        Cookie {
            made: Duration::from_millis(1_234),
            local_tag: 1,
            peer_tag: 2,
            peer_tsn: 3,
            peer_rwnd: 4,
            out_streams: 5,
            in_streams: 6,
            source: [10, 0, 0, 1].into(),
            addresses: vec![Ipv6Addr::LOCALHOST.into(), [10, 0, 0, 2].into()],
            tie: Some(7),
            supports: Supports { forward_tsn: true, reconfig: false, asconf: true },
            auth: Some(([9; 32], KeyVector::new(&[1; 32]))),
        }
    }

    #[test]
    fn rfc9260_5_1_3_what_was_sealed_comes_back() {
        let keys = CookieKeys::new(&mut Random::new([1; 32]));
        let small = Cookie { addresses: vec![], tie: None, auth: None, ..cookie() };
        for cookie in [cookie(), small] {
            let bytes = keys.seal(&cookie, PORTS);
            assert_eq!(keys.open(&bytes, PORTS, cookie.made, LIFE), Ok(cookie));
        }
    }

    #[test]
    fn rfc9260_5_1_5_a_changed_cookie_is_forged() {
        let keys = CookieKeys::new(&mut Random::new([1; 32]));
        let bytes = keys.seal(&cookie(), PORTS);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 0x40;
            assert_eq!(keys.open(&other, PORTS, LIFE, LIFE), Err(Refusal::Forged), "byte {at}");
            assert_eq!(keys.open(&bytes[..at], PORTS, LIFE, LIFE), Err(Refusal::Forged));
        }
        assert_eq!(keys.open(&bytes, (5060, 6001), LIFE, LIFE), Err(Refusal::Forged));
    }

    #[test]
    fn rfc9260_5_1_5_an_old_cookie_is_stale_and_says_by_how_much() {
        let keys = CookieKeys::new(&mut Random::new([1; 32]));
        let bytes = keys.seal(&cookie(), PORTS);
        let late = cookie().made + LIFE + Duration::from_millis(5);
        let refusal = keys.open(&bytes, PORTS, late, LIFE).unwrap_err();
        assert_eq!(refusal, Refusal::Stale(Box::new(cookie()), Duration::from_millis(5)));
    }

    #[test]
    fn rfc9260_5_1_3_a_cookie_outlives_one_change_of_keys() {
        let mut random = Random::new([1; 32]);
        let mut keys = CookieKeys::new(&mut random);
        keys.rotate(Duration::ZERO, LIFE, &mut random);
        let bytes = keys.seal(&cookie(), PORTS);
        keys.rotate(LIFE, LIFE, &mut random);
        assert!(keys.open(&bytes, PORTS, LIFE, LIFE).is_ok());
        keys.rotate(LIFE * 2, LIFE, &mut random);
        assert_eq!(keys.open(&bytes, PORTS, LIFE, LIFE), Err(Refusal::Forged));
    }
}
