//! YAML: the one file that knows it.
//!
//! Files are read from the events of granit-parser, the parser that serde-saphyr stands on, because the derived serde
//! readers stop at their first error and forget the difference between `0660` and `432`. Single values are written
//! by serde-saphyr, which knows when quotes are needed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::names::shown;
use super::problem::{Origin, Problems};
use super::tree::{Entry, Node, Value};

/// Most values in one file, aliases counted as often as they are used. A complete config has about 200.
const MOST_NODES: usize = 20_000;

/// Deepest nesting; the deepest setting is at 5.
const DEEPEST: usize = 32;

/// Reads one document. Problems are added for what is wrong; `None` when nothing could be read.
pub fn parse(text: &str, file: &Arc<PathBuf>, problems: &mut Problems) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, options),
        file,
        problems,
        anchors: HashMap::new(),
        nodes: 0,
    };
    match reader.document() {
        Ok(node) => node,
        Err(Stop::Told) => None,
        Err(Stop::Syntax(error)) => {
            let marker = error.marker();
            let at = reader.place(marker.line(), marker.col());
            let problem = problems.add(&at, "", format!("not valid YAML: {}", error.info()));
            let line = text.lines().nth(marker.line().saturating_sub(1)).unwrap_or("");
            if line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t') {
                problem.suggest("YAML is indented with spaces, never with tabs");
            }
            None
        }
    }
}

/// A text as YAML writes it, with quotes where YAML needs them.
pub fn scalar(text: &str) -> String {
    match serde_saphyr::to_string(&text) {
        Ok(written) if !written.trim_end().contains('\n') => written.trim_end().to_owned(),
        // Block style has no place in the middle of a line; JSON's quoting is YAML too.
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// A whole document, as YAML 1.1 and 1.2 read alike.
pub fn to_text(value: &impl serde::Serialize) -> String {
    let options = serde_saphyr::ser_options! {
        yaml_12: false,
        // Lines are not folded: what is read is what is written.
        folded_wrap_chars: 1_000_000,
    };
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, value, options)
        .expect("what is generated can be written as YAML");
    text
}

enum Stop {
    /// A problem has been added.
    Told,
    Syntax(ScanError),
}

struct Reader<'a, I: granit_parser::BorrowedInput<'a>> {
    parser: Parser<'a, I>,
    file: &'a Arc<PathBuf>,
    problems: &'a mut Problems,
    /// Anchored values, with the number of values that each holds.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'a, I: granit_parser::BorrowedInput<'a>> Reader<'a, I> {
    fn place(&self, line: usize, column_from_0: usize) -> Origin {
        Origin::File {
            file: self.file.clone(),
            line,
            column: column_from_0 + 1,
        }
    }

    fn at(&self, span: &Span) -> Origin {
        self.place(span.start.line(), span.start.col())
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Stop::Syntax(error)),
            None => Ok((Event::StreamEnd, Span::empty(granit_parser::Marker::new(0, 1, 0)))),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(..) if root.is_some() => {
                    let at = self.at(&span);
                    self.problems
                        .add(&at, "", "a second document begins here; a config is one document")
                        .suggest("remove the line `---` and what follows, or put it into a file of its own");
                    return Err(Stop::Told);
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &span)?),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, Stop> {
        let before = self.nodes;
        self.count(1, span)?;
        let origin = self.at(span);
        let (anchor, value) = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                let is_null =
                    style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null {
                    Value::Null
                } else {
                    Value::Text(text.into_owned())
                };
                (anchor, value)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                (anchor, Value::List(self.list()?))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                (anchor, Value::Map(self.map()?))
            }
            _ => (0, Value::Null),
        };
        let node = Node { origin, value };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Vec<Node>, Stop> {
        let mut nodes = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(nodes);
            }
            nodes.push(self.node(event, &span)?);
        }
    }

    fn map(&mut self) -> Result<Vec<Entry>, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let origin = self.at(&span);
            let key = self.node(event, &span)?;
            let (event, span) = self.next()?;
            let node = self.node(event, &span)?;
            let Some(key) = key.as_text().map(str::to_owned) else {
                self.problems
                    .add(&origin, "", "a key must be a single word")
                    .suggest("write `key: value`");
                continue;
            };
            if key == "<<" {
                merged.push(node);
                continue;
            }
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let message = format!(
                    "the key {:?} stands here a second time; the first is at {}",
                    shown(&key),
                    first.origin
                );
                self.problems
                    .add(&origin, "", message)
                    .suggest("keep one of the two");
                continue;
            }
            entries.push(Entry { key, origin, node });
        }
        for node in merged {
            self.merge(node, &mut entries);
        }
        Ok(entries)
    }

    /// `<<: *other`: the other map's entries, where this one has none of that name.
    fn merge(&mut self, node: Node, entries: &mut Vec<Entry>) {
        match node.value {
            Value::Map(more) => {
                for entry in more {
                    if entries.iter().all(|own| own.key != entry.key) {
                        entries.push(entry);
                    }
                }
            }
            Value::List(nodes) => {
                for node in nodes {
                    self.merge(node, entries);
                }
            }
            Value::Null | Value::Text(_) => {
                self.problems
                    .add(&node.origin, "", "`<<` takes a mapping, given by its alias")
                    .suggest("write `<<: *name`, or quote the key if it is a name");
            }
        }
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<Node, Stop> {
        let Some((node, size)) = self.anchors.get(&id) else {
            let at = self.at(span);
            self.problems
                .add(&at, "", "this alias stands inside the value that it names");
            return Err(Stop::Told);
        };
        let (node, size) = (node.clone(), *size);
        self.count(size, span)?;
        Ok(node)
    }

    fn count(&mut self, more: usize, span: &Span) -> Result<(), Stop> {
        self.nodes += more;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        let at = self.at(span);
        let message = format!("more than {MOST_NODES} values, aliases counted each time they are used");
        self.problems
            .add(&at, "", message)
            .suggest("is this a config of the plugin?");
        Err(Stop::Told)
    }

    fn check_tag(&mut self, tag: Option<&Tag>, span: &Span) {
        let Some(tag) = tag else {
            return;
        };
        if !tag.is_yaml_core_schema() && tag.suffix() != "!" && !tag.suffix().is_empty() {
            let at = self.at(span);
            let message = format!("the tag {} has no meaning here", shown(&tag.original()));
            self.problems.add(&at, "", message).suggest("remove it");
        }
    }
}
