//! Records events, each thread into a buffer of its own, within a bound of memory.
//!
//! A thread fills a chunk behind a lock that nobody else takes until the recording ends. Full chunks go into one queue; when that
//! holds more than was allowed, its oldest chunk goes. What other threads recorded in the time of lost chunks is cut off at the end, so
//! what is left is everything that happened in a shorter window, never a trace with holes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::Site;

use super::event::{Event, What};
use super::thread::Thread;
use super::trace::{Gathered, Trace};

#[cfg(test)]
mod tests;

/// Which recording is under way; 0 is none.
static RECORDING: AtomicU64 = AtomicU64::new(0);
/// Held from the start of a recording until all of it is gathered.
static TAKEN: AtomicBool = AtomicBool::new(false);
static LAST: AtomicU64 = AtomicU64::new(0);
/// Numbers of people's tasks and phases: one row for both, since a phase may become a task.
static NEXT_ID: AtomicU32 = AtomicU32::new(1);
static STORE: Mutex<Option<Store>> = Mutex::new(None);

/// Events in a chunk. The first chunk of a thread is small: most threads of the blocking pool say little.
const FIRST_CHUNK: usize = 64;
const CHUNK: usize = 1024;
/// Bytes of text in a chunk; more fill it before its events do.
const CHUNK_TEXT: usize = 16 << 10;
/// A text is cut after so many bytes.
const LONGEST_TEXT: usize = 1000;
/// Less memory than this is not enough for one chunk of a few threads.
const LEAST_BYTES: usize = 256 << 10;

/// How to record.
#[derive(Debug, Clone)]
pub struct Options {
    /// Memory for events in bytes, 256 KiB at least and 16 MiB unless said otherwise: some 400,000 events. When it is full, the
    /// oldest events are lost. Each thread takes up to 3 KiB beside it.
    pub max_bytes: usize,
    /// Gives the size of the heap in bytes, for a curve of it. It is called every 10 ms by [`super::record`].
    pub heap: Option<fn() -> u64>,
    /// Gives the tasks that are alive, so that those have names that are never polled while it records.
    pub alive: Option<Alive>,
}

/// Gives tasks by their numbers, and where they were spawned.
pub type Alive = fn() -> Vec<(u64, &'static Site)>;

impl Default for Options {
    fn default() -> Options {
        Options {
            max_bytes: 16 << 20,
            heap: None,
            alive: None,
        }
    }
}

/// Another recording is under way.
#[derive(Debug, thiserror::Error)]
#[error("an execution trace is being recorded already: wait until it ends, then ask again")]
pub struct Busy {
    /// How long the other one still takes, as far as that is known.
    pub left: Duration,
}

/// A recording under way. Dropped, it stops, and what it holds is gone.
#[derive(Debug)]
pub struct Recording {
    generation: u64,
    options: Options,
    alive: Vec<(u64, &'static Site)>,
    began: Instant,
    began_at: SystemTime,
}

/// Events of one thread, in order.
#[derive(Debug)]
pub(super) struct Chunk {
    pub thread: Arc<Thread>,
    pub events: Vec<Event>,
    pub text: String,
}

/// What all threads share.
#[derive(Debug)]
struct Store {
    generation: u64,
    began: Instant,
    max_bytes: usize,
    bytes: usize,
    /// By the time of their last event.
    full: VecDeque<Chunk>,
    buffers: Vec<Arc<Mutex<Buffer>>>,
    lost: u64,
    /// The newest time that something was lost of.
    lost_until: Option<u64>,
    texts_cut: u64,
}

/// What one thread fills.
#[derive(Debug)]
struct Buffer {
    generation: u64,
    began: Instant,
    chunk: Option<Chunk>,
    texts_cut: u64,
}

/// A thread's hold of its buffer; when the thread ends, its events go into the queue.
struct Mine(Arc<Mutex<Buffer>>);

thread_local! {
    static MINE: Mine = Mine(Arc::new(Mutex::new(Buffer {
        generation: 0,
        began: Instant::now(),
        chunk: None,
        texts_cut: 0,
    })));
}

#[inline]
pub(super) fn generation() -> u64 {
    RECORDING.load(Ordering::Relaxed)
}

/// A number for a task or phase of people.
pub(super) fn next_id() -> u32 {
    loop {
        // Round again after 4 billion, past 0, which is none.
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        if id != 0 {
            return id;
        }
    }
}

/// Records one event.
#[inline(never)]
pub(super) fn record(what: What) {
    with_buffer(|buffer, mine| {
        if let Some(at) = buffer.make_room(0, mine) {
            buffer.push(Event { at, what });
        }
    });
}

/// Records a line of the log.
pub(super) fn record_text(task: u32, key: &'static str, text: &str) {
    let len = text.floor_char_boundary(LONGEST_TEXT);
    with_buffer(|buffer, mine| {
        let Some(at) = buffer.make_room(len, mine) else {
            return;
        };
        buffer.texts_cut += u64::from(len < text.len());
        let Some(chunk) = &mut buffer.chunk else {
            return;
        };
        let what = What::Logged {
            task,
            start: chunk.text.len() as u32,
            len: len as u16,
            key,
        };
        chunk.text.push_str(&text[..len]);
        buffer.push(Event { at, what });
    });
}

fn with_buffer(record: impl FnOnce(&mut Buffer, &Mine)) {
    // A thread in the middle of its end has no buffer any more, and polls nothing.
    let _ = MINE.try_with(|mine| record(&mut lock(&mine.0), mine));
}

impl Buffer {
    /// The time, when there is room for one more event; `None` when the recording is over.
    #[inline]
    fn make_room(&mut self, text: usize, mine: &Mine) -> Option<u64> {
        let current = generation();
        if self.generation != current && !self.join(current, mine) {
            return None;
        }
        let fits = self.chunk.as_ref().is_some_and(|chunk| {
            chunk.events.len() < chunk.events.capacity() && chunk.text.len() + text <= CHUNK_TEXT
        });
        if !fits && !self.turn_over() {
            return None;
        }
        let since = self.began.elapsed();
        Some(since.as_secs() * 1_000_000_000 + u64::from(since.subsec_nanos()))
    }

    #[inline]
    fn push(&mut self, event: Event) {
        if let Some(chunk) = &mut self.chunk {
            chunk.events.push(event);
        }
    }

    /// Takes part in a recording from here on.
    #[cold]
    fn join(&mut self, current: u64, mine: &Mine) -> bool {
        let mut store = lock(&STORE);
        let Some(store) = store.as_mut().filter(|store| store.generation == current) else {
            return false;
        };
        store.bytes += FIRST_CHUNK * size_of::<Event>();
        store.buffers.push(mine.0.clone());
        self.generation = current;
        self.began = store.began;
        self.texts_cut = 0;
        self.chunk = Some(Chunk {
            thread: Arc::new(Thread::current()),
            events: Vec::with_capacity(FIRST_CHUNK),
            text: String::new(),
        });
        true
    }

    /// Hands the full chunk over and takes an empty one.
    #[cold]
    fn turn_over(&mut self) -> bool {
        let mut store = lock(&STORE);
        let Some(store) = store.as_mut().filter(|store| store.generation == self.generation) else {
            return false;
        };
        let Some(chunk) = self.chunk.take() else {
            return false;
        };
        let thread = chunk.thread.clone();
        store.queue(chunk);
        store.bytes += CHUNK * size_of::<Event>();
        store.keep_within_bound();
        self.chunk = Some(Chunk {
            thread,
            events: Vec::with_capacity(CHUNK),
            text: String::new(),
        });
        true
    }
}

impl Store {
    /// Its events were counted when it was made.
    fn queue(&mut self, chunk: Chunk) {
        self.bytes += chunk.text.capacity();
        self.full.push_back(chunk);
    }

    fn keep_within_bound(&mut self) {
        while self.bytes > self.max_bytes {
            let Some(oldest) = self.full.pop_front() else {
                return;
            };
            self.bytes -= oldest.text.capacity() + oldest.events.capacity() * size_of::<Event>();
            self.lost += oldest.events.len() as u64;
            let until = oldest.events.last().map(|event| event.at);
            self.lost_until = self.lost_until.max(until);
        }
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        let mut buffer = lock(&self.0);
        let mut store = lock(&STORE);
        let Some(store) = store
            .as_mut()
            .filter(|store| store.generation == buffer.generation)
        else {
            return;
        };
        if let Some(chunk) = buffer.chunk.take() {
            store.queue(chunk);
            store.keep_within_bound();
        }
        store.texts_cut += buffer.texts_cut;
        store.buffers.retain(|other| !Arc::ptr_eq(other, &self.0));
        buffer.generation = 0;
    }
}

impl Recording {
    /// Begins to record.
    ///
    /// # Errors
    /// When another recording is under way.
    pub fn start(options: Options) -> Result<Recording, Busy> {
        if TAKEN.swap(true, Ordering::AcqRel) {
            return Err(Busy { left: Duration::ZERO });
        }
        let generation = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let began = Instant::now();
        *lock(&STORE) = Some(Store {
            generation,
            began,
            max_bytes: options.max_bytes.max(LEAST_BYTES),
            bytes: 0,
            full: VecDeque::new(),
            buffers: Vec::new(),
            lost: 0,
            lost_until: None,
            texts_cut: 0,
        });
        RECORDING.store(generation, Ordering::Release);
        // After the start: a task that is spawned in between is then told of twice, not never.
        let alive = options.alive.map_or_else(Vec::new, |alive| alive());
        Ok(Recording {
            generation,
            options,
            alive,
            began,
            began_at: SystemTime::now(),
        })
    }

    /// Records the size of the heap, if [`Options::heap`] tells it.
    pub fn tick(&self) {
        if let Some(heap) = self.options.heap {
            record(What::Heap { bytes: heap() });
        }
    }

    /// Stops, and gives what was recorded.
    pub fn finish(mut self) -> Trace {
        let duration = self.began.elapsed();
        let gathered = self.gather();
        let alive = std::mem::take(&mut self.alive);
        let alive_now = self.options.alive.filter(|_| gathered.lost_until.is_some());
        Trace::new(
            gathered,
            alive,
            alive_now.map(|alive| alive()),
            self.began_at,
            duration,
        )
    }

    fn gather(&mut self) -> Gathered {
        if generation() != self.generation {
            return Gathered::default();
        }
        RECORDING.store(0, Ordering::Release);
        let store = lock(&STORE).take();
        let mut gathered = Gathered::default();
        if let Some(store) = store {
            gathered.lost = store.lost;
            gathered.lost_until = store.lost_until;
            gathered.texts_cut = store.texts_cut;
            gathered.chunks.extend(store.full);
            for buffer in store.buffers {
                let mut buffer = lock(&buffer);
                gathered.chunks.extend(buffer.chunk.take());
                gathered.texts_cut += buffer.texts_cut;
                buffer.generation = 0;
            }
        }
        TAKEN.store(false, Ordering::Release);
        gathered
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.gather();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
