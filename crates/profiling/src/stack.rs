//! The stack of the calling thread, by its frame pointers: without allocating, and without reading beyond the stack.
#![allow(unsafe_code)]

use std::cell::Cell;

thread_local! {
    /// Address after this thread's stack; 0 before the first look.
    static END: Cell<usize> = const { Cell::new(0) };
}

/// The calls that led here, innermost first, beginning in the caller: how many were written. Each address lies inside the
/// call, so it can be looked up as it is.
///
/// The build has to keep frame pointers (`-C force-frame-pointers=yes`). Code without them ends the stack early, or leaves
/// its caller out; on other machines than x86-64 and AArch64 there is none.
#[inline(never)]
pub(crate) fn here<const N: usize>(stack: &mut [u64; N]) -> usize {
    let end = end_of_stack();
    let mut frame = frame_pointer();
    // Everything from here up to the end is this thread's, and mapped.
    let mut lowest = std::ptr::from_ref(&frame) as usize;
    let mut depth = 0;
    while depth < N && is_record(frame, lowest, end) {
        // SAFETY: the two words lie in this thread's stack, above the frame of this function, and are aligned.
        let [next, back] = unsafe { std::ptr::read_volatile(frame as *const [usize; 2]) };
        let back = without_signature(back);
        if back < FIRST_ADDRESS {
            break;
        }
        stack[depth] = back as u64 - 1;
        depth += 1;
        lowest = frame + size_of::<[usize; 2]>();
        frame = next;
    }
    depth
}

/// No code is below it: the kernel maps nothing there.
const FIRST_ADDRESS: usize = 4096;

/// Whether a frame record (the caller's frame pointer, and the address to return to) can be there.
fn is_record(frame: usize, lowest: usize, end: usize) -> bool {
    let is_inside = frame >= lowest && frame < end && end - frame >= size_of::<[usize; 2]>();
    is_inside && frame.is_multiple_of(align_of::<usize>())
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn frame_pointer() -> usize {
    let frame;
    // SAFETY: it copies a register.
    unsafe { std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn frame_pointer() -> usize {
    let frame;
    // SAFETY: it copies a register.
    unsafe { std::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn frame_pointer() -> usize {
    0
}

/// An address to return to, without the signature that AArch64 may put into its upper bits.
fn without_signature(address: usize) -> usize {
    match cfg!(target_arch = "aarch64") {
        true => address & ((1 << 48) - 1),
        false => address,
    }
}

/// Looked for once a thread.
fn end_of_stack() -> usize {
    let known = END.get();
    if known != 0 {
        return known;
    }
    let end = find_end_of_stack();
    END.set(end);
    end
}

/// A stack that is larger is none: this is somewhere else.
const LARGEST: usize = 1 << 30;

/// An address above everything on this thread's stack, and in the same mapping; 1 where it cannot be told, so that nothing can
/// lie below it.
///
/// The C library is not asked: `pthread_getattr_np` allocates while it holds the thread's lock, and a heap sample of that
/// allocation, which comes here, would wait for the lock for ever.
fn find_end_of_stack() -> usize {
    let marker = 0_u8;
    let here = std::ptr::from_ref(&marker) as usize;
    // SAFETY: neither takes anything; `getpid` and `gettid` are system calls, `getauxval` reads what the kernel left.
    let (is_main, random) = unsafe {
        let is_main = libc::syscall(libc::SYS_gettid) == libc::c_long::from(libc::getpid());
        (is_main, libc::getauxval(libc::AT_RANDOM) as usize)
    };
    // The kernel puts these bytes above the first frame of the main thread. Each other thread's control block, which its thread
    // pointer leads to, is at the top of the memory that its stack is in: glibc and musl do so for stacks of the caller's too.
    let end = if is_main { random } else { thread_pointer() };
    match end > here && end - here < LARGEST {
        true => end,
        false => 1,
    }
}

#[cfg(target_arch = "x86_64")]
fn thread_pointer() -> usize {
    let pointer;
    // SAFETY: the first word of the control block is its own address (x86-64 ABI of thread-local storage, variant II).
    unsafe { std::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, preserves_flags, readonly)) };
    pointer
}

#[cfg(target_arch = "aarch64")]
fn thread_pointer() -> usize {
    let pointer;
    // SAFETY: it copies a register.
    unsafe {
        std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nomem, nostack, preserves_flags))
    };
    pointer
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn thread_pointer() -> usize {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn inner(stack: &mut [u64; 64]) -> usize {
        std::hint::black_box(here(stack))
    }

    #[inline(never)]
    fn outer(stack: &mut [u64; 64]) -> usize {
        std::hint::black_box(inner(stack))
    }

    /// Whether the address lies in the function, as far as that can be told without symbols.
    fn is_in(address: u64, function: fn(&mut [u64; 64]) -> usize) -> bool {
        (function as usize as u64..function as usize as u64 + 256).contains(&address)
    }

    #[test]
    fn the_callers_are_there_in_order_on_any_thread() {
        let look = || {
            let mut stack = [0; 64];
            let depth = outer(&mut stack);
            assert!(depth > 3, "{depth}: built without frame pointers?");
            assert!(is_in(stack[0], inner) && is_in(stack[1], outer), "{stack:x?}");
            let rest = &stack[depth..];
            assert!(rest.iter().all(|address| *address == 0));
        };
        look();
        std::thread::spawn(look).join().unwrap();
    }

    #[test]
    fn it_stops_when_the_room_is_full() {
        let mut stack = [0; 2];
        assert_eq!(here(&mut stack), 2);
        assert!(stack.iter().all(|address| *address != 0));
    }

    #[test]
    fn a_pointer_that_leads_out_of_the_stack_or_back_is_not_followed() {
        assert!(is_record(0x1000, 0x1000, 0x2000));
        assert!(is_record(0x1ff0, 0x1000, 0x2000));
        for frame in [0, 0xff8, 0x1ff8, 0x2000, usize::MAX - 7, 0x1004] {
            assert!(!is_record(frame, 0x1000, 0x2000), "{frame:#x}");
        }
    }
}
