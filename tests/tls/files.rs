//! Certificates for the tests, made anew for each.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use crate::support::plugin::Plugin;

/// A folder with an authority's certificate and whatever it signed.
pub struct Files {
    folder: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Files {
    /// With `ca.crt`, and `server.crt` and `server.key` for `localhost` and 127.0.0.1.
    pub fn new() -> Files {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "an authority");
        let key = KeyPair::generate().unwrap();
        let files = Files {
            folder: TempDir::with_prefix("atest-tls-").unwrap(),
            authority: CertifiedIssuer::self_signed(params, key).unwrap(),
        };
        files.write("ca.crt", &files.authority.pem());
        files.sign("server", 2100);
        files
    }

    /// A certificate and a key of these names, good until that year.
    pub fn sign(&self, name: &str, until: i32) {
        let mut params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        self.write(&format!("{name}.crt"), &certificate.pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as commands take it.
    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `server.tls` with these files and more settings; more of `server` may follow.
    pub fn config(&self, more: &str) -> String {
        format!(
            "server:\n  tls:\n    cert_file: {}\n    key_file: {}\n{more}",
            self.text("server.crt"),
            self.text("server.key"),
        )
    }

    /// A plugin that asks its clients for certificates of the authority.
    pub fn guarded(&self, client_auth: &str, more: &str) -> Plugin {
        let clients = format!(
            "    client_ca_file: {}\n    client_auth: {client_auth}\n{more}",
            self.text("ca.crt")
        );
        Plugin::start(&self.config(&clients))
    }
}

/// The value of a series of the plugin's metrics; 0 where there is none.
pub fn series(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0.0, |value| value.trim().parse().unwrap())
}
