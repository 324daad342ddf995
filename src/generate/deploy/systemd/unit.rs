//! Unit files, written for one version of systemd.

/// The version in which a setting came, for those that are newer than the oldest that is written for.
const SINCE: [(&str, u16); 10] = [
    ("ProtectHostname", 242),
    ("RestrictSUIDSGID", 242),
    ("OOMPolicy", 243),
    ("ProtectKernelLogs", 244),
    ("ProtectClock", 245),
    ("LoadCredential", 247),
    ("ProtectProc", 247),
    ("PrivateIPC", 248),
    ("RestartMaxDelaySec", 254),
    ("RestartSteps", 254),
];

/// Whether systemd of that version knows the setting. An older one would say `Unknown key`, and go on without it.
pub fn knows(version: u16, setting: &str) -> bool {
    !SINCE
        .iter()
        .any(|(name, since)| *name == setting && *since > version)
}

/// A unit file, section by section.
pub struct Unit {
    version: u16,
    text: String,
}

impl Unit {
    /// An empty one for systemd of that version.
    pub fn new(version: u16) -> Unit {
        Unit {
            version,
            text: String::new(),
        }
    }

    /// Begins a section.
    pub fn section(&mut self, name: &str) -> &mut Unit {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(&format!("[{name}]"))
    }

    /// A comment.
    pub fn note(&mut self, text: &str) -> &mut Unit {
        self.line(&format!("# {text}"))
    }

    /// A setting, where this version has it.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Unit {
        match knows(self.version, name) {
            true => self.line(&format!("{name}={value}")),
            false => self,
        }
    }

    /// A setting that is off, as an example, where this version has it.
    pub fn example(&mut self, name: &str, value: &str) -> &mut Unit {
        match knows(self.version, name) {
            true => self.line(&format!("#{name}={value}")),
            false => self,
        }
    }

    /// Settings, where this version has them.
    pub fn all(&mut self, settings: &[(&str, &str)]) -> &mut Unit {
        for (name, value) in settings {
            self.set(name, value);
        }
        self
    }

    fn line(&mut self, line: &str) -> &mut Unit {
        debug_assert!(!line.contains('\n'), "a setting is one line");
        self.text.push_str(line);
        self.text.push('\n');
        self
    }

    /// The whole file.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A path or a text as one word of a setting: specifiers mean nothing in it, and spaces do not end it.
pub fn word(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    match escaped.contains(char::is_whitespace) || escaped != text {
        true => format!("\"{escaped}\""),
        false => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, word};

    fn written(version: u16) -> String {
        let mut unit = Unit::new(version);
        unit.section("Service")
            .set("Type", "notify")
            .set("RestartSteps", "5")
            .example("LoadCredential", "a:/b");
        unit.into_text()
    }

    #[test]
    fn what_a_version_does_not_know_is_left_out() {
        assert_eq!(written(239), "[Service]\nType=notify\n");
        assert_eq!(written(247), "[Service]\nType=notify\n#LoadCredential=a:/b\n");
        assert_eq!(
            written(254),
            "[Service]\nType=notify\nRestartSteps=5\n#LoadCredential=a:/b\n"
        );
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(word("/var/log"), "/var/log");
        assert_eq!(word("/a b"), "\"/a b\"");
        assert_eq!(word("/100%"), "\"/100%%\"");
    }
}
