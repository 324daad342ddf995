//! Stacks that were sampled, each once, with how often: a tree from the start of threads inwards.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::ring::Sample;

/// Places of all stacks together that are kept apart: 20 MB at most. A stack with more places ends where no more is kept.
const MOST_NODES: usize = 500_000;

/// The node that is nobody's child.
const ROOT: u32 = u32::MAX;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    /// How many samples there are.
    pub(super) samples: u64,
    /// How many of them have a stack that does not reach the start of its thread.
    pub(super) cut: u64,
    /// Each with its caller and its address.
    nodes: Vec<(u32, u64)>,
    known: HashMap<(u32, u64), u32>,
    /// By thread and innermost node.
    counts: HashMap<(u32, u32), u64>,
    threads: HashMap<u32, String>,
}

impl Stacks {
    /// Counts one.
    pub(super) fn add(&mut self, sample: &Sample) {
        let stack = &sample.addresses[..sample.depth as usize];
        let mut node = ROOT;
        // The innermost address is where the thread was, and no return address.
        for (depth, address) in stack.iter().enumerate().rev() {
            match self.child(node, *address << 1 | u64::from(depth == 0)) {
                Some(child) => node = child,
                None => break,
            }
        }
        self.samples += 1;
        self.cut += u64::from(!sample.is_whole);
        *self.counts.entry((sample.thread, node)).or_default() += 1;
        self.threads
            .entry(sample.thread)
            .or_insert_with(|| name_of(sample.thread));
    }

    /// Gives each stack, innermost first, with its thread's name and how often it was seen.
    pub(super) fn each(&self, take: &mut dyn FnMut(&str, &[u64], u64)) {
        let mut stack = Vec::new();
        for ((thread, node), count) in &self.counts {
            stack.clear();
            let mut node = *node;
            while let Some((caller, address)) = self.nodes.get(node as usize) {
                stack.push(*address >> 1);
                node = *caller;
            }
            take(&self.threads[thread], &stack, *count);
        }
    }

    fn child(&mut self, caller: u32, address: u64) -> Option<u32> {
        match self.known.entry((caller, address)) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(_) if self.nodes.len() >= MOST_NODES => None,
            Entry::Vacant(new) => {
                let node = self.nodes.len() as u32;
                self.nodes.push((caller, address));
                Some(*new.insert(node))
            }
        }
    }
}

/// Asked for soon after it was seen: a thread that has ended has no name any more.
fn name_of(thread: u32) -> String {
    std::fs::read_to_string(format!("/proc/self/task/{thread}/comm"))
        .map_or_else(|_| "ended".to_owned(), |name| name.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(addresses: &[u64], is_whole: bool) -> Sample {
        let mut sample = Sample {
            thread: std::process::id(),
            depth: addresses.len() as u32,
            is_whole,
            addresses: [0; super::super::ring::DEPTH],
        };
        sample.addresses[..addresses.len()].copy_from_slice(addresses);
        sample
    }

    #[test]
    fn equal_stacks_are_one_and_others_keep_their_callers() {
        let mut stacks = Stacks::default();
        for addresses in [[3, 2, 1], [3, 2, 1], [4, 2, 1]] {
            stacks.add(&sample(&addresses, true));
        }
        stacks.add(&sample(&[2, 1], false));
        let mut seen = Vec::new();
        stacks.each(&mut |thread, stack, count| {
            assert_ne!(thread, "ended");
            seen.push((stack.to_vec(), count));
        });
        seen.sort();
        assert_eq!(seen, [(vec![2, 1], 1), (vec![3, 2, 1], 2), (vec![4, 2, 1], 1)]);
        assert_eq!((stacks.samples, stacks.cut), (4, 1));
    }
}
