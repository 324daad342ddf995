//! The environments that there are, and what is different in each before anybody sets values.

/// An environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Environment {
    /// A developer's machine: nobody is paged.
    Development,
    /// A system to try things on: nobody is paged.
    Staging,
    /// What people rely on.
    Production,
}

impl Environment {
    /// Each.
    pub const ALL: [Environment; 3] = [
        Environment::Development,
        Environment::Staging,
        Environment::Production,
    ];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Environment::Development => "development",
            Environment::Staging => "staging",
            Environment::Production => "production",
        }
    }

    /// The environment of that name; `Err` says what there is.
    pub fn parse(name: &str) -> Result<Environment, String> {
        let names = Environment::ALL.map(Environment::word);
        if let Some(index) = names
            .iter()
            .position(|word| word.eq_ignore_ascii_case(name.trim()))
        {
            return Ok(Environment::ALL[index]);
        }
        let short = name.trim().to_ascii_lowercase();
        let longer = names
            .into_iter()
            .find(|word| !short.is_empty() && word.starts_with(&short));
        let meant = longer.or_else(|| crate::config::closest(name, names));
        let hint = meant
            .map(|word| format!("; did you mean {word}?"))
            .unwrap_or_default();
        Err(format!(
            "no environment is called {name:?}: there are {}{hint}",
            names.join(", ")
        ))
    }

    /// Its built-in values, in the notation of a values file.
    pub fn built_in(self) -> &'static str {
        match self {
            Environment::Development => {
                "alertDefaults: {maxSeverity: info}\n\
                 slos: {availability: {objective: 95}, latency: {objective: 94}}\n"
            }
            Environment::Staging => {
                "alertDefaults: {maxSeverity: warning}\n\
                 slos: {availability: {objective: 99}, latency: {objective: 94}}\n"
            }
            Environment::Production => "",
        }
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
