//! The page as HTML: no script, one small style, nothing from elsewhere.

use std::fmt::Write;

use super::Shown;
use super::process::ThisProcess;

/// The one style. [`POLICY`] names its hash.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin:2rem 0 .2rem}p{margin:.2rem 0}
th{text-align:left;font-weight:normal;padding-right:1.5rem;vertical-align:top}
dt{margin-top:.7rem}dd{margin:0}
pre{margin:.2rem 0;padding:.5rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;background:#8882;border-radius:.3rem}
";

/// Nothing may be loaded, run, framed or sent; the style is the one above.
pub(in crate::http) const POLICY: &str = "default-src 'none'; style-src 'sha256-p3sgiSvNpZvOMPcixsn+xIWRi0r2WBL9MRtw6UmD3mA='; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Writes the page.
pub(super) fn html(shown: &Shown) -> String {
    let mut page = head("debug", "What can be seen of this plugin");
    page.push_str(
        "<p>Each command works as it stands, on the machine that the plugin runs on. <a href=\"/paths\">All paths</a></p>\n",
    );
    facts(&mut page, &shown.process);
    for sight in &shown.sights {
        let name = match sight.path {
            Some(path) => format!("<a href=\"{}\">{}</a>", escaped(path), escaped(sight.name)),
            None => escaped(sight.name),
        };
        // Writing to a string cannot fail.
        let _ = write!(page, "<h2>{name}</h2>\n<p>{}</p>\n", escaped(&sight.about));
        if sight.commands.is_empty() {
            continue;
        }
        page.push_str("<dl>\n");
        for command in &sight.commands {
            let (purpose, line) = (escaped(command.purpose), escaped(&command.line));
            let _ = writeln!(page, "<dt>{purpose}</dt><dd><pre>{line}</pre></dd>");
        }
        page.push_str("</dl>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// A page up to its heading.
pub(in crate::http) fn head(title: &str, heading: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>atest-ext-ai: {title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{heading}</h1>\n"
    )
}

fn facts(page: &mut String, process: &ThisProcess) {
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let log = process.log_file.as_deref().map(path);
    let config = process.config_file.as_deref().map(path);
    let rows = [
        ("version", format!("{} ({})", process.version, process.commit)),
        ("process", process.pid.to_string()),
        ("HTTP", process.http.clone()),
        ("socket", path(&process.socket)),
        ("config", config.unwrap_or_else(|| "defaults, no file".into())),
        ("log", log.unwrap_or_else(|| process.log_output.into())),
        (
            "audit log",
            process.audit_file.as_deref().map_or("none".into(), path),
        ),
    ];
    page.push_str("<table>\n");
    for (name, value) in rows {
        let _ = writeln!(
            page,
            "<tr><th>{name}</th><td><code>{}</code></td></tr>",
            escaped(&value)
        );
    }
    page.push_str("</table>\n");
}

/// Text for HTML, also inside quotes.
pub(in crate::http) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
