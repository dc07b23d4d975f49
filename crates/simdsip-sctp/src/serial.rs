//! Serial numbers that do not wrap: 32 bits of the wire widened to 64 (RFC 9260 §1.6).
//!
//! All TSNs inside the association are wide, so that comparing them is plain. A wide number begins above
//! 2³², so that what lies before it can be told.

/// Widens an initial TSN.
pub(crate) fn first(tsn: u32) -> u64 {
    (1 << 32) | u64::from(tsn)
}

/// The wide number nearest to `near` whose low bits are these.
pub(crate) fn widen(near: u64, tsn: u32) -> u64 {
    let distance = tsn.wrapping_sub(near as u32).cast_signed();
    near.wrapping_add_signed(i64::from(distance))
}

/// Whether one 16-bit serial number stands before another (RFC 1982).
pub(crate) fn before16(a: u16, b: u16) -> bool {
    a != b && b.wrapping_sub(a) < 0x8000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9260_1_6_numbers_wrap_and_stay_in_order() {
        let near = first(u32::MAX - 1);
        assert_eq!(widen(near, u32::MAX), near + 1);
        assert_eq!(widen(near, 3), near + 5);
        assert_eq!(widen(near + 5, u32::MAX), near + 1);
        assert!(before16(0xffff, 0) && !before16(0, 0xffff) && !before16(4, 4));
    }
}
