//! Rows made by several threads, given in order.
//!
//! Each thread takes the next chunk from the captures, which is the part that cannot be shared, makes what is wanted
//! of its rows, and waits for its turn to give it away. So the same comes out for any number of threads, and no more
//! chunks are held than there are threads.

use super::{Chunk, Messages, Progress, Reading};
use crate::read::ReadError;
use crate::stats::Stats;
use std::io::Read;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, PoisonError};

/// Messages in a chunk: some hundred microseconds of work.
const CHUNK: usize = 1024;

/// Calls `work` for chunks of messages on so many threads, and `take` for each result in order, until it breaks or
/// the captures end. `make` makes what each thread keeps.
///
/// # Errors
/// As [`Messages::step`]; all results before were given.
pub fn in_order<R: Read + Send, W, T>(
    messages: &mut Messages<R>,
    threads: NonZeroUsize,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &mut Reading, &Chunk, &mut Stats) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()> + Send,
) -> Result<(), ReadError> {
    if threads.get() == 1 {
        let (mut mine, mut reading, mut chunk) = (make(), messages.reading(), Chunk::default());
        loop {
            let progress = messages.fill(&mut chunk, CHUNK);
            let mut stats = Stats::default();
            let made = work(&mut mine, &mut reading, &chunk, &mut stats);
            messages.engine.add_rows(&stats);
            if take(made).is_break() || progress? == Progress::End {
                return Ok(());
            }
        }
    }
    let shared = Shared {
        source: Mutex::new(Source { messages, next: 0, ended: None }),
        turn: Mutex::new(Turn { next: 0, take: &mut take, stopped: false }),
        moved: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.get() {
            scope.spawn(|| shared.run(&make, &work));
        }
    });
    let source = shared.source.into_inner().unwrap_or_else(PoisonError::into_inner);
    source.ended.unwrap_or(Ok(()))
}

struct Shared<'s, R: Read, F> {
    source: Mutex<Source<'s, R>>,
    turn: Mutex<Turn<'s, F>>,
    moved: Condvar,
}

struct Source<'s, R: Read> {
    messages: &'s mut Messages<R>,
    /// Number of the chunk that comes next.
    next: u64,
    ended: Option<Result<(), ReadError>>,
}

struct Turn<'s, F> {
    next: u64,
    take: &'s mut F,
    stopped: bool,
}

impl<R: Read + Send, F> Shared<'_, R, F> {
    fn run<W, T>(&self, make: &impl Fn() -> W, work: &impl Fn(&mut W, &mut Reading, &Chunk, &mut Stats) -> T)
    where
        F: FnMut(T) -> ControlFlow<()>,
    {
        let lock = || self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut mine, mut chunk) = (make(), Chunk::default());
        let mut reading = lock().messages.reading();
        loop {
            let mut source = lock();
            if source.ended.is_some() {
                return;
            }
            let number = source.next;
            source.next += 1;
            match source.messages.fill(&mut chunk, CHUNK) {
                Ok(Progress::More) => {}
                Ok(Progress::End) => source.ended = Some(Ok(())),
                Err(error) => source.ended = Some(Err(error)),
            }
            drop(source);
            let mut stats = Stats::default();
            let made = work(&mut mine, &mut reading, &chunk, &mut stats);
            lock().messages.engine.add_rows(&stats);
            if !self.give(number, made) {
                lock().ended.get_or_insert(Ok(()));
                return;
            }
        }
    }

    /// Waits for its turn. Says whether more is wanted.
    fn give<T>(&self, number: u64, made: T) -> bool
    where
        F: FnMut(T) -> ControlFlow<()>,
    {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        while turn.next != number && !turn.stopped {
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        if !turn.stopped {
            turn.stopped = (turn.take)(made).is_break();
            turn.next += 1;
            self.moved.notify_all();
        }
        !turn.stopped
    }
}
