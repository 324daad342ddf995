//! The registers of an interrupted thread, by machine.
#![allow(unsafe_code)]

/// Where a thread is and where its stack is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registers {
    /// The instruction that comes next.
    pub(super) pc: u64,
    /// The end of the stack.
    pub(super) sp: u64,
    /// The frame pointer.
    pub(super) fp: u64,
    /// Where the function returns to, on machines that keep that in a register.
    #[cfg_attr(not(all(feature = "unwind", target_arch = "aarch64")), expect(dead_code))]
    pub(super) lr: u64,
}

impl Registers {
    /// What a signal handler was given as its third argument.
    ///
    /// # Safety
    /// The pointer is that argument.
    #[cfg(target_arch = "x86_64")]
    pub(super) unsafe fn of(context: *const libc::c_void) -> Registers {
        // SAFETY: the kernel wrote it.
        let registers = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
        let register = |which: i32| registers[which as usize].cast_unsigned();
        Registers {
            pc: register(libc::REG_RIP),
            sp: register(libc::REG_RSP),
            fp: register(libc::REG_RBP),
            lr: 0,
        }
    }

    /// What a signal handler was given as its third argument.
    ///
    /// # Safety
    /// The pointer is that argument.
    #[cfg(target_arch = "aarch64")]
    pub(super) unsafe fn of(context: *const libc::c_void) -> Registers {
        // SAFETY: the kernel wrote it.
        let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
        Registers {
            pc: machine.pc,
            sp: machine.sp,
            fp: machine.regs[29],
            lr: machine.regs[30],
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("CPU profiles are for x86-64 and aarch64");
