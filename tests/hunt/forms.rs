//! The forms in which a secret may show: as it is, in an encoding, escaped, or in part; and the search for all of them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// So many characters of a secret are a leak, whichever end of it they are from.
const LEAK: usize = 12;

/// Bytes that a needle is found by.
const START: usize = 8;

/// What is looked for.
pub struct Hunt {
    needles: Vec<Needle>,
    /// Whether a needle begins with two bytes.
    begins: Vec<bool>,
    by_start: HashMap<[u8; START], Vec<usize>>,
}

struct Needle {
    place: String,
    form: &'static str,
    bytes: Vec<u8>,
}

impl Hunt {
    /// For these secrets, each with the place that it was planted in.
    pub fn new(secrets: &[(String, String)]) -> Hunt {
        let mut hunt = Hunt {
            needles: Vec::new(),
            begins: vec![false; 1 << 16],
            by_start: HashMap::new(),
        };
        for (place, secret) in secrets {
            for (form, bytes) in forms(secret) {
                let start: [u8; START] = bytes[..START].try_into().unwrap();
                hunt.begins[usize::from(u16::from_le_bytes([start[0], start[1]]))] = true;
                hunt.by_start.entry(start).or_default().push(hunt.needles.len());
                let place = place.clone();
                hunt.needles.push(Needle { place, form, bytes });
            }
        }
        hunt
    }

    /// What shows in an output, with what stands before it; the first of each needle.
    pub fn find(&self, output: &str, bytes: &[u8]) -> Vec<String> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for at in 0..bytes.len().saturating_sub(START - 1) {
            if !self.begins[usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))] {
                continue;
            }
            let start: [u8; START] = bytes[at..at + START].try_into().unwrap();
            for index in self.by_start.get(&start).into_iter().flatten() {
                let is_it = bytes[at..].starts_with(&self.needles[*index].bytes);
                if is_it && found.iter().all(|(_, known)| known != index) {
                    found.push((at, *index));
                }
            }
        }
        let told = found.into_iter().map(|(at, index)| {
            let Needle { place, form, .. } = &self.needles[index];
            let around = &bytes[at.saturating_sub(300)..(at + 120).min(bytes.len())];
            let around = String::from_utf8_lossy(around);
            format!("{output} shows the secret of {place} ({form}): …{around}…")
        });
        told.collect()
    }
}

/// Every form of the secret's first and last characters.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let letters: Vec<char> = secret.chars().collect();
    assert!(letters.len() >= LEAK, "too short to be told from other words");
    let first: String = letters[..LEAK].iter().collect();
    let last: String = letters[letters.len() - LEAK..].iter().collect();
    let mut forms: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for piece in [first, last] {
        let hexadecimal: String = piece.bytes().map(|byte| format!("{byte:02x}")).collect();
        let json = serde_json::Value::from(piece.as_str()).to_string();
        let html = piece
            .replace('&', "&amp;")
            .replace('"', "&quot;")
            .replace('<', "&lt;");
        forms.extend([
            ("as it is", piece.clone().into_bytes()),
            ("backwards", piece.chars().rev().collect::<String>().into_bytes()),
            ("in a URL", in_url(&piece).into_bytes()),
            ("in a URL", in_url(&piece).to_lowercase().into_bytes()),
            ("in JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
            ("in HTML", html.into_bytes()),
            ("in hexadecimal", hexadecimal.to_uppercase().into_bytes()),
            ("in hexadecimal", hexadecimal.into_bytes()),
        ]);
        for before in 0..3 {
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                forms.push(("in base64", in_base64(engine, &piece, before)));
            }
        }
    }
    forms.sort_by(|one, other| one.1.cmp(&other.1));
    forms.dedup_by(|one, other| one.1 == other.1);
    forms
}

pub fn in_url(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The characters that depend on nothing but the piece, with so many bytes before it.
fn in_base64(engine: &impl Engine, piece: &str, before: usize) -> Vec<u8> {
    let encoded = engine.encode([&vec![0; before], piece.as_bytes()].concat());
    let whole = (before + piece.len()) * 8 / 6;
    encoded.as_bytes()[(before * 8).div_ceil(6)..whole].to_vec()
}

#[test]
fn every_form_is_found_where_it_stands_and_nothing_where_there_is_none() {
    let secret = "Ab\"/+&=4f1c9e7700aa55bb".to_owned();
    let hunt = Hunt::new(&[("a place".into(), secret.clone())]);
    let found = |text: &str| hunt.find("an output", text.as_bytes()).len();
    let json = serde_json::json!({"a": secret}).to_string();
    let encoded = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{secret}, and more"));
    for shown in [
        format!("the key {secret} is wrong"),
        "it begins with Ab\"/+&=4f1c9".into(),
        "it ends with 9e7700aa55bb".into(),
        "a9c1f4=&+/\"bA".into(),
        json,
        format!("http://user:{}@host/", in_url(&secret)),
        format!("{secret:?}"),
        "Ab&quot;/+&amp;=4f1c9".into(),
        "4162222f2b263d3466316339".into(),
        encoded(""),
        encoded("x"),
        encoded("user:"),
    ] {
        assert!(found(&shown) > 0, "{shown}");
    }
    assert_eq!(found("it begins with Ab\"/+&=4f and ends with aa55bb"), 0);
}
