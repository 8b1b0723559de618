use clap::Parser;
use grantor_environment::*;
use grantor_server::{config::*, data_folder::*, listen::*, local_authority, logging, signals, tls};
use std::time::Instant;
#[derive(Parser)]
#[command(name = "grantor", about = "Identity")]
struct Cli {
    #[command(subcommand)]
    c: Cmd,
}
#[derive(clap::Subcommand)]
enum Cmd {
    /// Run the platform
    Serve(ServeOptions),
}
fn main() {
    let t = Instant::now();
    let Cmd::Serve(o) = Cli::parse().c;
    let c = match o.resolve(&|n| std::env::var_os(n)) {
        Ok(c) => c,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(e.exit_code().into())
        }
    };
    logging::start(c.log_format, std::env::var("GRANTOR_LOG").ok().as_deref()).unwrap();
    let d = match DataFolder::open(&c.data) {
        Ok(d) => d,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(1)
        }
    };
    d.secret("secret", &SystemEntropy).unwrap();
    eprintln!("folder {:?}", t.elapsed());
    let host = c.public_url.as_ref().map(|u| u.host().to_owned());
    let hosts: Vec<&str> = host.iter().map(String::as_str).collect();
    let tlsc = match &c.tls {
        Tls::None => None,
        Tls::Files { cert, key } => Some(tls::from_files(cert, key).unwrap()),
        Tls::LocalAuthority => Some(local_authority::issue(&d, &hosts, SystemClock.now(), &SystemEntropy).unwrap()),
    };
    let tlsc = tlsc.map(|k| tls::server_config(tls::Certificate::new(k)).unwrap());
    eprintln!("tls {:?}", t.elapsed());
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let l = tokio::net::TcpListener::bind(c.listen).await.unwrap();
        let r = axum::Router::new().route("/", axum::routing::get(async || "hello"));
        println!("ready {}", c.public_url_at(l.local_addr().unwrap().port()));
        eprintln!("ready {:?}", t.elapsed());
        let e = serve(l, tlsc, r, signals::shutdown_signal().unwrap(), Limits::of_this_process()).await;
        eprintln!("{e:?}");
    });
}
