//! Echo server and client over UDP encapsulation (RFC 6951), with plain threads and sockets: the smallest
//! driver that there can be, and the other end of other stacks' echo programs.
//!
//! ```sh
//! sctp_echo server -l ADDR... -p PORT -U UDP_PORT [-T SECONDS]
//! sctp_echo client -l ADDR... -r ADDR... -p PORT -U UDP_PORT -E UDP_PORT [-n COUNT] [-R RATE] [-z SIZE] [-S STREAMS] [-u]
//! ```
//! Both: `-i`, `-m`, `-M` RTO initial, min, max in ms; `-x` Path.Max.Retrans; `-a` Association.Max.Retrans;
//! `-h` HB.interval in ms; `-f` PotentiallyFailed.Max.Retrans, -1 for none; `-d` SACK delay in ms; `-P` PPID;
//! `-A` an address to add under way. The last line of the client says what was lost, repeated, and the gap.

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use simdsip_sctp::{
    AssociationConfig, AssociationId, Change, Datagram, Endpoint, EndpointConfig, Event, SendErrorKind,
    SendInfo,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Default)]
struct Options {
    locals: Vec<IpAddr>,
    remotes: Vec<IpAddr>,
    port: u16,
    udp: u16,
    remote_udp: u16,
    count: u32,
    rate: f64,
    size: usize,
    streams: u16,
    unordered: bool,
    ppid: u32,
    seconds: u64,
    add: Option<IpAddr>,
    config: AssociationConfig,
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options> {
    let mut it = Options { count: 1000, size: 1000, streams: 16, seconds: 60, ..Options::default() };
    let ms = |value: &str| value.parse().map(Duration::from_millis);
    while let Some(flag) = args.next() {
        if flag == "-u" {
            it.unordered = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{flag} wants a value"))?;
        match flag.as_str() {
            "-l" => it.locals.push(value.parse()?),
            "-r" => it.remotes.push(value.parse()?),
            "-p" => it.port = value.parse()?,
            "-U" => it.udp = value.parse()?,
            "-E" => it.remote_udp = value.parse()?,
            "-n" => it.count = value.parse()?,
            "-R" => it.rate = value.parse()?,
            "-z" => it.size = value.parse::<usize>()?.max(16),
            "-S" => it.streams = value.parse()?,
            "-P" => it.ppid = value.parse()?,
            "-T" => it.seconds = value.parse()?,
            "-A" => it.add = Some(value.parse()?),
            "-i" => it.config.rto_initial = ms(&value)?,
            "-m" => it.config.rto_min = ms(&value)?,
            "-M" => it.config.rto_max = ms(&value)?,
            "-x" => it.config.path_max_retrans = value.parse()?,
            "-a" => it.config.association_max_retrans = value.parse()?,
            "-h" => it.config.heartbeat_interval = ms(&value)?,
            "-f" => it.config.pf_max_retrans = value.parse().ok(),
            "-d" => it.config.sack_delay = ms(&value)?,
            _ => return Err(format!("unknown option {flag}").into()),
        }
    }
    it.config.out_streams = it.streams;
    if it.udp == 0 || it.locals.is_empty() {
        return Err("-l and -U are needed: this program knows UDP encapsulation alone".into());
    }
    Ok(it)
}

/// A packet, the local address it came to, and where it came from.
type Arrived = (IpAddr, SocketAddr, Vec<u8>);

/// An endpoint and its sockets.
struct Driver {
    endpoint: Endpoint,
    sockets: Vec<(IpAddr, UdpSocket)>,
    arrived: Receiver<Arrived>,
    sender: Sender<Arrived>,
    udp: u16,
    begun: Instant,
}

impl Driver {
    fn new(options: &Options) -> Result<Driver> {
        let (sender, arrived) = channel();
        let port = if options.remotes.is_empty() { options.port } else { 40_000 + (seed()[0] as u16) * 64 };
        let mut config = EndpointConfig::new(port, options.locals.iter().copied());
        config.accept = Some(options.config.clone());
        config.encapsulation = Some(options.remote_udp).filter(|it| *it != 0).or(Some(9899));
        let endpoint = Endpoint::new(config, seed());
        let begun = Instant::now();
        let mut driver = Driver { endpoint, sockets: vec![], arrived, sender, udp: options.udp, begun };
        for local in &options.locals {
            driver.open(*local)?;
        }
        Ok(driver)
    }

    fn open(&mut self, local: IpAddr) -> Result<()> {
        let socket = UdpSocket::bind((local, self.udp))?;
        let (reader, sender) = (socket.try_clone()?, self.sender.clone());
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            loop {
                // Errors are those of packets that were sent, told late.
                if let Ok((len, from)) = reader.recv_from(&mut buffer)
                    && sender.send((local, from, buffer[..len].to_vec())).is_err()
                {
                    return;
                }
            }
        });
        self.sockets.push((local, socket));
        Ok(())
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    fn flush(&mut self) {
        let mut buffer = [0; 9216];
        while let Some(transmit) = self.endpoint.poll_transmit(self.begun.elapsed(), &mut buffer) {
            let family = |it: &&(IpAddr, UdpSocket)| it.0.is_ipv4() == transmit.destination.is_ipv4();
            let chosen = self.sockets.iter().find(|it| Some(it.0) == transmit.source);
            let Some((_, socket)) = chosen.or_else(|| self.sockets.iter().find(family)) else { continue };
            let port = transmit.encapsulation.unwrap_or(9899);
            // A network that is down loses packets, and says so.
            let _ = socket.send_to(&buffer[..transmit.len], (transmit.destination, port));
        }
    }

    /// Waits for packets and timers, at most until `until`.
    fn turn(&mut self, until: Duration) {
        self.flush();
        let next = self.endpoint.poll_timeout().map_or(until, |at| at.min(until));
        match self.arrived.recv_timeout(next.saturating_sub(self.now())) {
            Ok(first) => {
                let mut arrived = vec![first];
                arrived.extend(self.arrived.try_iter().take(63));
                let now = self.now();
                self.endpoint.handle_input(
                    now,
                    arrived.iter().map(|(local, from, bytes)| Datagram {
                        source: from.ip(),
                        destination: Some(*local),
                        encapsulation: Some(from.port()),
                        bytes,
                    }),
                );
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        let now = self.now();
        if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
            self.endpoint.handle_timeout(now);
        }
        self.flush();
    }

    fn say(&self, event: &Event) {
        if !matches!(event, Event::Message(_) | Event::SenderDry { .. } | Event::SendFailed { .. }) {
            println!("[{:9.3}] {event:?}", self.now().as_secs_f64());
        }
    }
}

/// Good enough for an example: keys that the standard library draws for hash maps.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for part in seed.chunks_mut(8) {
        part.copy_from_slice(&RandomState::new().build_hasher().finish().to_be_bytes());
    }
    seed
}

fn server(options: &Options) -> Result<()> {
    let mut driver = Driver::new(options)?;
    let (mut received, mut echoed) = (0u64, 0u64);
    let mut waiting: Vec<(AssociationId, SendInfo, Vec<u8>)> = Vec::new();
    while driver.now() < Duration::from_secs(options.seconds) {
        driver.turn(driver.now() + Duration::from_millis(100));
        while let Some(event) = driver.endpoint.poll_event() {
            driver.say(&event);
            let Event::Message(message) = event else { continue };
            received += 1;
            let info = SendInfo {
                unordered: message.unordered,
                ppid: message.ppid,
                ..SendInfo::ordered(message.stream)
            };
            waiting.push((message.association, info, message.data));
        }
        let now = driver.now();
        for (association, info, data) in std::mem::take(&mut waiting) {
            match driver.endpoint.send(now, association, info, data) {
                Ok(()) => echoed += 1,
                Err(error) if error.kind == SendErrorKind::Full => {
                    waiting.push((association, info, error.data))
                }
                Err(error) => println!("echo: {error}"),
            }
        }
    }
    println!("server rx={received} tx={echoed}");
    Ok(())
}

fn client(options: &Options) -> Result<bool> {
    let mut driver = Driver::new(options)?;
    let association =
        driver.endpoint.associate(driver.now(), &options.remotes, options.port, options.config.clone())?;
    let mut run = Run { seen: vec![0; options.count as usize], ..Run::default() };
    while !run.up && !run.down {
        driver.turn(driver.now() + Duration::from_millis(100));
        run.take(&mut driver);
    }
    println!("[{:9.3}] connected", driver.now().as_secs_f64());
    let start = driver.now();
    let mut sent = 0;
    while sent < options.count && !run.down {
        let due = if options.rate > 0.0 {
            start + Duration::from_secs_f64(f64::from(sent) / options.rate)
        } else {
            driver.now()
        };
        while driver.now() < due {
            driver.turn(due);
            run.take(&mut driver);
        }
        if let Some(address) = options.add.filter(|_| sent == options.count / 4 && !run.added) {
            run.added = true;
            driver.open(address)?;
            let now = driver.now();
            println!("adding {address}: {} told", driver.endpoint.add_address(now, address));
        }
        let now = driver.now();
        let mut data = vec![b'x'; options.size];
        data[..8].copy_from_slice(&u64::from(sent).to_le_bytes());
        data[8..16].copy_from_slice(&(now.as_micros() as u64).to_le_bytes());
        let stream = (sent % u32::from(options.streams)) as u16;
        let info = SendInfo { unordered: options.unordered, ppid: options.ppid, ..SendInfo::ordered(stream) };
        match driver.endpoint.send(now, association, info, data) {
            Ok(()) => sent += 1,
            Err(error) if error.kind == SendErrorKind::Full => {}
            Err(error) => return Err(error.to_string().into()),
        }
        if options.rate == 0.0 {
            driver.turn(driver.now());
            run.take(&mut driver);
        }
    }
    let limit = driver.now() + Duration::from_secs(options.seconds);
    while run.received < sent && driver.now() < limit && !run.down {
        driver.turn(limit);
        run.take(&mut driver);
    }
    let total = (driver.now() - start).as_secs_f64();
    let lost = run.seen[..sent as usize].iter().filter(|times| **times == 0).count();
    let twice = run.seen.iter().filter(|times| **times > 1).count();
    run.took.sort();
    let of_hundred =
        |part: usize| run.took.get(run.took.len() * part / 100).map_or(0.0, |it| it.as_secs_f64() * 1e3);
    println!(
        "[{:9.3}] RESULT sent={sent} echoed={} lost={lost} dup={twice} total_s={total:.3} rate={:.0}/s p50_ms={:.2} \
         p99_ms={:.2} max_ms={:.2} maxgap_ms={:.1} gap_end_at={:.3}",
        driver.now().as_secs_f64(),
        run.received,
        f64::from(run.received) / total,
        of_hundred(50),
        of_hundred(99),
        run.took.last().map_or(0.0, |it| it.as_secs_f64() * 1e3),
        run.gap.as_secs_f64() * 1e3,
        run.gap_end.as_secs_f64(),
    );
    let now = driver.now();
    let _ = driver.endpoint.shutdown(now, association);
    for _ in 0..50 {
        if run.down {
            break;
        }
        driver.turn(driver.now() + Duration::from_millis(20));
        run.take(&mut driver);
    }
    Ok(lost == 0 && twice == 0)
}

/// What the client has seen.
#[derive(Default)]
struct Run {
    up: bool,
    down: bool,
    added: bool,
    seen: Vec<u32>,
    received: u32,
    took: Vec<Duration>,
    last: Option<Duration>,
    gap: Duration,
    gap_end: Duration,
}

impl Run {
    fn take(&mut self, driver: &mut Driver) {
        while let Some(event) = driver.endpoint.poll_event() {
            driver.say(&event);
            let now = driver.now();
            match event {
                Event::AssocChange { change: Change::CommUp { .. }, .. } => self.up = true,
                Event::AssocChange { change: Change::Restart, .. } => {}
                Event::AssocChange { .. } => self.down = true,
                Event::Message(message) => {
                    let number = |from: usize| {
                        let bytes = message.data.get(from..from + 8).and_then(|it| it.try_into().ok());
                        bytes.map_or(u64::MAX, u64::from_le_bytes)
                    };
                    self.received += 1;
                    if let Some(times) = self.seen.get_mut(number(0) as usize) {
                        *times += 1;
                    }
                    self.took.push(now.saturating_sub(Duration::from_micros(number(8))));
                    if let Some(last) = self.last.replace(now)
                        && now - last > self.gap
                    {
                        (self.gap, self.gap_end) = (now - last, now);
                    }
                }
                _ => {}
            }
        }
    }
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let role = args.next().unwrap_or_default();
    let options = options(args)?;
    match role.as_str() {
        "server" => server(&options),
        "client" => {
            if !client(&options)? {
                std::process::exit(1);
            }
            Ok(())
        }
        _ => Err("server or client?".into()),
    }
}
