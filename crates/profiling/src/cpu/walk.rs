//! Walking the stack of an interrupted thread: by unwind tables, else by frame pointers.
//!
//! Everything is made ready by [`Walkers::new`]; [`Walkers::walk`] is called in a signal handler.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arch::Registers;
use super::memory::{Page, Way};
use super::ring::{DEPTH, Sample};

/// More handlers at the same time than this walk without the tables' cache.
const MOST: usize = 8;

/// What walks need, for as many as go on at the same time.
pub(super) struct Walkers {
    way: Way,
    #[cfg(feature = "unwind")]
    tables: tables::Tables,
    walkers: Box<[Walker]>,
}

struct Walker {
    is_taken: AtomicBool,
    inner: UnsafeCell<Inner>,
}

#[derive(Default)]
struct Inner {
    page: Page,
    #[cfg(feature = "unwind")]
    cache: tables::Cache,
}

// SAFETY: the inside of a walker is used by whoever took it only.
unsafe impl Sync for Walker {}

impl Walkers {
    pub(super) fn new() -> std::io::Result<Walkers> {
        let threads = std::thread::available_parallelism().map_or(MOST, |threads| threads.get().min(MOST));
        let walker = |_| Walker {
            is_taken: AtomicBool::new(false),
            inner: UnsafeCell::default(),
        };
        Ok(Walkers {
            way: Way::find()?,
            #[cfg(feature = "unwind")]
            tables: tables::Tables::new()?,
            walkers: (0..threads).map(walker).collect(),
        })
    }

    /// Writes the stack into the sample. Safe in a signal handler.
    pub(super) fn walk(&self, registers: Registers, sample: &mut Sample) {
        sample.depth = 0;
        sample.is_whole = false;
        for walker in &self.walkers {
            if walker.is_taken.swap(true, Ordering::Acquire) {
                continue;
            }
            // SAFETY: it is ours until it is given back.
            let inner = unsafe { &mut *walker.inner.get() };
            inner.page.forget();
            self.walk_with(registers, inner, sample);
            walker.is_taken.store(false, Ordering::Release);
            return;
        }
        // All are at work: where the thread is is known all the same.
        sample.push(registers.pc);
    }

    #[cfg(feature = "unwind")]
    fn walk_with(&self, registers: Registers, inner: &mut Inner, sample: &mut Sample) {
        let (page, way) = (&mut inner.page, &self.way);
        let mut read = |address| page.word(way, address);
        if self.tables.has_room(registers.sp) {
            self.tables.walk(registers, &mut inner.cache, &mut read, sample);
        } else {
            by_frame_pointers(registers, &mut read, sample);
        }
    }

    #[cfg(not(feature = "unwind"))]
    fn walk_with(&self, registers: Registers, inner: &mut Inner, sample: &mut Sample) {
        let (page, way) = (&mut inner.page, &self.way);
        by_frame_pointers(registers, &mut |address| page.word(way, address), sample);
    }
}

impl Sample {
    /// Whether there was room.
    fn push(&mut self, address: u64) -> bool {
        let at = self.depth as usize;
        if at < DEPTH {
            self.addresses[at] = address;
            self.depth += 1;
        }
        at < DEPTH
    }
}

/// Each frame begins with the caller's frame pointer and the address to return to. The chain ends with a zero.
fn by_frame_pointers(registers: Registers, read: &mut dyn FnMut(u64) -> Option<u64>, sample: &mut Sample) {
    sample.push(registers.pc);
    let mut frame = registers.fp;
    // The stack grows down: callers' frames are above.
    let mut below = registers.sp;
    while frame >= below && frame != 0 {
        let (Some(caller), Some(address)) = (read(frame), read(frame + 8)) else {
            return;
        };
        if address == 0 {
            break;
        }
        if !sample.push(address) {
            return;
        }
        below = frame + 16;
        frame = caller;
    }
    sample.is_whole = frame == 0;
}

#[cfg(feature = "unwind")]
mod tables {
    //! Unwind tables, by framehop.

    use std::ops::Range;

    use framehop::{ExplicitModuleSectionInfo, MustNotAllocateDuringUnwind, Unwinder};

    use super::{Registers, Sample};
    use crate::places::{self, Module};

    #[cfg(target_arch = "aarch64")]
    use framehop::aarch64::{CacheAarch64 as CacheOf, UnwinderAarch64 as UnwinderOf};
    #[cfg(target_arch = "x86_64")]
    use framehop::x86_64::{CacheX86_64 as CacheOf, UnwinderX86_64 as UnwinderOf};

    /// What framehop remembers.
    pub(super) type Cache = CacheOf<MustNotAllocateDuringUnwind>;

    /// The stack that a walk may need: gimli keeps whole rows of its tables there.
    const ROOM: u64 = 64 * 1024;

    pub(super) struct Tables {
        unwinder: UnwinderOf<&'static [u8], MustNotAllocateDuringUnwind>,
        /// Mappings that may be stacks, by address.
        stacks: Vec<Range<u64>>,
    }

    impl Tables {
        pub(super) fn new() -> std::io::Result<Tables> {
            let mut unwinder = UnwinderOf::new();
            for module in places::modules() {
                if let Some(module) = with_tables(&module) {
                    unwinder.add_module(module);
                }
            }
            Ok(Tables {
                unwinder,
                stacks: places::stacks()?,
            })
        }

        /// Whether the thread has enough stack left. One that began later has: threads are not that small, and what a
        /// library starts with a small one is there already.
        pub(super) fn has_room(&self, sp: u64) -> bool {
            let after = self.stacks.partition_point(|stack| stack.start <= sp);
            let stack = after.checked_sub(1).and_then(|at| self.stacks.get(at));
            let stack = stack.filter(|stack| sp < stack.end);
            stack.is_none_or(|stack| sp - stack.start >= ROOM)
        }

        pub(super) fn walk(
            &self,
            registers: Registers,
            cache: &mut Cache,
            read: &mut dyn FnMut(u64) -> Option<u64>,
            sample: &mut Sample,
        ) {
            let mut read_stack = |address| read(address).ok_or(());
            let mut frames =
                self.unwinder
                    .iter_frames(registers.pc, self.registers(registers), cache, &mut read_stack);
            loop {
                match frames.next() {
                    Ok(Some(frame)) => {
                        if !sample.push(frame.address()) {
                            return;
                        }
                    }
                    Ok(None) | Err(framehop::Error::ReturnAddressIsNull) => {
                        sample.is_whole = true;
                        return;
                    }
                    Err(_) => return,
                }
            }
        }

        #[cfg(target_arch = "x86_64")]
        #[allow(clippy::unused_self)]
        fn registers(&self, registers: Registers) -> framehop::x86_64::UnwindRegsX86_64 {
            framehop::x86_64::UnwindRegsX86_64::new(registers.pc, registers.sp, registers.fp)
        }

        #[cfg(target_arch = "aarch64")]
        fn registers(&self, registers: Registers) -> framehop::aarch64::UnwindRegsAarch64 {
            use framehop::aarch64::{PtrAuthMask, UnwindRegsAarch64};
            let mask = PtrAuthMask::from_max_known_address(self.unwinder.max_known_code_address());
            UnwindRegsAarch64::new_with_ptr_auth_mask(mask, registers.lr, registers.sp, registers.fp)
        }
    }

    /// The module with its tables as they lie in memory: nothing is read from files, which may be gone.
    fn with_tables(module: &Module) -> Option<framehop::Module<&'static [u8]>> {
        let header = module.frame_header.clone()?;
        // SAFETY: a segment of a module that is loaded. Nothing that has code on a stack is unloaded, and what is looked up
        // is where a stack leads.
        let header_bytes = unsafe { module.bytes(&header) };
        let tables = module.rest_of_part(frames_start(header.start, header_bytes)?)?;
        // SAFETY: as above.
        let tables_bytes = unsafe { module.bytes(&tables) };
        let stated = |range: &Range<u64>| {
            let start = range.start.wrapping_sub(module.bias);
            start..start + (range.end - range.start)
        };
        let sections = ExplicitModuleSectionInfo {
            base_svma: 0,
            text_svma: module.code().map(|code| stated(&code)),
            eh_frame_svma: Some(stated(&tables)),
            eh_frame: Some(tables_bytes),
            eh_frame_hdr_svma: Some(stated(&header)),
            eh_frame_hdr: Some(header_bytes),
            ..Default::default()
        };
        Some(framehop::Module::new(
            String::new(),
            module.range(),
            module.bias,
            sections,
        ))
    }

    /// Where the tables are, as `.eh_frame_hdr` says: version, three encodings, then that pointer. Linkers write it in four
    /// bytes, relative to itself. Source: Linux Standard Base, "Exception Frames".
    fn frames_start(address: u64, header: &[u8]) -> Option<u64> {
        const RELATIVE_IN_FOUR_BYTES: u8 = 0x1b;
        let (version, encoding) = (*header.first()?, *header.get(1)?);
        if version != 1 || encoding != RELATIVE_IN_FOUR_BYTES {
            return None;
        }
        let offset = i32::from_ne_bytes(header.get(4..8)?.try_into().ok()?);
        (address + 4).checked_add_signed(i64::from(offset))
    }
}
