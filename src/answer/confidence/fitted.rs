//! The fitted weights, as they are kept in the state folder: `confidence.json`.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FEWEST_JUDGED;
use super::features::{FEATURES, NAMES, place};
use super::fit::Fit;
use super::quality::Figures;
use super::weights::{VERSION, Weights, WeightsSource};
use crate::config::{Like, LockedFolder};

/// Its name in the state folder.
pub const FILE: &str = "confidence.json";

/// The kind of answers that the weights are for; the embedded engine has its own score.
const CLASS: &str = "model";

/// Fewest judged answers of a provider for which fitted weights are used.
const FEWEST_OF_A_PROVIDER: u32 = 50;

/// Largest file that is read; a right one has about 2 kB.
const LARGEST: u64 = 64 * 1024;

/// Fitted weights and where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The weights.
    pub weights: Weights,
    /// Judged answers by the name of the service that gave them.
    pub providers: BTreeMap<String, u32>,
    /// When they were fitted.
    pub fitted_at: Timestamp,
    /// How good they are on answers that they were not fitted on.
    pub figures: Figures,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    class: String,
    judged: u32,
    providers: BTreeMap<String, u32>,
    fitted_at: Timestamp,
    figures: Figures,
    bias: f64,
    weights: BTreeMap<String, f64>,
}

/// The weights in use: those set by hand, and fitted ones for the providers that they were fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    by_hand: Weights,
    fitted: Option<Fitted>,
}

impl Default for Calibration {
    fn default() -> Calibration {
        Calibration {
            by_hand: Weights::heuristic(),
            fitted: None,
        }
    }
}

impl Calibration {
    /// What the folder holds; what is wrong with it is logged, and the weights set by hand stay. Tells what differs from
    /// `previous`.
    pub fn open(state_dir: Option<&Path>, previous: Option<&Calibration>) -> Calibration {
        let fitted = match state_dir.map_or(Ok(None), Fitted::read) {
            Ok(fitted) => fitted,
            Err(reason) => {
                tracing::warn!(
                    %reason,
                    "{FILE} is not used, the weights of confidence that were set by hand stay; fit them again with eval --fit"
                );
                None
            }
        };
        let before = previous.and_then(|previous| previous.fitted.as_ref());
        match &fitted {
            Some(fitted) if before != Some(fitted) => tracing::info!(
                judged = fitted.weights.judged, fitted_at = %fitted.fitted_at, auc = fitted.figures.auc,
                ece = fitted.figures.ece, providers = fitted.names(), "fitted weights of confidence are used"
            ),
            None if before.is_some() => {
                tracing::info!("fitted weights of confidence are gone; those set by hand are used");
            }
            _ => {}
        }
        Calibration {
            by_hand: Weights::heuristic(),
            fitted,
        }
    }

    /// The fitted weights, where there are any.
    pub fn fitted(&self) -> Option<&Fitted> {
        self.fitted.as_ref()
    }

    /// The weights for answers of a provider.
    pub fn of(&self, provider: &str) -> &Weights {
        match &self.fitted {
            Some(fitted) if fitted.is_for(provider) => &fitted.weights,
            _ => &self.by_hand,
        }
    }
}

impl Fitted {
    /// From a fit.
    pub fn new(fit: &Fit, providers: BTreeMap<String, u32>, fitted_at: Timestamp) -> Fitted {
        Fitted {
            weights: fit.weights.clone(),
            providers,
            fitted_at,
            figures: fit.figures,
        }
    }

    /// Whether enough answers of that provider were judged.
    pub fn is_for(&self, provider: &str) -> bool {
        self.providers
            .get(provider)
            .is_some_and(|judged| *judged >= FEWEST_OF_A_PROVIDER)
    }

    /// The providers that they are used for.
    pub fn names(&self) -> String {
        let names = self.providers.keys().filter(|name| self.is_for(name));
        names.map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Reads the folder's file; `None` when there is none.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(folder: &Path) -> Result<Option<Fitted>, String> {
        let text = match read(&folder.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("it cannot be read: {error}")),
        };
        let document: Document = serde_json::from_str(&text)
            .map_err(|error| format!("it is not what eval --fit writes: {error}"))?;
        Fitted::checked(document).map(Some)
    }

    fn checked(document: Document) -> Result<Fitted, String> {
        if document.version != VERSION {
            return Err(format!(
                "it is of version {}, and this program knows version {VERSION}",
                document.version
            ));
        }
        if document.class != CLASS {
            return Err(format!("it is for {:?}, not for {CLASS:?}", document.class));
        }
        if (document.judged as usize) < FEWEST_JUDGED {
            return Err(format!(
                "it was fitted on {} answers, and at least {FEWEST_JUDGED} are needed",
                document.judged
            ));
        }
        let mut weights = [f64::NAN; FEATURES];
        for (name, weight) in &document.weights {
            let at = place(name).ok_or_else(|| format!("{name:?} is no feature"))?;
            weights[at] = *weight;
        }
        if let Some(at) = weights.iter().position(|weight| !weight.is_finite()) {
            return Err(format!("it has no weight for {:?}", NAMES[at]));
        }
        Ok(Fitted {
            weights: Weights {
                version: document.version,
                source: WeightsSource::Fitted,
                judged: document.judged,
                bias: document.bias,
                weights,
            },
            providers: document.providers,
            fitted_at: document.fitted_at,
            figures: document.figures,
        })
    }

    /// Puts the file into the folder, for its owner alone.
    ///
    /// # Errors
    /// It cannot be written; what was there stays.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let document = Document {
            version: self.weights.version,
            class: CLASS.into(),
            judged: self.weights.judged,
            providers: self.providers.clone(),
            fitted_at: self.fitted_at,
            figures: self.figures,
            bias: self.weights.bias,
            weights: NAMES
                .iter()
                .zip(self.weights.weights)
                .map(|(name, weight)| ((*name).to_owned(), weight))
                .collect(),
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let text = format!("{}\n", serde_json::to_string_pretty(&document)?);
        LockedFolder::wait(folder)?.replace(FILE, text.as_bytes(), &Like::PRIVATE)
    }
}

fn read(path: &Path) -> io::Result<String> {
    // Opening a pipe would wait for whoever writes to it.
    let found = fs::metadata(path)?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::fit::{fit, tests::answers};
    use super::*;

    fn fitted() -> Fitted {
        let providers = BTreeMap::from([("it".to_owned(), 550), ("other".to_owned(), 3)]);
        let now = Timestamp::constant(1_800_000_000, 0);
        Fitted::new(&fit(&answers(600)).unwrap(), providers, now)
    }

    #[test]
    fn what_is_written_is_read_again_and_used_for_its_providers_alone() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        assert_eq!(Fitted::read(&state), Ok(None));
        let fitted = fitted();
        fitted.write(&state).unwrap();
        assert_eq!(Fitted::read(&state), Ok(Some(fitted)));
        let mode = fs::metadata(state.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let calibration = Calibration::open(Some(&state), None);
        assert_eq!(calibration.of("it").source, WeightsSource::Fitted);
        assert_eq!(calibration.of("other").source, WeightsSource::Heuristic);
        assert_eq!(calibration.of("new").source, WeightsSource::Heuristic);
    }

    #[test]
    fn a_file_that_is_broken_or_of_another_version_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        fitted().write(state).unwrap();
        let right = fs::read_to_string(state.join(FILE)).unwrap();
        for (from, to, reason) in [
            ("\"version\": 1", "\"version\": 0", "version 0"),
            ("\"judged\": 600", "\"judged\": 499", "499 answers"),
            ("\"model\"", "\"builtin\"", "\"builtin\""),
            ("\"sequence\"", "\"other\"", "\"other\" is no feature"),
            ("\"version\"", "version", "not what eval --fit writes"),
        ] {
            assert!(right.contains(from), "{from}");
            fs::write(state.join(FILE), right.replacen(from, to, 1)).unwrap();
            let error = Fitted::read(state).unwrap_err();
            assert!(error.contains(reason), "{error}");
            assert_eq!(Calibration::open(Some(state), None), Calibration::default());
        }
        let mut short: serde_json::Value = serde_json::from_str(&right).unwrap();
        short["weights"].as_object_mut().unwrap().remove("engine");
        fs::write(state.join(FILE), short.to_string()).unwrap();
        assert!(Fitted::read(state).unwrap_err().contains("\"engine\""));
        fs::remove_file(state.join(FILE)).unwrap();
        fs::create_dir(state.join(FILE)).unwrap();
        assert!(Fitted::read(state).unwrap_err().contains("cannot be read"));
    }
}
