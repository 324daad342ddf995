//! The file that the page's settings are kept in: `settings.json` in the state folder, for its owner alone.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::{Saved, SavedService, notice};
use crate::config::model::ProviderKind;
use crate::config::problem::Notice;
use crate::config::replace::{Like, LockedFolder};
use crate::config::units::Time;

const FILE: &str = "settings.json";
/// Where a file is kept that could not be read as a whole, until the next one.
const BROKEN: &str = "settings.json.broken-1";

/// The format that is written.
const VERSION: u64 = 1;

/// Largest file that is read. Ten services have about 3 kB.
const LARGEST: u64 = 1 << 20;

/// Why something was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is no folder.
    #[error(
        "there is no folder to save in that this user may write; set `server.state_dir` to one, or create /var/lib/atest-ai \
         for this user"
    )]
    NoFolder,
    /// The folder cannot be made or opened.
    #[error(
        "the folder {} cannot be used: {error}; let this user write there, or set `server.state_dir` to another one",
        folder.display()
    )]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {error}; what was saved before is as it was", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// What was found in a file.
#[derive(Default)]
struct Found {
    saved: Saved,
    /// What could not be read, for people.
    faults: Vec<(String, String)>,
}

/// Reads the folder's file; whatever is wrong with it is told, and what is right is taken.
pub(super) fn load(folder: &Path) -> (Saved, Vec<Notice>) {
    let path = folder.join(FILE);
    let mut notices = Vec::new();
    let found = match read(&path) {
        Ok(None) => return Default::default(),
        Ok(Some(text)) => {
            notices.extend(close_to_others(&path));
            notices.extend(tell_open_folder(folder));
            parse(&text)
        }
        Err(error) => {
            let text = format!("what the page saved cannot be read, so it is not used: {error}");
            notices.push(notice(&path.display().to_string(), text));
            return (Saved::default(), notices);
        }
    };
    for (key, fault) in found.faults {
        let key = if key.is_empty() {
            path.display().to_string()
        } else {
            key
        };
        let text = format!(
            "what the page saved is not used: {fault}; save it again, the file as it is will be kept as {BROKEN}"
        );
        notices.push(notice(&key, text));
    }
    (found.saved, notices)
}

/// The text of the file; `None` when there is none.
fn read(path: &Path) -> std::io::Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        // Opening a pipe would wait for whoever writes to it.
        Ok(found) if !found.is_file() => return Err(ErrorKind::InvalidInput.into()),
        Ok(found) if found.len() > LARGEST => return Err(ErrorKind::FileTooLarge.into()),
        Ok(_) => {}
    }
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut text)?;
    // What is not UTF-8 is no JSON either, and told as such.
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// Takes the file away from others, who may have read the keys in it.
fn close_to_others(path: &Path) -> Option<Notice> {
    let mode = fs::metadata(path).ok()?.permissions().mode();
    if mode & 0o077 == 0 {
        return None;
    }
    let told = match fs::set_permissions(path, Permissions::from_mode(0o600)) {
        Ok(()) => "its mode is 0600 now".to_owned(),
        Err(error) => format!("its mode cannot be changed to 0600: {error}"),
    };
    let text = format!(
        "other users could read what the page saved (mode {:04o}); {told}; if that was not meant, replace the keys in it",
        mode & 0o777
    );
    Some(notice(&path.display().to_string(), text))
}

/// Whoever may write the folder may put another file in the place of this one.
fn tell_open_folder(folder: &Path) -> Option<Notice> {
    let mode = fs::metadata(folder).ok()?.permissions().mode();
    (mode & 0o002 != 0 && mode & 0o1000 == 0).then(|| {
        let text = "every user of this machine may change what the page saved; `chmod o-w` this folder";
        notice(&folder.display().to_string(), text)
    })
}

fn parse(text: &str) -> Found {
    let whole = |fault: String| Found {
        faults: vec![(String::new(), fault)],
        ..Found::default()
    };
    // Messages of the reader name the place only: its others repeat values, and those are keys.
    let file: Value = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            return whole(format!("the file is not JSON at line {line}, column {column}"));
        }
    };
    match file.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return whole(format!(
                "the file has version {other}, this plugin reads {VERSION}"
            ));
        }
        None => return whole("the file has no `version`".into()),
    }
    let Some(services) = file.get("services").and_then(Value::as_object) else {
        return whole("the file has no `services`".into());
    };
    let mut found = Found::default();
    for (name, service) in services {
        match read_service(service) {
            Ok(service) => {
                found.saved.services.insert(name.clone(), service);
            }
            Err(fault) => found.faults.push((format!("ai.services.{name}"), fault)),
        }
    }
    found
}

fn read_service(service: &Value) -> Result<SavedService, String> {
    let fields = service.as_object().ok_or("this is not an object")?;
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("its `{name}` is not a text")),
    };
    let provider = text("provider")?.as_deref().and_then(ProviderKind::parse);
    let mut saved = SavedService::new(provider.ok_or("its `provider` is not a kind of provider")?);
    saved.endpoint = text("endpoint")?;
    saved.api_key = text("api_key")?.map(Into::into);
    saved.model = text("model")?;
    saved.key_for = text("api_key_for")?;
    saved.max_tokens = match fields.get("max_tokens") {
        None | Some(Value::Null) => None,
        Some(number) => {
            let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
            Some(number.ok_or("its `max_tokens` is not a whole number")?)
        }
    };
    saved.timeout = match text("timeout")? {
        None => None,
        Some(text) => {
            let time = Time::parse(&text).map_err(|message| format!("its `timeout` is {message}"))?;
            Some(time.0)
        }
    };
    Ok(saved)
}

/// Writes one service of `saved` into the folder's file and leaves the others in it as they are.
pub(super) fn put(folder: &Path, saved: &Saved, name: &str) -> Result<(), SaveError> {
    let in_folder = |error| SaveError::Folder {
        folder: folder.to_owned(),
        error,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(in_folder)?;
    // Two plugins may have the same folder: the second waits, and then sees what the first wrote.
    let locked = LockedFolder::wait(folder).map_err(in_folder)?;
    let path = folder.join(FILE);
    let in_file = |error| SaveError::Write {
        path: path.clone(),
        error,
    };
    let mut found = read(&path)
        .map_err(in_file)?
        .map(|text| parse(&text))
        .unwrap_or_default();
    if !found.faults.is_empty() {
        fs::rename(&path, folder.join(BROKEN)).map_err(in_file)?;
        // This process may still know what the file said before it was damaged.
        for (name, service) in &saved.services {
            found
                .saved
                .services
                .entry(name.clone())
                .or_insert_with(|| service.clone());
        }
    }
    if let Some(service) = saved.services.get(name) {
        found.saved.services.insert(name.to_owned(), service.clone());
    }
    let text = written(&found.saved);
    locked
        .replace(FILE, text.as_bytes(), &Like::PRIVATE)
        .map_err(in_file)
}

fn written(saved: &Saved) -> String {
    let services: BTreeMap<&String, Value> = saved
        .services
        .iter()
        .map(|(name, service)| (name, written_service(service)))
        .collect();
    let mut text = format!("{:#}", json!({ "version": VERSION, "services": services }));
    text.push('\n');
    text
}

fn written_service(service: &SavedService) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("provider", Some(service.provider.as_str().into()));
    put("endpoint", service.endpoint.clone().map(Value::from));
    let key = service.api_key.as_ref();
    put("api_key", key.map(|key| key.expose_secret().into()));
    put("api_key_for", service.key_for.clone().map(Value::from));
    put("model", service.model.clone().map(Value::from));
    put("max_tokens", service.max_tokens.map(Value::from));
    let timeout = service.timeout.map(|time| Time(time).to_string());
    put("timeout", timeout.map(Value::from));
    Value::Object(fields)
}
