//! The load: some connections with some calls in flight on each, until a number of calls is done.

use std::time::Instant;

use tonic::transport::Channel;

use crate::contract::remote::loader_client::LoaderClient;
use crate::contract::server::DataQuery;
use crate::server::Server;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 4;
const CALLS_PER_LANE: usize = 250;

/// One kind of request.
pub struct Load {
    /// For the report.
    pub name: &'static str,
    /// The request's `sql` field.
    pub sql: String,
}

/// What one run took.
pub struct Run {
    /// CPU of the server per request, seconds.
    pub cpu_per_request: f64,
    /// Requests answered in a second.
    pub per_second: f64,
}

impl Load {
    /// A question with nothing beside it.
    pub fn question_alone() -> Load {
        Load {
            name: "a question alone",
            sql: r#"{"prompt":"Show all users","database_type":"mysql"}"#.into(),
        }
    }

    /// A question with the CREATE TABLE statements of four tables.
    pub fn question_with_schema() -> Load {
        let ddl = "CREATE TABLE patients (id INT PRIMARY KEY, name VARCHAR(80), born DATE, city VARCHAR(40));\n\
                   CREATE TABLE doctors (id INT PRIMARY KEY, name VARCHAR(80), ward VARCHAR(40));\n\
                   CREATE TABLE visits (id INT PRIMARY KEY, patient_id INT REFERENCES patients(id), \
                     doctor_id INT REFERENCES doctors(id), visited_on DATE, fee DECIMAL(8,2), status VARCHAR(16));\n\
                   CREATE TABLE bills (id INT PRIMARY KEY, visit_id INT REFERENCES visits(id), amount DECIMAL(8,2), paid BOOLEAN);";
        let sql = serde_json::json!({
            "prompt": "total fee per doctor for visits in 2025", "database_type": "mysql", "schema_ddl": ddl,
        });
        Load {
            name: "a question with the schema of four tables",
            sql: sql.to_string(),
        }
    }

    /// Puts the load on a server once.
    pub async fn run(&self, server: &Server) -> Run {
        let mut lanes = Vec::new();
        for _ in 0..CONNECTIONS {
            let client = server.client().await;
            for _ in 0..IN_FLIGHT {
                lanes.push((client.clone(), self.sql.clone()));
            }
        }
        let calls = (lanes.len() * CALLS_PER_LANE) as f64;
        let (cpu_before, started) = (server.cpu_seconds(), Instant::now());
        let mut tasks = tokio::task::JoinSet::new();
        for (mut client, sql) in lanes {
            tasks.spawn(async move {
                for _ in 0..CALLS_PER_LANE {
                    ask(&mut client, &sql).await;
                }
            });
        }
        while let Some(lane) = tasks.join_next().await {
            lane.expect("a lane ends without a panic");
        }
        Run {
            cpu_per_request: (server.cpu_seconds() - cpu_before) / calls,
            per_second: calls / started.elapsed().as_secs_f64(),
        }
    }
}

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
