//! The bytes of an execution trace: events, strings and stacks.

use std::collections::HashMap;

use crate::execution::stacks::{Frame, Stacks};

/// The numbers of events, from `internal/trace/parser.go` of Go 1.19.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Batch = 1,
    Frequency = 2,
    Stack = 3,
    Gomaxprocs = 4,
    ProcStart = 5,
    ProcStop = 6,
    GoCreate = 13,
    GoStart = 14,
    GoEnd = 15,
    GoSched = 17,
    GoPreempt = 18,
    GoSleep = 19,
    GoBlock = 20,
    GoUnblock = 21,
    GoBlockSync = 25,
    GoBlockNet = 27,
    HeapAlloc = 33,
    String = 37,
    UserTaskCreate = 45,
    UserTaskEnd = 46,
    UserRegion = 47,
    UserLog = 48,
}

/// Appends one event: its number, how many arguments it has, and these.
pub(super) fn event(out: &mut Vec<u8>, kind: Kind, arguments: &[u64]) {
    const COUNTED_IN_BYTES: u8 = 3;
    let kind = kind as u8;
    if let 1..=3 = arguments.len() {
        out.push(kind | (arguments.len() as u8 - 1) << 6);
        arguments.iter().for_each(|value| varint(out, *value));
        return;
    }
    let mut body = Vec::with_capacity(arguments.len() * 3);
    arguments.iter().for_each(|value| varint(&mut body, *value));
    out.push(kind | COUNTED_IN_BYTES << 6);
    varint(out, body.len() as u64);
    out.extend_from_slice(&body);
}

/// Appends the text of a log, which follows its event.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Unsigned LEB128.
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The strings of a trace, each once; 0 is none.
#[derive(Debug, Default)]
pub(super) struct Tables {
    strings: HashMap<String, u64>,
}

impl Tables {
    /// The number of a text, which may not be empty.
    pub fn string(&mut self, text: &str) -> u64 {
        debug_assert!(!text.is_empty(), "Go refuses an empty string");
        if let Some(id) = self.strings.get(text) {
            return *id;
        }
        let id = self.strings.len() as u64 + 1;
        self.strings.insert(text.to_owned(), id);
        id
    }

    /// All strings, then all stacks.
    pub fn encode(&mut self, stacks: &Stacks) -> Vec<u8> {
        let mut events = Vec::new();
        let mut addresses: HashMap<Frame, u64> = HashMap::new();
        for (id, frames) in stacks.all() {
            let mut arguments = vec![u64::from(id), frames.len() as u64];
            for frame in frames {
                // Frames are told apart by address alone: 0 crashes a page, one for two renames one of them.
                let next = 0x1000 + 16 * addresses.len() as u64;
                let address = *addresses.entry(*frame).or_insert(next);
                let (file, line) = frame.place();
                let function = self.string(&frame.name());
                arguments.extend([address, function, self.string(file), line.into()]);
            }
            event(&mut events, Kind::Stack, &arguments);
        }
        let mut strings: Vec<(&String, &u64)> = self.strings.iter().collect();
        strings.sort_unstable_by_key(|(_, id)| **id);
        let mut out = Vec::new();
        for (string, id) in strings {
            out.push(Kind::String as u8);
            varint(&mut out, *id);
            text(&mut out, string);
        }
        out.extend(events);
        out
    }
}
