//! `models`: which models a provider offers, and getting one for Ollama.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{FAILED, print, table};
use crate::answer::{ProviderWish, Snapshot};
use crate::config::{Loaded, ProviderKind};
use crate::provider::{ModelInfo, Pulling, price_origin};
use crate::telemetry::logs::LogCounts;
use crate::telemetry::trace::TraceCounts;

/// Longest wait for a provider's list.
const LIST_LIMIT: Duration = Duration::from_secs(15);

/// What to do with models.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// List the models that a provider offers, asked of it; without a provider, of every configured one.
    List {
        /// A configured name or a kind of provider.
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have Ollama get a model, or bring it up to date.
    Pull {
        /// The model; without one, the model that the config names for the provider.
        model: Option<String>,
        /// A configured service that speaks Ollama.
        #[arg(long, value_name = "NAME", default_value = "ollama")]
        provider: String,
    },
}

/// Does what is asked.
pub fn run(loaded: Loaded, args: ModelsArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return print::failure(FAILED, format!("the runtime cannot start: {error}")),
    };
    runtime.block_on(async {
        let mut loaded = loaded;
        loaded.config.performance.cache.enabled = false;
        let ground = crate::app::ground(&loaded, LogCounts::default(), TraceCounts::default());
        let snapshot = Snapshot::new(Arc::new(loaded.config), &ground, None);
        match args.command {
            ModelsCommand::List { provider, json } => list(&snapshot, provider, json).await,
            ModelsCommand::Pull { model, provider } => pull(&snapshot, &provider, model).await,
        }
    })
}

async fn list(snapshot: &Snapshot, provider: Option<String>, as_json: bool) -> ExitCode {
    let names = match provider {
        Some(name) => vec![name],
        None => {
            let listed = snapshot.providers.list().into_iter();
            listed
                .filter(|info| info.available)
                .map(|info| info.name)
                .collect()
        }
    };
    let mut found = Vec::new();
    let mut failed = false;
    for name in names {
        let wish = ProviderWish {
            provider: Some(name.clone()),
            ..ProviderWish::default()
        };
        match snapshot.providers.models(&wish, LIST_LIMIT).await {
            Ok(models) => {
                let kind = snapshot
                    .providers
                    .find(&name)
                    .map_or(ProviderKind::Custom, |info| info.kind);
                found.push((name, kind, models));
            }
            Err(error) => {
                failed = true;
                print::note(&format!("atest-ext-ai: {name}: {error}"));
            }
        }
    }
    if as_json {
        let by_provider: serde_json::Map<String, Value> = found
            .iter()
            .map(|(name, kind, models)| {
                let models = models.iter().map(|model| as_object(*kind, model));
                (name.clone(), models.collect())
            })
            .collect();
        print::out(&Value::Object(by_provider).to_string());
    } else {
        let rows = found
            .iter()
            .flat_map(|(name, _, models)| models.iter().map(move |model| row(name, model)));
        print::out(&table::lines(
            &[
                "provider",
                "model",
                "context",
                "output",
                "$ in / 1M",
                "$ out / 1M",
            ],
            rows,
        ));
    }
    ExitCode::from(if failed { FAILED } else { 0 })
}

fn row(provider: &str, model: &ModelInfo) -> Vec<String> {
    let known = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
    vec![
        provider.to_owned(),
        model.id.clone(),
        known(model.context_window.map(|tokens| tokens.to_string())),
        known((model.max_tokens > 0).then(|| model.max_tokens.to_string())),
        known(model.price.map(|price| price.input.to_string())),
        known(model.price.map(|price| price.output.to_string())),
    ]
}

fn as_object(kind: ProviderKind, model: &ModelInfo) -> Value {
    // A price that the config gives is nobody's list price.
    let origin = model.price.and_then(|_| price_origin(kind, &model.id));
    json!({
        "id": model.id,
        "name": model.name,
        "max_tokens": (model.max_tokens > 0).then_some(model.max_tokens),
        "context_window": model.context_window,
        "price_usd_per_million": model.price,
        "list_price_source": origin.map(|(source, _)| source),
        "list_price_seen": origin.map(|(_, seen)| seen),
    })
}

async fn pull(snapshot: &Snapshot, provider: &str, model: Option<String>) -> ExitCode {
    let info = match snapshot.providers.find(provider) {
        Ok(info) if info.kind == ProviderKind::Ollama => info,
        Ok(info) => {
            return print::failure(
                FAILED,
                format!(
                    "{} is not an Ollama service, and only Ollama gets models; `models list` shows what it offers",
                    info.name
                ),
            );
        }
        Err(error) => return print::failure(FAILED, error),
    };
    let configured = snapshot.config.ai.services.get(&info.name);
    let Some(model) = model.or_else(|| configured.and_then(|service| service.model.clone())) else {
        return print::failure(
            FAILED,
            format!(
                "which model? Name one, like `models pull qwen2.5-coder:latest`, or set ai.services.{}.model",
                info.name
            ),
        );
    };
    let mut progress = Progress::new();
    match snapshot
        .providers
        .pull(provider, &model, |step| progress.show(&step))
        .await
    {
        Ok(()) => {
            progress.end();
            print::out(&format!(
                "{model} is there, at {}",
                info.endpoint.unwrap_or_default()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            progress.end();
            print::failure(FAILED, error)
        }
    }
}

/// A bar on a terminal, plain lines elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    last: String,
    last_tenth: u64,
}

impl Progress {
    fn new() -> Progress {
        Progress {
            bar: std::io::stderr().is_terminal().then(|| {
                let style = ProgressStyle::with_template(
                    "{msg:24!} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}",
                );
                ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            }),
            last: String::new(),
            last_tenth: 0,
        }
    }

    fn show(&mut self, step: &Pulling) {
        if let Some(bar) = &self.bar {
            bar.set_message(step.status.clone());
            bar.set_length(step.total.unwrap_or(0));
            bar.set_position(step.completed.unwrap_or(0));
            return;
        }
        let tenth = match (step.completed, step.total) {
            (Some(completed), Some(total)) if total > 0 => completed * 10 / total,
            _ => 0,
        };
        if step.status != self.last || tenth > self.last_tenth {
            let share = step
                .total
                .map(|_| format!(" {}%", tenth * 10))
                .unwrap_or_default();
            print::note(&format!("{}{share}", step.status));
            self.last.clone_from(&step.status);
        }
        self.last_tenth = tenth;
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
