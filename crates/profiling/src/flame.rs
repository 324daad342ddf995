//! Flame graphs for the browser, by inferno.

use inferno::flamegraph::{self, Options};

use crate::pprof::Profile;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No sample has such a value.
    #[error("the profile has no samples of {0:?}: there is nothing to draw")]
    Empty(String),
    /// inferno could not draw it.
    #[error("the flame graph could not be drawn: {0}")]
    Draw(String),
}

/// Draws one of the profile's values (`cpu`, `inuse_space`) as a flame graph: SVG that zooms and searches by itself.
///
/// # Errors
/// There is no such value, or nothing has any of it.
pub fn svg(profile: &Profile, kind: &str, title: &str) -> Result<Vec<u8>, Error> {
    let unit = profile
        .values()
        .find(|(name, _)| *name == kind)
        .map(|(_, unit)| unit.to_owned());
    let stacks = profile.folded(kind).unwrap_or_default();
    let (Some(unit), false) = (unit, stacks.is_empty()) else {
        return Err(Error::Empty(kind.to_owned()));
    };
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    options.count_name = unit;
    // A frame that is narrower cannot be seen, and thousands of them would make the file large.
    options.min_width = 0.1;
    let mut picture = Vec::new();
    flamegraph::from_lines(&mut options, stacks.iter().map(String::as_str), &mut picture)
        .map_err(|error| Error::Draw(error.to_string()))?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pprof::{Builder, Frame};

    #[test]
    fn a_picture_names_its_functions_and_markup_in_a_name_stays_text() {
        let mut builder = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
        let function = Some("<app::Answer as core::fmt::Display>::fmt".to_owned());
        let location = builder.location(&Frame {
            function,
            ..Frame::default()
        });
        builder.sample(&[location], &[0, 70_000], &[]);
        let profile = builder.finish();
        let picture = String::from_utf8(svg(&profile, "cpu", "CPU <of it>").unwrap()).unwrap();
        assert!(
            picture.contains("&lt;app::Answer as core::fmt::Display&gt;::fmt (70,000 nanoseconds, 100.00%)"),
            "{picture}"
        );
        assert!(!picture.contains("<of it>"));
        for kind in ["samples", "space"] {
            let error = svg(&profile, kind, "").unwrap_err().to_string();
            assert!(error.contains(kind), "{error}");
        }
    }
}
