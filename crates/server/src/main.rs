//! The program `grantor`: reads what it is asked, does it, and says in one line why when it cannot.

mod help;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use grantor_server::commands::native::{accounts, call, login, logout, token};
use grantor_server::commands::{Usage, app, apply, demo, key, migrate, serve, tenant, user};
use grantor_server::config::ServeOptions;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A self-hosted identity platform: sign-in, consent, tokens and a directory in one program.
#[derive(Parser)]
#[command(name = "grantor", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// See the whole journey on this machine, with nothing set up and nothing left behind
    Demo(demo::DemoOptions),
    /// Run the platform: sign-in, tokens, directory API
    Serve(ServeOptions),
    /// Make the directory hold at least what a file says
    Apply(apply::ApplyOptions),
    /// Look after applications: what they may do, their secrets and certificates, on and off
    App(app::AppOptions),
    /// Look after people: their passwords and sessions, locked accounts, on and off
    User(user::UserOptions),
    /// Look after tenants: the tokens with which applications register themselves
    Tenant(tenant::TenantOptions),
    /// Look after the signing keys: see them, publish the next ones
    Key(key::KeyOptions),
    /// Copy a whole store to another database: from one machine to many, and back
    Migrate(migrate::MigrateOptions),
    /// Sign in with the system browser, at Grantor or any OpenID provider
    Login(login::LoginOptions),
    /// Print an access token of somebody who is signed in
    Token(token::TokenOptions),
    /// Call an API on behalf of somebody who is signed in
    Call(call::CallOptions),
    /// List who is signed in on this machine
    Accounts(accounts::AccountsOptions),
    /// Forget somebody on this machine
    Logout(logout::LogoutOptions),
}

fn main() -> ExitCode {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let asked = help::by_wish(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&asked).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into(), 1),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err((error, code)) => failed(&error, code),
    }
}

async fn run(command: Command) -> Result<(), (anyhow::Error, u8)> {
    let plain = |error: anyhow::Error| {
        let code = if error.is::<Usage>() { 2 } else { 1 };
        (error, code)
    };
    match command {
        Command::Serve(options) => {
            let config = options.resolve(&|name| std::env::var_os(name)).map_err(|error| {
                let code = error.exit_code();
                (error.into(), code)
            })?;
            serve::run(config).await.map_err(plain)
        }
        Command::Demo(options) => demo::run(options).await.map_err(plain),
        Command::Apply(options) => apply::run(options).await.map_err(plain),
        Command::App(options) => app::run(options).await.map_err(plain),
        Command::User(options) => user::run(options).await.map_err(plain),
        Command::Tenant(options) => tenant::run(options).await.map_err(plain),
        Command::Key(options) => key::run(options).await.map_err(plain),
        Command::Migrate(options) => migrate::run(options).await.map_err(plain),
        Command::Login(options) => login::run(options).await.map_err(plain),
        Command::Token(options) => token::run(options).await.map_err(plain),
        Command::Call(options) => call::run(options).await.map_err(plain),
        Command::Accounts(options) => accounts::run(options).await.map_err(plain),
        Command::Logout(options) => logout::run(options).await.map_err(plain),
    }
}

fn failed(error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("grantor: {error:#}");
    ExitCode::from(code)
}
