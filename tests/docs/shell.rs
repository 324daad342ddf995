//! Runs a block of shell as a reader's terminal does, but strictly, and not for ever.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// Longest time for a block; far more than a loaded machine needs.
const LIMIT: Duration = Duration::from_secs(60);

/// What came of it.
pub struct Outcome {
    /// Exit code; `None` when it had to be ended.
    pub code: Option<i32>,
    /// Both streams, as a terminal shows them.
    pub printed: String,
}

/// Runs it in that folder with `bash -euo pipefail`, and waits for its end. Where that does not come, the block and all
/// that it started are killed.
pub fn run(script: &str, folder: &Path, environment: &[(&str, &str)]) -> Outcome {
    // From a file: what bash complains about then has a line number.
    let (file, output) = (folder.join("block.sh"), folder.join("block.out"));
    fs::write(&file, script).expect("the block is written");
    let out = File::create(&output).expect("a file for the output");
    let mut child = Command::new("bash")
        .args(["-euo", "pipefail", "block.sh"])
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(out.try_clone().expect("a second handle"))
        .stderr(out)
        .process_group(0)
        .spawn()
        .expect("bash runs");
    let has_ended = ends_in_time(&mut child);
    if !has_ended {
        let group = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
        // It may have ended by now, which is as well.
        let _ = kill_process_group(group.expect("a process id is not 0"), Signal::KILL);
    }
    let status = child.wait().expect("a child can be waited for");
    Outcome {
        code: status.code().filter(|_| has_ended),
        printed: String::from_utf8_lossy(&fs::read(&output).unwrap_or_default()).into_owned(),
    }
}

fn ends_in_time(child: &mut Child) -> bool {
    let started = Instant::now();
    while started.elapsed() < LIMIT {
        if child.try_wait().expect("a child can be asked").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}
