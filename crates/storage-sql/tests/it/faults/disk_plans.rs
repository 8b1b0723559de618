//! When a disk fails, and how.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use grantor_faulty_disk::{Act, Answer, Failure, File};

/// Which part of a commit an act on the log is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The first thing that is written for it.
    First,
    /// The beginning of its last page, which says that the commit is complete.
    Last,
    /// The contents of its last page.
    LastPage,
    /// That all of this is to be durable.
    Sync,
    Other,
}

/// Counts commits, and fails the first, the third and so on: what failed once goes well when it is done again.
#[derive(Default)]
pub struct EveryOther {
    commits: AtomicUsize,
    in_commit: AtomicBool,
    in_last_page: AtomicBool,
}

impl EveryOther {
    /// Which part of a commit this is, and the number of that commit if it is to fail.
    fn part(&self, file: File, act: Act<'_>) -> Option<(Part, usize)> {
        if file != File::Log {
            return None;
        }
        let part = match act {
            Act::Write(_, bytes) if bytes.len() == FRAME_HEADER && bytes[4..8] != [0; 4] => Part::Last,
            Act::Write(..) if self.in_last_page.load(SeqCst) => Part::LastPage,
            Act::Write(..) if !self.in_commit.load(SeqCst) => Part::First,
            Act::Sync => Part::Sync,
            Act::Write(..) => Part::Other,
            Act::Read(_) | Act::Truncate(_) => return None,
        };
        if !self.in_commit.swap(part != Part::Sync, SeqCst) {
            self.commits.fetch_add(1, SeqCst);
        }
        self.in_last_page.store(part == Part::Last, SeqCst);
        let number = self.commits.load(SeqCst);
        (number % 2 == 1).then_some((part, number / 2))
    }

    /// Begins to count anew: the commit has failed.
    fn failed(&self, answer: Answer) -> Answer {
        self.in_commit.store(false, SeqCst);
        self.in_last_page.store(false, SeqCst);
        answer
    }

    /// The log cannot be made durable.
    pub fn sync_fails(&self, file: File, act: Act<'_>) -> Answer {
        match self.part(file, act) {
            Some((Part::Sync, _)) => self.failed(Answer::Refuse(Failure::Io)),
            _ => Answer::Do,
        }
    }

    /// One write is torn: the first of a commit, the beginning of its last page or the middle of that, in turn.
    pub fn write_tears(&self, file: File, act: Act<'_>, failure: Failure) -> Answer {
        let (Act::Write(_, bytes), Some((part, number))) = (act, self.part(file, act)) else { return Answer::Do };
        // The first write of a commit of one page is the beginning of its last.
        let tears = match number % 3 {
            0 => part == Part::First || part == Part::Last,
            1 => part == Part::Last,
            _ => part == Part::LastPage,
        };
        if tears { self.failed(Answer::Tear(bytes.len() / 2, failure)) } else { Answer::Do }
    }
}

/// How long the header of a page in the log is. Its second number is the size of the database after a commit, 0 elsewhere.
const FRAME_HEADER: usize = 24;

/// Every sync of the log takes a while.
pub fn sync_is_late(file: File, act: Act<'_>) -> Answer {
    match (file, act) {
        (File::Log, Act::Sync) => Answer::DoAfter(Duration::from_millis(5)),
        _ => Answer::Do,
    }
}

/// One read in eight fails, the first of all among them.
pub fn read_fails(reads: &AtomicUsize, act: Act<'_>) -> Answer {
    // Without a period, so that what is read again and again comes through.
    let fails = |number: usize| (number.wrapping_mul(0x9e37_79b9) >> 16).is_multiple_of(8);
    match act {
        Act::Read(_) if fails(reads.fetch_add(1, SeqCst)) => Answer::Refuse(Failure::Io),
        _ => Answer::Do,
    }
}
