//! SHA-256, so that the frozen files can be checked without a dependency.
//!
//! Follows FIPS 180-4 §6.2. Slow and simple; for checksums of test data only.

const K: [u32; 64] = constants();

/// The SHA-256 of `data` in lower-case hexadecimal, as `sha256sum` prints it.
#[must_use]
pub fn hex(data: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut state: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(data.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        compress(&mut state, block);
    }
    state.iter().fold(String::with_capacity(64), |mut out, word| {
        write!(out, "{word:08x}").expect("a String takes every byte");
        out
    })
}

fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut w = [0u32; 64];
    for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for i in 16..64 {
        let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
        let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for i in 0..64 {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let t1 = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(K[i]).wrapping_add(w[i]);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(add);
    }
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes,
/// found by an integer cube root rather than by a table.
const fn constants() -> [u32; 64] {
    let mut table = [0u32; 64];
    let mut prime: u128 = 1;
    let mut at = 0;
    while at < 64 {
        prime += 1;
        if is_prime(prime) {
            // floor(cbrt(prime) * 2^32) = floor(cbrt(prime * 2^96)).
            table[at] = cube_root(prime << 96) as u32;
            at += 1;
        }
    }
    table
}

const fn is_prime(n: u128) -> bool {
    let mut by = 2;
    while by * by <= n {
        if n.is_multiple_of(by) {
            return false;
        }
        by += 1;
    }
    true
}

const fn cube_root(n: u128) -> u128 {
    let mut root: u128 = 0;
    let mut bit: u128 = 1 << 36;
    while bit > 0 {
        let tried = root | bit;
        if tried * tried * tried <= n {
            root = tried;
        }
        bit >>= 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn fips_180_4_examples() {
        assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
