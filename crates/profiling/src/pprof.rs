//! Profiles in the format of `go tool pprof`: profile.proto, gzipped.
//!
//! Source: <https://github.com/google/pprof/blob/main/proto/profile.proto> (fields and numbers) and `proto/README.md` there.

mod message;

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use message::{Function, Label, Line, Location, Mapping, Sample, ValueType};

/// A finished profile.
#[derive(Debug, Clone)]
pub struct Profile(message::Profile);

/// A part of a file that is mapped into the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// First address.
    pub start: u64,
    /// Address after the last.
    pub end: u64,
    /// Where in the file it begins, in bytes.
    pub offset: u64,
    /// The file, or a name in brackets such as `[vdso]`.
    pub file: String,
    /// The linker's build id in hex; empty when there is none.
    pub build_id: String,
}

/// A place in the program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The address in memory; 0 where there is none, as for a task.
    pub address: u64,
    /// Which mapping it is in, as numbered by [`Builder::mapping`].
    pub mapping: Option<MappingId>,
    /// The function, as people write it; `None` when nobody knows.
    pub function: Option<String>,
    /// The same as the linker writes it; empty when it is the same.
    pub system_name: String,
    /// The source file; empty when unknown.
    pub file: String,
    /// The line in it; 0 when unknown.
    pub line: i64,
}

/// A mapping of one [`Builder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MappingId(u64);

/// A location of one [`Builder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocationId(u64);

/// What a sample is marked with.
#[derive(Debug, Clone, Copy)]
pub enum Tag<'a> {
    /// A text, such as the name of a thread.
    Text(&'a str, &'a str),
    /// A number, and its unit.
    Number(&'a str, i64, &'a str),
}

/// Makes a [`Profile`].
#[derive(Debug)]
pub struct Builder {
    profile: message::Profile,
    strings: HashMap<String, i64>,
    functions: HashMap<(i64, i64, i64), u64>,
    locations: HashMap<Frame, LocationId>,
}

impl Builder {
    /// Begins a profile whose samples have these values, each with its unit: `[("samples", "count"), ("cpu", "nanoseconds")]`.
    /// `go tool pprof` shows the last unless another is asked for.
    pub fn new(values: &[(&str, &str)]) -> Builder {
        let mut builder = Builder {
            profile: message::Profile::default(),
            strings: HashMap::new(),
            functions: HashMap::new(),
            locations: HashMap::new(),
        };
        builder.string("");
        builder.profile.sample_type = values
            .iter()
            .map(|(kind, unit)| builder.value_type(kind, unit))
            .collect();
        builder
    }

    /// Events between two samples: `("cpu", "nanoseconds", 10_000_000)`.
    pub fn period(&mut self, kind: &str, unit: &str, period: i64) {
        self.profile.period_type = Some(self.value_type(kind, unit));
        self.profile.period = period;
    }

    /// When the profile began, and how long it lasted.
    pub fn time(&mut self, began: SystemTime, lasted: Duration) {
        let since = began.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.profile.time_nanos = nanoseconds(since);
        self.profile.duration_nanos = nanoseconds(lasted);
    }

    /// Which of the values is shown when none is asked for.
    pub fn show_first(&mut self, kind: &str) {
        self.profile.default_sample_type = self.string(kind);
    }

    /// A sentence that pprof shows above the table.
    pub fn comment(&mut self, text: &str) {
        let text = self.string(text);
        self.profile.comment.push(text);
    }

    /// A mapping of the process. The program itself comes first: pprof takes the first for the main binary.
    pub fn mapping(&mut self, mapped: &Mapped) -> MappingId {
        let id = self.profile.mapping.len() as u64 + 1;
        let mapping = Mapping {
            id,
            memory_start: mapped.start,
            memory_limit: mapped.end,
            file_offset: mapped.offset,
            filename: self.string(&mapped.file),
            build_id: self.string(&mapped.build_id),
            // Names are here already: pprof has to look for no binary.
            has_functions: true,
            ..Mapping::default()
        };
        self.profile.mapping.push(mapping);
        MappingId(id)
    }

    /// A place in the program; the same place twice is one.
    pub fn location(&mut self, frame: &Frame) -> LocationId {
        if let Some(known) = self.locations.get(frame) {
            return *known;
        }
        let id = LocationId(self.profile.location.len() as u64 + 1);
        let function = frame.function.as_ref().map(|name| self.function(name, frame));
        self.profile.location.push(Location {
            id: id.0,
            mapping_id: frame.mapping.map_or(0, |mapping| mapping.0),
            address: frame.address,
            line: function
                .map(|function_id| Line {
                    function_id,
                    line: frame.line,
                })
                .into_iter()
                .collect(),
            is_folded: false,
        });
        self.locations.insert(frame.clone(), id);
        id
    }

    /// One sample: where, innermost first, and one value for each kind.
    pub fn sample(&mut self, stack: &[LocationId], values: &[i64], tags: &[Tag<'_>]) {
        debug_assert_eq!(values.len(), self.profile.sample_type.len());
        let label = tags.iter().map(|tag| self.label(tag)).collect();
        self.profile.sample.push(Sample {
            location_id: stack.iter().map(|location| location.0).collect(),
            value: values.to_vec(),
            label,
        });
    }

    /// The profile.
    pub fn finish(mut self) -> Profile {
        self.profile.string_table = vec![String::new(); self.strings.len()];
        for (text, index) in self.strings {
            self.profile.string_table[index as usize] = text;
        }
        Profile(self.profile)
    }

    fn function(&mut self, name: &str, frame: &Frame) -> u64 {
        let name = self.string(name);
        // Where the two are equal, pprof takes the name for a mangled one and shortens it to `::poll`.
        let system_name = self.string(&frame.system_name);
        let filename = self.string(&frame.file);
        let next = self.profile.function.len() as u64 + 1;
        let key = (name, system_name, filename);
        let id = *self.functions.entry(key).or_insert(next);
        if id == next {
            self.profile.function.push(Function {
                id,
                name,
                system_name,
                filename,
                start_line: 0,
            });
        }
        id
    }

    fn label(&mut self, tag: &Tag<'_>) -> Label {
        match tag {
            Tag::Text(key, text) => Label {
                key: self.string(key),
                str: self.string(text),
                ..Label::default()
            },
            Tag::Number(key, number, unit) => Label {
                key: self.string(key),
                num: *number,
                num_unit: self.string(unit),
                ..Label::default()
            },
        }
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> ValueType {
        ValueType {
            r#type: self.string(kind),
            unit: self.string(unit),
        }
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(index) = self.strings.get(text) {
            return *index;
        }
        let index = self.strings.len() as i64;
        self.strings.insert(text.to_owned(), index);
        index
    }
}

impl Profile {
    /// As a file for `go tool pprof`.
    pub fn to_gzip(&self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder
            .write_all(&self.0.encode_to_vec())
            .and_then(|()| encoder.finish())
            .expect("writing into memory does not fail")
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.0.sample.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.sample.is_empty()
    }

    /// The kinds of values, each with its unit.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let kinds = self.0.sample_type.iter();
        kinds.map(|kind| (self.text(kind.r#type), self.text(kind.unit)))
    }

    /// Each stack with one of its values, as flame graphs are made from: `outermost;…;innermost value`.
    /// `None` when no value is of that kind.
    pub fn folded(&self, kind: &str) -> Option<Vec<String>> {
        let index = self.values().position(|(name, _)| name == kind)?;
        let mut sums: HashMap<Vec<u64>, i64> = HashMap::new();
        for sample in &self.0.sample {
            *sums.entry(sample.location_id.clone()).or_default() += sample.value[index];
        }
        let mut lines: Vec<String> = sums
            .into_iter()
            .filter(|(_, sum)| *sum > 0)
            .map(|(stack, sum)| {
                let names = stack.iter().rev().map(|id| self.name(*id));
                // A semicolon would part one name in two.
                let names: Vec<String> = names.map(|name| name.replace(';', ",")).collect();
                format!("{} {sum}", names.join(";"))
            })
            .collect();
        lines.sort();
        Some(lines)
    }

    /// For people, in the form of Go's `debug=1`: a line for each stack with its values, then its places, innermost first. The
    /// stack with the most comes first.
    pub fn to_text(&self, name: &str) -> String {
        let kinds: Vec<String> = self
            .values()
            .map(|(kind, unit)| format!("{kind} ({unit})"))
            .collect();
        let mut samples: Vec<&Sample> = self.0.sample.iter().collect();
        samples.sort_by_key(|sample| std::cmp::Reverse(sample.value.last().copied()));
        let mut text = format!("{name} profile: {} stacks; {}\n", samples.len(), kinds.join(", "));
        for comment in &self.0.comment {
            text.push_str(&format!("# {}\n", self.text(*comment)));
        }
        for sample in samples {
            let values: Vec<String> = sample.value.iter().map(i64::to_string).collect();
            let labels = sample.label.iter().map(|label| match label.str {
                0 => format!("{}={}", self.text(label.key), label.num),
                text => format!("{}={}", self.text(label.key), self.text(text)),
            });
            let labels: Vec<String> = labels.collect();
            text.push_str(&format!("\n{} @ {}\n", values.join(" "), labels.join(" ")));
            for id in &sample.location_id {
                let location = &self.0.location[*id as usize - 1];
                let place = location.line.first().map(|line| {
                    let function = &self.0.function[line.function_id as usize - 1];
                    (self.text(function.filename), line.line)
                });
                text.push_str(&format!("#\t{:#x}\t{}", location.address, self.name(*id)));
                if let Some((file, line)) = place.filter(|(file, _)| !file.is_empty()) {
                    text.push_str(&format!("\t{file}:{line}"));
                }
                text.push('\n');
            }
        }
        text
    }

    fn name(&self, location: u64) -> String {
        let location = &self.0.location[location as usize - 1];
        if let Some(line) = location.line.first() {
            return self
                .text(self.0.function[line.function_id as usize - 1].name)
                .to_owned();
        }
        match location.mapping_id {
            0 => format!("{:#x}", location.address),
            mapping => {
                let file = self.text(self.0.mapping[mapping as usize - 1].filename);
                format!("[{}]", file.rsplit('/').next().unwrap_or(file))
            }
        }
    }

    fn text(&self, index: i64) -> &str {
        &self.0.string_table[index as usize]
    }
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_of_the_same_place_are_one_line() {
        let mut builder = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
        let place = |name: &str| Frame {
            function: Some(name.to_owned()),
            ..Frame::default()
        };
        let inner = builder.location(&place("app::inner"));
        let outer = builder.location(&place("app::outer; really"));
        assert_eq!(inner, builder.location(&place("app::inner")));
        builder.sample(&[inner, outer], &[1, 10], &[Tag::Text("thread", "a")]);
        builder.sample(&[inner, outer], &[2, 20], &[Tag::Text("thread", "b")]);
        builder.sample(&[outer], &[0, 0], &[]);
        let profile = builder.finish();
        assert_eq!(
            profile.folded("cpu").unwrap(),
            ["app::outer, really;app::inner 30"]
        );
        assert!(profile.folded("space").is_none());
        assert_eq!(profile.0.string_table[0], "");
        let text = profile.to_text("cpu");
        let first = "cpu profile: 3 stacks; samples (count), cpu (nanoseconds)\n\n2 20 @ thread=b\n#\t0x0\tapp::inner\n";
        assert!(text.starts_with(first), "{text}");
    }
}
