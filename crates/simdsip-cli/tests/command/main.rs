//! The built command, driven as people and scripts drive it.

mod captures;
mod golden;
mod hostile;
mod json;
mod run;
mod sdp;
mod secrets;
mod status;
mod stream;
mod table;
mod terminal;
mod typed;
mod verdict;
