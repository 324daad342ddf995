//! Texts that name no file outside of one folder.

/// The text with every absolute path moved below `root`, and none that leaves it again. What is relative stays so, and
/// the text means something else only where it names files.
pub(super) fn confined(text: &str, root: &str) -> String {
    // What a double-quoted scalar of YAML can write a slash or a dot with.
    let text = text
        .replace("..", "._")
        .replace("\\/", "/")
        .replace("\\x2", "\\x3")
        .replace("\\u002", "\\u003")
        .replace("\\U0000002", "\\U0000003");
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if letter == '/' && begins_a_path(&text[..at], &text[at..]) {
            out.push_str(root);
        }
        out.push(letter);
    }
    out
}

/// Whether a path begins at this slash: it does not go on with one, and is none of a URL's.
fn begins_a_path(before: &str, from_here: &str) -> bool {
    let is_within = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/');
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    let scheme = before.strip_suffix(':').unwrap_or_default();
    let is_url = from_here.starts_with("//")
        && scheme.ends_with(|letter: char| letter.is_ascii_alphanumeric())
        && !scheme.ends_with("file");
    !is_within(last) && !is_url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_moved_and_the_rest_stays() {
        for (text, becomes) in [
            ("a: /etc/passwd", "a: /R/etc/passwd"),
            ("a: \"/etc\"", "a: \"/R/etc\""),
            ("a: ${file:/etc/x}", "a: ${file:/R/etc/x}"),
            ("a: ${file:///etc/x}", "a: ${file:/R///etc/x}"),
            ("a: ${NONE:-/etc}", "a: ${NONE:-/R/etc}"),
            ("a: ${NONE:-}/etc", "a: ${NONE:-}/R/etc"),
            ("a: \"\\/etc\"", "a: \"/R/etc\""),
            ("a: \"\\x2fetc\"", "a: \"\\x3fetc\""),
            ("a: \u{a0}/etc", "a: \u{a0}/R/etc"),
            ("a: x/../../y", "a: x/._/._/y"),
            ("/", "/R/"),
            ("a: http://h:1/v1", "a: http://h:1/v1"),
            ("a: x/y", "a: x/y"),
        ] {
            assert_eq!(confined(text, "/R"), becomes);
        }
    }
}
