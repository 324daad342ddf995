//! The page as it is served: one script and one style sheet, put together from `ui/` when the program is built.

use std::sync::LazyLock;

/// The parts in the order in which the script has them. Each is a plain script; together they are one function, so that
/// the one name they leave behind is `ATestPlugin`.
const PARTS: &str = concat!(
    include_str!("../../../ui/src/texts.js"),
    include_str!("../../../ui/src/chinese.js"),
    include_str!("../../../ui/src/dom.js"),
    include_str!("../../../ui/src/door.js"),
    include_str!("../../../ui/src/sql.js"),
    include_str!("../../../ui/src/past.js"),
    include_str!("../../../ui/src/rows.js"),
    include_str!("../../../ui/src/workbench.js"),
    include_str!("../../../ui/src/answer.js"),
    include_str!("../../../ui/src/composer.js"),
    include_str!("../../../ui/src/chat.js"),
    include_str!("../../../ui/src/settings.js"),
    include_str!("../../../ui/src/exposition.js"),
    include_str!("../../../ui/src/charts.js"),
    include_str!("../../../ui/src/alerts.js"),
    include_str!("../../../ui/src/status.js"),
    include_str!("../../../ui/src/page.js"),
);

/// What the script has in place of its style sheet.
const PLACE_OF_STYLE: &str = "'@STYLE@'";

/// The style sheet: of the stand-alone page's body, and of what is in the page's own root.
pub const STYLE: &str = include_str!("../../../ui/ai-chat.css");

/// The icon of the stand-alone page.
pub const ICON: &str = include_str!("../../../ui/icon.svg");

/// The script, which carries the style sheet: a sheet that atest puts into its document does not reach into the shadow
/// root that keeps the page and atest apart.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let style = serde_json::Value::from(sent(STYLE)).to_string();
    // Within a script element of atest's document, these letters would end it.
    let style = style.replace("</", "<\\/");
    let script = sent(PARTS);
    format!(
        "(() => {{\n'use strict';\n{}\n}})();\n",
        script.replacen(PLACE_OF_STYLE, &style, 1)
    )
});

/// What is sent of a source: its lines as they are, without their indentation and without its comments.
fn sent(source: &str) -> String {
    without_comments(source)
        .map(str::trim_start)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The lines without what only their reader in `ui/` needs: empty ones, and comments that have lines of their own.
fn without_comments(source: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    source.lines().filter(move |line| {
        let text = line.trim();
        let opens = !is_inside && text.starts_with("/*");
        let is_comment =
            is_inside || text.starts_with("//") || (opens && (text.ends_with("*/") || !text.contains("*/")));
        is_inside = (is_inside || opens) && !text.contains("*/");
        !is_comment && !text.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn the_script_is_readable_and_small() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(SCRIPT.as_bytes()).unwrap();
        let zipped = gzip.finish().unwrap().len();
        assert!(
            PARTS.len() + STYLE.len() <= 120_000,
            "{}",
            PARTS.len() + STYLE.len()
        );
        assert!(SCRIPT.len() <= 120_000, "{}", SCRIPT.len());
        assert!(zipped <= 30_000, "{zipped}");
    }

    #[test]
    fn comments_on_lines_of_their_own_are_left_out_and_nothing_else() {
        let source = "/** what\n * it is */\na(); // why\n\n  // because\n/** @type {x} */ (b).c();\n/* d */\ne('/* f');\n";
        let kept: Vec<&str> = without_comments(source).collect();
        assert_eq!(kept, ["a(); // why", "/** @type {x} */ (b).c();", "e('/* f');"]);
    }

    #[test]
    fn no_text_goes_over_several_lines_so_their_indentation_means_nothing() {
        for line in PARTS.lines() {
            assert!(line.matches('`').count() % 2 == 0, "{line}");
            assert!(!line.ends_with('\\'), "{line}");
        }
    }

    #[test]
    fn nothing_in_it_makes_markup_or_code_of_text() {
        assert_eq!(PARTS.matches(PLACE_OF_STYLE).count(), 1);
        assert!(SCRIPT.contains("globalThis.ATestPlugin"));
        for dangerous in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "setTimeout('",
            "import(",
            "</script",
            "http://www.w3.org/1999/xhtml",
        ] {
            assert!(!SCRIPT.contains(dangerous), "{dangerous}");
        }
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        let names = |part: &str| -> Vec<String> {
            part.lines()
                .filter_map(|line| line.strip_prefix("  ")?.split_once(':'))
                .filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        let english = names(include_str!("../../../ui/src/texts.js"));
        let chinese = names(include_str!("../../../ui/src/chinese.js"));
        assert!(english.len() > 100, "{}", english.len());
        assert_eq!(english, chinese);
        let asked = SCRIPT.split(" t('").skip(1).chain(SCRIPT.split("(t('").skip(1));
        for name in asked.filter_map(|rest| rest.split('\'').next()) {
            assert!(english.iter().any(|known| known == name), "{name}");
        }
        for name in [
            "assumptions",
            "left_out",
            "warnings",
            "confidence_high",
            "source_builtin",
            "rows_one",
            "circuit_half_open",
        ] {
            assert!(english.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn the_alerts_of_the_status_page_have_the_thresholds_of_the_generated_rules() {
        let rules = include_str!("../../../alerts/alerts.yml");
        let rule_of = |name: &str| {
            let start = rules.find(&format!("alert: {name}\n"))?;
            rules[start..].split("\n    for:").next()
        };
        let script = include_str!("../../../ui/src/alerts.js");
        let words: Vec<&str> = script.split('\'').collect();
        let mut checked = 0;
        for pair in words.windows(2) {
            let (name, after) = (pair[0], pair[1]);
            let Some(rest) = after.strip_prefix(", ").or_else(|| after.strip_prefix(",\n    ")) else {
                continue;
            };
            let threshold = rest.split(',').next().unwrap().trim();
            if threshold.parse::<f64>().is_err() {
                continue;
            }
            let rule = rule_of(name).unwrap_or_else(|| panic!("there is no alert {name}"));
            let is_there = match threshold {
                "0" => ["== 0", "== 1", "> 0"].iter().any(|end| rule.contains(end)),
                above => rule.contains(&format!("> {above}")),
            };
            assert!(is_there, "{name} {threshold}: {rule}");
            checked += 1;
        }
        assert!(checked >= 18, "{checked}");
    }
}
