//! The profiling timer and the handler of its signal.
#![allow(unsafe_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::arch::Registers;
use super::ring::{Ring, Sample};
use super::walk::Walkers;

/// What the handler works with.
struct Sampler {
    ring: Ring,
    walkers: Walkers,
}

/// The one that is on; null while none is.
static SAMPLER: AtomicPtr<Sampler> = AtomicPtr::new(std::ptr::null_mut());
/// Handlers that may be using it.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// Sampling that goes on. Ends when it is dropped.
pub(super) struct Sampling(*mut Sampler);

impl Sampling {
    /// Begins. For one at a time.
    pub(super) fn begin(hertz: u32) -> std::io::Result<Sampling> {
        let sampler = Box::into_raw(Box::new(Sampler {
            ring: Ring::new()?,
            walkers: Walkers::new()?,
        }));
        let sampling = Sampling(sampler);
        install()?;
        let earlier = SAMPLER.swap(sampler, Ordering::SeqCst);
        debug_assert!(earlier.is_null(), "two samplers at once");
        set_timer(1_000_000 / i64::from(hertz))?;
        Ok(sampling)
    }

    /// Gives what was sampled since the last time.
    pub(super) fn empty(&self, take: &mut dyn FnMut(&Sample)) {
        self.sampler().ring.empty(take);
    }

    /// Ends, gives the rest, and says how many samples were lost.
    pub(super) fn end(self, take: &mut dyn FnMut(&Sample)) -> u64 {
        stop();
        self.empty(take);
        self.sampler().ring.lost()
    }

    fn sampler(&self) -> &Sampler {
        // SAFETY: made by `begin`, and freed by `drop` only.
        unsafe { &*self.0 }
    }
}

impl Drop for Sampling {
    fn drop(&mut self) {
        stop();
        // SAFETY: no handler has it any more.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// No handler uses the sampler when this returns. Twice is once.
fn stop() {
    // It was set with valid arguments; taking it away does not fail.
    let _ = set_timer(0);
    SAMPLER.store(std::ptr::null_mut(), Ordering::SeqCst);
    while IN_FLIGHT.load(Ordering::SeqCst) > 0 {
        std::thread::yield_now();
    }
}

fn set_timer(microseconds: i64) -> std::io::Result<()> {
    let interval = libc::timeval {
        tv_sec: microseconds / 1_000_000,
        tv_usec: microseconds % 1_000_000,
    };
    let timer = libc::itimerval {
        it_interval: interval,
        it_value: interval,
    };
    // SAFETY: the pointer is valid for the call; no old value is asked for.
    match unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const timer, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Installs the handler, for good: with the default one, a signal that comes late would end the process.
fn install() -> std::io::Result<()> {
    static INSTALLED: Once = Once::new();
    let mut outcome = Ok(());
    INSTALLED.call_once(|| {
        // SAFETY: a `sigaction` of zeros is valid, and the handler does what one may do.
        let refused = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_signal as *const () as usize;
            // Not on the alternative stack: Rust's is too small for reading unwind tables.
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(libc::SIGPROF, &raw const action, std::ptr::null_mut()) != 0
        };
        if refused {
            outcome = Err(std::io::Error::last_os_error());
        }
    });
    outcome
}

extern "C" fn on_signal(_signal: libc::c_int, _info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    IN_FLIGHT.fetch_add(1, Ordering::SeqCst);
    let sampler = SAMPLER.load(Ordering::SeqCst);
    if !sampler.is_null() {
        // SAFETY: it is freed only after no handler is in flight; `context` is what the kernel gave; `errno` is this thread's.
        unsafe {
            let errno = *libc::__errno_location();
            let (sampler, registers) = (&*sampler, Registers::of(context));
            sampler.ring.fill(|sample| {
                sample.thread = libc::syscall(libc::SYS_gettid) as u32;
                sampler.walkers.walk(registers, sample);
            });
            *libc::__errno_location() = errno;
        }
    }
    IN_FLIGHT.fetch_sub(1, Ordering::SeqCst);
}
