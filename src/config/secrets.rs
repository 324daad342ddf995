//! Secrets from outside of the config file: single files, folders of them, and Vault.
//!
//! They become variables or values before the config is checked. [`keeper::Keeper`] looks after those that change.

pub mod file;
pub mod folder;
mod held;
pub mod keeper;
mod place;
mod start;
mod vault;

pub use held::{Held, HeldSecret};
pub use place::Place;
pub use start::{VaultError, ask, sign_out};
pub use vault::place as place_of;
