//! `--fit`: weights of confidence from what was judged, in this run and by askers.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ended, Outcome};
use crate::answer::confidence::{self, FILE, Figures, Fit, Fitted, Judged};
use crate::answer::feedback;

/// What was fitted, for people and programs.
pub(super) struct Done {
    fit: Fit,
    fitted: Fitted,
    folder: std::path::PathBuf,
    unreadable: usize,
}

/// Judged answers of models, and who gave them.
#[derive(Default)]
struct Collected {
    judged: Vec<Judged>,
    providers: BTreeMap<String, u32>,
}

impl Collected {
    fn add(&mut self, provider: &str, judged: Judged) {
        *self.providers.entry(provider.to_owned()).or_default() += 1;
        self.judged.push(judged);
    }
}

/// Fits weights on the outcomes and on the feedback in the state folder, and puts them there.
///
/// # Errors
/// There is too little, no folder, or it cannot be read or written.
pub(super) fn fit(state_dir: Option<&Path>, outcomes: &[Outcome]) -> Result<Done, String> {
    let Some(folder) = state_dir else {
        return Err(
            "there is no state folder that this user may write, so fitted weights cannot be kept; set `server.state_dir`"
                .into(),
        );
    };
    let mut collected = Collected::default();
    for outcome in outcomes {
        let right = match outcome.ended {
            Ended::Right => true,
            Ended::Wrong | Ended::Fails => false,
            _ => continue,
        };
        if let Some(features) = outcome.features {
            collected.add(&outcome.provider, Judged { features, right });
        }
    }
    let found = feedback::read(folder).map_err(|error| {
        format!(
            "{} cannot be read: {error}",
            folder.join(feedback::FILE).display()
        )
    })?;
    for line in &found.lines {
        if let Some(features) = line.features {
            let right = line.verdict.is_right();
            collected.add(&line.provider, Judged { features, right });
        }
    }
    let fit = confidence::fit(&collected.judged).map_err(|error| format!("nothing was fitted: {error}"))?;
    let fitted = Fitted::new(&fit, collected.providers, Timestamp::now());
    fitted
        .write(folder)
        .map_err(|error| format!("{} cannot be written: {error}", folder.join(FILE).display()))?;
    Ok(Done {
        fit,
        fitted,
        folder: folder.to_owned(),
        unreadable: found.unreadable,
    })
}

impl Done {
    pub(super) fn json(&self) -> Value {
        json!({
            "file": self.folder.join(FILE),
            "judged": self.fit.weights.judged,
            "providers": self.fitted.providers,
            "cross_validated": self.fit.figures,
            "set_by_hand": self.fit.before,
            "feedback_lines_left_out": self.unreadable,
        })
    }

    pub(super) fn text(&self) -> String {
        let figures = |figures: &Figures| {
            let auc = figures.auc.map_or_else(|| "–".into(), |auc| format!("{auc:.3}"));
            format!("AUC {auc} · ECE {:.3} · Brier {:.3}", figures.ece, figures.brier)
        };
        let mut text = format!(
            "fitted on {} judged answers, of which {:.1} % are right\n  cross-validated: {}\n  set by hand:     {}\n{} is \
             written; it is used for answers of {} from the next start or reload on",
            self.fit.weights.judged,
            self.fit.figures.right * 100.0,
            figures(&self.fit.figures),
            figures(&self.fit.before),
            self.folder.join(FILE).display(),
            match self.fitted.names() {
                names if names.is_empty() => "no provider yet (each needs 50 judged answers)".into(),
                names => names,
            }
        );
        if self.unreadable > 0 {
            text.push_str(&format!(
                "\n{} lines of {} were left out: they are broken, or of another version",
                self.unreadable,
                feedback::FILE
            ));
        }
        text
    }
}
