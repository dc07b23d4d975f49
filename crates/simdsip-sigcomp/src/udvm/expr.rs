//! Expressions of the assembler: numbers, names and operators in parentheses (RFC 4464 §3.2.1).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use super::asm::{AsmError, AsmErrorKind, Token};

#[derive(Debug)]
pub(super) enum Expr {
    Number(i64),
    Name(String),
    Here,
    Zero,
    Pair(Box<Expr>, &'static str, Box<Expr>),
}

/// What names mean at one place.
pub(super) struct Scope<'s> {
    pub(super) here: u16,
    pub(super) names: &'s BTreeMap<String, u16>,
    pub(super) zeros: &'s [u16],
    /// Unknown names are right here: the first pass knows nothing of what comes later, and sizes only grow.
    pub(super) lenient: bool,
}

impl Expr {
    pub(super) fn eval(&self, scope: &Scope<'_>) -> Result<i64, AsmErrorKind> {
        Ok(match self {
            Self::Number(value) => *value,
            Self::Here => i64::from(scope.here),
            Self::Name(name) => match scope.names.get(name) {
                Some(value) => i64::from(*value),
                None if scope.lenient => i64::from(scope.here),
                None => return Err(AsmErrorKind::Name),
            },
            Self::Zero => {
                let near = scope.zeros.iter().min_by_key(|zero| zero.abs_diff(scope.here));
                match near {
                    Some(zero) => i64::from(*zero),
                    None if scope.lenient => i64::from(scope.here),
                    None => return Err(AsmErrorKind::Name),
                }
            }
            Self::Pair(left, sign, right) => {
                let (a, b) = (left.eval(scope)?, right.eval(scope)?);
                let shift = u32::try_from(b).unwrap_or(64);
                let result = match *sign {
                    "+" => a.checked_add(b),
                    "-" => a.checked_sub(b),
                    "*" => a.checked_mul(b),
                    "/" => a.checked_div(b),
                    "%" => a.checked_rem_euclid(b),
                    "&" => Some(a & b),
                    "|" => Some(a | b),
                    "^" => Some(a ^ b),
                    "~" => Some(!(a ^ b)),
                    "<<" => Some(a.checked_shl(shift).unwrap_or(0)),
                    _ => Some(a.checked_shr(shift).unwrap_or(0)),
                };
                match result {
                    Some(value) => value,
                    None if scope.lenient => 0,
                    None => return Err(AsmErrorKind::DivisionByZero),
                }
            }
        })
    }
}

pub(super) struct Reader<'t> {
    pub(super) tokens: &'t [(Token, usize)],
    pub(super) at: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn next(&mut self) -> Option<&'t (Token, usize)> {
        let token = self.tokens.get(self.at)?;
        self.at = self.at.saturating_add(1);
        Some(token)
    }

    pub(super) fn peeks(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some((Token::Sign(found), _)) if *found == sign)
    }

    pub(super) fn accept(&mut self, sign: &str) -> bool {
        let found = self.peeks(sign);
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), AsmError> {
        if self.accept(sign) { Ok(()) } else { Err(self.error()) }
    }

    pub(super) fn name(&mut self) -> Result<&'t String, AsmError> {
        match self.next() {
            Some((Token::Name(name), _)) => Ok(name),
            _ => Err(self.error()),
        }
    }

    /// A value, or two in parentheses with an operator between.
    pub(super) fn expression(&mut self) -> Result<Expr, AsmError> {
        let error = self.error();
        Ok(match self.next() {
            Some((Token::Number(value), _)) => Expr::Number(*value),
            Some((Token::Name(name), _)) => Expr::Name(name.clone()),
            Some((Token::Sign("."), _)) => Expr::Here,
            Some((Token::Sign("!"), _)) => Expr::Zero,
            Some((Token::Sign("("), _)) => {
                let left = self.expression()?;
                let Some((Token::Sign(sign), _)) = self.next() else { return Err(error) };
                if !matches!(*sign, "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "~" | "<<" | ">>") {
                    return Err(error);
                }
                let right = self.expression()?;
                self.expect(")")?;
                Expr::Pair(Box::new(left), sign, Box::new(right))
            }
            _ => return Err(error),
        })
    }

    fn error(&self) -> AsmError {
        let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(_, line)| *line);
        AsmError { kind: AsmErrorKind::Syntax, line }
    }
}
