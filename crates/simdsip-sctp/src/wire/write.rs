//! Writing into a buffer of the caller's, which may be too small.

use core::fmt;

/// The buffer has no room for what was to be written; nothing of it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the buffer is full")
    }
}

impl core::error::Error for Full {}

/// Appends network-order fields to a buffer.
///
/// Padding is written before what follows it, never behind what comes last: the length of a chunk does
/// not count the padding of its last parameter (RFC 9260 §3.2).
#[derive(Debug)]
pub struct Writer<'b> {
    bytes: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    /// Begins at the front of the buffer.
    pub fn new(bytes: &'b mut [u8]) -> Writer<'b> {
        Writer { bytes, len: 0 }
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that still fit.
    pub fn room_len(&self) -> usize {
        self.bytes.len().saturating_sub(self.len)
    }

    /// Appends bytes as they are.
    ///
    /// # Errors
    /// [`Full`] where they do not fit.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let end = self.len.checked_add(bytes.len()).ok_or(Full)?;
        self.bytes.get_mut(self.len..end).ok_or(Full)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Appends 8 bits.
    ///
    /// # Errors
    /// [`Full`].
    pub fn u8(&mut self, value: u8) -> Result<(), Full> {
        self.put(&[value])
    }

    /// Appends 16 bits.
    ///
    /// # Errors
    /// [`Full`].
    pub fn u16(&mut self, value: u16) -> Result<(), Full> {
        self.put(&value.to_be_bytes())
    }

    /// Appends 32 bits.
    ///
    /// # Errors
    /// [`Full`].
    pub fn u32(&mut self, value: u32) -> Result<(), Full> {
        self.put(&value.to_be_bytes())
    }

    /// Pads with zeros to a multiple of four.
    ///
    /// # Errors
    /// [`Full`].
    pub fn align(&mut self) -> Result<(), Full> {
        while !self.len.is_multiple_of(4) {
            self.u8(0)?;
        }
        Ok(())
    }

    /// A type, length, value: two bytes of type (or type and flags), the length, what `body` writes.
    ///
    /// # Errors
    /// [`Full`], also where the length would not fit into 16 bits; what was begun is taken back.
    pub fn tlv(
        &mut self,
        kind: [u8; 2],
        body: impl FnOnce(&mut Writer<'b>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let before = self.len;
        let written = self.tlv_inner(kind, body);
        if written.is_err() {
            self.len = before;
        }
        written
    }

    fn tlv_inner(
        &mut self,
        kind: [u8; 2],
        body: impl FnOnce(&mut Writer<'b>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.align()?;
        let start = self.len;
        self.put(&kind)?;
        let place = self.len;
        self.u16(0)?;
        body(self)?;
        let len = u16::try_from(self.len.saturating_sub(start)).map_err(|_| Full)?;
        self.patch(place, &len.to_be_bytes())
    }

    /// Overwrites bytes that were written before.
    pub(crate) fn patch(&mut self, at: usize, bytes: &[u8]) -> Result<(), Full> {
        let end = at.checked_add(bytes.len()).filter(|end| *end <= self.len).ok_or(Full)?;
        self.bytes.get_mut(at..end).ok_or(Full)?.copy_from_slice(bytes);
        Ok(())
    }

    /// What was written.
    pub fn written(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn into_written(self) -> &'b mut [u8] {
        let Writer { bytes, len } = self;
        bytes.get_mut(..len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_stands_between_and_not_behind() {
        let mut buffer = [0xff; 16];
        let mut writer = Writer::new(&mut buffer);
        writer.tlv([0, 1], |w| w.put(b"x")).unwrap();
        writer.tlv([0, 2], |w| w.put(b"yz")).unwrap();
        assert_eq!(writer.written(), b"\0\x01\0\x05x\0\0\0\0\x02\0\x06yz");
    }

    #[test]
    fn what_does_not_fit_is_taken_back_whole() {
        let mut buffer = [0; 7];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(writer.tlv([0, 1], |w| w.u32(1)), Err(Full));
        assert_eq!(writer.len(), 0);
        assert_eq!(writer.tlv([0, 1], |w| w.put(b"abc")), Ok(()));
    }
}
