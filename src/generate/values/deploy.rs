//! `image`, `kubernetes`, `systemd`, `compose`, `balancer`: how the plugin is put where it runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The container image.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    /// Registry and name.
    pub repository: String,
    /// The tag. Empty: `v` and the version that writes the files.
    pub tag: String,
    /// `sha256:…` of the image, which then is taken whatever the tag says.
    pub digest: String,
}

impl Default for Image {
    fn default() -> Image {
        Image {
            repository: "ghcr.io/linuxsuren/atest-ext-ai".to_owned(),
            tag: String::new(),
            digest: String::new(),
        }
    }
}

impl Image {
    /// The tag in effect.
    pub fn tag(&self) -> String {
        match self.tag.as_str() {
            "" => format!("v{}", crate::telemetry::build_info().version),
            tag => tag.to_owned(),
        }
    }

    /// As containers name it: `repository:tag`, with the digest where there is one.
    pub fn reference(&self) -> String {
        let tagged = format!("{}:{}", self.repository, self.tag());
        match self.digest.as_str() {
            "" => tagged,
            digest => format!("{tagged}@{digest}"),
        }
    }
}
