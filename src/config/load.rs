//! Loading: find the file, read it, lay environment and command line over it, and what the page saved; check everything,
//! tell everything.

mod layers;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::Environment;
use super::model::Config;
use super::problem::{Notice, Origin, Problems, Topic};
use super::saved::{SaveError, Saved, SavedService};
use super::schema::Shape;
use super::secrets::{self, Held, VaultError};
use super::substitute::Substitution;
use super::tree::Node;
use super::watch::{Content, content_of_one};
use super::{check, databases, differences, effect, model, rules, services, spellings, state, variables};
use layers::Layers;

/// What a config is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// The environment. It says where the state folder is, too, whose saved settings belong to the config.
    pub environment: Environment,
    /// `--socket`: the Unix socket to listen on.
    pub socket: Option<PathBuf>,
    /// `--port`: the TCP port for gRPC, on 127.0.0.1.
    pub port: Option<u16>,
    /// What the file held, where that can be read only once ([`Sources::read_pipe`]).
    pub piped: Option<Piped>,
    /// What Vault gave ([`ask_vault`]). `None`: it is not asked, and what it would give counts as set.
    pub vault: Option<Held>,
}

/// What a pipe held; it may hold secrets.
#[derive(Clone)]
pub struct Piped(Arc<[u8]>);

impl std::fmt::Debug for Piped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Sources {
    /// Reads the file where it is a pipe, so that it can be loaded more than once.
    pub fn read_pipe(mut self) -> Sources {
        if let Ok(Some(path)) = read::locate(&self) {
            self.piped = read::piped(&path).map(|bytes| Piped(bytes.into()));
        }
        self
    }
}

/// A config that was found right, and how it came about.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Where each setting that somebody gave comes from, by dotted key. What is missing is a default.
    pub origins: BTreeMap<String, Origin>,
    /// What is worth knowing.
    pub notices: Vec<Notice>,
    /// The file that was read; `None` when there was none.
    pub file: Option<PathBuf>,
    /// The folder for what outlives the process; `None` when no folder can be written.
    pub state_dir: Option<PathBuf>,
    /// Files whose content belongs to the config, besides its own file. They need not exist.
    files: BTreeSet<PathBuf>,
    /// What was in the files that settings name, by the setting's key.
    pub(super) contents: BTreeMap<String, Content>,
    /// What Vault gave; `None` when it was not asked.
    pub vault: Option<Held>,
    /// What there was before the page changed anything.
    ground: Arc<Ground>,
    /// What the page has changed.
    saved: Saved,
    /// Services whose changes are in no file, because none could be written.
    only_in_memory: BTreeSet<String>,
    /// Everything that was written, the page's changes included.
    tree: Arc<Node>,
}

/// Everything that a config is made from but what the page saved: file, environment, command line.
#[derive(Debug)]
struct Ground {
    tree: Node,
    problems: Problems,
    notices: Vec<Notice>,
    file: Option<PathBuf>,
    /// Where a file is looked for, when none is named.
    candidates: Vec<PathBuf>,
    state_dir: Option<PathBuf>,
    files: BTreeSet<PathBuf>,
    vault: Option<Held>,
    /// Who fills in mapped variables, where Vault is to be asked.
    vault_settings: Option<model::Vault>,
}

impl Loaded {
    /// Where a setting comes from.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or_default()
    }

    /// The same config with one service changed by the page, checked by the same rules. `name` is the service's
    /// configured name, or that of a new one. What the change leaves unset stays as it is; a key belongs to the endpoint
    /// that it was given for, and is not sent to another one.
    ///
    /// # Errors
    /// What is wrong with the change. Nothing is changed then.
    pub fn with_service(&self, name: &str, change: &SavedService) -> Result<Loaded, Problems> {
        let saved = self.saved.changed(name, change, &self.ground.tree);
        let mut next = self.ground.with(&saved)?;
        next.only_in_memory.clone_from(&self.only_in_memory);
        Ok(next)
    }

    /// Loads again what this was made from: the files may have changed. What the page has changed stays in force, also
    /// what could not be written to a file.
    ///
    /// # Errors
    /// Every problem at once, as of [`load`].
    pub fn again(&self, sources: &Sources) -> Result<Loaded, Problems> {
        let mut unwritten = Saved::default();
        for name in &self.only_in_memory {
            unwritten = unwritten.and(&self.saved, name);
        }
        let mut next = load_with(sources, &unwritten, Some(self.state_dir.as_deref()))?;
        next.only_in_memory.clone_from(&self.only_in_memory);
        Ok(next)
    }

    /// Every file that the config was made from, and each at which one would be found that is not there yet.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let mut files = self.files.clone();
        files.extend(self.file.iter().cloned());
        files.extend(self.ground.candidates.iter().cloned());
        files
    }

    /// What was written for each setting that is a single text, by dotted key. Secrets are among it.
    pub(super) fn written(&self) -> BTreeMap<String, &str> {
        let mut written = BTreeMap::new();
        self.tree.leaves("", &mut |key, node| {
            written.extend(node.as_text().map(|text| (key.to_owned(), text)));
        });
        written
    }

    /// Keeps what the page has changed of that service over restarts. Waits for the disk: nothing for an async task.
    ///
    /// # Errors
    /// That there is no folder for it, or that it cannot be written.
    pub fn save(&mut self, name: &str) -> Result<(), SaveError> {
        let folder = self.state_dir.as_deref().ok_or(SaveError::NoFolder);
        let outcome = folder.and_then(|folder| self.saved.put(folder, name));
        if outcome.is_err() {
            self.only_in_memory.insert(name.to_owned());
        } else {
            self.only_in_memory.remove(name);
        }
        outcome
    }
}

/// The config file that these sources name or find; `None` when there is none.
///
/// # Errors
/// It is named, and there is none.
pub fn file_in_use(sources: &Sources) -> Result<Option<PathBuf>, Problems> {
    read::locate(sources)
}

/// Loads a config.
///
/// # Errors
/// Every problem of the file, the environment and the command line at once. Nothing is half-done: there is no config then.
/// What the page saved stops nothing: what is wrong with it is told in notices, and left out.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    load_with(sources, &Saved::default(), None)
}

/// The same, with what the page has changed and no file holds, and with the state folder that is in use already.
fn load_with(
    sources: &Sources,
    unwritten: &Saved,
    state_dir: Option<Option<&Path>>,
) -> Result<Loaded, Problems> {
    let mut ground = Ground::of(sources)?;
    if let Some(folder) = state_dir {
        ground.state_dir = folder.map(Path::to_owned);
    }
    let ground = Arc::new(ground);
    let (mut saved, mut told) = match &ground.state_dir {
        Some(folder) => Saved::load(folder),
        None => Default::default(),
    };
    for name in unwritten.names() {
        saved = saved.and(unwritten, name);
    }
    let mut loaded = match ground.with(&saved) {
        Ok(loaded) => loaded,
        Err(_) => ground.with_what_is_right(&saved, &mut told)?,
    };
    loaded.notices.extend(told);
    loaded.notices.sort_by_key(|notice| notice.topic);
    Ok(loaded)
}

/// The same sources with what Vault holds, where the config says that it is to be asked, and only then. It is not asked
/// again when `sources` already have an answer to the same settings. Waits for Vault: nothing for an async task.
///
/// # Errors
/// Which of the secrets that are needed it does not give, why, and what to do. What else is wrong with the config is told
/// by [`load`].
pub fn ask_vault(sources: &Sources) -> Result<Sources, VaultError> {
    // Without what may be held for other settings.
    let without = Sources {
        vault: None,
        ..sources.clone()
    };
    let Ok(ground) = Ground::of(&without) else {
        return Ok(sources.clone());
    };
    let settings = ground.vault_settings.clone();
    if settings.is_some() && Arc::new(ground).with(&Saved::default()).is_err() {
        return Ok(sources.clone());
    }
    let held = match (settings, &sources.vault) {
        (None, _) => None,
        (Some(settings), Some(held)) if held.answers(&settings) => return Ok(sources.clone()),
        (Some(settings), _) => Some(secrets::ask(&settings)?),
    };
    Ok(Sources {
        vault: held,
        ..sources.clone()
    })
}

impl Ground {
    fn of(sources: &Sources) -> Result<Ground, Problems> {
        let mut problems = Problems::default();
        let mut notices = Vec::new();
        let file = read::locate(sources)?;
        let mut tree = match &file {
            Some(path) => read::read(path, sources.piped.as_ref().map(|piped| &*piped.0), &mut problems)?,
            None => Node::empty_map(Origin::Default),
        };
        let mut environment = sources.environment.clone();
        supply(&mut environment, &tree);
        let mut files = BTreeSet::new();
        let folder = file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let mut layers = Layers {
            tree: &tree,
            folder,
            environment: &mut environment,
            files: &mut files,
            problems: &mut problems,
            notices: &mut notices,
        };
        layers.lay_folders();
        let vault_settings = layers.vault();
        if let Some(settings) = &vault_settings {
            layers.lay_vault(settings, sources.vault.as_ref());
        }
        let mut substitution = Substitution::new(&environment, folder);
        substitution.apply(&mut tree, "", &mut problems);
        files.append(&mut substitution.files);
        check::check(&mut tree, Shape::root(), "", &mut problems);
        variables::overlay(&mut tree, &environment, &mut problems, &mut notices);
        credit(&mut tree, &environment, &mut problems, &mut notices);
        lay_command_line(&mut tree, sources, &mut problems);
        tell_overlooked_file(sources, file.as_deref(), &mut notices);
        let named = tree.text_at(&["server", "state_dir"]).map(Path::new);
        Ok(Ground {
            state_dir: state::folder(named, &environment),
            tree,
            problems,
            notices,
            candidates: read::looked_for(sources),
            file,
            files,
            vault: sources.vault.clone().filter(|_| vault_settings.is_some()),
            vault_settings,
        })
    }

    /// The config that comes of it with what the page saved laid over it.
    fn with(self: &Arc<Ground>, saved: &Saved) -> Result<Loaded, Problems> {
        let mut tree = self.tree.clone();
        let mut problems = self.problems.clone();
        let mut notices = self.notices.clone();
        saved.lay_over(&mut tree, &mut notices);
        spellings::unify(&mut tree, &mut problems, &mut notices);
        databases::complete(&mut tree, &mut problems);
        services::complete(&mut tree, &mut problems);

        let json = check::check(&mut tree, Shape::root(), "", &mut problems).unwrap_or_default();
        let mut config: Config = match serde_json::from_value(json) {
            Ok(config) => config,
            Err(error) if problems.0.iter().all(|problem| problem.origin.is_unread()) => {
                let file = read::whole(self.file.as_deref());
                problems.add(&file, "", format!("cannot be read: {error}"));
                return Err(problems);
            }
            Err(_) => {
                problems.sort();
                return Err(problems);
            }
        };
        rules::check(&config, &tree, &mut problems, &mut notices);
        let origin_of = |key: &str| tree.nearest_origin(key);
        databases::check(&mut config, origin_of, &mut problems, &mut notices);
        // Of a value that nobody knows, nothing can be wrong.
        problems.0.retain(|problem| !problem.origin.is_unread());
        if !problems.0.is_empty() {
            problems.sort();
            return Err(problems);
        }
        remember_authorities(&mut config);
        tell_without_effect(&tree, &mut notices);
        differences::tell(&tree, &config, &mut notices);
        notices.sort_by_key(|notice| notice.topic);
        let mut files = self.files.clone();
        let mut contents = BTreeMap::new();
        for (key, file) in named_files(&config) {
            files.insert(file.to_owned());
            contents.insert(key, content_of_one(file));
        }
        Ok(Loaded {
            config,
            files,
            contents,
            vault: self.vault.clone(),
            origins: origins(&tree),
            notices,
            file: self.file.clone(),
            state_dir: self.state_dir.clone(),
            ground: Arc::clone(self),
            saved: saved.clone(),
            only_in_memory: BTreeSet::new(),
            tree: Arc::new(tree),
        })
    }

    /// The same with those saved services only that make a valid config; the others are told.
    fn with_what_is_right(
        self: &Arc<Ground>,
        saved: &Saved,
        notices: &mut Vec<Notice>,
    ) -> Result<Loaded, Problems> {
        let mut loaded = self.with(&Saved::default())?;
        for name in saved.names() {
            match self.with(&loaded.saved.and(saved, name)) {
                Ok(more) => loaded = more,
                Err(problems) => notices.push(Saved::left_out(name, &problems)),
            }
        }
        Ok(loaded)
    }
}

/// Says of what came as a variable from a secret store that it came from there.
fn credit(tree: &mut Node, environment: &Environment, problems: &mut Problems, notices: &mut [Notice]) {
    let mut of = |origin: &mut Origin| {
        if let Some(truth) = environment.true_origin(origin) {
            *origin = truth;
        }
    };
    tree.each_origin(&mut of);
    problems.0.iter_mut().for_each(|problem| of(&mut problem.origin));
    notices.iter_mut().for_each(|notice| of(&mut notice.origin));
}

/// The files that settings name and whose content decides how the plugin works, by the setting's key.
fn named_files(config: &Config) -> impl Iterator<Item = (String, &Path)> {
    let databases = config.databases.iter();
    let schemas = databases.filter_map(|(name, database)| {
        Some((
            format!("databases.{name}.schema_file"),
            database.schema_file.as_deref()?,
        ))
    });
    let services = config.ai.services.iter();
    let authorities = services.filter_map(|(name, service)| {
        Some((format!("ai.services.{name}.ca_file"), service.ca_file.as_deref()?))
    });
    let tls = &config.server.tls;
    let single = [
        ("server.tls.cert_file", tls.cert_file.as_deref()),
        ("server.tls.key_file", tls.key_file.as_deref()),
        ("server.tls.client_ca_file", tls.client_ca_file.as_deref()),
        ("tracing.ca_file", config.tracing.ca_file.as_deref()),
        ("access.jwt.jwks_file", config.access.jwt.jwks_file.as_deref()),
    ];
    let single = single
        .into_iter()
        .filter_map(|(key, file)| Some((key.to_owned(), file?)));
    schemas.chain(authorities).chain(single)
}

/// `${VERSION}`, `${HOSTNAME}` and `${ENVIRONMENT}` have values also where nobody sets them.
fn supply(environment: &mut Environment, tree: &Node) {
    environment.supply("VERSION", || env!("CARGO_PKG_VERSION").to_owned());
    environment.supply("HOSTNAME", || {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    });
    let named = [
        "ATEST_EXT_AI_PLUGIN_ENVIRONMENT",
        "ATEST_EXT_AI_ENVIRONMENT",
        "APP_ENV",
    ]
    .into_iter()
    .find_map(|name| environment.given(name).map(str::to_owned));
    let written = tree
        .text_at(&["plugin", "environment"])
        .filter(|text| !text.contains('$'));
    let written = written.map(str::to_owned);
    environment.supply("ENVIRONMENT", || {
        named
            .or(written)
            .unwrap_or_else(|| Config::default().plugin.environment)
    });
}

/// A file may get another content under the same name: what was made from it has to be made anew then.
fn remember_authorities(config: &mut Config) {
    for service in config.ai.services.values_mut() {
        service.ca_content = service.ca_file.as_deref().map(content_of_one);
    }
}

fn lay_command_line(tree: &mut Node, sources: &Sources, problems: &mut Problems) {
    if let Some(socket) = &sources.socket {
        let path = socket.to_string_lossy();
        variables::put(
            tree,
            &["server", "socket_path"],
            &path,
            Origin::CommandLine("--socket"),
            problems,
        );
    }
    if let Some(port) = sources.port {
        let address = format!("127.0.0.1:{port}");
        variables::put(
            tree,
            &["server", "listen_address"],
            &address,
            Origin::CommandLine("--port"),
            problems,
        );
    }
}

fn origins(tree: &Node) -> BTreeMap<String, Origin> {
    let mut origins = BTreeMap::new();
    tree.leaves("", &mut |key, node| {
        origins.insert(key.to_owned(), node.origin.clone());
    });
    origins
}

fn tell_without_effect(tree: &Node, notices: &mut Vec<Notice>) {
    tree.leaves("", &mut |key, node| {
        if let Some(reason) = effect::why_not(key) {
            notices.push(Notice {
                topic: Topic::NotInEffect,
                origin: node.origin.clone(),
                key: key.to_owned(),
                text: reason.to_owned(),
            });
        }
    });
}

/// A Go plugin's file that lies where that plugin looked for it, and is not read here.
fn tell_overlooked_file(sources: &Sources, file: Option<&Path>, notices: &mut Vec<Notice>) {
    if file.is_some() {
        return;
    }
    let at_home = sources
        .environment
        .home()
        .map(|home| home.join(".config/atest/config.yaml"));
    let candidates = at_home
        .into_iter()
        .chain([sources.environment.system_file("/etc/atest/config.yaml")]);
    for place in candidates.filter(|place| place.is_file()) {
        notices.push(Notice {
            topic: Topic::Difference,
            origin: Origin::Default,
            key: place.display().to_string(),
            text: "the Go plugin read this file, this one does not; name it with --config or ATEST_EXT_AI_CONFIG".into(),
        });
    }
}

#[cfg(test)]
mod tests;
