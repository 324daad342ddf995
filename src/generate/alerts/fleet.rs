//! Config, versions, certificates, secrets.

use super::{INSTANCE, JOB, above, alert, below, is};
use crate::generate::alert::{AlertDef, Group, LimitUnit, days, fixed, hours, limit, minutes};
use crate::generate::signal::{Match, Pick, Signal, all};
use crate::generate::values::Severity::{Critical, Info, Warning};
use crate::telemetry::catalogue as metrics;

pub fn alerts() -> Vec<AlertDef> {
    use Group::Fleet;
    let lasting = |of: Pick, seconds: u64| {
        below(
            Signal::Until(of),
            limit(seconds as f64, LimitUnit::Seconds, 60.0, 31_536_000.0),
        )
    };
    vec![
        alert(
            "AtestAiConfigReloadFailed",
            Fleet,
            Warning,
            is(Signal::Value(all(&metrics::CONFIG_RELOAD_SUCCESSFUL)), 0.0),
        )
        .holds(minutes(5))
        .says(
            "A change of the config did not arrive.",
            "{{ $labels.instance }} could not read its config and goes on with the one before.",
        )
        .drawn("fleet", "Config reloads")
        .advises(
            "Somebody changed the config and it is wrong. Nothing is broken until the next restart, which will not succeed.",
            "sum by (trigger, result) (increase(atest_ai_config_reloads_total{SCOPE}[1h]))",
            &[
                "`atest-ext-ai --config FILE --validate` shows each problem with its line.",
                "The log says it too: `journalctl -u atest-ai-plugin | grep -i reload | tail`.",
                "Correct it, or `atest-ext-ai config rollback`.",
            ],
        ),
        alert(
            "AtestAiRestartForgotten",
            Fleet,
            Info,
            above(Signal::Value(all(&metrics::CONFIG_WAITING)), fixed(0.0)),
        )
        .holds(hours(2))
        .says(
            "A change of the config waits for a restart.",
            "{{ $value }} settings of {{ $labels.instance }} take effect at the next start only.",
        )
        .drawn("fleet", "Settings awaiting a restart")
        .advises(
            "Most settings change while the plugin runs; listeners and threads do not.",
            "atest_ai_config_settings_awaiting_restart{SCOPE}",
            &[
                "`curl -s http://localhost:9090/admin/reload` names the settings.",
                "Restart in a quiet moment: `systemctl restart atest-ai-plugin`.",
            ],
        ),
        alert(
            "AtestAiConfigWatchDown",
            Fleet,
            Info,
            is(Signal::Value(all(&metrics::CONFIG_WATCH_UP)), 0.0),
        )
        .holds(hours(1))
        .says(
            "Changes of the config arrive late.",
            "The system does not tell {{ $labels.instance }} of changed files; it looks at them every `reload.poll_interval`.",
        )
        .drawn("fleet", "Config watch")
        .advises(
            "Usual on network file systems; elsewhere the system has no watch left.",
            "atest_ai_config_watch_up{SCOPE}",
            &["`sysctl fs.inotify.max_user_watches fs.inotify.max_user_instances`; raise them where they are small."],
        ),
        alert(
            "AtestAiConfigSkew",
            Fleet,
            Info,
            above(
                Signal::Distinct {
                    of: all(&metrics::CONFIG_INFO),
                    label: "hash",
                },
                limit(1.0, LimitUnit::Count, 1.0, 100.0),
            ),
        )
        .holds(minutes(30))
        .says(
            "Plugins run with different configs.",
            "The plugins of {{ $labels.job }} have {{ $value }} different configs.",
        )
        .drawn("fleet", "Configs")
        .advises(
            "The same question gets other answers, depending on who gets it. For minutes it is a rollout; for longer, a reload that failed.",
            "count by (hash) (atest_ai_config_info{SCOPE})",
            &[
                "See who has which: `atest_ai_config_info`.",
                "Compare two: `atest-ext-ai config show` on each.",
            ],
        ),
        alert(
            "AtestAiVersionSkew",
            Fleet,
            Info,
            above(
                Signal::Distinct {
                    of: all(&metrics::BUILD_INFO),
                    label: "version",
                },
                limit(1.0, LimitUnit::Count, 1.0, 100.0),
            ),
        )
        .holds(minutes(30))
        .says(
            "Plugins of different versions run.",
            "{{ $value }} versions of {{ $labels.job }} run at once.",
        )
        .drawn("fleet", "Versions")
        .advises(
            "A rollout that has stopped halfway.",
            "count by (version) (atest_ai_build_info{SCOPE})",
            &["`kubectl -n atest-system rollout status deploy/atest-ai-plugin`, or the packages of the machines that lag behind."],
        ),
        alert(
            "AtestAiRulesOutdated",
            Fleet,
            Info,
            above(
                Signal::Count {
                    of: all(&metrics::BUILD_INFO),
                    by: JOB,
                },
                fixed(0.0),
            ),
        )
        .holds(hours(1))
        .says(
            "The alerts are of another version than the plugin.",
            "{{ $value }} plugins of {{ $labels.job }} run another version than the one that wrote these rules.",
        )
        .drawn("fleet", "Versions")
        .advises(
            "A metric that the rules name may have changed, so that an alert stays silent.",
            "count by (version) (atest_ai_build_info{SCOPE})",
            &[
                "Generate them again with the version that runs: `atest-ext-ai generate-monitoring --out DIR`, and have Prometheus load them.",
                "CHANGELOG-monitoring.md tells what is different.",
            ],
        ),
        alert(
            "AtestAiCertificateExpiring",
            Fleet,
            Warning,
            lasting(all(&metrics::TLS_CERT_EXPIRY), days(14)),
        )
        .holds(hours(1))
        .says(
            "A certificate ends soon.",
            "The certificate `{{ $labels.name }}` of {{ $labels.instance }} ends in {{ $value | humanizeDuration }} (less than LIMIT).",
        )
        .drawn("fleet", "Certificates")
        .advises(
            "After its end no client comes in.",
            "atest_ai_tls_cert_expiry_timestamp_seconds{SCOPE} - time()",
            &[
                "Renew it, and put it where `server.tls.cert_file` says; it is taken without a restart.",
                "See what is shown now: `openssl s_client -connect localhost:9090 </dev/null | openssl x509 -noout -enddate`.",
            ],
        ),
        alert(
            "AtestAiCertificateExpiringSoon",
            Fleet,
            Critical,
            lasting(all(&metrics::TLS_CERT_EXPIRY), days(3)),
        )
        .holds(hours(1))
        .says(
            "A certificate ends within days.",
            "The certificate `{{ $labels.name }}` of {{ $labels.instance }} ends in {{ $value | humanizeDuration }} (less than LIMIT).",
        )
        .drawn("fleet", "Certificates")
        .advises(
            "After its end no client comes in.",
            "atest_ai_tls_cert_expiry_timestamp_seconds{SCOPE} - time()",
            &["As for AtestAiCertificateExpiring, now."],
        ),
        alert(
            "AtestAiSecretExpiring",
            Fleet,
            Warning,
            lasting(
                all(&metrics::SECRET_EXPIRY).not("name", &["vault_token"]),
                days(1),
            ),
        )
        .holds(hours(1))
        .says(
            "A secret ends soon.",
            "The secret `{{ $labels.name }}` of {{ $labels.instance }} ends in {{ $value | humanizeDuration }} (less than LIMIT).",
        )
        .drawn("fleet", "Secrets")
        .advises(
            "Vault will delete the secret; the provider or database that it is for will then refuse the plugin.",
            "atest_ai_secret_expiry_timestamp_seconds{SCOPE} - time()",
            &["Write a new version of the secret in Vault; it is taken within `secrets.vault.refresh_interval`."],
        ),
        alert(
            "AtestAiVaultTokenExpiring",
            Fleet,
            Warning,
            lasting(all(&metrics::SECRET_EXPIRY).is("name", "vault_token"), minutes(10)),
        )
        .holds(minutes(5))
        .says(
            "The sign-in to Vault ends and is not renewed.",
            "The sign-in of {{ $labels.instance }} to Vault ends in {{ $value | humanizeDuration }} (less than LIMIT).",
        )
        .drawn("fleet", "Secrets")
        .advises(
            "The plugin renews it by itself well before; it could not. Secrets that it has stay in use; changed ones do not arrive.",
            "atest_ai_vault_up{SCOPE}",
            &[
                "The log says why: `journalctl -u atest-ai-plugin | grep -i vault | tail`.",
                "A token from a file is the agent's to renew; a role's may be bounded by its `max_ttl`.",
            ],
        ),
        alert(
            "AtestAiVaultDown",
            Fleet,
            Warning,
            is(Signal::Value(all(&metrics::VAULT_UP)), 0.0),
        )
        .holds(minutes(10))
        .says(
            "Vault cannot be asked.",
            "{{ $labels.instance }} gets no secrets from Vault.",
        )
        .drawn("fleet", "Vault")
        .advises(
            "Secrets that the plugin has stay in use. A restart would not succeed while a required one cannot be had.",
            "atest_ai_vault_up{SCOPE}",
            &["`curl -s $VAULT_ADDR/v1/sys/health`: is it sealed? Do not restart the plugin until it answers."],
        ),
        alert(
            "AtestAiTokensGuessed",
            Fleet,
            Warning,
            above(
                Signal::Increase {
                    of: all(&metrics::AUTH_FAILURES).any("reason", &["wrong_token", "slowed"]),
                    window: minutes(10),
                    by: INSTANCE,
                },
                limit(20.0, LimitUnit::Count, 1.0, 1_000_000.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "Somebody tries wrong tokens.",
            "{{ $labels.instance }} refused {{ $value | humanize }} wrong tokens in ten minutes (more than LIMIT).",
        )
        .drawn("fleet", "Callers refused")
        .advises(
            "A client with an old token, or somebody who guesses. After `access.max_failures` each further try has to wait.",
            "sum by (reason) (increase(atest_ai_authentication_failures_total{SCOPE}[10m]))",
            &["The audit log names addresses: `grep authentication_failure /var/log/atest-ai/audit.log | tail`."],
        ),
        alert(
            "AtestAiTlsHandshakesFailing",
            Fleet,
            Info,
            above(
                Signal::Increase {
                    of: all(&metrics::TLS_HANDSHAKE_FAILURES)
                        .any("reason", &["nothing_shared", "client_certificate", "refused_by_client"]),
                    window: minutes(15),
                    by: &["job", "instance", "reason"],
                },
                limit(10.0, LimitUnit::Count, 0.0, 1_000_000.0),
            ),
        )
        .keeps(minutes(15))
        .says(
            "Clients cannot agree on TLS.",
            "{{ $value | humanize }} handshakes with {{ $labels.instance }} failed in a quarter of an hour: {{ $labels.reason }} (more than LIMIT).",
        )
        .drawn("fleet", "TLS handshakes failed")
        .advises(
            "After a change of certificates: clients that trust the old authority, or show a certificate of another one.",
            "sum by (reason) (increase(atest_ai_tls_handshake_failures_total{SCOPE}[15m]))",
            &[
                "`refused_by_client`: give clients the new authority. `client_certificate`: compare their issuer with `server.tls.client_ca_file`.",
            ],
        ),
    ]
}

/// The plugins whose version is not the one that writes the rules.
pub fn of_another_version(version: &str) -> Signal {
    let mut of = all(&metrics::BUILD_INFO);
    of.with
        .push(("version", Match::NotIn(vec![version.to_owned().into()])));
    Signal::Count { of, by: JOB }
}
