//! The load: some connections with some calls in flight on each, as fast as they are answered or at a set rate.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark needs no names for its tasks"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tonic::transport::Channel;

use crate::contract::remote::loader_client::LoaderClient;
use crate::contract::server::DataQuery;
use crate::server::Server;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 4;
const CALLS_PER_LANE: usize = 250;
/// Calls of one run.
pub const CALLS: usize = CONNECTIONS * IN_FLIGHT * CALLS_PER_LANE;

/// One kind of request.
pub struct Load {
    /// For the report.
    pub name: &'static str,
    /// The request's `sql` field, by the number of the request.
    sql: Arc<dyn Fn(usize) -> String + Send + Sync>,
    /// Requests a second; `None` for as many as are answered.
    rate: Option<f64>,
    /// Numbers go on from run to run, so that no question comes twice where each is to be new.
    next: AtomicUsize,
}

/// What one run took.
pub struct Run {
    /// CPU of the server per request, seconds.
    pub cpu_per_request: f64,
    /// Requests answered in a second.
    pub per_second: f64,
}

impl Load {
    fn new(name: &'static str, sql: impl Fn(usize) -> String + Send + Sync + 'static) -> Load {
        Load {
            name,
            sql: Arc::new(sql),
            rate: None,
            next: AtomicUsize::new(0),
        }
    }

    /// The same at a set rate.
    pub fn at(self, rate: f64) -> Load {
        Load {
            rate: Some(rate),
            ..self
        }
    }

    /// The same question again and again.
    pub fn question_alone() -> Load {
        Load::new("the same question again and again", |_| {
            r#"{"prompt":"Show all users","database_type":"mysql"}"#.into()
        })
    }

    /// The same question with the CREATE TABLE statements of four tables.
    pub fn question_with_schema() -> Load {
        let sql = serde_json::json!({
            "prompt": "total fee per doctor for visits in 2025", "database_type": "mysql", "schema_ddl": DDL,
        })
        .to_string();
        Load::new("the same question with the schema of four tables", move |_| {
            sql.clone()
        })
    }

    /// A new question each time.
    pub fn new_questions() -> Load {
        Load::new("a new question each time", |number| {
            format!(r#"{{"prompt":"Show all users with id {number}","database_type":"mysql"}}"#)
        })
    }

    /// A new question each time with the same schema of four tables.
    pub fn new_questions_with_schema() -> Load {
        Load::new(
            "a new question each time, with the schema of four tables",
            |number| {
                serde_json::json!({
                "prompt": format!("names of patients with id {number}"), "database_type": "mysql", "schema_ddl": DDL,
            })
            .to_string()
            },
        )
    }

    /// The request of that number.
    pub fn sql(&self, number: usize) -> String {
        (self.sql)(number)
    }

    /// Puts the load on a server once.
    pub async fn run(&self, server: &Server) -> Run {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(server.client().await);
        }
        let lanes = CONNECTIONS * IN_FLIGHT;
        let first = self.next.fetch_add(CALLS, Ordering::Relaxed);
        let (cpu_before, started) = (server.cpu_seconds(), Instant::now());
        let mut tasks = tokio::task::JoinSet::new();
        for lane in 0..lanes {
            let mut client = clients[lane % CONNECTIONS].clone();
            let (sql, rate) = (Arc::clone(&self.sql), self.rate);
            tasks.spawn(async move {
                for call in 0..CALLS_PER_LANE {
                    let number = call * lanes + lane;
                    if let Some(rate) = rate {
                        let due = started + Duration::from_secs_f64(number as f64 / rate);
                        tokio::time::sleep_until(due.into()).await;
                    }
                    ask(&mut client, &sql(first + number)).await;
                }
            });
        }
        while let Some(lane) = tasks.join_next().await {
            lane.expect("a lane ends without a panic");
        }
        Run {
            cpu_per_request: (server.cpu_seconds() - cpu_before) / CALLS as f64,
            per_second: CALLS as f64 / started.elapsed().as_secs_f64(),
        }
    }
}

const DDL: &str = "CREATE TABLE patients (id INT PRIMARY KEY, name VARCHAR(80), born DATE, city VARCHAR(40));\n\
    CREATE TABLE doctors (id INT PRIMARY KEY, name VARCHAR(80), ward VARCHAR(40));\n\
    CREATE TABLE visits (id INT PRIMARY KEY, patient_id INT REFERENCES patients(id), \
      doctor_id INT REFERENCES doctors(id), visited_on DATE, fee DECIMAL(8,2), status VARCHAR(16));\n\
    CREATE TABLE bills (id INT PRIMARY KEY, visit_id INT REFERENCES visits(id), amount DECIMAL(8,2), paid BOOLEAN);";

/// One call; an answer that is no success ends the run, since failures are quick.
pub async fn ask(client: &mut LoaderClient<Channel>, sql: &str) {
    let query = DataQuery {
        key: "generate".into(),
        sql: sql.to_owned(),
        ..DataQuery::default()
    };
    let reply = client
        .query(query)
        .await
        .expect("the call is answered")
        .into_inner();
    let success = reply
        .data
        .iter()
        .any(|pair| pair.key == "success" && pair.value == "true");
    assert!(success, "not answered: {:?}", reply.data);
}
