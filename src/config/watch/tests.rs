use std::fs;
use std::os::unix::fs::symlink;

use super::*;

const QUIET: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);

/// A ConfigMap's volume, changed as the kubelet does it.
struct Volume {
    folder: tempfile::TempDir,
    count: u32,
}

impl Volume {
    fn new(text: &str) -> Volume {
        let mut volume = Volume {
            folder: tempfile::tempdir().unwrap(),
            count: 0,
        };
        volume.put(text);
        symlink("..data/config.yaml", volume.file()).unwrap();
        volume
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("config.yaml")
    }

    /// A new folder, the files in it, a link to it, that link renamed over the old one, the old folder removed.
    fn put(&mut self, text: &str) {
        let root = self.folder.path();
        let old = fs::read_link(root.join("..data")).ok();
        self.count += 1;
        let new = format!("..2026_11_28_00_00_00.{}", self.count);
        fs::create_dir(root.join(&new)).unwrap();
        fs::write(root.join(&new).join("config.yaml"), text).unwrap();
        symlink(&new, root.join("..data_tmp")).unwrap();
        fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
        if let Some(old) = old {
            fs::remove_dir_all(root.join(old)).unwrap();
        }
    }
}

fn only(file: &Path) -> BTreeSet<PathBuf> {
    BTreeSet::from([file.to_owned()])
}

/// That an event comes, and that the content is another one then.
async fn notices(watch: &mut Watch, files: &BTreeSet<PathBuf>, before: Content) -> Content {
    assert_eq!(watch.sign(QUIET, PATIENCE).await, Sign::Event);
    watch.follow(files).unwrap();
    let now = content_of(files);
    assert_ne!(now, before);
    now
}

#[tokio::test]
async fn every_swap_of_a_volume_is_noticed_not_only_the_first() {
    let mut volume = Volume::new("a");
    let files = only(&volume.file());
    let mut watch = Watch::default();
    watch.follow(&files).unwrap();
    let mut content = content_of(&files);
    for text in ["b", "c", "d", "e"] {
        volume.put(text);
        content = notices(&mut watch, &files, content).await;
    }
}

#[tokio::test]
async fn every_way_in_which_editors_save_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, "0").unwrap();
    let files = only(&file);
    let mut watch = Watch::default();
    watch.follow(&files).unwrap();
    let mut content = content_of(&files);
    let beside = folder.path().join(".config.yaml.swp");
    let ways: [&dyn Fn(); 4] = [
        &|| fs::write(&file, "truncated and written").unwrap(),
        &|| {
            fs::write(&beside, "renamed into place").unwrap();
            fs::rename(&beside, &file).unwrap();
        },
        &|| {
            fs::rename(&file, folder.path().join("config.yaml~")).unwrap();
            fs::write(&file, "written after the old one was moved away").unwrap();
        },
        &|| {
            fs::remove_file(&file).unwrap();
            fs::write(&file, "removed and written").unwrap();
        },
    ];
    for way in ways {
        way();
        content = notices(&mut watch, &files, content).await;
    }
}

#[tokio::test]
async fn a_folder_that_is_exchanged_is_found_again_by_the_clock() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("etc");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.yaml"), "a").unwrap();
    let files = only(&folder.join("config.yaml"));
    let mut watch = Watch::default();
    watch.follow(&files).unwrap();
    let content = content_of(&files);
    fs::rename(&folder, root.path().join("old")).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.yaml"), "b").unwrap();
    while watch.sign(QUIET, Duration::from_millis(50)).await == Sign::Event {}
    watch.follow(&files).unwrap();
    fs::write(folder.join("config.yaml"), "c").unwrap();
    notices(&mut watch, &files, content).await;
}

#[tokio::test]
async fn without_events_the_clock_goes_on_and_looking_is_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, "a").unwrap();
    let files = only(&file);
    let mut watch = Watch::default();
    assert_eq!(watch.sign(QUIET, Duration::from_millis(1)).await, Sign::Clock);
    watch.follow(&files).unwrap();
    content_of(&files);
    fs::read(&file).unwrap();
    assert_eq!(watch.sign(QUIET, Duration::from_millis(100)).await, Sign::Clock);
}

#[test]
fn a_file_that_comes_or_goes_or_is_a_pipe_is_another_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let missing = content_of(&only(&file));
    fs::write(&file, "").unwrap();
    let empty = content_of(&only(&file));
    assert_ne!(missing, empty);
    fs::remove_file(&file).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &file,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    assert_ne!(content_of(&only(&file)), empty);
}
