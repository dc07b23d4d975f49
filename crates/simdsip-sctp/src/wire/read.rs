//! Numbers in network byte order at offsets that may lie outside.

/// The 16 bits at `at`, `None` where the bytes end before.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The 32 bits at `at`, `None` where the bytes end before.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// 16-bit numbers, one behind the other; a last odd byte is not one.
pub(crate) fn u16s(bytes: &[u8]) -> impl Iterator<Item = u16> + Clone + '_ {
    bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0))
}

/// 32-bit numbers, one behind the other.
pub(crate) fn u32s(bytes: &[u8]) -> impl Iterator<Item = u32> + Clone + '_ {
    bytes.chunks_exact(4).filter_map(|four| u32_at(four, 0))
}
