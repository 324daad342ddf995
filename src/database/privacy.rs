//! Whose values are nobody's business: columns that look like secrets or personal data, by their names and by what is in
//! them.

/// Parts of names that say secret or personal.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "password", "passwd", "secret", "token", "apikey", "privatekey", "credential", "sessionid",
    "email", "phone", "telephone", "socialsecurity", "passport", "nationalid", "taxid", "bankaccount", "accountnumber",
    "creditcard", "cardnumber", "cardno", "birthdate", "birthday", "dateofbirth", "firstname", "lastname", "middlename",
    "surname", "fullname", "maidenname", "givenname", "familyname", "nickname", "username", "streetaddress", "homeaddress",
    "addressline", "ipaddress", "macaddress", "licenseplate",
];

/// Whole words of names that say so.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "hash", "salt", "otp", "pwd", "pin", "cvv", "cookie", "mail", "tel", "cell", "mobile", "fax", "ssn", "iban", "dob", "ip",
    "street", "login", "fname", "lname", "address", "diagnosis",
];

/// Tables whose plain `name` is a person's.
const PEOPLE: &[&str] = &[
    "user",
    "customer",
    "client",
    "person",
    "people",
    "patient",
    "employee",
    "member",
    "contact",
    "student",
    "subscriber",
    "guest",
    "citizen",
    "applicant",
    "candidate",
];

/// Which columns are looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Privacy {
    /// `table.column`, in lower case: those that the config names.
    allowed: Vec<String>,
}

impl Privacy {
    /// Columns that may be looked into whatever they look like.
    pub(super) fn except(columns: &[String]) -> Privacy {
        Privacy {
            allowed: columns
                .iter()
                .map(|column| column.trim().to_lowercase())
                .collect(),
        }
    }

    /// Whether the config names the column.
    pub(super) fn allows(&self, table: &str, column: &str) -> bool {
        let name = format!("{table}.{column}").to_lowercase();
        self.allowed.contains(&name)
    }

    /// Whether values of the column may be read at all.
    pub(super) fn may_read(&self, table: &str, column: &str) -> bool {
        self.allows(table, column) || !looks_private(table, column)
    }

    /// Whether the values that were read may be kept: what is in a column can say more than its name.
    pub(super) fn may_keep(&self, table: &str, column: &str, values: &[String]) -> bool {
        if self.allows(table, column) || values.is_empty() {
            return true;
        }
        let telling = values.iter().filter(|value| is_telling(value)).count();
        // A column of notes may hold one address; a column of addresses holds little else.
        telling * 5 < values.len()
    }
}

fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn looks_private(table: &str, column: &str) -> bool {
    let name = bare(column);
    PARTS.iter().any(|part| name.contains(part))
        || words(column).iter().any(|word| WORDS.contains(&word.as_str()))
        || (name == "name" && words_name_people(table))
}

fn words_name_people(table: &str) -> bool {
    let words = self::words(table);
    let Some(last) = words.last() else {
        return false;
    };
    PEOPLE
        .iter()
        .any(|person| last == person || last.strip_suffix('s') == Some(person))
}

/// The words of `orderItemId` or `order_item_id`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut was_lower) = (String::new(), false);
    for c in name.chars() {
        if (!c.is_alphanumeric() || (c.is_uppercase() && was_lower)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a value is an e-mail address, or a row of digits such as a telephone or card number.
fn is_telling(value: &str) -> bool {
    let value = value.trim();
    let is_mail = value.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
    });
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 9
        && value
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+' | '.' | '/'))
        && !looks_like_a_date(value);
    is_mail || is_number
}

/// `2026-11-24 12:00` and the like: digits that are a moment, without its colons.
fn looks_like_a_date(value: &str) -> bool {
    let mut parts = value.split(['-', '/', '.', ' ']);
    let lengths: Vec<usize> = parts.by_ref().take(3).map(str::len).collect();
    matches!(lengths.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_personal_data_are_known_by_their_names() {
        let rules = Privacy::default();
        for (table, column) in [
            ("users", "password_hash"),
            ("users", "apiKey"),
            ("users", "e_mail"),
            ("orders", "CustomerEmail"),
            ("staff", "first_name"),
            ("staff", "LastName"),
            ("staff", "dob"),
            ("visits", "ip"),
            ("customers", "name"),
            ("app_user", "Name"),
            ("shop", "street_address"),
            ("payments", "iban"),
        ] {
            assert!(!rules.may_read(table, column), "{table}.{column}");
        }
        for (table, column) in [
            ("products", "name"),
            ("users", "status"),
            ("users", "city"),
            ("orders", "shipping_method"),
            ("categories", "title"),
            ("trips", "tip"),
            ("hotels", "telemetry"),
        ] {
            assert!(rules.may_read(table, column), "{table}.{column}");
        }
    }

    #[test]
    fn what_the_config_names_is_read() {
        let rules = Privacy::except(&["Users.Email".into()]);
        assert!(rules.may_read("users", "email"));
        assert!(rules.may_keep("users", "email", &["a@b.example".into()]));
        assert!(!rules.may_read("staff", "email"));
    }

    #[test]
    fn personal_data_is_known_by_what_is_in_a_column() {
        let rules = Privacy::default();
        let keep = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            rules.may_keep("t", "c", &values)
        };
        assert!(!keep(&["ann@x.example", "bob@y.example"]));
        assert!(!keep(&["+47 912 34 567", "(555) 010-9999"]));
        assert!(!keep(&["4111 1111 1111 1111"]));
        assert!(keep(&["2026-11-24", "2026-11-25"]));
        assert!(keep(&[
            "Oslo",
            "Rome",
            "Lima",
            "Kyiv",
            "Bern",
            "mail us: a@b.example"
        ]));
        assert!(keep(&["SKU-1", "12345"]));
        assert!(keep(&[]));
    }
}
