//! Known bytecode without the machine: our own, and the null bytecode of RFC 4896 §11.
//!
//! Gives what the machine would give, to the cycle, or nothing at all: whatever is out of the ordinary (a message that
//! fails, that runs short of cycles or memory, that pokes elsewhere) is left to the machine, which begins from the start.
//! A test and a fuzz target hold the two against each other.

use alloc::vec::Vec;

use sha1::{Digest, Sha1};

use super::run::{
    Draft, Feedback, FeedbackItem, Outcome, Request, RequestedFeedback, Requests, ReturnedParams, States,
};
use super::{Input, Order, Udvm, fcs16};
use crate::compress::codec::{BASE, CODECS, Codec, DICTIONARY_LEN};
use crate::dict::SIP_SDP_ID;
use crate::header::{Header, Start};
use crate::params::{Params, Transport};
use crate::reason::PartialId;

/// INPUT-BYTES, OUTPUT, JUMP; what follows the code is zero, so that END-MESSAGE has its operands.
const NULL_CODE: [u8; 10] = [0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23];

impl Udvm {
    /// The outcome, where the code is known and nothing is odd.
    pub(super) fn run_native<S: States + ?Sized>(
        &mut self,
        message: &[u8],
        transport: Transport,
        params: &Params,
        states: &S,
    ) -> Option<Outcome> {
        let size = params.udvm_memory(transport, message.len());
        let header = Header::parse(message).ok()?;
        let cpb = u64::from(params.cpb());
        let budget = (header.len as u64).checked_mul(8)?.checked_add(1000)?.checked_mul(cpb)?;
        let mut account = Account { used: 0, budget, cpb };
        self.output.clear();
        match header.start {
            Start::Bytecode { code, destination: BASE } if code == NULL_CODE => {
                self.null(&header, size, &mut account)
            }
            Start::Bytecode { code, destination: BASE } => {
                let codec = CODECS.iter().find(|codec| codec.code == code)?;
                self.window.clear();
                self.window.extend_from_slice(code);
                let run = Run { codec, uploaded: true, size: size as usize, header };
                self.codec(&run, states, &mut account)
            }
            Start::State(id) => {
                let state = states.find(id).ok()?;
                let codec = Codec::of(state)?;
                self.window.clear();
                self.window.extend_from_slice(state.value());
                let run = Run { codec, uploaded: false, size: size as usize, header };
                self.codec(&run, states, &mut account)
            }
            _ => None,
        }
    }

    /// A byte in, a byte out, at 5 cycles; the end at 3: INPUT-BYTES that fails, END-MESSAGE.
    fn null(&mut self, header: &Header<'_>, size: u32, account: &mut Account) -> Option<Outcome> {
        let text = header.input;
        if text.len() > self.output_max || size < 256 {
            return None;
        }
        // Each byte earns more than it costs.
        account.pay(5)?;
        account.used = (text.len() as u64).checked_mul(5)?.checked_add(3)?;
        self.output.extend_from_slice(text);
        Some(Outcome {
            cycles: account.used,
            memory_size: size,
            has_output: !text.is_empty(),
            requests: Requests::default(),
            feedback: Feedback { returned: header.feedback.map(FeedbackItem::new), ..Feedback::default() },
        })
    }

    fn codec<S: States + ?Sized>(
        &mut self,
        run: &Run<'_>,
        states: &S,
        account: &mut Account,
    ) -> Option<Outcome> {
        let Run { codec, uploaded, size, header } = *run;
        let base = usize::from(BASE);
        let code_len = codec.code.len();
        // What the code reaches beside the window lies below it.
        let room = size.checked_sub(base)?;
        if self.window.len() > room || self.window.len() < code_len {
            return None;
        }
        if uploaded {
            account.pay((code_len as u64).checked_add(2)?)?;
        }
        account.pay(1)?;
        let mut input = Input::new(header.input);
        account.pay(3)?;
        let checksum = u16::from_be_bytes(*input.bytes(2)?.first_chunk()?);
        account.earn(16);
        input.set_order(Order::MsbFirst);

        // Addresses 32 to 63: priority and returned parameters.
        let mut low = [0_u8; 64];
        let (mut cut_to, mut cut_from) = (0, 0);
        loop {
            account.pay(1)?;
            let what = input.bits(2)?;
            account.earn(2);
            account.pay(5)?;
            match what {
                0 => break,
                1 => {
                    account.pay((DICTIONARY_LEN as u64).checked_add(3)?)?;
                    let dictionary = states.find(SIP_SDP_ID.get(..6)?).ok()?;
                    // Its own place to go on would change the program.
                    if dictionary.instruction() != 0 {
                        return None;
                    }
                    self.window.extend_from_slice(dictionary.value().get(..DICTIONARY_LEN)?);
                    if self.window.len() > room {
                        return None;
                    }
                }
                2 => {
                    account.pay(2)?;
                    cut_to = usize::from(input.bits(codec.address_bits)?);
                    cut_from = usize::from(input.bits(codec.address_bits)?);
                    account.earn(codec.address_bits.checked_mul(2)?);
                    account.pay(1)?;
                }
                _ => {
                    account.pay(2)?;
                    let at = usize::from(input.bits(8)?);
                    let count = usize::from(input.bits(8)?);
                    account.earn(16);
                    account.pay((count as u64).checked_add(1)?)?;
                    let bytes = input.bytes(count)?;
                    account.earn((count as u32).checked_mul(8)?);
                    account.pay(1)?;
                    if at < 32 {
                        return None;
                    }
                    low.get_mut(at..at.checked_add(count)?)?.copy_from_slice(bytes);
                }
            }
        }
        account.pay(1)?;
        let begin = self.window.len();
        self.text(codec, room, &mut input, account)?;

        let text = self.window.get(begin..)?;
        let len = text.len() as u64;
        if text.len() > self.output_max || fcs16(text) != checksum {
            return None;
        }
        self.output.extend_from_slice(text);
        // LOAD, SUBTRACT, OUTPUT, CRC, COMPARE.
        account.pay(len.checked_mul(2)?.checked_add(5)?)?;
        if cut_from != 0 {
            let (to, from) = (cut_to.checked_sub(base)?, cut_from.checked_sub(base)?);
            if to < code_len || from < to || from > self.window.len() {
                return None;
            }
            account.pay((self.window.len().checked_sub(from)? as u64).checked_add(4)?)?;
            self.window.drain(to..from);
        }
        account.pay(1)?;
        self.finish(run, &mut low, checksum, account)
    }

    /// The codes up to the end of the input.
    fn text(
        &mut self,
        codec: &Codec,
        room: usize,
        input: &mut Input<'_>,
        account: &mut Account,
    ) -> Option<()> {
        let mut hex = false;
        let mut offset = 0_u16;
        loop {
            // What comes now may end the input at any bit, but is paid first.
            account.pay(if hex { 8 } else { 10 })?;
            let Some((symbol, bits)) = (if hex { hex_symbol(input) } else { plain_symbol(input) }) else {
                // INPUT-HUFFMAN alone; no COMPARE.
                account.used = account.used.checked_sub(1)?;
                return Some(());
            };
            account.earn(bits);
            match symbol {
                Symbol::Hex(byte) => {
                    account.pay(2)?;
                    self.window.push(byte);
                    hex = true;
                }
                Symbol::Text(byte) => {
                    account.pay(4)?;
                    self.window.push(byte);
                    hex = false;
                }
                Symbol::Raw => {
                    account.pay(2)?;
                    let Some(byte) = input.bits(8) else { return Some(()) };
                    account.earn(8);
                    account.pay(3)?;
                    self.window.push(byte as u8);
                    hex = false;
                }
                Symbol::New | Symbol::Again => {
                    if matches!(symbol, Symbol::New) {
                        // What INPUT-HUFFMAN costs, instead of COMPARE.
                        account.pay(4)?;
                        let Some((new, bits)) = distance(codec, input) else { return Some(()) };
                        account.earn(bits);
                        offset = new;
                    } else {
                        account.pay(1)?;
                    }
                    account.pay(5)?;
                    let Some((len, bits)) = length(input) else { return Some(()) };
                    account.earn(bits);
                    account.pay((len as u64).checked_add(2)?)?;
                    let from = self.window.len().checked_sub(usize::from(offset)).filter(|_| offset > 0)?;
                    copy(&mut self.window, from, len)?;
                    hex = false;
                }
            }
            if self.window.len() > room {
                return None;
            }
        }
    }

    fn finish(
        &mut self,
        run: &Run<'_>,
        low: &mut [u8; 64],
        checksum: u16,
        account: &mut Account,
    ) -> Option<Outcome> {
        let Run { codec, uploaded, size, header } = *run;
        let mut feedback =
            Feedback { returned: header.feedback.map(FeedbackItem::new), ..Feedback::default() };
        let len = self.window.len() as u64;
        if codec.shared {
            // MULTILOAD, LOAD, ADD, LOAD, SHA-1 over 8 bytes more.
            account.pay(len.checked_add(5 + 3 + 9)?)?;
            let mut hash = Sha1::new();
            for word in [self.window.len() as u16, BASE, codec.main, 6] {
                hash.update(word.to_be_bytes());
            }
            hash.update(&self.window);
            low.get_mut(36..38)?.copy_from_slice(&[0x14, 0]);
            low.get_mut(37..57)?.copy_from_slice(&hash.finalize());
        } else {
            account.pay(2)?;
            let item = Some(FeedbackItem::new(&[(checksum >> 8) as u8 & 0x7f]));
            feedback.requested = Some(RequestedFeedback { item, no_states: false, no_local: false });
        }
        account.pay(len.checked_add(1)?)?;
        let mut params = ReturnedParams::new(*low.get(34)?, *low.get(35)?);
        let mut at = 36_usize;
        while let Some(&len @ 6..=20) = low.get(at) {
            let id = low.get(at.checked_add(1)?..at.checked_add(1)?.checked_add(usize::from(len))?)?;
            params.push(PartialId::new(id));
            at = at.checked_add(usize::from(len))?.checked_add(1)?;
        }
        feedback.params = Some(params);
        let mut requests = Requests::default();
        let draft = |value: Vec<u8>, priority| {
            Request::Create(Draft { value, address: BASE, instruction: codec.main, min_access: 6, priority })
        };
        if uploaded {
            requests.push(draft(codec.code.to_vec(), 0));
        }
        let priority = u16::from_be_bytes([*low.get(32)?, *low.get(33)?]);
        if priority != 65_535 {
            requests.push(draft(self.window.clone(), priority));
        }
        Some(Outcome { cycles: account.used, memory_size: size as u32, has_output: true, requests, feedback })
    }
}

/// A message for our own code.
#[derive(Clone, Copy)]
struct Run<'m> {
    codec: &'static Codec,
    uploaded: bool,
    size: usize,
    header: Header<'m>,
}

struct Account {
    used: u64,
    budget: u64,
    cpb: u64,
}

impl Account {
    /// `None` where the machine is to say at which instruction it ends.
    #[inline]
    fn pay(&mut self, cycles: u64) -> Option<()> {
        self.used = self.used.checked_add(cycles)?;
        (self.used <= self.budget).then_some(())
    }

    #[inline]
    fn earn(&mut self, bits: u32) {
        self.budget = self.budget.saturating_add(u64::from(bits).saturating_mul(self.cpb));
    }
}

enum Symbol {
    Hex(u8),
    Text(u8),
    Raw,
    New,
    Again,
}

/// The codes behind a match or a plain character, with their bits.
#[inline]
fn plain_symbol(input: &mut Input<'_>) -> Option<(Symbol, u32)> {
    let mut code = input.bits(2)?;
    if code == 0 {
        return Some((Symbol::New, 2));
    }
    code = code << 3 | input.bits(3)?;
    match code {
        8..=17 => return Some((Symbol::Hex((code as u8).wrapping_add(48 - 8)), 5)),
        18 => return Some((Symbol::Again, 5)),
        _ => {}
    }
    code = code << 1 | input.bits(1)?;
    if let 38..=43 = code {
        return Some((Symbol::Hex((code as u8).wrapping_add(97 - 38)), 6));
    }
    code = code << 2 | input.bits(2)?;
    Some((
        match code {
            176..=191 => Symbol::Text((code as u8).wrapping_sub(176 - 0x20)),
            192..=230 => Symbol::Text((code as u8).wrapping_sub(192 - 0x3a)),
            231..=254 => Symbol::Text((code as u8).wrapping_sub(231 - 0x67)),
            _ => Symbol::Raw,
        },
        8,
    ))
}

/// The codes behind a hex digit.
#[inline]
fn hex_symbol(input: &mut Input<'_>) -> Option<(Symbol, u32)> {
    let mut code = input.bits(4)?;
    match code {
        0..=9 => return Some((Symbol::Hex((code as u8).wrapping_add(48)), 4)),
        10 => return Some((Symbol::New, 4)),
        _ => {}
    }
    code = code << 1 | input.bits(1)?;
    match code {
        22..=27 => return Some((Symbol::Hex((code as u8).wrapping_add(97 - 22)), 5)),
        28 => return Some((Symbol::Again, 5)),
        _ => {}
    }
    code = code << 5 | input.bits(5)?;
    let symbol = if code == 1023 { Symbol::Raw } else { Symbol::Text(code.wrapping_sub(928 - 0x20) as u8) };
    Some((symbol, 10))
}

#[inline]
fn distance(codec: &Codec, input: &mut Input<'_>) -> Option<(u16, u32)> {
    let mut code = input.bits(10)?;
    if code >= 512 {
        return Some((code.wrapping_sub(511), 10));
    }
    code = code << 3 | input.bits(3)?;
    if code >= 2048 {
        return Some((code.wrapping_sub(2048 - 513), 13));
    }
    let more = codec.address_bits.checked_sub(11)?;
    code = code << more | input.bits(more)?;
    Some((code.wrapping_add(2561), codec.address_bits.checked_add(2)?))
}

#[inline]
fn length(input: &mut Input<'_>) -> Option<(usize, u32)> {
    let mut code = input.bits(4)?;
    if code < 8 {
        return Some((usize::from(code).wrapping_add(3), 4));
    }
    code = code << 2 | input.bits(2)?;
    if code < 48 {
        return Some((usize::from(code).wrapping_sub(32 - 11), 6));
    }
    code = code << 3 | input.bits(3)?;
    if code < 448 {
        return Some((usize::from(code).wrapping_sub(384 - 27), 9));
    }
    code = code << 2 | input.bits(2)?;
    Some((usize::from(code).wrapping_sub(1792 - 91), 11))
}

/// Byte by byte, as if: a source that runs into what is written repeats it.
#[inline]
fn copy(window: &mut Vec<u8>, from: usize, len: usize) -> Option<()> {
    let end = from.checked_add(len)?;
    if end <= window.len() {
        window.extend_from_within(from..end);
        return Some(());
    }
    for at in from..end {
        let byte = *window.get(at)?;
        window.push(byte);
    }
    Some(())
}
