//! What addresses of this process are called: which file they come from and which function they are in.

mod elf;
mod maps;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::MetadataExt;

use crate::pprof::{Builder, Frame, LocationId, Mapped, MappingId};
use maps::{Mapping, mappings};

#[cfg(feature = "unwind")]
pub(crate) use elf::Module;
pub(crate) use elf::modules;
#[cfg(feature = "unwind")]
pub(crate) use maps::stacks;

/// The program's own file, also when another one lies at its path by now.
const OWN_FILE: &str = "/proc/self/exe";

/// Addresses and their names, looked up at once: the tables of a file are read through one time, and nothing of them is
/// kept but what was asked for.
#[derive(Debug)]
pub struct Places {
    mappings: Vec<Mapping>,
    build_ids: HashMap<u64, String>,
    functions: HashMap<u64, Function>,
}

#[derive(Debug, Clone)]
struct Function {
    name: String,
    system_name: String,
}

/// The places of one profile, as they are put into it.
#[derive(Debug)]
pub struct Placing<'a> {
    places: &'a Places,
    ids: Vec<MappingId>,
}

impl Places {
    /// Looks all these addresses up. An address that is a return address has to be lessened by one before, or it may
    /// belong to the next function.
    ///
    /// # Errors
    /// `/proc/self/maps` cannot be read.
    pub fn look_up(addresses: impl IntoIterator<Item = u64>) -> std::io::Result<Places> {
        let mappings = mappings()?;
        let mut by_mapping: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for address in addresses {
            if let Some(at) = index_of(&mappings, address) {
                by_mapping.entry(at).or_default().push(address);
            }
        }
        let modules = modules();
        let mut functions = HashMap::new();
        // A file is mapped in several parts, and its tables are read once.
        let mut by_module: BTreeMap<u64, (usize, Vec<u64>)> = BTreeMap::new();
        for (at, addresses) in by_mapping {
            let Some(module) = modules.iter().find(|module| module.holds(addresses[0])) else {
                continue;
            };
            let entry = by_module.entry(module.bias).or_insert((at, Vec::new()));
            entry.1.extend(addresses);
        }
        for (bias, (at, mut addresses)) in by_module {
            addresses.sort_unstable();
            addresses.dedup();
            let Some(file) = open(&mappings[at], &mappings) else {
                continue;
            };
            // A file that cannot be read has no names; its addresses remain.
            let _ = elf::names(&file, bias, &addresses, &mut |address, symbol| {
                functions.insert(address, Function::of(symbol));
            });
        }
        let build_ids = modules.iter().filter_map(|module| {
            let id = module.build_id()?;
            Some((module.bias, id))
        });
        let build_ids: HashMap<u64, String> = build_ids.collect();
        let build_ids = mappings
            .iter()
            .filter_map(|mapping| {
                let module = modules.iter().find(|module| module.holds(mapping.start))?;
                Some((mapping.start, build_ids.get(&module.bias)?.clone()))
            })
            .collect();
        Ok(Places {
            mappings,
            build_ids,
            functions,
        })
    }

    /// Puts the mappings of the process into a profile that has none yet.
    pub fn begin<'a>(&'a self, builder: &mut Builder) -> Placing<'a> {
        let ids = self.mappings.iter().map(|mapping| {
            builder.mapping(&Mapped {
                start: mapping.start,
                end: mapping.end,
                offset: mapping.offset,
                file: mapping.path.clone(),
                build_id: self.build_ids.get(&mapping.start).cloned().unwrap_or_default(),
            })
        });
        Placing {
            ids: ids.collect(),
            places: self,
        }
    }

    /// The function at an address, as people write it. `None` when nobody knows.
    pub fn function(&self, address: u64) -> Option<&str> {
        self.functions
            .get(&address)
            .map(|function| function.name.as_str())
    }
}

impl Placing<'_> {
    /// The location of an address.
    pub fn location(&self, builder: &mut Builder, address: u64) -> LocationId {
        let function = self.places.functions.get(&address);
        builder.location(&Frame {
            address,
            mapping: index_of(&self.places.mappings, address).map(|at| self.ids[at]),
            function: function.map(|function| function.name.clone()),
            system_name: function
                .map(|function| function.system_name.clone())
                .unwrap_or_default(),
            ..Frame::default()
        })
    }

    /// The locations of a stack, innermost first: the first address is where the thread was, each other a return address.
    pub fn stack(&self, builder: &mut Builder, stack: &[u64]) -> Vec<LocationId> {
        let stack = stack.iter().enumerate();
        stack
            .map(|(depth, address)| self.location(builder, called_from(depth, *address)))
            .collect()
    }
}

/// The address to look up for one of a stack: a return address belongs to the call before it.
pub fn called_from(depth: usize, address: u64) -> u64 {
    if depth == 0 {
        address
    } else {
        address.saturating_sub(1)
    }
}

impl Function {
    fn of(symbol: &str) -> Function {
        let name = format!("{:#}", rustc_demangle::demangle(symbol));
        Function {
            system_name: if name == symbol {
                String::new()
            } else {
                symbol.to_owned()
            },
            name,
        }
    }
}

fn index_of(mappings: &[Mapping], address: u64) -> Option<usize> {
    let after = mappings.partition_point(|mapping| mapping.start <= address);
    let at = after.checked_sub(1)?;
    (address < mappings[at].end).then_some(at)
}

/// The file that is mapped there, unless another one lies at its path by now.
fn open(mapping: &Mapping, all: &[Mapping]) -> Option<File> {
    let is_own = all
        .first()
        .is_some_and(|first| first.inode == mapping.inode && first.path == mapping.path);
    if is_own {
        return File::open(OWN_FILE).ok();
    }
    let file = File::open(&mapping.path).ok()?;
    let is_same = file.metadata().ok()?.ino() == mapping.inode;
    is_same.then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn known_by_name() -> u64 {
        std::hint::black_box(7)
    }

    #[test]
    fn a_function_of_this_program_and_one_of_the_c_library_have_their_names() {
        let own = known_by_name as fn() -> u64 as usize as u64;
        let foreign = libc::getpid as unsafe extern "C" fn() -> libc::pid_t as usize as u64;
        let places = Places::look_up([own, own + 1, foreign, 1]).unwrap();
        assert!(
            places
                .function(own + 1)
                .unwrap()
                .ends_with("tests::known_by_name"),
            "{places:?}"
        );
        assert!(
            places.function(foreign).unwrap().contains("getpid"),
            "{:?}",
            places.function(foreign)
        );
        assert!(places.function(1).is_none());
        assert!(!places.build_ids.is_empty());

        let mut builder = Builder::new(&[("samples", "count")]);
        let placing = places.begin(&mut builder);
        let location = placing.location(&mut builder, own);
        builder.sample(&[location], &[1], &[]);
        let stacks = builder.finish().folded("samples").unwrap();
        assert_eq!(stacks, ["profiling::places::tests::known_by_name 1"]);
    }
}
