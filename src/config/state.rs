//! The folder for what outlives the process: what the page saved, and what was spent.

use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::environment::Environment;

/// The packages' folder.
const SYSTEM_FOLDER: &str = "/var/lib/atest-ai";

/// The folder's name in a user's own state folder.
const OWN_NAME: &str = "atest-ext-ai";

/// The folder for what outlives the process, which may not exist yet: `server.state_dir`, else systemd's
/// `STATE_DIRECTORY`, else the packages' folder where this user may write, else one in the user's own state folder (XDG
/// base directories). `None` when there is none that can be written.
pub fn folder(named: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    if let Some(folder) = named {
        return Some(folder.to_owned());
    }
    // One path for each `StateDirectory=` of the unit, separated by colons: the first is the plugin's own.
    let of_unit = environment.given("STATE_DIRECTORY");
    if let Some(first) = of_unit.and_then(|list| list.split(':').find(|path| !path.trim().is_empty())) {
        return Some(PathBuf::from(first.trim()));
    }
    let system = environment.system_file(SYSTEM_FOLDER);
    if system.is_dir() && may_write(&system) {
        return Some(system);
    }
    // The specification wants relative paths ignored.
    let own = environment.given("XDG_STATE_HOME").map(PathBuf::from);
    let own = own.filter(|path| path.is_absolute());
    let own = own.or_else(|| environment.home().map(|home| home.join(".local/state")))?;
    let folder = own.join(OWN_NAME);
    can_be_made(&folder).then_some(folder)
}

/// Whether a folder exists and can be written, or can be made.
fn can_be_made(folder: &Path) -> bool {
    let nearest = folder.ancestors().find(|path| path.symlink_metadata().is_ok());
    nearest.is_some_and(|path| path.is_dir() && may_write(path))
}

fn may_write(folder: &Path) -> bool {
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(root: &Path, variables: &[(&str, &str)]) -> Option<PathBuf> {
        let environment = Environment::from_pairs(variables.iter().copied()).rooted_at(root);
        folder(None, &environment)
    }

    #[test]
    fn the_config_wins_over_systemd_and_systemd_over_what_is_found() {
        let root = tempfile::tempdir().unwrap();
        let variables = [("STATE_DIRECTORY", "/run/one:/run/two"), ("HOME", "/nowhere")];
        assert_eq!(found(root.path(), &variables), Some("/run/one".into()));
        let environment = Environment::from_pairs(variables);
        assert_eq!(
            folder(Some(Path::new("/named")), &environment),
            Some("/named".into())
        );
    }

    #[test]
    fn the_machines_folder_is_taken_where_it_exists_and_else_the_users_own() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().display().to_string();
        let own = |inner: &str| Some(root.path().join(inner));
        assert_eq!(
            found(root.path(), &[("HOME", &home)]),
            own(".local/state/atest-ext-ai")
        );
        let xdg = [("HOME", home.as_str()), ("XDG_STATE_HOME", home.as_str())];
        assert_eq!(found(root.path(), &xdg), own("atest-ext-ai"));
        let relative = [("HOME", home.as_str()), ("XDG_STATE_HOME", "here")];
        assert_eq!(found(root.path(), &relative), own(".local/state/atest-ext-ai"));
        std::fs::create_dir_all(root.path().join("var/lib/atest-ai")).unwrap();
        assert_eq!(found(root.path(), &xdg), own("var/lib/atest-ai"));
    }

    #[test]
    fn without_a_place_that_can_be_written_there_is_none() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(found(root.path(), &[]), None);
        // A home that is a file takes no folder, not even from the superuser.
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        let home = file.display().to_string();
        assert_eq!(found(root.path(), &[("HOME", &home)]), None);
    }
}
