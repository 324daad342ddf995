//! The JSON schema of a config, made from the model, and the view of it that checking, showing and printing use.

use std::sync::OnceLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::model::Config;
use super::tree::join;
use super::{effect, spellings};

/// The schema of a config file (JSON Schema 2020-12, without references). `x-kind` names a kind of text
/// ([`super::kinds`]), `x-min` and `x-max` bound it, `x-not-in-effect` says why a key does nothing, and
/// `x-spelling-of` names the key that it is another spelling of.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut schema = of::<Config>();
        mark(&mut schema, "");
        if let Value::Object(root) = &mut schema {
            root.insert("title".into(), "atest-ext-ai configuration".into());
        }
        schema
    })
}

/// The schema of any sheet of settings, in the plain form that [`Shape`] reads.
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    schema
}

/// Brings what schemars makes of `Option` and of documented enums into one plain form, and closes structs.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match value {
                    // Names of settings, not words of the schema language: one may be called `default`.
                    Value::Object(settings) if key == "properties" => {
                        settings.values_mut().for_each(simplify)
                    }
                    value => simplify(value),
                }
            }
            lift_optional(map);
            list_words(map);
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".into(), only);
                }
            }
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), false.into());
            }
            // A section's default says nothing that its settings do not; an inferred value has no fixed one.
            let is_inferred = map.remove("x-inferred").is_some();
            let default = map.get("default");
            if is_inferred || default.is_some_and(|default| default.is_object() || default.is_array()) {
                map.remove("default");
            }
        }
        _ => {}
    }
}

/// `anyOf: [X, null]` becomes X.
fn lift_optional(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get("anyOf") else {
        return;
    };
    let [Value::Object(inner), null] = choices.as_slice() else {
        return;
    };
    if null["type"] != "null" {
        return;
    }
    let inner = inner.clone();
    map.remove("anyOf");
    for (key, value) in inner {
        map.entry(key).or_insert(value);
    }
}

/// `oneOf` constants (an enum whose words are documented) becomes `enum`.
fn list_words(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get("oneOf") else {
        return;
    };
    let words: Vec<Value> = choices
        .iter()
        .filter_map(|choice| choice.get("const").cloned())
        .collect();
    if words.len() == choices.len() {
        map.remove("oneOf");
        map.insert("type".into(), "string".into());
        map.insert("enum".into(), words.into());
    }
}

/// Writes into each key what the tables of effects and of spellings say about it.
fn mark(schema: &mut Value, key: &str) {
    let Value::Object(map) = schema else {
        return;
    };
    if let Some(first) = spellings::first_spelling(key) {
        map.insert("x-spelling-of".into(), first.into());
    }
    let is_leaf = !map.contains_key("properties") && !map.contains_key("additionalProperties");
    if let Some(reason) = effect::why_not(key).filter(|_| is_leaf) {
        map.insert("x-not-in-effect".into(), reason.into());
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (name, property) in properties {
            mark(property, &join(key, name));
        }
    }
    if let Some(values) = map.get_mut("additionalProperties") {
        mark(values, &join(key, "*"));
    }
}

/// A place in the schema: what a value there must be.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    here: &'a Value,
    root: &'a Value,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A section or a map of free names.
    Map,
    /// A list.
    List,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A text of a kind that [`super::kinds`] knows.
    Text(&'a str),
}

impl Shape<'static> {
    /// The whole config.
    pub fn root() -> Shape<'static> {
        Shape::whole(schema())
    }
}

impl<'a> Shape<'a> {
    /// All of a schema.
    pub fn whole(schema: &'a Value) -> Shape<'a> {
        Shape {
            here: schema,
            root: schema,
        }
    }

    /// All of the schema that this is a part of.
    pub fn sheet(self) -> Shape<'a> {
        Shape::whole(self.root)
    }

    fn inner(self, here: &'a Value) -> Shape<'a> {
        Shape { here, ..self }
    }

    /// What a value must be.
    pub fn kind(self) -> Kind<'a> {
        if let Some(kind) = self.here.get("x-kind").and_then(Value::as_str) {
            return Kind::Text(kind);
        }
        match self.here.get("type").and_then(Value::as_str) {
            Some("object") => Kind::Map,
            Some("array") => Kind::List,
            Some("boolean") => Kind::Flag,
            Some("integer") => Kind::Whole,
            Some("number") => Kind::Number,
            _ => Kind::Text("text"),
        }
    }

    /// The settings of a section, by name.
    pub fn properties(self) -> impl Iterator<Item = (&'a str, Shape<'a>)> {
        let properties = self.here.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(move |(name, shape)| (name.as_str(), self.inner(shape)))
    }

    /// One setting of a section.
    pub fn property(self, name: &str) -> Option<Shape<'a>> {
        self.here
            .get("properties")?
            .get(name)
            .map(|shape| self.inner(shape))
    }

    /// What the values of a map of free names must be.
    pub fn values(self) -> Option<Shape<'a>> {
        self.here
            .get("additionalProperties")
            .filter(|values| values.is_object())
            .map(|shape| self.inner(shape))
    }

    /// What the values of a list must be.
    pub fn items(self) -> Option<Shape<'a>> {
        self.here.get("items").map(|shape| self.inner(shape))
    }

    /// What stands at a path; free names lead into the map's values.
    pub fn at(self, path: &[&str]) -> Option<Shape<'a>> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        self.property(first).or_else(|| self.values())?.at(rest)
    }

    /// An attribute as text: `description`, `format`, `x-min`, …
    pub fn text(self, name: &str) -> Option<&'a str> {
        self.here.get(name).and_then(Value::as_str)
    }

    /// An attribute as it is: `default`, `minimum`, `maximum`, …
    pub fn attribute(self, name: &str) -> Option<&'a Value> {
        self.here.get(name)
    }

    /// The words that a text may be; empty when any will do.
    pub fn words(self) -> Vec<&'a str> {
        let words = self.here.get("enum").and_then(Value::as_array);
        words.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The settings that a section must have.
    pub fn required(self) -> Vec<&'a str> {
        let names = self.here.get("required").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Calls `visit` for each key below this place, sections and settings, with its dotted path; free names are `*`.
    pub fn walk(self, key: &str, visit: &mut impl FnMut(&str, Shape<'a>)) {
        if !key.is_empty() {
            visit(key, self);
        }
        for (name, property) in self.properties() {
            property.walk(&join(key, name), visit);
        }
        if let Some(values) = self.values() {
            values.walk(&join(key, "*"), visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_documented() {
        let mut bare = Vec::new();
        Shape::root().walk("", &mut |key, shape| {
            if !key.ends_with('*') && shape.text("description").is_none_or(str::is_empty) {
                bare.push(key.to_owned());
            }
        });
        assert!(bare.is_empty(), "without a description: {bare:?}");
    }

    #[test]
    fn the_schema_has_plain_forms_only() {
        let text = schema().to_string();
        for left in ["anyOf", "oneOf", "allOf", "$ref", "\"null\""] {
            assert!(!text.contains(left), "{left} is left in the schema");
        }
    }

    #[test]
    fn defaults_stand_in_the_files_notation() {
        let root = Shape::root();
        let default = |path: &[&str]| root.at(path).unwrap().attribute("default").unwrap().clone();
        assert_eq!(default(&["server", "port"]), 9090);
        assert_eq!(default(&["server", "timeout"]), "30s");
        assert_eq!(default(&["server", "socket_permissions"]), "0660");
        assert_eq!(default(&["ai", "max_question_bytes"]), "16KiB");
        assert_eq!(default(&["logging", "file", "max_size"]), "100MB");
    }
}
