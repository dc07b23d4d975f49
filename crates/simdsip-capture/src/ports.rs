//! Which ports SIP is expected on.

use std::fmt;
use std::str::FromStr;

/// Ports whose traffic is always tried as SIP, broken start lines and streams joined in the middle
/// included. On any other port a payload is SIP if it begins with a sound start line.
///
/// ```
/// use simdsip_capture::Ports;
///
/// let ports: Ports = "5060,6000-6010".parse()?;
/// assert!(ports.contains(6003) && !ports.contains(5061));
/// assert_eq!(Ports::default(), "5060-5061".parse()?);
/// assert!("any".parse::<Ports>()?.contains(40_000));
/// # Ok::<(), simdsip_capture::PortsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// One bit a port: asked for each packet.
    bits: Box<[u64; 1024]>,
}

/// A list of ports that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortsError {
    /// Byte offset in the list.
    pub at: usize,
}

impl fmt::Display for PortsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected \"any\", or ports and ranges such as 5060,5070-5080, at byte {}", self.at)
    }
}

impl std::error::Error for PortsError {}

impl Ports {
    /// Every port.
    #[must_use]
    pub fn any() -> Self {
        Self { bits: Box::new([u64::MAX; 1024]) }
    }

    /// Whether `port` is one of them.
    #[must_use]
    pub fn contains(&self, port: u16) -> bool {
        self.bits.get(usize::from(port >> 6)).is_some_and(|word| word >> (port & 63) & 1 == 1)
    }

    fn none() -> Self {
        Self { bits: Box::new([0; 1024]) }
    }

    fn insert(&mut self, port: u16) {
        if let Some(word) = self.bits.get_mut(usize::from(port >> 6)) {
            *word |= 1 << (port & 63);
        }
    }
}

impl Default for Ports {
    fn default() -> Self {
        let mut ports = Self::none();
        ports.insert(5060);
        ports.insert(5061);
        ports
    }
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(list: &str) -> Result<Self, PortsError> {
        if list == "any" {
            return Ok(Self::any());
        }
        let mut ports = Self::none();
        let mut at = 0usize;
        for item in list.split(',') {
            let wrong = PortsError { at };
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let number = |text: &str| match text.as_bytes() {
                [b'0'..=b'9', ..] => text.parse::<u16>().map_err(|_| wrong),
                _ => Err(wrong),
            };
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(wrong);
            }
            (first..=last).for_each(|port| ports.insert(port));
            at = at.saturating_add(item.len()).saturating_add(1);
        }
        Ok(ports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_none() {
        for (list, at) in
            [("", 0), ("5060,", 5), ("5060,x", 5), ("70000", 0), ("9-8", 0), ("-1", 0), ("+5", 0)]
        {
            assert_eq!(list.parse::<Ports>(), Err(PortsError { at }), "{list}");
        }
        let whole: Ports = "0-65535".parse().unwrap();
        assert_eq!(whole, Ports::any());
    }
}
