//! The fenced blocks of a Markdown document, with the comment before and the output after.

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// Line of its first fence, from 1.
    pub line: usize,
    pub language: String,
    pub text: String,
    pub mark: Option<Mark>,
    /// What it prints: the ```text block that follows.
    pub expected: Option<String>,
}

/// What the comment before a block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    NotRun(String),
    Run { scene: String, exit: i32 },
    File(String),
}

impl Mark {
    /// A comment that means nothing is an error: it would be a mark with a slip in it.
    fn parse(comment: &str) -> Result<Mark, String> {
        let (kind, rest) = comment.split_once(':').unwrap_or((comment, ""));
        let rest = rest.trim();
        match kind.trim() {
            "not run" if !rest.is_empty() => Ok(Mark::NotRun(rest.into())),
            "file" if !rest.is_empty() => Ok(Mark::File(rest.into())),
            "run" if !rest.is_empty() => {
                let (scene, exit) = rest.split_once(", exit ").unwrap_or((rest, "0"));
                Ok(Mark::Run {
                    scene: scene.into(),
                    exit: exit.parse().map_err(|_| format!("exit {exit:?} is no number"))?,
                })
            }
            _ => Err("a comment before a block says \"not run: …\", \"run: …\" or \"file: …\"".into()),
        }
    }
}

/// All blocks, in their order. Output is part of the block that prints it.
pub fn of(document: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut comment: Option<(usize, &str)> = None;
    // Whether nothing but empty lines came after the last block.
    let mut right_after = false;
    let mut lines = document.lines().zip(1..);
    while let Some((text, line)) = lines.next() {
        if let Some(language) = text.strip_prefix("```") {
            let body: Vec<&str> = (lines.by_ref().map(|(text, _)| text))
                .take_while(|text| *text != "```")
                .collect();
            let body = body.join("\n") + "\n";
            let mark = match comment.take() {
                Some((line, comment)) => {
                    Some(Mark::parse(comment).map_err(|what| format!("line {line}: {what}"))?)
                }
                None => None,
            };
            match blocks.last_mut() {
                Some(command)
                    if language == "text" && mark.is_none() && right_after && command.language == "bash" =>
                {
                    command.expected = Some(body);
                }
                _ => blocks.push(Block {
                    line,
                    language: language.into(),
                    text: body,
                    mark,
                    expected: None,
                }),
            }
            right_after = true;
        } else if let Some(inner) =
            (text.trim().strip_prefix("<!--")).and_then(|rest| rest.strip_suffix("-->"))
        {
            comment = Some((line, inner.trim()));
            right_after = false;
        } else if !text.trim().is_empty() {
            comment = None;
            right_after = false;
        }
    }
    Ok(blocks)
}

#[test]
fn marks_and_output_belong_to_their_blocks() {
    let found = of(
        "# x\n```bash\na\n```\n\n```text\nout\n```\ntext\n<!-- not run: needs root -->\n```bash\nb\n```\n\
                    <!-- run: stopped, exit 1 -->\n\n```bash\nc\n```\nprose\n```text\nno output\n```\n\
                    <!-- file: a.yaml -->\n```yaml\nk: v\n```\n",
    )
    .expect("the marks are marks");
    let short: Vec<_> = (found.iter())
        .map(|block| {
            (
                block.line,
                block.text.as_str(),
                block.mark.clone(),
                block.expected.as_deref(),
            )
        })
        .collect();
    let stopped = Mark::Run {
        scene: "stopped".into(),
        exit: 1,
    };
    assert_eq!(
        short,
        [
            (2, "a\n", None, Some("out\n")),
            (11, "b\n", Some(Mark::NotRun("needs root".into())), None),
            (16, "c\n", Some(stopped), None),
            (20, "no output\n", None, None),
            (24, "k: v\n", Some(Mark::File("a.yaml".into())), None),
        ]
    );
}

#[test]
fn a_mark_with_a_slip_in_it_is_no_mark() {
    for comment in ["not run:", "dont run: x", "run: stopped, exit one"] {
        let document = format!("<!-- {comment} -->\n```bash\na\n```\n");
        let refusal = of(&document).expect_err(comment);
        assert!(refusal.starts_with("line 1: "), "{refusal}");
    }
}
