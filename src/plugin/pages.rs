//! What the plugin adds to atest's web UI: one menu entry and its page.

use tonic::Status;

use super::contract::server::{CommonResult, Menu};
use crate::http::PAGE_SCRIPT;

/// Name of the page, and index of its menu entry.
pub(super) const PAGE: &str = "ai-chat";

/// What atest puts into its document. The page's own sheet is in its script, for its shadow root.
const STYLE_OF_THE_DOCUMENT: &str = "atest-ai-page { display: block; }\n";

/// The menu entry. The icon must be one that `@element-plus/icons-vue` exports.
pub(super) fn menu() -> Menu {
    Menu {
        name: "AI Assistant".into(),
        index: PAGE.into(),
        icon: "ChatDotRound".into(),
        version: 1,
    }
}

/// The page's script, which atest runs as it is.
pub(super) fn script(name: &str) -> Result<CommonResult, Status> {
    part(name, &PAGE_SCRIPT)
}

/// The page's style sheet.
pub(super) fn style(name: &str) -> Result<CommonResult, Status> {
    part(name, STYLE_OF_THE_DOCUMENT)
}

/// atest puts `message` into its page without a look at `success`, so an unknown page must be an error of the call.
fn part(name: &str, text: &str) -> Result<CommonResult, Status> {
    if name == PAGE {
        Ok(CommonResult {
            success: true,
            message: text.into(),
        })
    } else {
        Err(missing("page", name))
    }
}

/// The error for a thing that the plugin does not have.
pub(super) fn missing(kind: &str, name: &str) -> Status {
    let name: String = name.chars().take(64).collect();
    Status::not_found(format!("there is no {kind} {name:?} in the plugin atest-ext-ai"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_page_is_an_error_of_the_call() {
        for name in ["", "ai", "AI-CHAT", "../ai-chat"] {
            assert_eq!(script(name).unwrap_err().code(), tonic::Code::NotFound);
            assert_eq!(style(name).unwrap_err().code(), tonic::Code::NotFound);
        }
    }
}
