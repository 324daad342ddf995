//! What is known of a database: its tables, columns, keys and a few of its values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Sample values by table and column, as callers send them: `{"users": {"status": ["active", "inactive"]}}`.
pub type SchemaValues = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Other words for tables and columns, as callers know them: `{"gmv": "orders.total_amount", "商家": "merchants"}`.
pub type Aliases = BTreeMap<String, String>;

/// The tables of one database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// In the order of the source, so that the same source gives the same answer.
    pub tables: Vec<Table>,
}

/// One table or view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name as the database spells it, without quotes and without a schema prefix.
    pub name: String,
    /// The namespace (`public`, a MySQL database) when the source names one.
    pub namespace: Option<String>,
    /// The table's comment.
    pub comment: Option<String>,
    /// In the order of the source.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns; empty when there is none.
    pub primary_key: Vec<String>,
    /// Declared foreign keys that start here.
    pub foreign_keys: Vec<ForeignKey>,
    /// Whether it is a view.
    #[serde(default)]
    pub is_view: bool,
    /// About how many rows it has, where the source tells.
    #[serde(default)]
    pub rows: Option<u64>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name as the database spells it, without quotes.
    pub name: String,
    /// The type as declared (`VARCHAR(64)`); empty when the source gives none.
    pub type_name: String,
    /// What the type means for a question.
    pub kind: ColumnKind,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether values are unique by a constraint on this column alone.
    pub unique: bool,
    /// The column's comment.
    pub comment: Option<String>,
    /// A few distinct values, as text; empty when none are known.
    pub samples: Vec<String>,
}

/// What a column's type means for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Whole numbers.
    Integer,
    /// Decimal and floating-point numbers.
    Decimal,
    /// Text, also enumerations and UUIDs.
    Text,
    /// True and false.
    Boolean,
    /// A day without a time.
    Date,
    /// A time without a day.
    Time,
    /// A moment: date and time.
    Timestamp,
    /// JSON documents.
    Json,
    /// Bytes.
    Binary,
    /// Anything else, also an unknown type.
    Other,
}

/// A declared reference from one table's columns to another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Columns of the table that holds the key.
    pub columns: Vec<String>,
    /// The table referred to.
    pub table: String,
    /// Columns referred to, in the order of `columns`; empty means the other table's primary key.
    pub references: Vec<String>,
}

impl Schema {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The table of that name: exact spelling first, then any case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name).or_else(|| {
            self.tables
                .iter()
                .find(|table| table.name.eq_ignore_ascii_case(name))
        })
    }

    /// Whether there is a table or column of that name, as `orders` or `orders.total`.
    pub fn has(&self, name: &str) -> bool {
        let (table, column) = match name.split_once('.') {
            Some((table, column)) => (table, Some(column)),
            None => (name, None),
        };
        let table = self.table(table.trim());
        table.is_some_and(|table| column.is_none_or(|column| table.column(column.trim()).is_some()))
    }

    /// Whether any column has sample values.
    pub fn has_samples(&self) -> bool {
        let mut columns = self.tables.iter().flat_map(|table| &table.columns);
        columns.any(|column| !column.samples.is_empty())
    }

    /// Adds sample values to the columns they belong to; gives a sentence for each table or column that does not exist.
    pub fn add_values(&mut self, values: &SchemaValues) -> Vec<String> {
        let mut unknown = Vec::new();
        for (table_name, columns) in values {
            let Some(table) = self
                .tables
                .iter_mut()
                .find(|t| t.name.eq_ignore_ascii_case(table_name))
            else {
                unknown.push(format!(
                    "schema_values names the table {table_name:?}, which the schema does not have"
                ));
                continue;
            };
            for (column_name, samples) in columns {
                match table.columns.iter_mut().find(|c| c.name.eq_ignore_ascii_case(column_name)) {
                    Some(column) => column.add_samples(samples),
                    None => unknown.push(format!(
                        "schema_values names the column {table_name:?}.{column_name:?}, which the schema does not have"
                    )),
                }
            }
        }
        unknown
    }
}

impl Table {
    /// The column of that name: exact spelling first, then any case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .or_else(|| {
                self.columns
                    .iter()
                    .find(|column| column.name.eq_ignore_ascii_case(name))
            })
    }
}

impl Column {
    /// A nullable column of which only name, type and kind are known.
    pub fn new(name: impl Into<String>, type_name: impl Into<String>, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            type_name: type_name.into(),
            kind,
            nullable: true,
            unique: false,
            comment: None,
            samples: Vec::new(),
        }
    }

    /// Adds the values that are not there yet.
    pub(crate) fn add_samples(&mut self, samples: &[String]) {
        for sample in samples {
            if !self.samples.contains(sample) {
                self.samples.push(sample.clone());
            }
        }
    }
}

impl ColumnKind {
    /// What a declared type means, by the names that MySQL, PostgreSQL and SQLite use (`tinyint(1)`, `timestamptz`, …).
    ///
    /// The order follows SQLite's affinity rules (<https://www.sqlite.org/datatype3.html> §3.1) after the types that
    /// only the other two have.
    pub fn from_type_name(type_name: &str) -> ColumnKind {
        let name = type_name.trim().to_ascii_lowercase();
        let word = name
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        if name.ends_with("[]") {
            return ColumnKind::Other;
        }
        match word {
            "bool" | "boolean" => ColumnKind::Boolean,
            "bit" => ColumnKind::Boolean,
            "tinyint" if name.starts_with("tinyint(1)") => ColumnKind::Boolean,
            "date" => ColumnKind::Date,
            "year" => ColumnKind::Integer,
            "time" | "timetz" => ColumnKind::Time,
            "interval" | "point" | "geometry" | "geography" => ColumnKind::Other,
            "json" | "jsonb" => ColumnKind::Json,
            "bytea" | "binary" | "varbinary" => ColumnKind::Binary,
            "enum" | "set" | "uuid" | "string" | "citext" | "inet" | "cidr" | "xml" => ColumnKind::Text,
            _ if word.starts_with("timestamp") || word.starts_with("datetime") => ColumnKind::Timestamp,
            _ if word.contains("serial") || word.contains("int") => ColumnKind::Integer,
            _ if word.contains("char") || word.contains("text") || word.contains("clob") => ColumnKind::Text,
            _ if word.contains("blob") => ColumnKind::Binary,
            _ if ["dec", "num", "real", "doub", "floa", "money", "fixed"]
                .iter()
                .any(|part| word.contains(part)) =>
            {
                ColumnKind::Decimal
            }
            _ => ColumnKind::Other,
        }
    }

    /// Whether sums and averages make sense.
    pub fn is_number(self) -> bool {
        matches!(self, ColumnKind::Integer | ColumnKind::Decimal)
    }

    /// Whether it carries a calendar day.
    pub fn is_temporal(self) -> bool {
        matches!(self, ColumnKind::Date | ColumnKind::Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_mean_what_their_databases_say() {
        for (type_name, kind) in [
            ("VARCHAR(64)", ColumnKind::Text),
            ("tinyint(1)", ColumnKind::Boolean),
            ("TINYINT", ColumnKind::Integer),
            ("bigserial", ColumnKind::Integer),
            ("DECIMAL(10,2)", ColumnKind::Decimal),
            ("double precision", ColumnKind::Decimal),
            ("timestamp with time zone", ColumnKind::Timestamp),
            ("DATE", ColumnKind::Date),
            ("jsonb", ColumnKind::Json),
            ("text[]", ColumnKind::Other),
            ("enum('a','b')", ColumnKind::Text),
            ("", ColumnKind::Other),
        ] {
            assert_eq!(ColumnKind::from_type_name(type_name), kind, "{type_name}");
        }
    }

    #[test]
    fn values_for_unknown_tables_and_columns_are_named() {
        let mut schema = Schema {
            tables: vec![Table {
                name: "users".into(),
                columns: vec![Column::new("status", "TEXT", ColumnKind::Text)],
                ..Table::default()
            }],
        };
        let values: SchemaValues = BTreeMap::from([
            (
                "Users".into(),
                BTreeMap::from([("status".into(), vec!["active".into()]), ("x".into(), vec![])]),
            ),
            ("ghosts".into(), BTreeMap::new()),
        ]);
        let unknown = schema.add_values(&values);
        assert_eq!(schema.tables[0].columns[0].samples, ["active"]);
        assert_eq!(unknown.len(), 2, "{unknown:?}");
    }
}
