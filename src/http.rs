//! The door for people and machines: health, metrics, questions, administration; who may use which.
//!
//! | path | methods | for | who may |
//! |---|---|---|---|
//! | `/` | GET | the page; for programs, what this is and where to look | local, or signed in; for programs, anyone |
//! | `/status` | GET | how the plugin is doing, live | local, or signed in |
//! | `/ui/{file}` | GET | the page's script, style and icon | local, or signed in |
//! | `/paths` | GET | what this is and where to look | anyone |
//! | `/login` | GET, POST | signing in with a browser, by a token | anyone |
//! | `/logout` | POST | signing out | who is signed in |
//! | `/health` | GET | one summary for balancers and people: everything below is well | anyone |
//! | `/health/live` | GET | the process turns; a failure means: restart it. Never asks a provider | anyone |
//! | `/health/ready` | GET | it takes questions now; a failure means: send none | anyone |
//! | `/health/startup` | GET | everything was built once; stays well until the end | anyone |
//! | `/metrics` | GET | Prometheus text 0.0.4, or OpenMetrics when asked for; gzip when asked for | anyone, or by config local or scope `metrics` |
//! | `/api/v1/data/query` | POST | a question, or another request of the host's query language | local, or scope `api` |
//! | `/admin/maintenance-mode` | GET, POST, DELETE | state, on (`?persist`: after a restart too), off | local, or scope `admin` |
//! | `/admin/cache` | GET, DELETE | how the caches stand, clearing them | local, or scope `admin` |
//! | `/admin/log-level` | GET, PUT, DELETE | levels in effect, other ones for a while, the config's again | local, or scope `admin` |
//! | `/admin/reload` | GET, POST | what became of the last reload, loading the config again | local, or scope `admin` |
//! | `/admin/config` | GET | every setting in effect and where it comes from, secrets masked | local, or scope `admin` |
//! | `/debug/` | GET | what can be seen of this process, with the commands for it; JSON when asked for | local, or scope `debug` |
//!
//! A second listener, for atest's extension proxy, has `POST /query` alone, for the scope `api`; nobody is local there.
//!
//! GET stands for HEAD too; the health paths take `?verbose`. *Local* is what [`access`] says, and so are scopes. Every
//! refusal to a program is the JSON object `{"code", "message", "details"}` that atest's own gateway sends.

mod access;
mod admin;
mod body;
mod debug;
pub mod farewell;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod guard;
mod health;
mod heartbeat;
mod index;
mod listen;
mod login;
mod metrics;
mod pprof;
mod query;
mod rate;
mod reply;
mod router;
mod serve;
pub mod tls;
mod ui;

#[cfg(any(test, feature = "fuzzing"))]
pub use access::fuzzing::jwt as fuzz_jwt;
pub use access::{Access, Rules};
pub use listen::{BindError, bind};
pub use rate::{Caller as RatedCaller, Rates};
pub use serve::{StallLimit, serve, serve_relayed};
pub use ui::files::SCRIPT as PAGE_SCRIPT;

use crate::config::{Loaded, Problems};

/// Checks what only reading the files that the config names can tell of who may do what.
///
/// # Errors
/// The file of keys for signed tokens cannot be used.
pub fn check(loaded: &Loaded) -> Result<(), Problems> {
    Rules::new(&loaded.config).map(drop).map_err(|reason| {
        const KEY: &str = "access.jwt.jwks_file";
        let mut problems = Problems::default();
        problems.add(&loaded.origin(KEY), KEY, reason);
        problems
    })
}

#[cfg(test)]
mod testing;
