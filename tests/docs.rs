//! The commands of the guide, run as a reader types them, against the real binary.
//!
//! In `docs/operations.md` and `docs/troubleshooting.md` an HTML comment right before a block may say how it is run:
//!
//! | comment | means |
//! |---|---|
//! | none | a ```bash block is run where a plugin runs, and has to end with 0 |
//! | `<!-- run: SCENE -->`, `<!-- run: SCENE, exit 1 -->` | it is run in that scene ([`scene`]), and ends so |
//! | `<!-- not run: REASON -->` | it is not run |
//! | `<!-- file: NAME -->` | the block is what the file of that name holds, for the blocks after it |
//!
//! A ```text block right after it is what it prints; `…` stands for whatever varies.

#[path = "docs/blocks.rs"]
mod blocks;
#[path = "docs/debug_page.rs"]
mod debug_page;
#[path = "docs/expected.rs"]
mod expected;
#[path = "support/fake_provider.rs"]
mod fake_provider;
#[path = "docs/scene.rs"]
mod scene;
#[path = "docs/shell.rs"]
mod shell;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

use std::collections::BTreeMap;
use std::path::Path;

use blocks::{Block, Mark};
use scene::Scene;

/// Least share of a document's commands that are run, in percent.
const LEAST: usize = 75;
const TOOLS: &[&str] = &["bash", "curl", "jq", "promtool", "ps", "python3", "ss", "top"];
const INSTALL: &str =
    "apt-get install -y --no-install-recommends curl golang-1.19-go iproute2 jq procps prometheus python3";

#[test]
fn the_operations_guide_does_what_it_says() {
    every_block_works("docs/operations.md");
}

#[test]
fn troubleshooting_shows_what_it_says() {
    every_block_works("docs/troubleshooting.md");
}

/// What became of the blocks of a document.
#[derive(Default)]
struct Tally {
    ran: usize,
    not_run: Vec<String>,
    wrong: Vec<String>,
}

fn every_block_works(document: &str) {
    if !support::peer::wanted(TOOLS, INSTALL) {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(path).expect("the document is there");
    let tally = tried(document, &text);
    tally.tell(document);
    if let Err(what) = tally.verdict() {
        panic!("{document}: {what}");
    }
}

/// Runs every block that is to be run.
fn tried(document: &str, text: &str) -> Tally {
    let mut scenes = BTreeMap::new();
    let mut files = Vec::new();
    let mut tally = Tally::default();
    let blocks = blocks::of(text).unwrap_or_else(|what| panic!("{document}, {what}"));
    for block in blocks {
        let place = format!("{document}:{}", block.line);
        if let Some(Mark::File(name)) = &block.mark {
            files.push((name.clone(), block.text.clone()));
        } else if block.language == "bash" {
            try_block(&block, &place, &files, &mut scenes, &mut tally);
        }
    }
    tally
}

fn try_block(
    block: &Block,
    place: &str,
    files: &[(String, String)],
    scenes: &mut BTreeMap<String, Scene>,
    tally: &mut Tally,
) {
    let (name, exit) = match &block.mark {
        Some(Mark::NotRun(reason)) => return tally.not_run.push(format!("{place}: {reason}")),
        Some(Mark::Run { scene, exit }) => (scene.as_str(), *exit),
        _ => ("running", 0),
    };
    let scene = scenes.entry(name.to_owned()).or_insert_with(|| Scene::set(name));
    for (file, text) in files {
        scene.write(file, text);
    }
    match scene.run(&block.text, exit, block.expected.as_deref()) {
        Ok(()) => tally.ran += 1,
        Err(what) => tally.wrong.push(format!("{place}: {what}")),
    }
}

impl Tally {
    /// Those that were run, and those that are not.
    fn all(&self) -> usize {
        self.ran + self.wrong.len() + self.not_run.len()
    }

    #[allow(clippy::print_stderr, reason = "what was not run must be seen")]
    fn tell(&self, document: &str) {
        eprintln!("{document}: {} of {} command blocks ran", self.ran, self.all());
        for line in &self.not_run {
            eprintln!("  not run: {line}");
        }
    }

    fn verdict(&self) -> Result<(), String> {
        if !self.wrong.is_empty() {
            return Err(format!(
                "blocks that do not do what they say\n{}",
                self.wrong.join("\n\n")
            ));
        }
        let (ran, all) = (self.ran, self.all());
        if ran == 0 || ran * 100 < all * LEAST {
            return Err(format!(
                "only {ran} of {all} command blocks are run; at least {LEAST} % have to be"
            ));
        }
        Ok(())
    }
}

#[test]
fn a_block_that_fails_prints_something_else_or_is_left_out_is_found() {
    if !support::peer::wanted(TOOLS, INSTALL) {
        return;
    }
    let stopped = "<!-- run: stopped -->\n```bash\n";
    let skipped = "<!-- not run: why -->\n```bash\ntrue\n```\n";
    let passed = format!("{stopped}echo a\n```\n```text\na\n```\n");
    for (document, verdict) in [
        (passed.clone(), "ok"),
        (format!("{passed}{passed}{passed}{skipped}"), "ok"),
        (
            format!("{passed}{passed}{skipped}"),
            "only 2 of 3 command blocks are run",
        ),
        (String::new(), "only 0 of 0"),
        (
            format!("{passed}{stopped}false | cat\n```\n"),
            "t:9: ended with 1, not with 0",
        ),
        (format!("{stopped}echo $NO_SUCH_NAME\n```\n"), "t:2: ended with 1"),
        (
            format!("{stopped}echo b\n```\n```text\na\n```\n"),
            "t:2: printed:\nb\n",
        ),
    ] {
        match tried("t", &document).verdict() {
            Ok(()) => assert_eq!(verdict, "ok", "{document}"),
            Err(what) => assert!(what.contains(verdict), "{verdict}: {what}"),
        }
    }
}
