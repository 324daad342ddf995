//! Reads a Perfetto trace back and checks what its trace processor relies on.

use std::collections::{HashMap, HashSet};

use prost::Message;

use super::perfetto::message::{EventType, InternedData, TracePacket};

/// Of each track its name and its slices: name, begin, end; those that do not end are left out.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub tracks: HashMap<u64, String>,
    pub slices: Vec<(u64, String, u64, u64)>,
    pub arrows: u64,
}

#[derive(Default)]
struct Reader {
    read: Read,
    names: HashMap<u64, String>,
    known: HashSet<(&'static str, u64)>,
    open: HashMap<u64, Vec<(u64, u64)>>,
    arrows: HashSet<u64>,
    now: u64,
}

/// Panics with what is wrong.
pub(super) fn check(mut file: &[u8]) -> Read {
    let mut reader = Reader::default();
    let mut first = true;
    while !file.is_empty() {
        assert_eq!(file[0], 0x0a, "the field of a packet");
        file = &file[1..];
        let packet = TracePacket::decode_length_delimited(&mut file).expect("a packet");
        assert_eq!(packet.trusted_packet_sequence_id, Some(1));
        assert_eq!(packet.sequence_flags == Some(1), std::mem::take(&mut first));
        reader.packet(packet);
    }
    reader.read
}

impl Reader {
    fn packet(&mut self, packet: TracePacket) {
        if let Some(track) = packet.track_descriptor {
            let uuid = track.uuid.expect("a number");
            if let Some(parent) = track.parent_uuid {
                assert!(self.read.tracks.contains_key(&parent), "{track:?}");
            }
            let name = track.name.unwrap_or_default();
            assert!(
                self.read.tracks.insert(uuid, name).is_none(),
                "a track is described twice"
            );
        }
        if let Some(fresh) = packet.interned_data {
            self.learn(fresh);
        }
        let Some(event) = packet.track_event else {
            return;
        };
        let at = packet.timestamp.expect("an event has a time");
        assert!(self.now <= at, "time goes back");
        self.now = at;
        let track = event.track_uuid.expect("an event is on a track");
        assert!(self.read.tracks.contains_key(&track));
        let known = &self.known;
        assert!(event.name_iid.is_none_or(|iid| self.names.contains_key(&iid)));
        assert!(
            event
                .category_iids
                .iter()
                .all(|iid| known.contains(&("category", *iid)))
        );
        assert!(
            event
                .source_location_iid
                .is_none_or(|iid| known.contains(&("place", iid)))
        );
        for detail in &event.debug_annotations {
            let name = detail.name_iid.expect("a detail has a name");
            assert!(known.contains(&("detail", name)));
            assert!(
                detail
                    .string_value_iid
                    .is_none_or(|iid| known.contains(&("word", iid)))
            );
        }
        for arrow in event.flow_ids {
            assert!(self.arrows.insert(arrow), "an arrow begins twice");
        }
        for arrow in event.terminating_flow_ids {
            assert!(self.arrows.remove(&arrow), "an arrow ends that did not begin");
            self.read.arrows += 1;
        }
        let open = self.open.entry(track).or_default();
        match EventType::try_from(event.r#type.expect("an event is of a type")).expect("a known type") {
            EventType::SliceBegin => open.push((event.name_iid.expect("a slice has a name"), at)),
            EventType::SliceEnd => {
                let (name, began) = open.pop().expect("a slice ends that did not begin");
                self.read
                    .slices
                    .push((track, self.names[&name].clone(), began, at));
            }
            EventType::Counter => assert!(event.counter_value.is_some_and(|value| value >= 0)),
            EventType::Instant => assert!(event.name_iid.is_some()),
            EventType::Unspecified => panic!("an event of no type"),
        }
    }

    fn learn(&mut self, fresh: InternedData) {
        for name in fresh.event_names {
            let iid = name.iid.expect("a number");
            assert!(self.names.insert(iid, name.name.expect("a name")).is_none());
        }
        let categories = fresh
            .event_categories
            .into_iter()
            .map(|name| ("category", name.iid));
        let details = fresh
            .debug_annotation_names
            .into_iter()
            .map(|name| ("detail", name.iid));
        let places = fresh
            .source_locations
            .into_iter()
            .map(|place| ("place", place.iid));
        let words = fresh
            .debug_annotation_string_values
            .into_iter()
            .map(|word| ("word", word.iid));
        for (kind, iid) in categories.chain(details).chain(places).chain(words) {
            assert!(self.known.insert((kind, iid.expect("a number"))));
        }
    }
}
