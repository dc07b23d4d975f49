//! Whether a path works (RFC 9260 §5.4, §8.2, §8.3; RFC 7829 §3).

use super::Path;
use crate::config::AssociationConfig;
use crate::event::AddressState;

/// State of a destination address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathState {
    /// Nobody has answered from there yet: it carries HEARTBEATs alone (RFC 9260 §5.4).
    Unconfirmed,
    /// It works.
    Active,
    /// It did not answer in time: data goes elsewhere, HEARTBEATs ask (RFC 7829 §3).
    PotentiallyFailed,
    /// It has not answered for long (RFC 9260 §8.2).
    Inactive,
}

impl Path {
    /// Counts a time-out; says what the application has to know.
    pub(crate) fn fail(&mut self, config: &AssociationConfig) -> Option<AddressState> {
        self.errors = self.errors.saturating_add(1);
        if self.errors > config.path_max_retrans {
            // An address that never answered was never reachable: no news.
            let known = matches!(self.state, PathState::Active | PathState::PotentiallyFailed);
            if known {
                self.state = PathState::Inactive;
            }
            return known.then_some(AddressState::Unreachable);
        }
        if self.state == PathState::Active && config.pf_max_retrans.is_some_and(|max| self.errors > max) {
            self.state = PathState::PotentiallyFailed;
            return Some(AddressState::PotentiallyFailed);
        }
        None
    }

    /// It answered for certain.
    pub(crate) fn succeed(&mut self) -> Option<AddressState> {
        self.errors = 0;
        match self.state {
            PathState::Active => None,
            PathState::Unconfirmed => {
                self.state = PathState::Active;
                Some(AddressState::Confirmed)
            }
            PathState::PotentiallyFailed | PathState::Inactive => {
                self.state = PathState::Active;
                Some(AddressState::Available)
            }
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == PathState::Active
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        self.state != PathState::Unconfirmed
    }
}
