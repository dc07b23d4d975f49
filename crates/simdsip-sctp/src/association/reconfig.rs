//! Streams reset and added at the peer's wish (RFC 6525 §5.2).
//!
//! Answers requests and makes none. What the peer resets or adds on its own side is done; what it asks
//! of our side is denied.

use super::{Association, Ctx};
use crate::event::Event;
use crate::serial::{first, widen};
use crate::wire::chunk::kind;
use crate::wire::param::{Params, Response};
use crate::wire::{Param, Writer};

#[derive(Debug)]
pub(super) struct Reconfig {
    /// Number of the request that is expected.
    expected: u32,
    /// How the last one went.
    last: u32,
}

impl Reconfig {
    pub(super) fn new(peer_tsn: u32) -> Reconfig {
        Reconfig { expected: peer_tsn, last: Response::NOTHING_TO_DO }
    }
}

impl Association {
    pub(super) fn handle_reconfig(&mut self, ctx: &mut Ctx<'_>, path: usize, params: &[u8]) {
        let mut answers = [0; 64];
        let mut w = Writer::new(&mut answers);
        // At most two parameters (RFC 6525 §3.1).
        for raw in Params::new(params, 0).map_while(Result::ok).take(2) {
            let Ok(param) = Param::parse(&raw) else { continue };
            let request = match &param {
                Param::ResetOutgoing(it) => it.request,
                Param::ResetIncoming(it) => it.request,
                Param::ResetTsn(request) => *request,
                Param::AddOutgoing(it) | Param::AddIncoming(it) => it.request,
                _ => continue,
            };
            let result = if request == self.reconfig.expected {
                let result = self.perform(ctx, &param);
                if result != Response::IN_PROGRESS {
                    self.reconfig.expected = request.wrapping_add(1);
                }
                self.reconfig.last = result;
                result
            } else if request == self.reconfig.expected.wrapping_sub(1) {
                self.reconfig.last
            } else {
                Response::BAD_NUMBER
            };
            let answer = Param::ReconfigResponse(Response { request, result, tsns: None });
            if answer.emit(&mut w).is_err() {
                break;
            }
        }
        if !w.is_empty() {
            self.push_control(path, |out| out.tlv([kind::RE_CONFIG, 0], |out| out.put(w.written())));
        }
    }

    fn perform(&mut self, ctx: &mut Ctx<'_>, param: &Param<'_>) -> u32 {
        match param {
            Param::ResetOutgoing(reset) => {
                // Only when all that was sent before has come (§5.2.2 E2).
                if widen(self.inbound.cum, reset.last_tsn) > self.inbound.cum {
                    return Response::IN_PROGRESS;
                }
                let streams: Vec<u16> = reset.streams().collect();
                if streams.iter().any(|stream| !self.inbound.reassembly.has_stream(*stream)) {
                    return Response::WRONG_SSN;
                }
                self.inbound.reassembly.reset(&streams);
                ctx.events.push_back(Event::StreamReset { association: self.id, streams });
                Response::PERFORMED
            }
            Param::AddOutgoing(add) => {
                let streams = self.inbound.reassembly.streams();
                if add.count == 0 || streams.saturating_add(add.count) > self.config.in_streams {
                    return Response::DENIED;
                }
                self.inbound.reassembly.add_streams(add.count);
                let in_streams = self.inbound.reassembly.streams();
                ctx.events.push_back(Event::StreamChange { association: self.id, in_streams });
                Response::PERFORMED
            }
            _ => {
                debug_assert!(first(0) > 0);
                Response::DENIED
            }
        }
    }
}
