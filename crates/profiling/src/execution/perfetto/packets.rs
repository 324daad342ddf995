//! Writes packets: tracks, events on them, and each name only once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use prost::Message;

use super::message::{
    CounterDescriptor, DebugAnnotation, EventType, INCREMENTAL_STATE_CLEARED, InternedData, InternedString,
    NEEDS_INCREMENTAL_STATE, Name, SourceLocation, TracePacket, TrackDescriptor, TrackEvent, Unit,
};
use crate::execution::stacks::Frame;

/// All packets come from one writer.
const SEQUENCE: u32 = 1;
/// The field `packet` of `Trace`, length-delimited.
const PACKET_KEY: u8 = 1 << 3 | 2;

/// A track that was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Track(pub u64);

/// An event that is about to be written.
#[derive(Debug, Default)]
pub(super) struct Event(TrackEvent);

/// Where packets go.
pub(super) struct Packets<'a, W> {
    out: &'a mut W,
    tracks: u64,
    begun: bool,
    names: HashMap<Cow<'static, str>, u64>,
    categories: HashMap<&'static str, u64>,
    annotations: HashMap<&'static str, u64>,
    words: HashMap<&'static str, u64>,
    places: HashMap<Frame, u64>,
    /// Names that the next packet explains.
    fresh: InternedData,
}

impl<'a, W: io::Write> Packets<'a, W> {
    pub fn new(out: &'a mut W) -> Packets<'a, W> {
        Packets {
            out,
            tracks: 0,
            begun: false,
            names: HashMap::new(),
            categories: HashMap::new(),
            annotations: HashMap::new(),
            words: HashMap::new(),
            places: HashMap::new(),
            fresh: InternedData::default(),
        }
    }

    /// Describes a track.
    pub fn track(&mut self, parent: Option<Track>, mut track: TrackDescriptor) -> io::Result<Track> {
        self.tracks += 1;
        track.uuid = Some(self.tracks);
        track.parent_uuid = parent.map(|parent| parent.0);
        self.write(TracePacket {
            track_descriptor: Some(track),
            ..TracePacket::default()
        })?;
        Ok(Track(self.tracks))
    }

    /// Describes a track that has only a name.
    pub fn named(&mut self, parent: Track, name: String) -> io::Result<Track> {
        let track = TrackDescriptor {
            name: Some(name),
            ..TrackDescriptor::default()
        };
        self.track(Some(parent), track)
    }

    /// Describes a curve.
    pub fn curve(&mut self, parent: Track, name: &str, unit: Unit) -> io::Result<Track> {
        let track = TrackDescriptor {
            name: Some(name.to_owned()),
            counter: Some(CounterDescriptor {
                unit: Some(unit.into()),
            }),
            ..TrackDescriptor::default()
        };
        self.track(Some(parent), track)
    }

    /// A slice begins.
    pub fn begin(&mut self, name: Cow<'static, str>, category: &'static str) -> Event {
        self.event(EventType::SliceBegin, name, category)
    }

    /// Something happens.
    pub fn instant(&mut self, name: Cow<'static, str>, category: &'static str) -> Event {
        self.event(EventType::Instant, name, category)
    }

    /// The slice that began last on the track ends.
    pub fn end(&mut self) -> Event {
        Event(TrackEvent {
            r#type: Some(EventType::SliceEnd.into()),
            ..TrackEvent::default()
        })
    }

    /// The next value of a curve.
    pub fn value(&mut self, at: u64, track: Track, value: u64) -> io::Result<()> {
        let event = TrackEvent {
            r#type: Some(EventType::Counter.into()),
            counter_value: Some(i64::try_from(value).unwrap_or(i64::MAX)),
            ..TrackEvent::default()
        };
        self.put(at, track, Event(event))
    }

    fn event(&mut self, kind: EventType, name: Cow<'static, str>, category: &'static str) -> Event {
        let names = &mut self.fresh.event_names;
        let name = intern(&mut self.names, name, names, |name| Name::of(name));
        let categories = &mut self.fresh.event_categories;
        let category = intern(&mut self.categories, category, categories, |name| Name::of(name));
        Event(TrackEvent {
            r#type: Some(kind.into()),
            name_iid: Some(name),
            category_iids: vec![category],
            ..TrackEvent::default()
        })
    }

    /// Adds a detail to an event.
    pub fn detail(&mut self, event: &mut Event, name: &'static str, value: Detail) {
        let names = &mut self.fresh.debug_annotation_names;
        let name_iid = Some(intern(&mut self.annotations, name, names, |name| Name::of(name)));
        let mut detail = DebugAnnotation {
            name_iid,
            ..DebugAnnotation::default()
        };
        match value {
            Detail::Number(number) => detail.uint_value = Some(number),
            Detail::Text(text) => detail.string_value = Some(text),
            Detail::Word(word) => {
                let words = &mut self.fresh.debug_annotation_string_values;
                detail.string_value_iid = Some(intern(&mut self.words, word, words, |word| InternedString {
                    iid: None,
                    str: Some(word.as_bytes().to_vec()),
                }));
            }
        }
        event.0.debug_annotations.push(detail);
    }

    /// Adds where in the source it is.
    pub fn place(&mut self, event: &mut Event, frame: Frame) {
        let next = self.places.len() as u64 + 1;
        let iid = *self.places.entry(frame).or_insert(next);
        if iid == next {
            let (file, line) = frame.place();
            self.fresh.source_locations.push(SourceLocation {
                iid: Some(iid),
                file_name: Some(file.to_owned()),
                function_name: Some(frame.name().into_owned()),
                line_number: Some(line),
            });
        }
        event.0.source_location_iid = Some(iid);
    }

    /// Writes an event.
    pub fn put(&mut self, at: u64, track: Track, mut event: Event) -> io::Result<()> {
        event.0.track_uuid = Some(track.0);
        let fresh = std::mem::take(&mut self.fresh);
        self.write(TracePacket {
            timestamp: Some(at),
            track_event: Some(event.0),
            interned_data: (fresh != InternedData::default()).then_some(fresh),
            sequence_flags: Some(NEEDS_INCREMENTAL_STATE),
            ..TracePacket::default()
        })
    }

    fn write(&mut self, mut packet: TracePacket) -> io::Result<()> {
        packet.trusted_packet_sequence_id = Some(SEQUENCE);
        if !std::mem::replace(&mut self.begun, true) {
            packet.sequence_flags = Some(INCREMENTAL_STATE_CLEARED);
        }
        let mut bytes = vec![PACKET_KEY];
        packet
            .encode_length_delimited(&mut bytes)
            .expect("a vector grows as it must");
        self.out.write_all(&bytes)
    }
}

/// The value of a detail.
pub(super) enum Detail {
    Number(u64),
    Text(String),
    /// One of a few texts, each written once.
    Word(&'static str),
}

impl Event {
    /// An arrow begins here.
    pub fn begins_arrow(&mut self, arrow: u64) {
        self.0.flow_ids.push(arrow);
    }

    /// An arrow ends here.
    pub fn ends_arrow(&mut self, arrow: u64) {
        self.0.terminating_flow_ids.push(arrow);
    }
}

/// The number of something; at its first use it is explained.
fn intern<K: std::hash::Hash + Eq, T: Explains>(
    known: &mut HashMap<K, u64>,
    key: K,
    fresh: &mut Vec<T>,
    explained: impl FnOnce(&K) -> T,
) -> u64 {
    if let Some(iid) = known.get(&key) {
        return *iid;
    }
    let iid = known.len() as u64 + 1;
    fresh.push(explained(&key).numbered(iid));
    known.insert(key, iid);
    iid
}

/// What explains a number to the reader.
trait Explains {
    fn numbered(self, iid: u64) -> Self;
}

impl Name {
    fn of(name: &str) -> Name {
        Name {
            iid: None,
            name: Some(name.to_owned()),
        }
    }
}

impl Explains for Name {
    fn numbered(self, iid: u64) -> Name {
        let iid = Some(iid);
        Name { iid, ..self }
    }
}

impl Explains for InternedString {
    fn numbered(self, iid: u64) -> InternedString {
        let iid = Some(iid);
        InternedString { iid, ..self }
    }
}
