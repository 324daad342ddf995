//! Turns events of `tracing` into log lines.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{Debug, Write};

use jiff::Timestamp;
use profiling::execution;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::component;
use super::line::{Line, Style, Value};
use super::queue::Queue;
use crate::telemetry::trace::{self, SpanIds};

thread_local! {
    /// Lines are put together here, so that writing one needs no new buffer.
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes each event as one line, with the fields of the spans around it.
pub(super) struct Lines {
    pub style: Style,
    pub queue: Queue,
}

/// The fields of a span, kept with it.
struct SpanFields(Fields);

/// Fields in the order of their names' first appearance; a later value replaces an earlier one.
#[derive(Debug, Default, Clone)]
struct Fields {
    message: String,
    fields: Vec<(&'static str, Value)>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(SpanFields(fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(SpanFields(fields)) = span.extensions_mut().get_mut::<SpanFields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(SpanFields(outer)) = span.extensions().get::<SpanFields>() {
                outer
                    .fields
                    .iter()
                    .for_each(|(name, value)| own.set(name, value.clone()));
            }
        }
        event.record(&mut own);
        self.write(event.metadata(), &own, trace::current());
        // Below info a line may hold a user's words, which belong in no file but the log.
        if execution::is_recording() && *event.metadata().level() <= Level::INFO {
            let level = event.metadata().level().as_str();
            execution::log(trace::user_task(), level, &own.in_words());
        }
    }
}

impl Lines {
    /// Hands one line to the queue; `ids` are those of the span that it belongs to.
    fn write(&self, metadata: &Metadata<'_>, own: &Fields, ids: Option<SpanIds>) {
        let line = Line {
            time: Timestamp::now(),
            level: *metadata.level(),
            component: component::of_target(metadata.target()),
            target: metadata.target(),
            message: &own.message,
            ids,
            fields: &own.fields,
        };
        // Every value has been turned into text by now: nothing in here can log and want the buffer too.
        BUFFER.with_borrow_mut(|buffer| {
            buffer.clear();
            self.style.write(buffer, &line);
            self.queue.push(line.level, buffer.as_bytes());
        });
    }
}

impl Fields {
    /// The message, and the fields after it.
    fn in_words(&self) -> String {
        let mut words = self.message.clone();
        for (name, value) in &self.fields {
            let (Value::Text(value) | Value::Literal(value)) = value;
            // Writing to a string cannot fail.
            let _ = write!(words, " {name}={value}");
        }
        words
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, kept)) => *kept = value,
            None => self.fields.push((name, value)),
        }
    }

    fn set_text(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.message = text;
        } else {
            self.set(field.name(), Value::Text(text));
        }
    }

    fn set_literal(&mut self, field: &Field, literal: impl ToString) {
        self.set(field.name(), Value::Literal(literal.to_string()));
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.set_literal(field, value);
        } else {
            // JSON has no such numbers.
            self.set_text(field, value.to_string());
        }
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set_literal(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set_literal(field, value);
    }
    fn record_i128(&mut self, field: &Field, value: i128) {
        self.set_literal(field, value);
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.set_literal(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set_literal(field, value);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field, value.to_owned());
    }
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(inner) = cause {
            let said = inner.to_string();
            // Many errors repeat their cause in their own words.
            if !text.ends_with(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            cause = inner.source();
        }
        self.set_text(field, text);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set_text(field, format!("{value:?}"));
    }
}
