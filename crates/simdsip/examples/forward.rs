//! A stateless proxy over UDP: requests go on to one address, responses back to where the next Via says.
//!
//! `cargo run -p simdsip --example forward -- 127.0.0.1:5060 127.0.0.1:5070`. Without arguments it sends itself a
//! request and a response over the loopback and shows what became of them.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr, UdpSocket};

use simdsip::edit::EditRoom;
use simdsip::key::{TransactionKey, branch};
use simdsip::{Action, Builder, Element, Error, HostKind, Index, Kind, Message, Parser, Patch, Role};

struct Proxy {
    parser: Parser,
    element: Element<'static>,
    index: Index,
    room: EditRoom,
    /// Branches of a stateless proxy depend on the request alone (RFC 3261 §16.11), and on what nobody else knows.
    secret: [RandomState; 2],
    own: SocketAddr,
    next: SocketAddr,
}

impl Proxy {
    fn new(own: SocketAddr, next: SocketAddr) -> Proxy {
        Proxy {
            parser: Parser::default(),
            element: Element::new(Role::Proxy),
            index: Index::new(),
            room: EditRoom::new(),
            secret: [RandomState::new(), RandomState::new()],
            own,
            next,
        }
    }

    /// Bytes in `out`, and where they go; `None` for what is dropped.
    fn take(
        &mut self,
        datagram: &[u8],
        source: SocketAddr,
        out: &mut [u8],
    ) -> Result<Option<(usize, SocketAddr)>, Error> {
        let message = self.parser.parse(datagram, &mut self.index)?;
        match message.validate(&self.element).action {
            Action::Drop => return Ok(None),
            Action::Answer(status) => {
                let tag = simdsip::key::tag(self.secret[0].hash_one(datagram));
                let answer =
                    Builder::response_as_received(out, &message, status, b"Refused", tag.as_bytes())?
                        .finish()?;
                return Ok(Some((answer.len(), source)));
            }
            Action::Accept => {}
        }
        let mut patch = Patch::new(&message, &mut self.room)?;
        let to = if message.kind() == Kind::Response {
            patch.pop_via()?;
            let Some(to) = behind(&message)? else { return Ok(None) };
            to
        } else {
            let key = TransactionKey::server(&message)?;
            let random = self.secret.each_ref().map(|secret| secret.hash_one(key));
            let random = u128::from(random[0]) << 64 | u128::from(random[1]);
            let own = self.own.to_string();
            patch.set_source(source)?;
            patch.decrement_max_forwards()?;
            patch.push_via(&[b"SIP/2.0/UDP ", own.as_bytes(), b";branch=", branch(random).as_bytes()])?;
            self.next
        };
        Ok(Some((patch.finish()?.write_to(out)?, to)))
    }
}

/// Where the second Via says that a response goes (RFC 3261 §18.2.2, RFC 3581 §4): to an address, for names would have
/// to be looked up, and not by `maddr`, for nobody here is reached by multicast.
fn behind(response: &Message<'_>) -> Result<Option<SocketAddr>, Error> {
    let Some(via) = response.list::<simdsip::typed::Via>().nth(1).transpose()? else { return Ok(None) };
    let received = via.received().and_then(|word| std::str::from_utf8(word.raw()).ok()?.parse().ok());
    let address = match (received, via.host()?.kind()) {
        (Some(address), _) => address,
        (None, HostKind::V4(address)) => IpAddr::V4(address),
        (None, HostKind::V6(address)) => IpAddr::V6(address),
        _ => return Ok(None),
    };
    let port = match via.rport()? {
        Some(simdsip::shape::Rport::Filled(port)) => port,
        _ => via.port()?.unwrap_or(5060),
    };
    Ok(Some(SocketAddr::new(address, port)))
}

fn main() -> std::io::Result<()> {
    let addresses: Vec<SocketAddr> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [own, next] = addresses[..] else { return show() };
    let socket = UdpSocket::bind(own)?;
    let mut proxy = Proxy::new(own, next);
    loop {
        step(&socket, &mut proxy)?;
    }
}

/// One datagram in, at most one out.
fn step(socket: &UdpSocket, proxy: &mut Proxy) -> std::io::Result<()> {
    let (mut received, mut out) = ([0; 65_535], [0; 65_535]);
    let (len, source) = socket.recv_from(&mut received)?;
    match proxy.take(&received[..len], source, &mut out) {
        Ok(Some((len, to))) => socket.send_to(&out[..len], to).map(drop),
        Ok(None) => Ok(()),
        Err(error) => {
            println!("dropped: {error}");
            Ok(())
        }
    }
}

/// A request and a response through a proxy of our own.
fn show() -> std::io::Result<()> {
    let [caller, own, callee] = [0; 3].map(|_| UdpSocket::bind("127.0.0.1:0"));
    let (caller, own, callee) = (caller?, own?, callee?);
    let mut proxy = Proxy::new(own.local_addr()?, callee.local_addr()?);
    let request = "OPTIONS sip:bob@biloxi.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bK7\r\n\
        Max-Forwards: 70\r\nFrom: <sip:alice@atlanta.example>;tag=1\r\nTo: <sip:bob@biloxi.example>\r\n\
        Call-ID: 7\r\nCSeq: 1 OPTIONS\r\nX-Ours:  as it came\r\nContent-Length: 0\r\n\r\n";
    caller.send_to(request.as_bytes(), own.local_addr()?)?;
    step(&own, &mut proxy)?;
    let mut buffer = [0; 4096];
    let (len, _) = callee.recv_from(&mut buffer)?;
    print!("{}", String::from_utf8_lossy(&buffer[..len]));

    let mut index = Index::new();
    let received = Parser::default().parse(&buffer[..len], &mut index).expect("what we sent");
    let mut out = [0; 4096];
    let response =
        Builder::response(&mut out[..], &received, 200, b"OK", b"a6c85cf").and_then(Builder::finish);
    callee.send_to(response.expect("an OPTIONS is answered"), own.local_addr()?)?;
    step(&own, &mut proxy)?;
    let (len, _) = caller.recv_from(&mut buffer)?;
    print!("{}", String::from_utf8_lossy(&buffer[..len]));
    let response = String::from_utf8_lossy(&buffer[..len]);
    assert!(response.starts_with("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.1.1.1:4540;rport="), "{response}");
    Ok(())
}
