//! The machine: a message in, its text and requests out.
//!
//! Owns the memory and the output, so that messages in steady state allocate nothing but the states they ask for.
//! Every instruction is paid for before it acts. RFC 3320 §7, §8.

use alloc::vec::Vec;

use super::run::{Draft, Feedback, FeedbackItem, Outcome, Requests, States};
use super::{Input, Memory};
use crate::header::{Header, Start};
use crate::params::{Params, Transport};
use crate::reason::{Detail, Failure, PartialId, Reason};
use crate::state::StateItem;

/// RFC 3320 §9.4.8.
pub(crate) const OUTPUT_MAX: usize = 65_536;

/// A machine that is used again and again.
///
/// ```
/// use simdsip_sigcomp::{Params, StateStore, Transport, Udvm};
///
/// // The bytecode that gives back what it gets (RFC 4896 §11), and a message for it.
/// let null = [0xf8, 0x00, 0xa1, 0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23, b'h', b'i'];
/// let mut udvm = Udvm::new();
/// let outcome = udvm.run(&null, Transport::Message, &Params::SIP, &StateStore::new())?;
/// assert_eq!((udvm.output(), outcome.cycles), (&b"hi"[..], 13));
/// # Ok::<(), simdsip_sigcomp::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Udvm {
    pub(crate) memory: Memory,
    pub(crate) output: Vec<u8>,
    pub(crate) output_max: usize,
    /// Code, history and text of a message that needs no machine.
    pub(super) window: Vec<u8>,
    native: Native,
    scratch: Scratch,
}

/// Whether known bytecode is run without the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// It is: the same result, sooner.
    On,
    /// It is not.
    Off,
}

/// Room that SORT needs, kept for the next time.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) order: Vec<(u16, u16)>,
    pub(super) words: Vec<u16>,
    pub(super) huffman: [super::huffman::Huffman; super::huffman::SLOTS],
}

/// One instruction as it is about to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its address.
    pub pc: u16,
    /// Its opcode, known or not.
    pub opcode: u8,
    /// Cycles used before it.
    pub cycles: u64,
}

impl Default for Udvm {
    fn default() -> Self {
        Self::new()
    }
}

impl Udvm {
    /// A machine with 64 KiB of memory, of which each message gets what [`Params::udvm_memory`] says.
    #[must_use]
    pub fn new() -> Self {
        Self {
            memory: Memory::new(),
            output: Vec::new(),
            output_max: OUTPUT_MAX,
            window: Vec::new(),
            native: Native::On,
            scratch: Scratch::default(),
        }
    }

    /// Whether known bytecode is run without the machine; it is unless told otherwise.
    pub fn set_native(&mut self, native: Native) {
        self.native = native;
    }

    /// Refuses more output than this, with `OutputOverflow`; 65,536 is what RFC 3320 allows.
    pub fn set_output_max(&mut self, bytes: usize) {
        self.output_max = bytes.min(OUTPUT_MAX);
    }

    /// The text of the last message, as far as it got.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Runs one message without marks.
    ///
    /// # Errors
    /// Any [`Reason`] but `FramingError`; `MessageTooShort` for NACKs, which have nothing to run.
    pub fn run<S: States + ?Sized>(
        &mut self,
        message: &[u8],
        transport: Transport,
        params: &Params,
        states: &S,
    ) -> Result<Outcome, Failure> {
        if self.native == Native::On
            && let Some(outcome) = self.run_native(message, transport, params, states)
        {
            return Ok(outcome);
        }
        self.run_traced(message, transport, params, states, |_| ())
    }

    /// [`Udvm::run`] that tells each instruction.
    ///
    /// # Errors
    /// As there.
    pub fn run_traced<S: States + ?Sized>(
        &mut self,
        message: &[u8],
        transport: Transport,
        params: &Params,
        states: &S,
        mut trace: impl FnMut(Step),
    ) -> Result<Outcome, Failure> {
        self.output.clear();
        let (header, mut vm) = self.begin(message, transport, params, states)?;
        loop {
            trace(Step { pc: vm.pc as u16, opcode: vm.peek(), cycles: vm.used });
            match vm.step() {
                Ok(Flow::Next) => {}
                Ok(Flow::End) => break,
                Err(reason) => return Err(vm.failure(reason)),
            }
        }
        vm.feedback.returned = header.feedback.map(FeedbackItem::new);
        Ok(Outcome {
            cycles: vm.used,
            memory_size: vm.memory.size(),
            has_output: vm.has_output,
            requests: vm.requests,
            feedback: vm.feedback,
        })
    }

    /// Memory, useful values and the first cycles (RFC 3320 §7, §8.6).
    pub(crate) fn begin<'v, 'm, S: States + ?Sized>(
        &'v mut self,
        message: &'m [u8],
        transport: Transport,
        params: &Params,
        states: &'v S,
    ) -> Result<(Header<'m>, Vm<'v, 'm, S>), Failure> {
        let size = params.udvm_memory(transport, message.len());
        if size == 0 {
            return Err(Failure::early(Reason::MessageTooShort));
        }
        let header = Header::parse(message).map_err(Failure::early)?;
        self.memory.reset(size);
        let (pc, id_len, state_len) = match header.start {
            Start::Nack { .. } => return Err(Failure::early(Reason::MessageTooShort)),
            Start::Bytecode { code, destination } => {
                let Some(place) = self.memory.slice_mut(usize::from(destination), code.len()) else {
                    let detail = Detail::MemorySize(params.dms() as u16);
                    return Err(Failure { detail, ..Failure::early(Reason::BytecodesTooLarge) });
                };
                place.copy_from_slice(code);
                (destination, 0, 0)
            }
            Start::State(id) => {
                let state = states.find(id).map_err(|reason| {
                    let detail = Detail::State(PartialId::new(id));
                    Failure { detail, ..Failure::early(reason) }
                })?;
                self.memory
                    .slice_mut(usize::from(state.address()), state.value().len())
                    .ok_or(Failure::early(Reason::Segfault))?
                    .copy_from_slice(state.value());
                (state.instruction(), id.len() as u16, state.value().len() as u16)
            }
        };
        let useful = [size as u16, u16::from(params.cpb()), u16::from(params.version()), id_len, state_len];
        let place = self.memory.slice_mut(0, 32).ok_or(Failure::early(Reason::Segfault))?;
        place.fill(0);
        for (word, value) in place.chunks_exact_mut(2).zip(useful) {
            word.copy_from_slice(&value.to_be_bytes());
        }
        let cpb = u64::from(params.cpb());
        let earned = (header.len as u64).saturating_mul(8).saturating_add(1000).saturating_mul(cpb);
        let vm = Vm {
            memory: &mut self.memory,
            output: &mut self.output,
            output_max: self.output_max,
            scratch: &mut self.scratch,
            input: Input::new(header.input),
            states,
            found: None,
            cpb,
            budget: earned,
            used: 0,
            pc: u32::from(pc),
            next: 0,
            has_output: false,
            waiting: Waiting::default(),
            requests: Requests::default(),
            feedback: Feedback::default(),
            asked: None,
            dear: 0,
            kept: 0,
        };
        Ok((header, vm))
    }
}

/// Whether there is another instruction.
pub(super) enum Flow {
    Next,
    End,
}

/// Requests whose bytes are taken at the end (RFC 4896 §4.1).
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) list: [Option<Wait>; 8],
    pub(super) creates: u8,
    pub(super) frees: u8,
}

#[derive(Clone, Copy)]
pub(super) enum Wait {
    Create { len: u16, address: u16, instruction: u16, min_access: u16, priority: u16 },
    Free { at: u16, len: u16 },
}

impl Waiting {
    pub(super) fn push(&mut self, wait: Wait) {
        if let Some(slot) = self.list.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(wait);
        }
    }
}

/// A message that is being run.
pub(crate) struct Vm<'v, 'm, S: ?Sized> {
    pub(super) memory: &'v mut Memory,
    pub(super) output: &'v mut Vec<u8>,
    pub(super) output_max: usize,
    pub(super) scratch: &'v mut Scratch,
    pub(super) input: Input<'m>,
    states: &'v S,
    /// The last state that was looked up: loops ask for one again and again.
    found: Option<(PartialId, &'v StateItem)>,
    pub(super) cpb: u64,
    budget: u64,
    pub(super) used: u64,
    /// The instruction, which may lie behind all memory.
    pub(super) pc: u32,
    /// Where the next operand begins; behind the instruction once all are read.
    pub(super) next: u32,
    pub(super) has_output: bool,
    pub(super) waiting: Waiting,
    pub(super) requests: Requests,
    pub(super) feedback: Feedback,
    /// The state that STATE-ACCESS asked for last.
    asked: Option<PartialId>,
    /// Instructions that cost far more than their cycles.
    dear: u32,
    /// How often sets of INPUT-HUFFMAN were kept.
    pub(super) kept: u32,
}

/// How many SHA-1 and STATE-ACCESS instructions a message may have together: they begin at 2 cycles and take a hundred
/// times as long as others. No decompressor has use for more than a handful; ours has two.
const DEAR_MAX: u32 = 8192;

impl<S: States + ?Sized> Vm<'_, '_, S> {
    fn peek(&self) -> u8 {
        u16::try_from(self.pc).ok().and_then(|pc| self.memory.read8(pc).ok()).unwrap_or_default()
    }

    fn failure(&self, reason: Reason) -> Failure {
        let detail = match (reason, self.asked) {
            (Reason::StateNotFound | Reason::IdNotUnique | Reason::StateTooShort, Some(id)) => {
                Detail::State(id)
            }
            (Reason::CyclesExhausted, _) => Detail::CyclesPerBit(self.cpb as u8),
            _ => Detail::None,
        };
        Failure { reason, opcode: self.peek(), pc: self.pc as u16, cycles: self.used, detail }
    }

    /// Pays for an instruction (RFC 3320 §8.6).
    #[inline]
    pub(super) fn charge(&mut self, cycles: u64) -> Result<(), Reason> {
        if cycles > self.budget.saturating_sub(self.used) {
            return Err(Reason::CyclesExhausted);
        }
        self.used = self.used.saturating_add(cycles);
        Ok(())
    }

    /// Counts an instruction whose time its cycles do not tell.
    pub(super) fn dear(&mut self) -> Result<(), Reason> {
        self.dear = self.dear.saturating_add(1);
        if self.dear > DEAR_MAX { Err(Reason::CyclesExhausted) } else { Ok(()) }
    }

    /// Cycles for bits that were input.
    #[inline]
    pub(super) fn earn(&mut self, bits: u32) {
        self.budget = self.budget.saturating_add(u64::from(bits).saturating_mul(self.cpb));
    }

    #[inline]
    pub(super) fn fetch(&mut self) -> Result<u8, Reason> {
        let byte = self.memory.read8(self.next as u16)?;
        self.next = self.next.wrapping_add(1);
        Ok(byte)
    }

    #[inline]
    pub(super) fn fetch16(&mut self) -> Result<u16, Reason> {
        let word = self.memory.read16(self.next as u16)?;
        self.next = self.next.wrapping_add(2);
        Ok(word)
    }

    /// `%` (RFC 3320 §8.5, figure 10).
    #[inline]
    pub(super) fn multi(&mut self) -> Result<u16, Reason> {
        let byte = self.fetch()?;
        let low = u16::from(byte);
        Ok(match byte {
            0x00..=0x3f => low,
            0x40..=0x7f => self.memory.read16((low & 0x3f) << 1)?,
            0x86 | 0x87 => 64 << (low & 1),
            0x88..=0x8f => 256 << (low & 7),
            0xe0..=0xff => low.wrapping_add(65_504 - 0xe0),
            0x90..=0x9f => ((low & 0x0f) << 8 | u16::from(self.fetch()?)).wrapping_add(61_440),
            0xa0..=0xbf => (low & 0x1f) << 8 | u16::from(self.fetch()?),
            0xc0..=0xdf => {
                let at = (low & 0x1f) << 8 | u16::from(self.fetch()?);
                self.memory.read16(at)?
            }
            0x80 => self.fetch16()?,
            0x81 => {
                let at = self.fetch16()?;
                self.memory.read16(at)?
            }
            0x82..=0x85 => return Err(Reason::InvalidOperand),
        })
    }

    /// `#` (figure 8).
    #[inline]
    pub(super) fn literal(&mut self) -> Result<u16, Reason> {
        let byte = self.fetch()?;
        Ok(match byte {
            0x00..=0x7f => u16::from(byte),
            0x80..=0xbf => u16::from(byte & 0x3f) << 8 | u16::from(self.fetch()?),
            0xc0 => self.fetch16()?,
            _ => return Err(Reason::InvalidOperand),
        })
    }

    /// The address that `$` names (figure 9).
    #[inline]
    pub(super) fn reference(&mut self) -> Result<u16, Reason> {
        let byte = self.fetch()?;
        Ok(match byte {
            0x00..=0x7f => u16::from(byte) << 1,
            0x80..=0xbf => (u16::from(byte & 0x3f) << 8 | u16::from(self.fetch()?)) << 1,
            0xc0 => self.fetch16()?,
            _ => return Err(Reason::InvalidOperand),
        })
    }

    /// `@`.
    #[inline]
    pub(super) fn address(&mut self) -> Result<u16, Reason> {
        Ok(self.multi()?.wrapping_add(self.pc as u16))
    }

    /// Goes on at an address.
    #[inline]
    pub(super) fn jump(&mut self, to: u16) {
        self.next = u32::from(to);
    }

    /// Runs one instruction.
    #[inline]
    fn step(&mut self) -> Result<Flow, Reason> {
        let at = u16::try_from(self.pc).map_err(|_| Reason::Segfault)?;
        let opcode = self.memory.read8(at)?;
        self.next = self.pc.wrapping_add(1);
        if opcode == super::isa::op::END_MESSAGE {
            self.end_message()?;
            return Ok(Flow::End);
        }
        self.execute(opcode)?;
        self.pc = self.next;
        Ok(Flow::Next)
    }

    /// A state by the bytes in memory.
    pub(super) fn find(&mut self, id: PartialId) -> Result<(u16, u16, usize), Reason> {
        self.asked = Some(id);
        let state = match self.found {
            Some((known, state)) if known == id => state,
            _ => self.states.find(id.as_bytes())?,
        };
        self.found = Some((id, state));
        Ok((state.address(), state.instruction(), state.value().len()))
    }

    /// The value of the state that was just found.
    pub(super) fn found_value(&self) -> &[u8] {
        self.found.map_or(&[], |(_, state)| state.value())
    }

    /// Copies from the state that was just found.
    pub(super) fn load_found(&mut self, begin: usize, len: usize, to: u16) -> Result<(), Reason> {
        let state = self.found.ok_or(Reason::InternalError)?.1;
        let ring = self.memory.ring()?;
        let part = begin.checked_add(len).and_then(|end| state.value().get(begin..end));
        self.memory.put(ring, to, part.ok_or(Reason::StateTooShort)?)?;
        Ok(())
    }

    /// Takes the bytes of what waits (RFC 4896 §4.1).
    pub(super) fn gather(&mut self) -> Result<(), Reason> {
        let ring = self.memory.ring()?;
        for wait in self.waiting.list.into_iter().flatten() {
            let request = match wait {
                Wait::Create { len, address, instruction, min_access, priority } => {
                    let mut value = Vec::with_capacity(usize::from(len));
                    self.memory
                        .each(ring, address, usize::from(len), |bytes| value.extend_from_slice(bytes))?;
                    super::Request::Create(Draft { value, address, instruction, min_access, priority })
                }
                Wait::Free { at, len } => super::Request::Free(self.id_at(ring, at, len)?),
            };
            self.requests.push(request);
        }
        Ok(())
    }

    pub(super) fn id_at(&self, ring: super::Ring, at: u16, len: u16) -> Result<PartialId, Reason> {
        let (mut bytes, mut filled) = ([0; 20], 0_usize);
        self.memory.each(ring, at, usize::from(len), |part| {
            for byte in part {
                if let Some(slot) = bytes.get_mut(filled) {
                    *slot = *byte;
                    filled = filled.saturating_add(1);
                }
            }
        })?;
        Ok(PartialId::new(bytes.get(..filled).unwrap_or_default()))
    }
}
