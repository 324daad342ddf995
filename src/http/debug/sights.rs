//! What can be seen, one entry a subject, each with commands that work for this process as they stand.

use std::path::Path;

use serde::Serialize;

use super::process::ThisProcess;

/// A subject, and how to look at it.
#[derive(Debug, Serialize)]
pub(super) struct Sight {
    /// Its name.
    pub name: &'static str,
    /// What it tells, in a sentence.
    pub about: String,
    /// A path of this listener that a browser can open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'static str>,
    /// What to type.
    pub commands: Vec<Command>,
}

/// One line for a shell.
#[derive(Debug, Serialize)]
pub(super) struct Command {
    /// What it shows or does.
    pub purpose: &'static str,
    /// The line.
    pub line: String,
}

fn command(purpose: &'static str, line: impl Into<String>) -> Command {
    Command {
        purpose,
        line: line.into(),
    }
}

/// Everything that can be seen of this process.
pub(super) fn sights(process: &ThisProcess) -> Vec<Sight> {
    let shell = Shell(process);
    vec![
        shell.health(),
        shell.metrics(),
        shell.logs(),
        shell.levels(),
        shell.audit(),
        shell.traces(),
        shell.profiles(),
        shell.caches(),
        shell.providers(),
        shell.settings(),
        shell.maintenance(),
        shell.system(),
    ]
}

/// Puts this process's places into shell lines.
struct Shell<'a>(&'a ThisProcess);

impl Shell<'_> {
    fn health(&self) -> Sight {
        Sight {
            name: "Health",
            about: "200 when well, 503 when not; verbose names each check with its reason.".into(),
            path: Some("/health?verbose"),
            commands: vec![
                command("everything at once", self.get("/health?verbose")),
                command(
                    "whether it takes questions now",
                    self.get("/health/ready?verbose"),
                ),
                command("whether the process turns", self.get("/health/live?verbose")),
                command(
                    "whether everything was built once",
                    self.get("/health/startup?verbose"),
                ),
                command(
                    "what atest sees: a Verify over the socket, and readiness",
                    self.program("healthcheck"),
                ),
            ],
        }
    }

    fn metrics(&self) -> Sight {
        let openmetrics = format!(
            "curl -s -H 'Accept: application/openmetrics-text; version=1.0.0' {}",
            self.url("/metrics")
        );
        Sight {
            name: "Metrics",
            about: "For Prometheus; people can read them too.".into(),
            path: Some("/metrics"),
            commands: vec![
                command("all of them", self.get("/metrics")),
                command(
                    "questions by outcome",
                    format!(
                        "{} | grep '^atest_ai_requests_total.* [1-9]'",
                        self.get("/metrics")
                    ),
                ),
                command("as OpenMetrics, with exemplars", openmetrics),
            ],
        }
    }

    fn logs(&self) -> Sight {
        let pid = self.0.pid;
        let reopen = command(
            "open the file anew, after something moved it away",
            format!("kill -HUP {pid}"),
        );
        let (about, commands) = match &self.0.log_file {
            Some(file) => (
                "One line an event. Rotated files lie beside the log file.".into(),
                vec![
                    command("follow it", format!("tail -F {}", path(file))),
                    command(
                        "warnings and errors",
                        format!(
                            "grep -E '\"level\":\"(warn|error)\"|^[^ ]+ +(WARN|ERROR) ' {}",
                            path(file)
                        ),
                    ),
                    reopen,
                ],
            ),
            None => (
                format!("Lines go to {}.", self.0.log_output),
                vec![
                    command(
                        "follow them, when systemd started it",
                        format!("journalctl -f _PID={pid}"),
                    ),
                    command(
                        "where they go",
                        format!(
                            "ls -l /proc/{pid}/fd/{}",
                            if self.0.log_output == "stderr" { 2 } else { 1 }
                        ),
                    ),
                ],
            ),
        };
        Sight {
            name: "Logs",
            about,
            path: None,
            commands,
        }
    }

    fn levels(&self) -> Sight {
        let url = self.url("/admin/log-level");
        let pid = self.0.pid;
        Sight {
            name: "Log levels",
            about: "Debug shows question texts. It ends by itself.".into(),
            path: Some("/admin/log-level"),
            commands: vec![
                command("the levels in effect", format!("curl -s {url}")),
                command(
                    "debug for ten minutes",
                    format!(
                        "curl -s -X PUT {url} -H 'Content-Type: application/json' -d '{{\"level\":\"debug\",\"for\":\"10m\"}}'"
                    ),
                ),
                command("back to the config", format!("curl -s -X DELETE {url}")),
                command("debug by a signal", format!("kill -USR1 {pid}")),
                command("and back", format!("kill -USR2 {pid}")),
            ],
        }
    }

    fn audit(&self) -> Sight {
        let commands = self.0.audit_file.as_deref().map(|file| {
            let file = path(file);
            vec![
                command("follow it", format!("tail -F {file}")),
                command(
                    "callers that were refused",
                    format!("grep authentication_failure {file}"),
                ),
            ]
        });
        Sight {
            name: "Audit log",
            about: match commands {
                Some(_) => "Who was refused, and what administration changed.".into(),
                None => "None is written: audit.enabled is false, or there is no folder for it.".into(),
            },
            path: None,
            commands: commands.unwrap_or_default(),
        }
    }

    fn traces(&self) -> Sight {
        let commands = match &self.0.log_file {
            // Without traces no line has an id.
            Some(file) if self.0.traces.is_some() => vec![command(
                "lines that belong to a trace",
                format!("grep trace_id {}", path(file)),
            )],
            _ => Vec::new(),
        };
        let where_to = match &self.0.traces {
            Some(collector) => format!("On, for the collector at {collector}."),
            None => "Off. tracing.endpoint in the config, or OTEL_EXPORTER_OTLP_ENDPOINT, switches them on."
                .into(),
        };
        Sight {
            name: "Traces",
            about: format!("{where_to} While they are on, each log line of a question has its trace_id."),
            path: None,
            commands,
        }
    }

    fn profiles(&self) -> Sight {
        let pprof = |path: &str| format!("go tool pprof -top {}", self.url(&format!("/debug/pprof/{path}")));
        Sight {
            name: "Profiles",
            about: "CPU, memory, tasks, waits and an execution trace, for go tool pprof and go tool trace; as pictures in the browser.".into(),
            path: Some("/debug/pprof/"),
            commands: vec![
                command("where CPU time goes, for five seconds", pprof("profile?seconds=5")),
                command("who holds memory", pprof("heap")),
                command("every task, the stuck ones first", self.get("/debug/pprof/goroutine?debug=2")),
                command(
                    "what workers and tasks do, for two seconds",
                    format!(
                        "curl -s -o trace {} && go tool trace trace",
                        self.url("/debug/pprof/trace?seconds=2")
                    ),
                ),
            ],
        }
    }

    fn caches(&self) -> Sight {
        Sight {
            name: "Caches",
            about: "Answers and schemas that are kept.".into(),
            path: Some("/admin/cache"),
            commands: vec![
                command("how they stand", self.program("cache stats")),
                command("the same as JSON", self.get("/admin/cache")),
                command("clear them", self.program("cache clear")),
            ],
        }
    }

    fn providers(&self) -> Sight {
        Sight {
            name: "Providers",
            about: "Who writes the SQL, and whether they answer.".into(),
            path: None,
            commands: vec![
                command(
                    "which are able to answer, and which are failing",
                    self.get("/health/ready?verbose"),
                ),
                command(
                    "errors by provider and kind",
                    format!("{} | grep '^atest_ai_errors_total'", self.get("/metrics")),
                ),
                command("ask each for one tiny answer", self.program("--test-providers")),
            ],
        }
    }

    fn settings(&self) -> Sight {
        Sight {
            name: "Settings",
            about: "What is in effect, and what the files and a shell's environment would make; secrets are hidden.".into(),
            path: Some("/admin/config"),
            commands: vec![
                command("in effect", format!("curl -s {}", self.url("/admin/config"))),
                command("what became of the last reload", format!("curl -s {}", self.url("/admin/reload"))),
                command("load the files again", self.program("config reload")),
                command("of the files", self.program("config show")),
                command("what is wrong with the file", self.program("--validate")),
            ],
        }
    }

    fn maintenance(&self) -> Sight {
        let url = self.url("/admin/maintenance-mode");
        Sight {
            name: "Maintenance mode",
            about: "New questions are refused; what is under way goes on.".into(),
            path: Some("/admin/maintenance-mode"),
            commands: vec![
                command("its state", format!("curl -s {url}")),
                command(
                    "on, until no question is under way",
                    self.program("maintenance on --drain 30s"),
                ),
                command("off", format!("curl -s -X DELETE {url}")),
            ],
        }
    }

    fn system(&self) -> Sight {
        let pid = self.0.pid;
        Sight {
            name: "Process and socket",
            about: "What the system knows.".into(),
            path: None,
            commands: vec![
                command(
                    "memory and threads",
                    format!("grep -E '^(VmRSS|VmHWM|Threads)' /proc/{pid}/status"),
                ),
                command(
                    "who may open the socket",
                    format!("ls -l {}", path(&self.0.socket)),
                ),
            ],
        }
    }

    fn url(&self, path: &str) -> String {
        word(&format!("{}{path}", self.0.http))
    }

    fn get(&self, path: &str) -> String {
        format!("curl -s {}", self.url(path))
    }

    /// A command of the program, with the config of this process.
    fn program(&self, arguments: &str) -> String {
        let program = path(&self.0.program);
        match &self.0.config_file {
            Some(file) => format!("{program} --config {} {arguments}", path(file)),
            None => format!("{program} {arguments}"),
        }
    }
}

fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

/// One word for a shell, in quotes where it needs them.
pub(super) fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:+,@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
