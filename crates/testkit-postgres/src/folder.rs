//! The folder of a server: its data, and a certificate for `localhost` by an authority of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cluster::PASSWORD;
use crate::machine::{as_owner, owner};

/// Makes a folder with an empty server in it.
pub fn made(bin: &Path) -> PathBuf {
    let folder = empty();
    std::fs::write(folder.join("password"), PASSWORD).unwrap();
    make_certificate(&folder);
    if let Some((user, group)) = owner() {
        for name in ["", "password", "server.pem", "server.key"] {
            std::os::unix::fs::chown(folder.join(name), Some(user), Some(group)).unwrap();
        }
    }
    let made = as_owner()
        .arg(bin.join("initdb"))
        .args([
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--username=grantor",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ])
        .arg("--pwfile=password")
        .args(["-D", "data"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    folder
}

/// The certificate of the authority.
pub fn authority(folder: &Path) -> PathBuf {
    folder.join("authority.pem")
}

/// The end of what the server has written.
pub fn log(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

fn empty() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("grantor-pg-{}-{number}", std::process::id()));
    // What an earlier program with the same process id left behind.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn make_certificate(folder: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(authority(folder), issuer.pem()).unwrap();
    std::fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    let mut file = private(&folder.join("server.key"));
    file.write_all(key.serialize_pem().as_bytes()).unwrap();
}

fn private(path: &Path) -> std::fs::File {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap()
}
