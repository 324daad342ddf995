//! rsyslog's config: the one shipper whose real program the tests run.

use std::fmt::Write;

use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// Lines are at most 8 KiB a value; rsyslog's own limit, 8 KiB a line, would cut them.
const LONGEST_LINE: &str = "128k";
/// Most that waits on disk for each of the two logs.
const MOST_WAITING: &str = "256m";
/// Where what Elasticsearch refuses for good is kept.
const REFUSED: &str = "/var/spool/rsyslog/atest-ai-refused.log";

/// `rsyslog.conf`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let mut notes = shipping.notes(&[
        "Verified with rsyslog 8.2302: the project's tests deliver through it.",
        "Goes into /etc/rsyslog.d/ as it stands. Needs the package rsyslog-elasticsearch.",
    ]);
    notes.push(
        "Lines wait on disk while Elasticsearch is away or full; what it refuses for good is kept in"
            .to_owned(),
    );
    notes.push(format!("{REFUSED} with the reason."));
    let mut text = Script::default();
    text.global(shipping);
    text.templates(shipping);
    let (tag, audit_tag) = shipping.tags();
    text.log(shipping, tag);
    if let Some(path) = &shipping.audit {
        text.tail(path, audit_tag);
    }
    text.ruleset(shipping, tag);
    if shipping.audit.is_some() {
        text.ruleset(shipping, audit_tag);
    }
    text.again(shipping);
    shipping.commented(Set::Rsyslog, "monitoring/logging/rsyslog.conf", &notes, &text.0)
}

/// RainerScript.
#[derive(Default)]
struct Script(String);

impl Script {
    fn line(&mut self, margin: &str, text: &str) {
        let _ = writeln!(self.0, "{margin}{text}");
    }

    /// `kind(name="value" …)`, one parameter a line where there are several. Texts in backquotes stay as they are: they take
    /// their value from the environment.
    fn object(&mut self, margin: &str, kind: &str, parameters: &[(&str, &str)]) {
        let written = |(name, value): &(&str, &str)| {
            if value.starts_with('`') {
                return format!("{name}={value}");
            }
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        };
        let written: Vec<String> = parameters.iter().map(written).collect();
        let text = if written.len() > 3 {
            let apart = format!("\n{margin}  ");
            format!("{apart}{}\n{margin}", written.join(&apart))
        } else {
            written.join(" ")
        };
        let _ = writeln!(self.0, "{margin}{kind}({text})");
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    fn global(&mut self, shipping: &Shipping<'_>) {
        self.object(
            "",
            "global",
            &[
                ("workDirectory", "/var/spool/rsyslog"),
                ("maxMessageSize", LONGEST_LINE),
            ],
        );
        self.object("", "module", &[("load", "imfile")]);
        if shipping.source == Source::Journal {
            let state = [("load", "imjournal"), ("stateFile", "atest-ai-journal")];
            self.object("", "module", &state);
        }
        self.object("", "module", &[("load", "omelasticsearch")]);
        self.gap();
    }

    fn templates(&mut self, shipping: &Shipping<'_>) {
        self.line(
            "",
            "# A document is the line's JSON with @timestamp; its index has the date of the line.",
        );
        self.object(
            "",
            "template",
            &[
                ("name", "atest_ai_document"),
                ("type", "subtree"),
                ("subtree", "$!line"),
            ],
        );
        self.object(
            "",
            "template",
            &[
                ("name", "atest_ai_time"),
                ("type", "string"),
                ("string", "%timereported:::date-rfc3339%"),
            ],
        );
        self.index("atest-ai", shipping.index());
        if shipping.audit.is_some() {
            self.index("atest-ai-audit", &shipping.audit_index());
        }
        self.line(
            "",
            "# What comes back from Elasticsearch: the document as it was sent, and what was said about it.",
        );
        let document = [("name", "atest_ai_sent"), ("type", "subtree"), ("subtree", "$!")];
        self.object("", "template", &document);
        let index = [
            ("name", "atest_ai_sent_index"),
            ("type", "string"),
            ("string", "%$.omes!_index%"),
        ];
        self.object("", "template", &index);
        let refused = [
            ("name", "atest_ai_refused"),
            ("type", "string"),
            ("string", "{\"answer\": %$.omes%, \"document\": %$!%}\n"),
        ];
        self.object("", "template", &refused);
        self.gap();
    }

    fn index(&mut self, tag: &str, index: &str) {
        let day = "%$!line!@timestamp:1:4%.%$!line!@timestamp:6:7%.%$!line!@timestamp:9:10%";
        let (name, text) = (named(tag, "index"), format!("{index}-{day}"));
        self.object(
            "",
            "template",
            &[("name", &name), ("type", "string"), ("string", &text)],
        );
    }

    fn log(&mut self, shipping: &Shipping<'_>, tag: &str) {
        match &shipping.source {
            Source::File(path) => self.tail(path, tag),
            Source::Containers => self.tail(&shipping.container_files(), tag),
            Source::Journal => {
                self.line("", &format!("if $!_SYSTEMD_UNIT == \"{UNIT}\" then {{"));
                self.line("  ", &format!("call {}", named(tag, "lines")));
                self.line("  ", "stop");
                self.line("", "}");
            }
        }
    }

    fn tail(&mut self, path: &str, tag: &str) {
        let ruleset = named(tag, "lines");
        self.object(
            "",
            "input",
            &[
                ("type", "imfile"),
                ("file", path),
                ("tag", tag),
                ("ruleset", &ruleset),
                ("addMetadata", "off"),
                ("reopenOnTruncate", "on"),
            ],
        );
    }

    /// What happens with each line of a log.
    fn ruleset(&mut self, shipping: &Shipping<'_>, tag: &str) {
        self.gap();
        let (name, queue) = (named(tag, "lines"), named(tag, "queue"));
        let ruleset = format!(
            "ruleset(name=\"{name}\" queue.type=\"LinkedList\" queue.filename=\"{queue}\" queue.maxDiskSpace=\"{MOST_WAITING}\" \
             queue.saveOnShutdown=\"on\") {{"
        );
        self.line("", &ruleset);
        let of_pods = tag == shipping.tags().0 && shipping.source == Source::Containers;
        if of_pods {
            self.line(
                "  ",
                "# The container runtime writes a time, a stream and a mark before each line.",
            );
            let cut = "set $.text = re_extract($msg, \"^[^ ]+ (stdout|stderr) [FP] (.*)\\$\", 0, 2, $msg);";
            self.line("  ", cut);
        } else {
            self.line("  ", "set $.text = $msg;");
        }
        self.line("  ", r#"set $.trouble = parse_json($.text, "\$!line");"#);
        self.line("  ", r#"if $.trouble == 0 and $!line!timestamp != "" then {"#);
        self.line("    ", "set $!line!@timestamp = $!line!timestamp;");
        self.line("  ", "} else {");
        self.line(
            "    ",
            "# No line of the plugin's: a crash, or another program's. It is shipped as it stands.",
        );
        self.line("    ", "unset $!line;");
        self.line("    ", "set $!line!message = $.text;");
        self.line(
            "    ",
            r#"set $!line!@timestamp = exec_template("atest_ai_time");"#,
        );
        self.line("  ", "}");
        let index = named(tag, "index");
        self.deliver(shipping, "atest_ai_document", &index);
        self.line("", "}");
    }

    /// Documents that Elasticsearch did not take.
    fn again(&mut self, shipping: &Shipping<'_>) {
        self.gap();
        self.line("", "# Without the pause, what Elasticsearch is too busy to take would be sent again at once, over and over.");
        self.line(
            "",
            "ruleset(name=\"atest_ai_again\" queue.type=\"LinkedList\" queue.filename=\"atest_ai_again\" \
             queue.maxDiskSpace=\"256m\" queue.saveOnShutdown=\"on\" queue.dequeueSlowdown=\"1000000\") {",
        );
        self.line(
            "  ",
            "if not ($.omes!status == 429 or $.omes!status >= 500) then {",
        );
        let refused = [
            ("type", "omfile"),
            ("file", REFUSED),
            ("template", "atest_ai_refused"),
        ];
        self.object("    ", "action", &refused);
        self.line("    ", "stop");
        self.line("  ", "}");
        self.deliver(shipping, "atest_ai_sent", "atest_ai_sent_index");
        self.line("", "}");
    }

    fn deliver(&mut self, shipping: &Shipping<'_>, template: &str, index: &str) {
        let (url, password) = (shipping.to.url(), format!("`echo ${PASSWORD}`"));
        let mut parameters = vec![
            ("type", "omelasticsearch"),
            ("server", url.as_str()),
            // Types of documents are gone from Elasticsearch 8.
            ("searchType", ""),
            ("template", template),
            ("searchIndex", index),
            ("dynSearchIndex", "on"),
            ("bulkMode", "on"),
            ("retryFailures", "on"),
            ("retryRuleset", "atest_ai_again"),
            ("action.resumeRetryCount", "-1"),
            ("action.resumeInterval", "2"),
            ("action.resumeIntervalMax", "30"),
        ];
        if let Some(user) = shipping.user() {
            parameters.extend([("uid", user), ("pwd", password.as_str())]);
        }
        if let Some(path) = shipping.ca_file().filter(|_| shipping.to.is_tls) {
            parameters.push(("tls.caCert", path));
        }
        self.object("  ", "action", &parameters);
    }
}

/// A name as RainerScript takes it.
fn named(tag: &str, what: &str) -> String {
    format!("{}_{what}", tag.replace('-', "_"))
}
