use proptest::prelude::*;

use super::*;

/// Notes what it is given.
#[derive(Default)]
struct Notes<const BY_LINE: bool> {
    documents: Vec<String>,
    is_done: bool,
}

impl<const BY_LINE: bool> Documents for Notes<BY_LINE> {
    const BY_LINE: bool = BY_LINE;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        each(json, |value: serde_json::Value| {
            self.documents.push(value.to_string());
            Ok(())
        })
    }
    fn done(&mut self) {
        self.is_done = true;
    }
    fn progress(&self) -> Progress {
        Progress::Open
    }
    fn has_text(&self) -> bool {
        !self.documents.is_empty()
    }
}

fn cut<const BY_LINE: bool>(body: &[u8], size: usize) -> Result<Notes<BY_LINE>, Fault> {
    let mut notes = Notes::default();
    let mut framing = Framing::new();
    for piece in body.chunks(size.max(1)) {
        framing.take(piece, &mut notes)?;
    }
    framing.end(&mut notes)?;
    Ok(notes)
}

/// At every size of the pieces the same.
fn documents<const BY_LINE: bool>(body: &str) -> Vec<String> {
    let whole =
        cut::<BY_LINE>(body.as_bytes(), body.len()).unwrap_or_else(|fault| panic!("{body:?}: {fault:?}"));
    for size in 1..body.len() {
        let notes = cut::<BY_LINE>(body.as_bytes(), size).unwrap();
        assert_eq!(
            (&notes.documents, notes.is_done),
            (&whole.documents, whole.is_done),
            "{body:?} by {size}"
        );
    }
    whole.documents
}

#[test]
fn events_are_read_in_every_way_that_they_are_written() {
    for (body, expected) in [
        (
            "data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n",
            vec!["{\"a\":1}", "{\"a\":2}"],
        ),
        ("data:{\"a\":1}\r\n\r\ndata: [DONE]\r\n\r\n", vec!["{\"a\":1}"]),
        (
            ": keep-alive\n\n\n\n: OPENROUTER PROCESSING\n\ndata: {\"a\":1}\n\n",
            vec!["{\"a\":1}"],
        ),
        ("\n\n  \n: keep-alive\n\ndata: {\"a\":1}\n\n", vec!["{\"a\":1}"]),
        (
            "event: x\nid: 7\nretry: 10\ndata: {\"a\":\ndata: 1}\n\n",
            vec!["{\"a\":1}"],
        ),
        // Sloppy, and seen: no empty line between, none at the end.
        (
            "data: {\"a\":1}\ndata: {\"a\":2}\ndata: [DONE]\n",
            vec!["{\"a\":1}", "{\"a\":2}"],
        ),
        ("data: {\"a\":1}", vec!["{\"a\":1}"]),
        ("\u{feff}data: {\"a\":1}\n\n", vec!["{\"a\":1}"]),
        ("data\ndata:\n\ndata: {\"a\":1}\n\n", vec!["{\"a\":1}"]),
    ] {
        assert_eq!(documents::<false>(body), expected, "{body:?}");
    }
}

#[test]
fn lines_and_whole_bodies_are_read() {
    assert_eq!(
        documents::<true>("{\"a\":1}\n\r\n{\"a\":2}\r\n{\"a\":3}"),
        ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]
    );
    assert_eq!(documents::<true>("{\n  \"a\":\n 1\n}\n"), ["{\"a\":1}"]);
    assert_eq!(documents::<false>("\n\n {\n \"a\": 1 }\n"), ["{\"a\":1}"]);
    assert_eq!(documents::<false>("[{\"a\":1}]"), ["[{\"a\":1}]"]);
}

#[test]
fn an_event_called_error_is_an_error_even_without_json() {
    for body in [
        "event: error\ndata: out of memory\n\n",
        "event: error\ndata: {\"message\":\"out of memory\"}\n\n",
    ] {
        match cut::<false>(body.as_bytes(), 7) {
            Err(Fault::Error(said)) => assert_eq!(said.message, "out of memory"),
            _ => panic!("{body:?}"),
        }
    }
}

#[test]
fn what_is_no_answer_is_a_fault() {
    assert!(matches!(cut::<false>(b"<html>", 3), Err(Fault::Unreadable)));
    assert!(matches!(
        cut::<false>(b"Bad gateway\n", 3),
        Err(Fault::Unreadable)
    ));
    assert!(matches!(
        cut::<false>(b"data: {nope}\n\n", 3),
        Err(Fault::Unreadable)
    ));
    assert!(matches!(
        cut::<false>(b"data: {\"a\":", 3),
        Err(Fault::Incomplete)
    ));
    assert!(matches!(cut::<false>(b"{\"a\":", 3), Err(Fault::Incomplete)));
    assert!(matches!(
        cut::<true>(b"{\"a\":1}\n{\"a\":", 3),
        Err(Fault::Incomplete)
    ));
    assert!(matches!(
        cut::<true>(b"{\"a\":1}\nnope\n", 3),
        Err(Fault::Unreadable)
    ));
    let long = [b"data: ".as_slice(), &vec![b'x'; MAX_LINE + 1]].concat();
    assert!(matches!(cut::<false>(&long, 4096), Err(Fault::Unreadable)));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_piece_borders_change_nothing(
        body in proptest::collection::vec(
            proptest::sample::select(vec![
                &b"data: "[..], b"\n", b"\r\n", b"{\"a\":1}", b"event: error", b": x", b"[DONE]", b"{", b"}",
                b"\xff", b" ",
            ]),
            0..24,
        ),
        size in 1usize..9,
    ) {
        let body = body.concat();
        let tell = |outcome: Result<Vec<String>, Fault>| format!("{outcome:?}");
        prop_assert_eq!(
            tell(cut::<false>(&body, size).map(|notes| notes.documents)),
            tell(cut::<false>(&body, body.len()).map(|notes| notes.documents))
        );
        prop_assert_eq!(
            tell(cut::<true>(&body, size).map(|notes| notes.documents)),
            tell(cut::<true>(&body, body.len()).map(|notes| notes.documents))
        );
    }
}
