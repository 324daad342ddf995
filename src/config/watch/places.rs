//! The folders in which a name on the way to a file can be exchanged.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Links on the way to one file that are followed (the kernel's own limit).
const MOST_LINKS: u32 = 40;

/// The folders to watch for these files: the one that holds each file, and each that holds a symbolic link on the way to
/// it. Of a folder that is missing, the nearest one that exists.
pub(super) fn folders(files: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for file in files {
        if let Ok(file) = std::path::absolute(file) {
            follow(&file, MOST_LINKS, &mut folders);
        }
    }
    folders
}

fn follow(file: &Path, links_left: u32, folders: &mut BTreeSet<PathBuf>) {
    let mut way = PathBuf::new();
    let mut components = file.components();
    while let Some(component) = components.next() {
        if component == Component::ParentDir {
            // Every part so far is a real folder, so its parent is the one above.
            way.pop();
            continue;
        }
        let above = way.clone();
        way.push(component);
        if let Ok(target) = std::fs::read_link(&way) {
            folders.insert(above.clone());
            if links_left > 0 {
                follow(
                    &above.join(target).join(components.as_path()),
                    links_left - 1,
                    folders,
                );
            }
            return;
        }
        if way.symlink_metadata().is_err() {
            folders.insert(above);
            return;
        }
    }
    if let Some(folder) = way.parent() {
        folders.insert(folder.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn of(file: &Path) -> Vec<PathBuf> {
        folders(&BTreeSet::from([file.to_owned()])).into_iter().collect()
    }

    #[test]
    fn of_a_plain_file_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::write(root.join("config.yaml"), "").unwrap();
        assert_eq!(of(&root.join("config.yaml")), [root.as_path()]);
        assert_eq!(of(&root.join("missing/config.yaml")), [root.as_path()]);
        fs::create_dir(root.join("inner")).unwrap();
        assert_eq!(of(&root.join("inner/../config.yaml")), [root.as_path()]);
    }

    #[test]
    fn of_a_kubernetes_volume_the_volume_and_the_folder_in_use() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let data = root.join("..2026_11_28");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("config.yaml"), "").unwrap();
        symlink("..2026_11_28", root.join("..data")).unwrap();
        symlink("..data/config.yaml", root.join("config.yaml")).unwrap();
        assert_eq!(of(&root.join("config.yaml")), [root.as_path(), data.as_path()]);
    }

    #[test]
    fn of_a_folder_that_is_a_link_the_folder_that_holds_it_and_links_in_a_circle_end() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("one")).unwrap();
        fs::write(root.join("one/config.yaml"), "").unwrap();
        symlink(root.join("one"), root.join("current")).unwrap();
        assert_eq!(
            of(&root.join("current/config.yaml")),
            [root.clone(), root.join("one")]
        );
        symlink("a", root.join("b")).unwrap();
        symlink("b", root.join("a")).unwrap();
        assert_eq!(of(&root.join("a/config.yaml")), [root.as_path()]);
    }
}
