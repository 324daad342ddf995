//! The program and its libraries as they lie in memory, and the names in their files.
#![allow(unsafe_code)]
#![cfg_attr(
    not(feature = "unwind"),
    allow(dead_code, reason = "the tables are for walking stacks by them")
)]

use std::ffi::c_void;
use std::fs::File;
use std::ops::Range;

use memmap2::Mmap;
use object::{Object, ObjectSymbol, SymbolKind};

/// A program or library that is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    /// What is added to the addresses in its file.
    pub(crate) bias: u64,
    /// The parts of it that are mapped, and whether each is code.
    segments: Vec<(Range<u64>, bool)>,
    /// `.eh_frame_hdr`, the index of unwind tables.
    pub(crate) frame_header: Option<Range<u64>>,
    /// Notes, the build id among them.
    notes: Vec<Range<u64>>,
}

impl Module {
    /// Whether an address is in one of its parts.
    pub(crate) fn holds(&self, address: u64) -> bool {
        self.segments.iter().any(|(range, _)| range.contains(&address))
    }

    /// From its first address to the one after its last.
    pub(crate) fn range(&self) -> Range<u64> {
        let start = self
            .segments
            .iter()
            .map(|(range, _)| range.start)
            .min()
            .unwrap_or(0);
        let end = self
            .segments
            .iter()
            .map(|(range, _)| range.end)
            .max()
            .unwrap_or(0);
        start..end
    }

    /// Where its code is.
    pub(crate) fn code(&self) -> Option<Range<u64>> {
        let (range, _) = self.segments.iter().find(|(_, is_code)| *is_code)?;
        Some(range.clone())
    }

    /// From `address` to the end of the part that it is in.
    pub(crate) fn rest_of_part(&self, address: u64) -> Option<Range<u64>> {
        let (range, _) = self.segments.iter().find(|(range, _)| range.contains(&address))?;
        Some(address..range.end)
    }

    /// What lies in memory there.
    ///
    /// # Safety
    /// The range is within one part of this module, which stays loaded.
    pub(crate) unsafe fn bytes(&self, range: &Range<u64>) -> &'static [u8] {
        debug_assert!(
            self.segments
                .iter()
                .any(|(part, _)| part.start <= range.start && range.end <= part.end)
        );
        // SAFETY: the caller's.
        unsafe { std::slice::from_raw_parts(range.start as *const u8, (range.end - range.start) as usize) }
    }

    /// The linker's build id in hex.
    pub(crate) fn build_id(&self) -> Option<String> {
        self.notes.iter().find_map(|range| {
            // SAFETY: a note segment of a module that is loaded; it is only looked at here.
            build_id(unsafe { self.bytes(range) })
        })
    }
}

/// Everything that is loaded now. The program itself comes first.
pub(crate) fn modules() -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    // SAFETY: `add` only reads what it is given, and `modules` outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut modules).cast()) };
    modules
}

unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, _size: usize, modules: *mut c_void) -> libc::c_int {
    // SAFETY: the loader gives valid pointers for the time of the call; `modules` is that of `modules()`.
    let (info, modules) = unsafe { (&*info, &mut *modules.cast::<Vec<Module>>()) };
    // SAFETY: as above.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    // Of 32 or 64 bits, by machine.
    #[allow(clippy::useless_conversion)]
    let (bias, headers) = (
        u64::from(info.dlpi_addr),
        headers.iter().map(|header| {
            let start = u64::from(info.dlpi_addr).wrapping_add(u64::from(header.p_vaddr));
            (
                header.p_type,
                header.p_flags,
                start..start + u64::from(header.p_memsz),
            )
        }),
    );
    let mut module = Module {
        bias,
        segments: Vec::new(),
        frame_header: None,
        notes: Vec::new(),
    };
    for (kind, flags, range) in headers {
        match kind {
            libc::PT_LOAD => module.segments.push((range, flags & libc::PF_X != 0)),
            libc::PT_GNU_EH_FRAME => module.frame_header = Some(range),
            libc::PT_NOTE => module.notes.push(range),
            _ => {}
        }
    }
    // A note outside what is loaded could not be read.
    let parts = module.segments.clone();
    let is_loaded = |range: &Range<u64>| {
        parts
            .iter()
            .any(|(part, _)| part.start <= range.start && range.end <= part.end)
    };
    module.notes.retain(&is_loaded);
    module.frame_header = module.frame_header.filter(is_loaded);
    modules.push(module);
    0
}

/// Notes are `{name size, description size, type}`, name and description, each padded to four bytes.
fn build_id(mut notes: &[u8]) -> Option<String> {
    const BUILD_ID: u32 = 3;
    while notes.len() >= 12 {
        let word = |at: usize| u32::from_ne_bytes(notes[at..at + 4].try_into().expect("four bytes"));
        let (name_size, size, kind) = (word(0) as usize, word(4) as usize, word(8));
        let name = notes.get(12..12 + name_size)?;
        let start = 12 + name_size.next_multiple_of(4);
        let description = notes.get(start..start + size)?;
        if kind == BUILD_ID && name == b"GNU\0" {
            return Some(description.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        notes = notes.get(start + size.next_multiple_of(4)..)?;
    }
    None
}

/// Tells of each of the addresses (sorted) which symbol it is in.
pub(super) fn names(
    file: &File,
    bias: u64,
    addresses: &[u64],
    found: &mut dyn FnMut(u64, &str),
) -> Result<(), Box<dyn std::error::Error>> {
    // SAFETY: the file of a running program: the kernel lets nobody write into it, and a library is replaced, not changed.
    let data = unsafe { Mmap::map(file)? };
    let object = object::File::parse(&*data)?;
    // How far into its symbol the address is: the innermost of overlapping symbols names it.
    let mut best: Vec<Option<(u64, &str)>> = vec![None; addresses.len()];
    for symbol in object.symbols().chain(object.dynamic_symbols()) {
        let is_code = matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown);
        if !is_code || symbol.size() == 0 {
            continue;
        }
        let start = symbol.address().wrapping_add(bias);
        let from = addresses.partition_point(|address| *address < start);
        for (at, address) in addresses.iter().enumerate().skip(from) {
            let into = address - start;
            if into >= symbol.size() {
                break;
            }
            if best[at].is_none_or(|(known, _)| into < known)
                && let Ok(name) = symbol.name()
            {
                best[at] = Some((into, name));
            }
        }
    }
    for (address, symbol) in addresses.iter().zip(best) {
        if let Some((_, name)) = symbol {
            found(*address, name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_id_is_found_behind_another_note() {
        let note = |name: &[u8], kind: u32, description: &[u8]| {
            let mut bytes = Vec::new();
            bytes.extend((name.len() as u32).to_ne_bytes());
            bytes.extend((description.len() as u32).to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            for part in [name, description] {
                bytes.extend(part);
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
            bytes
        };
        let mut notes = note(b"Go\0", 4, b"abcde");
        notes.extend(note(b"GNU\0", 3, &[0xde, 0xad, 1]));
        assert_eq!(build_id(&notes).unwrap(), "dead01");
        // Cut short anywhere, it is not there, and nothing is read beyond.
        for length in 0..notes.len() - 1 {
            assert_eq!(build_id(&notes[..length]), None);
        }
    }

    #[test]
    fn this_program_is_the_first_module() {
        let here = this_program_is_the_first_module as fn() as usize as u64;
        let modules = modules();
        assert!(modules[0].holds(here), "{modules:?}");
        assert!(modules[0].code().unwrap().contains(&here));
        assert!(modules[0].frame_header.is_some());
    }
}
