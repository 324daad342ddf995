//! The list of profiles, as a page or as JSON.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use crate::answer::AnswerService;
use crate::http::debug::{escaped, page, page_or_json};
use crate::telemetry::profiles::{ALL, ProfileName};

/// One profile on the page.
#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    path: String,
    about: &'static str,
    /// How to look at it.
    command: String,
}

/// `GET /debug/pprof/`
pub(in crate::http) async fn index(
    State(service): State<Arc<AnswerService>>,
    headers: HeaderMap,
) -> Response {
    let server = &service.snapshot().config.server;
    let base = format!("{}://localhost:{}/debug/pprof", server.scheme(), server.port);
    let entries: Vec<Entry> = ALL.into_iter().map(|name| entry(&base, name)).collect();
    page_or_json(&headers, &entries, |entries| html(entries))
}

fn entry(base: &str, name: ProfileName) -> Entry {
    let word = name.word();
    let command = match name {
        ProfileName::Execution => {
            format!("curl -o trace '{base}/trace?seconds=5' && go tool trace trace")
        }
        ProfileName::Cpu => format!("go tool pprof '{base}/profile?seconds=10'"),
        _ => format!("go tool pprof {base}/{word}"),
    };
    Entry {
        name: word,
        path: format!("/debug/pprof/{word}"),
        about: name.about(),
        command,
    }
}

fn html(entries: &[Entry]) -> String {
    let mut html = page::head("profiles", "Profiles of this plugin");
    html.push_str("<p>For <code>go tool pprof</code> and <code>go tool trace</code>. <a href=\"/debug/\">What else can be seen</a></p>\n<dl>\n");
    for entry in entries {
        let path = escaped(&entry.path);
        let mut views = vec![format!("<a href=\"{path}\">download</a>")];
        let drawn = ProfileName::find(entry.name).and_then(ProfileName::drawn);
        if drawn.is_some() {
            views.push(format!("<a href=\"{path}?format=svg\">flame graph</a>"));
            views.push(format!("<a href=\"{path}?debug=1\">text</a>"));
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            html,
            "<dt><b>{}</b>: {} ({})</dt><dd><pre>{}</pre></dd>",
            escaped(entry.name),
            escaped(entry.about),
            views.join(", "),
            escaped(&entry.command),
        );
    }
    html.push_str(
        "</dl>\n<p><a href=\"/debug/pprof/cmdline\">cmdline</a>: the words that the process was started with. \
         <a href=\"/debug/pprof/symbol\">symbol</a>: the functions at addresses.</p>\n</body>\n</html>\n",
    );
    html
}
