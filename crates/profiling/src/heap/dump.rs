//! What jemalloc writes as a heap profile: `heap_v2`.
//!
//! Source of the form: `prof_dump_impl` in jemalloc's `src/prof_data.c`; of the estimate: `AdjustSamples` in its `bin/jeprof.in`.

/// Every stack with what was allocated there.
#[derive(Debug, PartialEq)]
pub(super) struct Dump {
    /// Mean distance between two samples, in bytes.
    pub(super) period: u64,
    /// Innermost first.
    pub(super) stacks: Vec<(Vec<u64>, Counts)>,
}

/// Estimated objects and bytes.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(super) struct Counts {
    /// Since the start.
    pub(super) allocated: (i64, i64),
    /// Now.
    pub(super) in_use: (i64, i64),
}

impl Dump {
    /// `None` when it is something else.
    pub(super) fn parse(text: &str) -> Option<Dump> {
        let mut lines = text.lines();
        let period = lines.next()?.strip_prefix("heap_v2/")?.trim().parse().ok()?;
        let mut stacks = Vec::new();
        let mut stack = None;
        for line in lines {
            if line.starts_with("MAPPED_LIBRARIES") {
                break;
            }
            if let Some(addresses) = line.strip_prefix('@') {
                stack = Some(
                    addresses
                        .split_whitespace()
                        .map(address)
                        .collect::<Option<Vec<u64>>>()?,
                );
            } else if let Some(counts) = line.trim_start().strip_prefix("t*:") {
                // The first is the sum of all, and belongs to no stack.
                if let Some(stack) = stack.take() {
                    stacks.push((stack, counts_of(counts, period)?));
                }
            }
        }
        Some(Dump { period, stacks })
    }
}

fn address(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// `objects: bytes [objects: bytes]`: in use, and in all.
fn counts_of(text: &str, period: u64) -> Option<Counts> {
    let numbers: Vec<u64> = text
        .split([':', '[', ']', ' '])
        .filter(|part| !part.is_empty())
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [objects, bytes, all_objects, all_bytes] = numbers[..] else {
        return None;
    };
    Some(Counts {
        in_use: estimate(objects, bytes, period),
        allocated: estimate(all_objects, all_bytes, period),
    })
}

/// What these samples stand for: an object of `size` bytes is sampled with the probability `1 - exp(-size / period)`.
fn estimate(objects: u64, bytes: u64, period: u64) -> (i64, i64) {
    if objects == 0 || bytes == 0 {
        return (0, 0);
    }
    if period <= 1 {
        return (objects.cast_signed(), bytes.cast_signed());
    }
    let size = bytes as f64 / objects as f64;
    let scale = -1.0 / (-size / period as f64).exp_m1();
    (
        (objects as f64 * scale).round() as i64,
        (bytes as f64 * scale).round() as i64,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "heap_v2/131072
  t*: 3: 1048704 [5: 2097280]
  t0: 3: 1048704 [5: 2097280]
@ 0x55d0c1 0x55d0c2 0x7f01
  t*: 1: 1048576 [2: 2097152]
  t0: 1: 1048576 [2: 2097152]
@ 0x55d0c9
  t*: 2: 128 [3: 128]

MAPPED_LIBRARIES:
55d0c000-55d0d000 r-xp 00000000 00:00 0 @ 0x1
";

    #[test]
    fn large_objects_count_as_they_are_and_small_ones_stand_for_many() {
        let dump = Dump::parse(TEXT).unwrap();
        assert_eq!(dump.period, 131_072);
        assert_eq!(dump.stacks.len(), 2);
        let (stack, counts) = &dump.stacks[0];
        assert_eq!(stack, &[0x55_d0c1, 0x55_d0c2, 0x7f01]);
        // exp(-8): 0.03 % more than was sampled.
        assert_eq!(counts.in_use, (1, 1_048_928));
        assert_eq!(counts.allocated, (2, 2_097_856));
        // Two of 64 bytes stand for 2 * 131072 / 64 of them.
        let (objects, bytes) = dump.stacks[1].1.in_use;
        assert!(
            (4096..4100).contains(&objects) && (262_144..262_400).contains(&bytes),
            "{objects} {bytes}"
        );
    }

    #[test]
    fn something_else_is_refused() {
        for text in [
            "",
            "heap profile: 1: 2",
            "heap_v2/x",
            "heap_v2/1\n@ 12",
            "heap_v2/1\n@ 0x1\n t*: 1: 2 [3]",
        ] {
            assert_eq!(Dump::parse(text), None, "{text:?}");
        }
    }
}
