//! `grantor help`: the commands by what a person wants to do.

use std::fmt::Write as _;

use clap::Command;

/// What a person wants, and the commands for it. Each command stands once.
const WISHES: &[(&str, &[&str])] = &[
    ("See it work", &["demo"]),
    ("Run it", &["serve", "migrate"]),
    ("Look after a directory", &["apply", "app", "user", "tenant"]),
    ("Look after the signing keys", &["key"]),
    ("Sign in and call APIs from here", &["login", "token", "call", "accounts", "logout"]),
];

/// The program's commands, told by what a person wants to do.
pub fn by_wish(command: Command) -> Command {
    let width = command.get_subcommands().map(|one| one.get_name().len()).max().unwrap_or_default();
    let mut lists = String::new();
    for (wish, names) in WISHES {
        let _ = writeln!(lists, "{wish}:");
        for one in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let about = one.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(lists, "  {:width$}  {about}", one.get_name());
        }
        lists.push('\n');
    }
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{lists}`grantor help COMMAND` says more of each.\n\nOptions:\n{{options}}\n"
    ))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_is_for_one_wish() {
        let mut listed: Vec<&str> = WISHES.iter().flat_map(|(_, names)| *names).copied().collect();
        listed.sort_unstable();
        let command = crate::Cli::command();
        let mut there: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        there.sort_unstable();
        assert_eq!(listed, there);
    }
}
