//! Which migrations a store still needs, and which stores this program must leave alone.

use std::fmt::Write as _;

use grantor_protocol::secret::sha256;
use grantor_storage::Fault;

/// A numbered step of the tables. Once published it never changes; later steps mend earlier ones.
#[derive(Debug)]
pub struct Migration {
    /// Counts from 1 without gaps.
    pub number: i64,
    /// What it is about.
    pub name: &'static str,
    /// Its statements.
    pub text: &'static str,
}

impl Migration {
    /// The SHA-256 digest of its text, in hexadecimal.
    pub fn checksum(&self) -> String {
        sha256(self.text.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A step that a store says it has made.
#[derive(Debug)]
pub struct Made {
    /// Its number.
    pub number: i64,
    /// The checksum of what was run.
    pub checksum: String,
}

/// The steps of `known` that a store which has made `made` (in order) still needs.
///
/// # Errors
/// [`Fault::Unavailable`] when the store has seen a newer program or another text of a step: writing to it could destroy it.
pub fn pending<'a>(known: &'a [Migration], made: &[Made]) -> Result<&'a [Migration], Fault> {
    for (place, step) in made.iter().enumerate() {
        let Some(migration) = known.get(place).filter(|known| known.number == step.number) else {
            return Err(newer(known, step.number));
        };
        if migration.checksum() != step.checksum {
            let what = format!(
                "its migration {} ({}) was made with another text than this program has: start the build that made it, or \
                 restore the backup from before",
                migration.number, migration.name
            );
            return Err(Fault::Unavailable { what });
        }
    }
    Ok(&known[made.len()..])
}

fn newer(known: &[Migration], found: i64) -> Fault {
    let newest = known.last().map_or(0, |last| last.number);
    Fault::Unavailable {
        what: format!(
            "it was opened by a newer version of Grantor (migration {found}; this version knows up to {newest}): start \
             that version, or restore the backup from before the upgrade"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Migration; 2] = [
        Migration { number: 1, name: "first", text: "CREATE TABLE a (x)" },
        Migration { number: 2, name: "second", text: "CREATE TABLE b (x)" },
    ];

    fn made(numbers: &[i64]) -> Vec<Made> {
        let checksum = |number: i64| KNOWN.iter().find(|known| known.number == number).map(Migration::checksum);
        numbers.iter().map(|&number| Made { number, checksum: checksum(number).unwrap_or_default() }).collect()
    }

    #[test]
    fn a_store_gets_the_steps_that_it_lacks() {
        let numbers = |pending: &[Migration]| pending.iter().map(|step| step.number).collect::<Vec<_>>();
        assert_eq!(numbers(pending(&KNOWN, &made(&[])).unwrap()), [1, 2]);
        assert_eq!(numbers(pending(&KNOWN, &made(&[1])).unwrap()), [2]);
        assert_eq!(numbers(pending(&KNOWN, &made(&[1, 2])).unwrap()), [0; 0]);
    }

    #[test]
    fn a_newer_store_is_refused() {
        let fault = pending(&KNOWN, &made(&[1, 2, 3])).unwrap_err().to_string();
        assert!(fault.contains("newer version") && fault.contains("migration 3"), "{fault}");
    }

    #[test]
    fn another_text_of_a_step_is_refused() {
        let mut made = made(&[1, 2]);
        made[1].checksum = "0".repeat(64);
        let fault = pending(&KNOWN, &made).unwrap_err().to_string();
        assert!(fault.contains("migration 2 (second)"), "{fault}");
    }

    #[test]
    fn a_checksum_is_that_of_the_text() {
        assert_eq!(
            Migration { number: 1, name: "", text: "abc" }.checksum(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
