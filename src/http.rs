//! The door for people and machines: health, metrics, questions, administration; who may use which.
//!
//! | path | methods | for | who may |
//! |---|---|---|---|
//! | `/` | GET | what this is and where to look | anyone |
//! | `/health` | GET | one summary for balancers and people: everything below is well | anyone |
//! | `/health/live` | GET | the process turns; a failure means: restart it. Never asks a provider | anyone |
//! | `/health/ready` | GET | it takes questions now; a failure means: send none | anyone |
//! | `/health/startup` | GET | everything was built once; stays well until the end | anyone |
//! | `/metrics` | GET | Prometheus text 0.0.4, or OpenMetrics when asked for; gzip when asked for | anyone |
//! | `/api/v1/data/query` | POST | a question, or another request of the host's query language | local |
//! | `/admin/maintenance-mode` | GET, POST, DELETE | state, on, off | local |
//! | `/admin/cache` | GET, DELETE | how the caches stand, clearing them | local |
//! | `/admin/log-level` | GET, PUT, DELETE | levels in effect, other ones for a while, the config's again | local |
//! | `/debug/` | GET | what can be seen of this process, with the commands for it; JSON when asked for | local |
//!
//! GET stands for HEAD too; the health paths take `?verbose`. *Local* is what [`access`] says. Every refusal is the
//! JSON object `{"code", "message", "details"}` that atest's own gateway sends.

mod access;
mod admin;
mod body;
mod debug;
pub mod farewell;
mod guard;
mod health;
mod heartbeat;
mod index;
mod listen;
mod metrics;
mod query;
mod reply;
mod router;
mod serve;
pub mod tls;

pub use listen::{BindError, bind};
pub use serve::{StallLimit, serve};

#[cfg(test)]
mod testing;
