//! Nonces, their age and their counts.

use core::time::Duration;
use std::collections::HashSet;

use proptest::prelude::*;
use simdsip::shape::Auth;
use simdsip::{Span, Word};
use simdsip_auth::*;

const REQUEST: Request<'_> = Request { method: b"REGISTER", uri: b"sip:a", body: b"" };

fn server(key: &NonceKey) -> Server<'_> {
    Server {
        realm: b"a",
        algorithms: &[Algorithm::Sha256, Algorithm::Md5],
        qops: Qops::Auth,
        legacy: Legacy::Refuse,
        names: Names::Plain,
        key,
        lifetime: Duration::from_secs(60),
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What a client that knows `password` sends for `challenge`.
fn answer(challenge: &[u8], password: &[u8], nonce_count: u32) -> Vec<u8> {
    let auth = Auth::parse(Span::new(challenge).unwrap()).unwrap();
    let challenge = Challenge::read(&auth, Asker::UserAgent).unwrap();
    let answer = Answer {
        username: b"alice",
        secret: Secret::Password(password),
        request: REQUEST,
        cnonce: b"0a4f113b",
        nonce_count,
        prefer: Qop::Auth,
        auts: None,
    };
    challenge.answer(&answer, &mut [0; 512]).unwrap().to_vec()
}

fn judge(server: &Server<'_>, value: &[u8], now: Duration, replays: &mut Replays<'_>) -> Option<ErrorKind> {
    let credentials = Credentials::read(&Auth::parse(Span::new(value).unwrap()).unwrap()).unwrap();
    let stored = Ha1::new(credentials.algorithm().hash(), b"alice", b"a", b"secret");
    server.judge(&credentials, &stored, &REQUEST, now, replays).err().map(|error| error.kind)
}

// covers: RFC 3261 §22.1, §22.2; RFC 7616 §3.3, §5.4
#[test]
fn rfc7616_3_3_fresh_stale_forged() {
    let key = NonceKey::new([7; 32]);
    let (server, mut room) = (server(&key), vec![Slot::new(); 4]);
    let mut replays = Replays::new(&mut room);
    let mut out = [0; 512];
    let challenge =
        server.write_challenge(Algorithm::Sha256, Age::First, secs(100), 1, &mut out).unwrap().to_vec();
    assert!(!challenge.windows(5).any(|window| window == b"stale"));

    let right = answer(&challenge, b"secret", 1);
    assert_eq!(
        judge(&server, &answer(&challenge, b"guess", 1), secs(100), &mut replays),
        Some(ErrorKind::Response)
    );
    assert_eq!(judge(&server, &right, secs(160), &mut replays), None);
    assert_eq!(judge(&server, &right, secs(160), &mut replays), Some(ErrorKind::Replayed));
    // Too old: stale if right, wrong if wrong.
    let next = answer(&challenge, b"secret", 2);
    assert_eq!(judge(&server, &next, secs(161), &mut replays), Some(ErrorKind::Stale));
    assert_eq!(
        judge(&server, &answer(&challenge, b"guess", 2), secs(161), &mut replays),
        Some(ErrorKind::Response)
    );
    assert_eq!(judge(&server, &next, secs(120), &mut replays), None, "nothing was noted of it");

    let stale = server.write_challenge(Algorithm::Md5, Age::Stale, secs(161), 2, &mut out).unwrap();
    let auth = Auth::parse(Span::new(stale).unwrap()).unwrap();
    assert!(Challenge::read(&auth, Asker::UserAgent).unwrap().is_stale());

    // A nonce of another key, another realm, an algorithm that was not offered.
    let strangers = NonceKey::new([8; 32]);
    let foreign = Server { key: &strangers, ..server };
    let theirs =
        foreign.write_challenge(Algorithm::Md5, Age::First, secs(100), 1, &mut out).unwrap().to_vec();
    assert_eq!(
        judge(&server, &answer(&theirs, b"secret", 1), secs(100), &mut replays),
        Some(ErrorKind::Stale)
    );
    // Whoever does not know the password learns nothing of nonces.
    assert_eq!(
        judge(&server, &answer(&theirs, b"guess", 1), secs(100), &mut replays),
        Some(ErrorKind::Response)
    );
    let other = Server { realm: b"b", ..server };
    assert_eq!(judge(&other, &right, secs(100), &mut replays), Some(ErrorKind::Realm));
    let strong = Server { algorithms: &[Algorithm::Sha512_256], ..server };
    assert_eq!(judge(&strong, &right, secs(100), &mut replays), Some(ErrorKind::Algorithm));
    let whole = Server { qops: Qops::AuthInt, ..server };
    assert_eq!(judge(&whole, &right, secs(100), &mut replays), Some(ErrorKind::Qop));

    // Without `qop`: as the server says.
    let plain = Server { qops: Qops::None, ..server };
    let old = plain.write_challenge(Algorithm::Md5, Age::First, secs(100), 3, &mut out).unwrap().to_vec();
    let old = answer(&old, b"secret", 1);
    assert_eq!(judge(&plain, &old, secs(100), &mut replays), None, "it was not offered");
    assert_eq!(judge(&server, &old, secs(100), &mut replays), Some(ErrorKind::Missing(Param::Qop)));
    let lenient = Server { legacy: Legacy::Accept, ..server };
    assert_eq!(judge(&lenient, &old, secs(100), &mut replays), None);
    assert_eq!(judge(&lenient, &old, secs(161), &mut replays), Some(ErrorKind::Stale));
}

// covers: RFC 7616 §5.4
#[test]
fn nonces_are_ours_and_no_two_alike() {
    let key = NonceKey::new(*b"0123456789abcdef0123456789abcdef");
    let made: HashSet<_> = (0..50)
        .flat_map(|t| (0..50).map(move |salt| (t, salt)))
        .map(|(t, salt)| key.nonce(secs(t), salt))
        .collect();
    assert_eq!(made.len(), 2500);
    let nonce = key.nonce(Duration::new(1, 999), 5);
    let issued = |nonce: &[u8]| key.issued(Word::new(Span::new(nonce).unwrap()));
    assert_eq!(issued(&nonce), Some(secs(1)), "microseconds");
    assert_eq!(issued(&[b"\"", &nonce[..], b"\""].concat()), Some(secs(1)));
    for at in 0..nonce.len() {
        for bit in [1, 2, 4, 32] {
            let mut forged = nonce;
            forged[at] ^= bit;
            assert_eq!(issued(&forged), None, "byte {at}");
        }
        assert_eq!(issued(&nonce[..at]), None);
    }
    // HMAC-SHA-256 as Python has it.
    assert_eq!(
        std::str::from_utf8(&key.nonce(secs(1), 2)).unwrap(),
        "00000000000f42400000000000000002980bf155d8031035e178ad8c1700e303"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against a set of all that was ever taken: nothing twice, whatever the order and however small the room; and
    /// with room enough, nothing within the window is refused.
    #[test]
    fn no_count_is_taken_twice(
        slots in 1usize..4,
        steps in prop::collection::vec((0u64..40, 1u32..90), 1..160),
    ) {
        let key = NonceKey::new([7; 32]);
        let server = server(&key);
        let mut room = vec![Slot::new(); slots];
        let mut replays = Replays::new(&mut room);
        let (mut taken, mut highest, mut nonces) = (HashSet::new(), [0u32; 40], HashSet::new());
        for (nonce, count) in steps {
            let mut out = [0; 512];
            let made = secs(100) + Duration::from_micros(nonce * 7919 % 40);
            let challenge = server.write_challenge(Algorithm::Md5, Age::First, made, nonce, &mut out).unwrap();
            let value = answer(challenge, b"secret", count);
            let judged = judge(&server, &value, secs(101), &mut replays);
            nonces.insert(nonce);
            let fresh = !taken.contains(&(nonce, count));
            match judged {
                None => prop_assert!(taken.insert((nonce, count)), "{} {} twice", nonce, count),
                Some(ErrorKind::Replayed) => prop_assert!(!fresh),
                Some(ErrorKind::Stale) => prop_assert!(nonces.len() > 8 || count + 64 <= highest[nonce as usize]),
                Some(other) => prop_assert!(false, "{}", other),
            }
            highest[nonce as usize] = highest[nonce as usize].max(count);
        }
    }
}

#[test]
fn without_room_or_count_nothing_passes() {
    let key = NonceKey::new([7; 32]);
    let server = server(&key);
    let challenge =
        server.write_challenge(Algorithm::Md5, Age::First, secs(1), 1, &mut [0; 256]).unwrap().to_vec();
    let value = answer(&challenge, b"secret", 1);
    assert_eq!(judge(&server, &value, secs(1), &mut Replays::new(&mut [])), Some(ErrorKind::Stale));
    let auth = Auth::parse(Span::new(&value).unwrap()).unwrap();
    let nonce = Credentials::read(&auth).unwrap().nonce().to_string();
    let hash = |text: String| {
        use md5::Digest as _;
        md5::Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let a1 = hash("alice:a:secret".to_owned());
    let a2 = hash("REGISTER:sip:a".to_owned());
    let response = hash(format!("{a1}:{nonce}:00000000:c:auth:{a2}"));
    let zero = format!(
        r#"Digest username="alice", realm="a", nonce="{nonce}", uri="sip:a", algorithm=MD5, cnonce="c", qop=auth,
 nc=00000000, response="{response}""#
    );
    let zero = zero.into_bytes();
    let mut room = [Slot::new()];
    assert_eq!(judge(&server, &zero, secs(1), &mut Replays::new(&mut room)), Some(ErrorKind::Replayed));
}
