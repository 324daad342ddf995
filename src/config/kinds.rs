//! The kinds of text that settings hold: one name each in the schema, one reader, one writer.
//!
//! A setting's kind stands in its JSON schema as `x-kind`; [`canonical`] is what checks a value of that kind, and the
//! `with` modules let the model hold plain types (`Duration`, `u32`) that are written in the file's notation.

use std::borrow::Cow;
use std::time::Duration;

use nl2sql::Dialect;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{LogLevel, ProviderKind};
use super::units::{Days, Mode, Moment, Rate, Size, Time};

/// What is shown instead of a secret.
pub const MASK: &str = "********";

/// The one notation of `text` as a value of `kind`; the error says what is wrong and how to write it.
pub fn canonical(kind: &str, text: &str) -> Result<String, String> {
    match kind {
        "duration" => Time::parse(text).map(|v| v.to_string()),
        "size" => Size::parse(text).map(|v| v.to_string()),
        "rate" => Rate::parse(text).map(|v| v.to_string()),
        "days" => Days::parse(text).map(|v| v.to_string()),
        "mode" => Mode::parse(text).map(|v| v.to_string()),
        "moment" => Moment::parse(text).map(|v| v.to_string()),
        "level" => LogLevel::parse(text)
            .map(|v| v.as_str().to_owned())
            .ok_or_else(|| "not a level: one of trace, debug, info, warn, error".into()),
        "provider" => ProviderKind::parse(text)
            .map(|v| v.as_str().to_owned())
            .ok_or_else(|| format!("not a kind of provider: one of {}", ProviderKind::names())),
        "dialect" => Dialect::parse(text)
            .map(|v| v.as_str().to_owned())
            .ok_or_else(|| "not a dialect: one of mysql, postgresql, sqlite".into()),
        _ => Ok(text.to_owned()),
    }
}

/// A number by which two values of an ordered kind compare: nanoseconds, bytes, days.
pub fn magnitude(kind: &str, text: &str) -> Option<u128> {
    match kind {
        "duration" => Time::parse(text).ok().map(|v| v.0.as_nanos()),
        "size" => Size::parse(text).ok().map(|v| u128::from(v.0)),
        "rate" => Rate::parse(text).ok().map(|v| u128::from(v.0)),
        "days" => Days::parse(text).ok().map(|v| u128::from(v.0)),
        _ => None,
    }
}

/// Serde and schema for a type that has `parse` and `Display`.
macro_rules! text_kind {
    ($type:ty, $kind:literal, $name:literal, $example:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                <$type>::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": ["string", "integer"], "x-kind": $kind, "examples": [$example] })
            }
        }
    };
}

text_kind!(Time, "duration", "Time", "30s");
text_kind!(Size, "size", "Size", "500MB");
text_kind!(Rate, "rate", "Rate", "100MB/s");
text_kind!(Days, "days", "Days", "28d");
text_kind!(Mode, "mode", "Mode", "0660");
text_kind!(Moment, "moment", "Moment", "2027-01-15T08:00:00Z");

/// A text that must not be shown: written as a mask, never in `Debug`.
#[derive(Debug, Clone)]
pub struct Secret(pub SecretString);

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_empty = self.0.expose_secret().is_empty();
        serializer.serialize_str(if is_empty { "" } else { MASK })
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(|text| Secret(text.into()))
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true, "x-kind": "secret" })
    }
}

/// The schema of [`Dialect`], which belongs to a crate without schemas.
pub struct DialectName;

impl JsonSchema for DialectName {
    fn schema_name() -> Cow<'static, str> {
        "DialectName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "enum": ["mysql", "mariadb", "postgresql", "postgres", "pg", "sqlite", "sqlite3"],
            "x-kind": "dialect"
        })
    }
}

impl JsonSchema for ProviderKind {
    fn schema_name() -> Cow<'static, str> {
        "ProviderKind".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": ProviderKind::WORDS.map(|(word, _)| word), "x-kind": "provider" })
    }
}

impl JsonSchema for LogLevel {
    fn schema_name() -> Cow<'static, str> {
        "LogLevel".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "enum": ["trace", "debug", "info", "warn", "warning", "error"],
            "x-kind": "level"
        })
    }
}

/// `Duration` in the file's notation.
pub mod time {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        Time(*value).serialize(serializer)
    }
    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Time::deserialize(deserializer).map(|time| time.0)
    }
}

/// `Option<Duration>` in the file's notation.
pub mod optional_time {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(Time).serialize(serializer)
    }
    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Time>::deserialize(deserializer)?.map(|time| time.0))
    }
}

/// A number of bytes in the file's notation.
pub mod bytes {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(value: &usize, serializer: S) -> Result<S::Ok, S::Error> {
        Size(*value as u64).serialize(serializer)
    }
    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
        let size = Size::deserialize(deserializer)?;
        usize::try_from(size.0).map_err(serde::de::Error::custom)
    }
}

/// A file mode in octal.
pub mod mode {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        Mode(*value).serialize(serializer)
    }
    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        Mode::deserialize(deserializer).map(|mode| mode.0)
    }
}

/// `Option<SecretString>`: read as text, written as a mask.
pub mod secret {
    use super::*;

    /// Writes the mask.
    pub fn serialize<S: Serializer>(value: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
        value
            .as_ref()
            .filter(|secret| !secret.expose_secret().is_empty())
            .map(|_| MASK)
            .serialize(serializer)
    }
    /// Reads the text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
    }
}

/// A dialect by any of its names.
pub mod dialect {
    use super::*;

    /// Writes its one name.
    pub fn serialize<S: Serializer>(value: &Dialect, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
    /// Reads any of its names.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
        let text = String::deserialize(deserializer)?;
        Dialect::parse(&text).ok_or_else(|| serde::de::Error::custom("not a dialect"))
    }
}
