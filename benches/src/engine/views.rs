//! simdsip under classes `routing` and `typed`: its typed views, one engine a backend and class.
//!
//! There are no typed views in this build of the core, so there is no engine here and `absent` says so:
//! nothing stands in for them. An engine here implements `fields::Reader`, reads each view into the sink
//! under the keys of `reference::fields`, types every header (`types` gives `None`) and names its backend
//! in `Identity`, by which ratios are taken.

use super::Engine;

/// The engines: none.
pub(super) fn all() -> Vec<Box<dyn Engine>> {
    Vec::new()
}

/// What is missing, with the reason.
pub(super) fn absent() -> Option<(&'static str, &'static str)> {
    Some(("simdsip", "class not available: routing and typed need the core's typed views"))
}
