//! What is asked of the person at the keyboard. The questions go to standard error: standard output is for answers.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context, bail};
use grantor_protocol::Secret;

/// Asks before something is destroyed. Only `y` or `yes` is a yes.
///
/// # Errors
/// When the answer is no, or there is none.
pub async fn confirm(question: &str) -> anyhow::Result<()> {
    prompt(&format!("{question} [y/N] "))?;
    let answer = line().await?;
    let is_yes = answer.as_ref().is_some_and(|text| matches!(&*text.expose().trim().to_lowercase(), "y" | "yes"));
    if is_yes {
        return Ok(());
    }
    if answer.is_none() {
        eprintln!();
    }
    bail!("nothing was removed: answer yes, or give --yes")
}

/// A new password: asked for twice without echo at a terminal, else the first line of standard input.
///
/// # Errors
/// When there is none, or the two are different.
pub async fn new_password(whose: &str) -> anyhow::Result<Secret> {
    if !io::stdin().is_terminal() {
        return line().await?.context("no password came on standard input");
    }
    let first = unseen(&format!("New password for {whose}: ")).await?;
    let again = unseen("The same again: ").await?;
    if first != again {
        bail!("the two passwords are different: nothing was changed");
    }
    Ok(first)
}

async fn unseen(question: &str) -> anyhow::Result<Secret> {
    prompt(question)?;
    let _hidden = hidden::EchoOff::new().context("the terminal cannot hide what is typed: pipe the password in")?;
    let typed = line().await;
    eprintln!();
    typed?.context("no password was typed")
}

fn prompt(question: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(question.as_bytes())?;
    out.flush()
}

/// The next line of standard input without its end; `None` where there is none. Whoever interrupts it finds the terminal as
/// it was.
async fn line() -> anyhow::Result<Option<Secret>> {
    let (send, read) = tokio::sync::oneshot::channel();
    // Not a task of the runtime, which would wait for its end.
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = io::stdin().lock().read_line(&mut text);
        let text = Secret::new(text);
        let _ = send.send(read.map(|length| (length > 0).then_some(text)));
    });
    let found = tokio::select! {
        read = read => read??,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            eprintln!();
            bail!("interrupted: nothing was changed");
        }
    };
    Ok(found.map(|text| Secret::new(text.expose().trim_end_matches(['\r', '\n']))))
}

#[cfg(unix)]
mod hidden {
    use std::io;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The terminal shows nothing of what is typed until this is dropped.
    pub struct EchoOff(Termios);

    impl EchoOff {
        pub fn new() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
            Ok(Self(before))
        }
    }

    impl Drop for EchoOff {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        }
    }
}

#[cfg(not(unix))]
mod hidden {
    use std::io;

    /// Elsewhere nothing can be hidden.
    pub struct EchoOff;

    impl EchoOff {
        pub fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}
