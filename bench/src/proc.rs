//! What Linux tells about a process.

use std::time::Duration;

use anyhow::Context;

/// Ticks of processor time in a second, as Linux tells them to programs on every machine.
const TICKS: u64 = 100;

/// The processor time that a process has taken.
///
/// # Errors
/// The system does not tell.
pub fn time(process: u32) -> anyhow::Result<Duration> {
    Ok(from_ticks(Stat::of(process)?.own))
}

/// The processor time of a process and of all that it has started directly, whether they still run or not.
///
/// # Errors
/// The system does not tell.
pub fn time_of_tree(root: u32) -> anyhow::Result<Duration> {
    let stat = Stat::of(root)?;
    let mut ticks = stat.own + stat.ended_children;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ends right now is counted with its parent the next time.
        if let Ok(stat) = Stat::of(process)
            && stat.parent == root
        {
            ticks += stat.own;
        }
    }
    Ok(from_ticks(ticks))
}

/// The memory that a process holds, in KiB.
///
/// # Errors
/// The system does not tell.
pub fn resident_kib(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))
        .context("resident memory is read from /proc, on Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS stands in /proc")?;
    line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is a number")
}

/// The processors that this program may use.
///
/// # Errors
/// The system does not tell.
pub fn cores() -> anyhow::Result<Vec<usize>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    parse_list(list.context("the processors stand in /proc")?.trim())
}

fn parse_list(list: &str) -> anyhow::Result<Vec<usize>> {
    let mut cores = Vec::new();
    for part in list.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        cores.extend(from.parse()?..=to.parse::<usize>()?);
    }
    Ok(cores)
}

struct Stat {
    parent: u32,
    own: u64,
    ended_children: u64,
}

impl Stat {
    fn of(process: u32) -> anyhow::Result<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/stat"))?)
    }

    /// proc(5): after the name in brackets come state, parent, and as 12th to 15th the times of itself and its children.
    fn parse(stat: &str) -> anyhow::Result<Self> {
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |place: usize| -> anyhow::Result<u64> {
            Ok(fields.get(place).context("a line in /proc/…/stat is short")?.parse()?)
        };
        let parent = u32::try_from(number(1)?)?;
        Ok(Self { parent, own: number(11)? + number(12)?, ended_children: number(13)? + number(14)? })
    }
}

const fn from_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1000 / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_processors_is_read() {
        assert_eq!(parse_list("0-2,5,7-8").unwrap(), [0, 1, 2, 5, 7, 8]);
        assert!(parse_list("all").is_err());
    }

    #[test]
    fn a_name_with_brackets_does_not_shift_the_times() {
        let stat = Stat::parse("12 (a) (b c) S 7 1 1 0 -1 4194560 9 8 7 6 40 2 300 1 20 0 1 0 5").unwrap();
        assert_eq!((stat.parent, stat.own, stat.ended_children), (7, 42, 301));
    }
}
