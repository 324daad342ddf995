//! Whether output is as a document shows it.

/// `…` stands for anything within a line; a line of nothing else for any number of lines.
pub fn matches(expected: &str, printed: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.trim_end()
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    lines_match(&lines(expected), &lines(printed))
}

fn lines_match(expected: &[String], printed: &[String]) -> bool {
    let Some((first, rest)) = expected.split_first() else {
        return printed.is_empty();
    };
    if first.trim() == "…" {
        return (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]));
    }
    printed
        .split_first()
        .is_some_and(|(line, more)| line_matches(first, line) && lines_match(rest, more))
}

fn line_matches(expected: &str, line: &str) -> bool {
    let Some((before, after)) = expected.split_once('…') else {
        return expected == line;
    };
    line.strip_prefix(before).is_some_and(|rest| {
        (rest.char_indices().map(|(at, _)| at).chain([rest.len()])).any(|at| line_matches(after, &rest[at..]))
    })
}

#[test]
fn the_three_dots_stand_for_what_varies_and_nothing_else_does() {
    for (expected, printed) in [
        ("a\n", "a\n"),
        ("took … ms", "took 12 ms"),
        ("…up\"} 1", "x{y=\"up\"} 1"),
        ("a\n…\nz", "a\nb\nc\nz"),
        ("a\n…", "a"),
    ] {
        assert!(matches(expected, printed), "{expected}");
    }
    for (expected, printed) in [
        ("a", "b"),
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("took … ms", "took 12 s"),
        ("a\n…\nz", "a\nb"),
    ] {
        assert!(!matches(expected, printed), "{expected}");
    }
}
