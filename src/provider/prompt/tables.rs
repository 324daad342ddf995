//! The schema as CREATE TABLE statements: tables by name, columns in their order, one line each.

use nl2sql::schema::{Column, ColumnKind, ForeignKey, Schema, Table};
use nl2sql::{Dialect, schema};

use super::is_hidden;

/// Sample values shown of a column.
const MAX_VALUES: usize = 3;

/// Longest sample value, in characters; longer ones are prose, which helps nobody to find a column.
const MAX_VALUE: usize = 40;

/// Longest comment, in characters.
const MAX_COMMENT: usize = 200;

/// Longest name or type, in characters. Databases allow names of 64.
pub(super) const MAX_NAME: usize = 128;

/// Names that some database takes for a word of its own, of those that people give to tables and columns, by length.
#[rustfmt::skip]
const RESERVED: [&[&str]; 11] = [
    &[],
    &[],
    &["as", "by", "on", "or", "to"],
    &["all", "and", "asc", "end", "for", "key"],
    &["case", "desc", "from", "keys", "left", "like", "rank", "read", "user", "when"],
    &["check", "cross", "group", "index", "limit", "order", "range", "right", "table"],
    &["column", "groups", "offset", "option", "select", "values"],
    &["analyze", "between", "default", "foreign", "primary"],
    &["interval"],
    &["condition"],
    &["references"],
];

/// The whole schema; sample values only when they may be seen.
pub(super) fn write(schema: &Schema, dialect: Dialect, show_values: bool) -> String {
    let mut tables: Vec<&Table> = schema.tables.iter().collect();
    tables.sort_by(|a, b| (&a.name, &a.namespace).cmp(&(&b.name, &b.namespace)));
    let columns: usize = tables.iter().map(|table| table.columns.len() + 3).sum();
    let mut writer = Writer {
        out: String::with_capacity(columns * 48),
        dialect,
        show_values,
    };
    for (at, table) in tables.into_iter().enumerate() {
        if at > 0 {
            writer.out.push('\n');
        }
        writer.table(table);
    }
    writer.out
}

struct Writer {
    out: String,
    dialect: Dialect,
    show_values: bool,
}

impl Writer {
    fn table(&mut self, table: &Table) {
        self.out.push_str("CREATE TABLE ");
        if let Some(namespace) = self.shown_namespace(table) {
            self.name(namespace);
            self.out.push('.');
        }
        self.name(&table.name);
        self.out.push_str(" (");
        self.remark(table.comment.as_deref(), &[]);
        self.out.push('\n');
        let keys = self.keys_of_their_own(table);
        for (at, column) in table.columns.iter().enumerate() {
            self.column(table, column, at + 1 < table.columns.len() || keys > 0);
        }
        self.keys(table, keys);
        self.out.push_str(");\n");
    }

    /// The prefix that a query needs: none for the namespace that the database looks in anyway.
    fn shown_namespace<'t>(&self, table: &'t Table) -> Option<&'t str> {
        let own = match self.dialect {
            Dialect::PostgreSql => "public",
            Dialect::Sqlite => "main",
            Dialect::MySql => "",
        };
        table.namespace.as_deref().filter(|namespace| *namespace != own)
    }

    fn column(&mut self, table: &Table, column: &Column, more: bool) {
        self.out.push_str("  ");
        self.name(&column.name);
        let type_name = declared_type(column);
        if !type_name.is_empty() {
            self.out.push(' ');
            self.line(type_name, MAX_NAME);
        }
        let is_key = table.primary_key.len() == 1 && table.primary_key[0] == column.name;
        if is_key {
            self.out.push_str(" PRIMARY KEY");
        } else {
            self.out.push_str(if column.nullable { "" } else { " NOT NULL" });
            self.out.push_str(if column.unique { " UNIQUE" } else { "" });
        }
        let key = table.foreign_keys.iter().find(|key| is_single(key, column));
        if let Some(key) = key {
            self.reference(key);
        }
        self.out.push_str(if more { "," } else { "" });
        let values: &[String] = if self.show_values && column.kind == ColumnKind::Text {
            &column.samples
        } else {
            &[]
        };
        self.remark(column.comment.as_deref(), values);
        self.out.push('\n');
    }

    /// How many keys get a line of their own: those over several columns.
    fn keys_of_their_own(&self, table: &Table) -> usize {
        let foreign = table
            .foreign_keys
            .iter()
            .filter(|key| key.columns.len() > 1)
            .count();
        foreign + usize::from(table.primary_key.len() > 1)
    }

    fn keys(&mut self, table: &Table, mut left: usize) {
        let mut end = |out: &mut String| {
            left = left.saturating_sub(1);
            out.push_str(if left > 0 { ",\n" } else { "\n" });
        };
        if table.primary_key.len() > 1 {
            self.out.push_str("  PRIMARY KEY");
            self.names(&table.primary_key);
            end(&mut self.out);
        }
        for key in table.foreign_keys.iter().filter(|key| key.columns.len() > 1) {
            self.out.push_str("  FOREIGN KEY");
            self.names(&key.columns);
            self.reference(key);
            end(&mut self.out);
        }
    }

    fn reference(&mut self, key: &ForeignKey) {
        self.out.push_str(" REFERENCES ");
        self.name(&key.table);
        if !key.references.is_empty() {
            self.names(&key.references);
        }
    }

    fn names(&mut self, names: &[String]) {
        self.out.push_str(" (");
        for (at, name) in names.iter().enumerate() {
            self.out.push_str(if at > 0 { ", " } else { "" });
            self.name(name);
        }
        self.out.push(')');
    }

    /// A name as a query must write it.
    fn name(&mut self, name: &str) {
        if is_plain(name, self.dialect) {
            self.out.push_str(name);
            return;
        }
        let quote = if self.dialect == Dialect::MySql { '`' } else { '"' };
        self.out.push(quote);
        for c in name.chars().take(MAX_NAME) {
            let c = if is_hidden(c) { ' ' } else { c };
            self.out.push(c);
            if c == quote {
                self.out.push(quote);
            }
        }
        self.out.push(quote);
    }

    /// What follows on the line as a comment: the column's own, then sample values.
    fn remark(&mut self, comment: Option<&str>, values: &[String]) {
        let mut separator = " -- ";
        if let Some(comment) = comment.map(str::trim).filter(|comment| !comment.is_empty()) {
            self.out.push_str(separator);
            self.line(comment, MAX_COMMENT);
            separator = "; ";
        }
        let shown = values.iter().map(|value| value.trim());
        let short = shown.filter(|value| !value.is_empty() && value.chars().nth(MAX_VALUE).is_none());
        for (at, value) in short.take(MAX_VALUES).enumerate() {
            if at == 0 {
                self.out.push_str(separator);
                self.out.push_str("e.g. '");
            } else {
                self.out.push_str(", '");
            }
            for c in value.chars() {
                self.out.push(if is_hidden(c) { ' ' } else { c });
                if c == '\'' {
                    self.out.push('\'');
                }
            }
            self.out.push('\'');
        }
    }

    /// Foreign text on the line where it stands, cut when it is long.
    fn line(&mut self, text: &str, most: usize) {
        let is_simple = |byte: u8| matches!(byte, b' '..=b'~');
        if text.len() <= most && text.bytes().all(is_simple) {
            self.out.push_str(text);
            return;
        }
        let mut chars = text.chars();
        let shown = chars.by_ref().take(most);
        self.out.extend(shown.map(|c| if is_hidden(c) { ' ' } else { c }));
        if chars.next().is_some() {
            self.out.push('…');
        }
    }
}

/// The type as declared, else what is known of it.
fn declared_type(column: &schema::Column) -> &str {
    let declared = column.type_name.trim();
    if !declared.is_empty() {
        return declared;
    }
    match column.kind {
        ColumnKind::Integer => "INTEGER",
        ColumnKind::Decimal => "DECIMAL",
        ColumnKind::Text => "TEXT",
        ColumnKind::Boolean => "BOOLEAN",
        ColumnKind::Date => "DATE",
        ColumnKind::Time => "TIME",
        ColumnKind::Timestamp => "TIMESTAMP",
        ColumnKind::Json => "JSON",
        ColumnKind::Binary => "BLOB",
        ColumnKind::Other => "",
    }
}

fn is_single(key: &ForeignKey, column: &Column) -> bool {
    key.columns.len() == 1 && key.columns[0] == column.name
}

/// Whether a database reads a name without quotes as it is written.
fn is_plain(name: &str, dialect: Dialect) -> bool {
    let mut has_capital = false;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    for byte in name.bytes() {
        if !is_word(&byte) {
            return false;
        }
        has_capital |= byte.is_ascii_uppercase();
    }
    let starts_well = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    let is_folded = has_capital && dialect == Dialect::PostgreSql;
    starts_well && name.len() <= MAX_NAME && !is_folded && !is_reserved(name)
}

fn is_reserved(name: &str) -> bool {
    let words = RESERVED.get(name.len()).copied().unwrap_or_default();
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}
