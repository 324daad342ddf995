//! Plans for tests.

use super::{Environment, Plan, plan as made};
use crate::config::{Sheet, Sources, load};

/// The plan for production with the default config and these values.
pub fn plan(values: &str) -> Plan {
    let mut sheet = Sheet::default();
    sheet.lay_file(values, std::path::Path::new("values.yaml"));
    let loaded = load(&Sources::default()).unwrap_or_else(|problems| panic!("{problems:?}"));
    made(&loaded, None, Environment::Production, sheet).unwrap_or_else(|problems| panic!("{problems:?}"))
}
