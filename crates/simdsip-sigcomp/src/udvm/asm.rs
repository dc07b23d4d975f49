//! The assembler for the notation of RFC 4464 §3.
//!
//! Encodes every operand in the fewest bytes. Does not know `readonly` areas: `!` is the next zero byte before or behind,
//! whatever becomes of it. Not for hostile input: the text is the program's own.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::expr::{self, Expr, Scope};
use super::isa::{Operand, Repeat, instruction, opcode};

/// What is wrong with a program, and on which line, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsmError {
    /// What.
    pub kind: AsmErrorKind,
    /// Where.
    pub line: usize,
}

/// What can be wrong with a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsmErrorKind {
    /// No token begins so.
    Character,
    /// Another token is due here.
    Syntax,
    /// No such instruction.
    Instruction,
    /// Too few operands, too many, or of the wrong kind.
    Operands,
    /// A name without a value.
    Name,
    /// Divided by zero.
    DivisionByZero,
    /// `at` an address that is past.
    Address,
    /// Sizes did not settle.
    Unstable,
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            AsmErrorKind::Character => "expected a token",
            AsmErrorKind::Syntax => "expected another token",
            AsmErrorKind::Instruction => "expected an instruction of the UDVM",
            AsmErrorKind::Operands => "expected other operands",
            AsmErrorKind::Name => "expected a name with a value",
            AsmErrorKind::DivisionByZero => "expected a divisor above zero",
            AsmErrorKind::Address => "expected an address ahead",
            AsmErrorKind::Unstable => "expected sizes that settle",
        };
        write!(f, "{what} on line {}", self.line)
    }
}

impl core::error::Error for AsmError {}

/// A program in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The first address that is not padding.
    pub address: u16,
    /// The bytes from there to the last that is not padding.
    pub code: Vec<u8>,
    /// Labels and what was `set`.
    pub names: BTreeMap<String, u16>,
}

/// Assembles a program.
///
/// ```
/// use simdsip_sigcomp::udvm::asm::assemble;
///
/// let program = assemble("at (128) :start INPUT-BYTES (1, 64, end) OUTPUT (64, 1) JUMP (start) :end END-MESSAGE
///     (0, 0, 0, 0, 0, 0, 0)")?;
/// assert_eq!((program.address, program.names["end"]), (128, 137));
/// # Ok::<(), simdsip_sigcomp::udvm::asm::AsmError>(())
/// ```
///
/// # Errors
/// The first thing that is wrong.
pub fn assemble(text: &str) -> Result<Program, AsmError> {
    let statements = parse(text)?;
    let mut names = BTreeMap::new();
    let mut image = Image::default();
    // Operands may name what comes later, whose place depends on their own sizes: until nothing moves. Sizes never
    // shrink from one pass to the next, so that this ends.
    let mut sizes = BTreeMap::new();
    for pass in 0..64 {
        let mut next = Image { zeros: image.zeros_of(), ..Image::default() };
        let before = names.clone();
        let grown = emit(&statements, &mut names, &mut next, &mut sizes, pass)?;
        let settled = !grown && before == names && next.bytes == image.bytes && pass > 1;
        image = next;
        if settled {
            return Ok(image.finish(names));
        }
    }
    Err(AsmError { kind: AsmErrorKind::Unstable, line: 1 })
}

#[derive(Debug)]
struct Statement {
    line: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Label(String),
    Instruction { opcode: u8, operands: Vec<Option<Given>> },
    Directive { name: String, arguments: Vec<Expr> },
}

/// An operand as written.
#[derive(Debug)]
struct Given {
    dollar: bool,
    value: Expr,
}

#[derive(Default)]
struct Image {
    bytes: Vec<u8>,
    /// Per byte: whether it is more than padding.
    written: Vec<bool>,
    /// Where the last pass had zeros, for `!`.
    zeros: Vec<u16>,
}

impl Image {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.written.resize(self.bytes.len(), true);
    }

    fn pad(&mut self, count: usize) {
        let len = self.bytes.len().saturating_add(count).min(65_536);
        self.bytes.resize(len, 0);
        self.written.resize(len, false);
    }

    fn zeros_of(&self) -> Vec<u16> {
        let all = self.bytes.iter().zip(&self.written).enumerate();
        all.filter(|(_, (byte, written))| **byte == 0 && **written).map(|(at, _)| at as u16).collect()
    }

    fn finish(self, names: BTreeMap<String, u16>) -> Program {
        let first = self.written.iter().position(|written| *written).unwrap_or(0);
        let end =
            self.written.iter().rposition(|written| *written).map_or(first, |last| last.saturating_add(1));
        let code = self.bytes.get(first..end).unwrap_or_default().to_vec();
        Program { address: first as u16, code, names }
    }
}

/// One pass; whether any operand needs more room than it had.
fn emit(
    statements: &[Statement],
    names: &mut BTreeMap<String, u16>,
    image: &mut Image,
    sizes: &mut BTreeMap<(usize, usize), usize>,
    pass: usize,
) -> Result<bool, AsmError> {
    let mut grown = false;
    for (number, statement) in statements.iter().enumerate() {
        let fail = |kind| AsmError { kind, line: statement.line };
        let here = image.bytes.len() as u16;
        // Nothing is known of what comes later in the first pass.
        let scope = |names| Scope { here, names, zeros: &image.zeros, lenient: pass == 0 };
        match &statement.what {
            What::Label(name) => {
                names.insert(name.clone(), here);
            }
            What::Directive { name, arguments } => {
                let values = arguments.iter().map(|value| value.eval(&scope(names)).map_err(fail));
                let target = if name == "set" { values_of_set(arguments, &scope(names)) } else { None };
                match (name.as_str(), target) {
                    ("set", Some((name, value))) => {
                        names.insert(name, value.map_err(fail)? as u16);
                    }
                    ("pad", _) => {
                        let count = values.sum::<Result<i64, _>>()?;
                        image.pad(usize::try_from(count).map_err(|_| fail(AsmErrorKind::Address))?);
                    }
                    ("align", _) => {
                        let step = values.sum::<Result<i64, _>>()?;
                        let step = usize::try_from(step).map_err(|_| fail(AsmErrorKind::Address))?;
                        let at = image.bytes.len();
                        let end =
                            at.checked_next_multiple_of(step).ok_or(fail(AsmErrorKind::DivisionByZero))?;
                        image.pad(end.saturating_sub(at));
                    }
                    ("at", _) => {
                        let to = usize::try_from(values.sum::<Result<i64, _>>()?).ok();
                        let more = to.and_then(|to| to.checked_sub(image.bytes.len()));
                        image.pad(more.ok_or(fail(AsmErrorKind::Address))?);
                    }
                    ("byte", _) => {
                        let bytes = values.map(|value| value.map(|value| value as u8));
                        let bytes = bytes.collect::<Result<Vec<u8>, _>>()?;
                        image.put(&bytes);
                    }
                    ("word", _) => {
                        let words = values.map(|value| value.map(|value| (value as u16).to_be_bytes()));
                        let words = words.collect::<Result<Vec<_>, _>>()?;
                        image.put(words.as_flattened());
                    }
                    // Unknown directives may be passed over (RFC 4464 §3.2).
                    _ => {}
                }
            }
            What::Instruction { opcode, operands } => {
                let mut bytes = Vec::from([*opcode]);
                let kinds = kinds(*opcode, operands.len()).ok_or(fail(AsmErrorKind::Operands))?;
                for (at, (kind, given)) in kinds.iter().zip(operands).enumerate() {
                    let place = sizes.entry((number, at)).or_insert(0);
                    let encoded = match given {
                        None => {
                            let n = inferred(*opcode, operands.len()).ok_or(fail(AsmErrorKind::Operands))?;
                            literal(n, *place)
                        }
                        Some(given) => {
                            let value = given.value.eval(&scope(names)).map_err(fail)? as u16;
                            encode(*kind, given.dollar, value, here, *place)
                                .ok_or(fail(AsmErrorKind::Operands))?
                        }
                    };
                    grown |= encoded.len() > *place;
                    *place = if pass == 0 { 0 } else { encoded.len() };
                    bytes.extend_from_slice(&encoded);
                }
                image.put(&bytes);
            }
        }
    }
    Ok(grown)
}

fn values_of_set(arguments: &[Expr], scope: &Scope<'_>) -> Option<(String, Result<i64, AsmErrorKind>)> {
    match arguments {
        [Expr::Name(name), value] => Some((name.clone(), value.eval(scope))),
        _ => None,
    }
}

/// The kinds of so many operands; `None` where there cannot be so many.
fn kinds(opcode: u8, count: usize) -> Option<Vec<Operand>> {
    let row = instruction(opcode)?;
    let mut kinds = row.operands.to_vec();
    if let Repeat::Each(each) = row.repeat {
        while kinds.len() < count {
            kinds.extend_from_slice(each);
        }
    }
    (kinds.len() == count).then_some(kinds)
}

/// How often the repeated operands are there.
fn inferred(opcode: u8, count: usize) -> Option<u16> {
    let row = instruction(opcode)?;
    let Repeat::Each(each) = row.repeat else { return None };
    count.checked_sub(row.operands.len())?.checked_div(each.len()).map(|n| n as u16)
}

/// The shortest encoding of at least so many bytes.
fn encode(kind: Operand, dollar: bool, value: u16, here: u16, least: usize) -> Option<Vec<u8>> {
    match (kind, dollar) {
        (Operand::Literal, false) => Some(literal(value, least)),
        (Operand::Reference, true) => Some(match value {
            // Only even addresses have short forms.
            _ if value & 1 == 0 => literal(value >> 1, least.min(2)),
            _ => Vec::from([0xc0, (value >> 8) as u8, value as u8]),
        }),
        (Operand::Multitype | Operand::Address, true) => Some(match value {
            0..=0x7e if value & 1 == 0 && least <= 1 => Vec::from([0x40 | (value >> 1) as u8]),
            0..=0x1fff if least <= 2 => Vec::from([0xc0 | (value >> 8) as u8, value as u8]),
            _ => Vec::from([0x81, (value >> 8) as u8, value as u8]),
        }),
        (Operand::Multitype, false) => Some(multi(value, least)),
        (Operand::Address, false) => Some(multi(value.wrapping_sub(here), least)),
        _ => None,
    }
}

fn literal(value: u16, least: usize) -> Vec<u8> {
    match value {
        0..=0x7f if least <= 1 => Vec::from([value as u8]),
        0..=0x3fff if least <= 2 => Vec::from([0x80 | (value >> 8) as u8, value as u8]),
        _ => Vec::from([0xc0, (value >> 8) as u8, value as u8]),
    }
}

fn multi(value: u16, least: usize) -> Vec<u8> {
    let low = value as u8;
    if least <= 1 {
        match value {
            0..=0x3f => return Vec::from([low]),
            0xffe0.. => return Vec::from([low]),
            64 | 128 => return Vec::from([0x86 | u8::from(value == 128)]),
            _ if value.is_power_of_two() => return Vec::from([0x80 | value.trailing_zeros() as u8]),
            _ => {}
        }
    }
    if least <= 2 {
        match value {
            0..=0x1fff => return Vec::from([0xa0 | (value >> 8) as u8, low]),
            0xf000.. => return Vec::from([0x90 | (value >> 8 & 15) as u8, low]),
            _ => {}
        }
    }
    Vec::from([0x80, (value >> 8) as u8, low])
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Opcode(String),
    Number(i64),
    Sign(&'static str),
}

const SIGNS: [&str; 20] =
    ["<<", ">>", ".", ",", "!", "$", ":", "(", ")", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">"];

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, AsmError> {
    let mut list = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at.saturating_add(1);
        let mut rest = line.split(';').next().unwrap_or_default().trim_start();
        while let Some(first) = rest.chars().next() {
            let len = |allowed: fn(char) -> bool| rest.find(|c| !allowed(c)).unwrap_or(rest.len());
            let (token, taken) = match first {
                'a'..='z' | '_' => {
                    let len = len(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                    (Token::Name(rest.chars().take(len).collect()), len)
                }
                'A'..='Z' => {
                    let len = len(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
                    (Token::Opcode(rest.chars().take(len).collect()), len)
                }
                '0'..='9' => {
                    let len = len(|c| c.is_ascii_alphanumeric());
                    let word: String = rest.chars().take(len).collect();
                    let value = match (word.strip_prefix("0x"), word.strip_prefix("0b")) {
                        (Some(hex), _) => i64::from_str_radix(hex, 16),
                        (_, Some(bin)) => i64::from_str_radix(bin, 2),
                        _ => word.parse(),
                    };
                    let value = value.ok().filter(|value| *value <= 0xffff);
                    let value = value.ok_or(AsmError { kind: AsmErrorKind::Character, line: number })?;
                    (Token::Number(value), len)
                }
                _ => {
                    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                    let sign = sign.ok_or(AsmError { kind: AsmErrorKind::Character, line: number })?;
                    (Token::Sign(sign), sign.len())
                }
            };
            list.push((token, number));
            rest = rest.get(taken..).unwrap_or_default().trim_start();
        }
    }
    Ok(list)
}

fn parse(text: &str) -> Result<Vec<Statement>, AsmError> {
    let tokens = tokens(text)?;
    let mut reader = expr::Reader { tokens: &tokens, at: 0 };
    let mut statements = Vec::new();
    while let Some((token, line)) = reader.next() {
        let what = match token {
            Token::Sign(":") => What::Label(reader.name()?.to_string()),
            Token::Name(name) => {
                let mut arguments = Vec::new();
                if reader.accept("(") {
                    loop {
                        arguments.push(reader.expression()?);
                        if !reader.accept(",") {
                            break;
                        }
                    }
                    reader.expect(")")?;
                }
                What::Directive { name: name.clone(), arguments }
            }
            Token::Opcode(name) => {
                let opcode = opcode(name).ok_or(AsmError { kind: AsmErrorKind::Instruction, line: *line })?;
                let mut operands = Vec::new();
                if reader.accept("(") {
                    loop {
                        operands.push(if reader.peeks(",") || reader.peeks(")") {
                            None
                        } else {
                            let dollar = reader.accept("$");
                            Some(Given { dollar, value: reader.expression()? })
                        });
                        if !reader.accept(",") {
                            break;
                        }
                    }
                    reader.expect(")")?;
                }
                What::Instruction { opcode, operands }
            }
            _ => return Err(AsmError { kind: AsmErrorKind::Syntax, line: *line }),
        };
        statements.push(Statement { line: *line, what });
    }
    Ok(statements)
}
