//! The promises of the storage traits under faults: on each engine, every promise is run once for each way in which the disk
//! or the connection fails, and asks again as a caller may. Then the fault goes, and the store works by itself; and what
//! was acknowledged is there when it is opened again.

mod disk;
mod disk_plans;
mod histories;
mod late;
mod power;
mod rows;
mod wire;

mod sqlite {
    /// Commits are answered late.
    mod late_syncs {
        grantor_storage::contract!(crate::faults::disk::late_syncs);
    }

    /// The log cannot be made durable.
    mod failed_syncs {
        grantor_storage::contract!(crate::faults::disk::failed_syncs);
    }

    /// The disk is full in the middle of a commit.
    mod full {
        grantor_storage::contract!(crate::faults::disk::full);
    }

    /// Writes of a commit are torn.
    mod torn_writes {
        grantor_storage::contract!(crate::faults::disk::torn_writes);
    }

    /// What was written cannot be read.
    mod failed_reads {
        grantor_storage::contract!(crate::faults::disk::failed_reads);
    }

    /// The power goes at any moment.
    mod power_cuts {
        grantor_storage::contract!(crate::faults::power::power_cuts);
    }
}

mod postgres {
    /// Each message takes its time.
    mod jitter {
        grantor_storage::contract!(crate::faults::wire::jitter);
    }

    /// Commits are answered late.
    mod late_answers {
        grantor_storage::contract!(crate::faults::wire::late_answers);
    }

    /// The connection breaks before the commit reaches the server.
    mod lost_commits {
        grantor_storage::contract!(crate::faults::wire::lost_commits);
    }

    /// Half of the commit reaches the server.
    mod torn_commits {
        grantor_storage::contract!(crate::faults::wire::torn_commits);
    }

    /// The connection breaks when the server has committed.
    mod lost_answers {
        grantor_storage::contract!(crate::faults::wire::lost_answers);
    }

    /// Half of the answer to the commit comes back.
    mod torn_answers {
        grantor_storage::contract!(crate::faults::wire::torn_answers);
    }

    /// The connection breaks when the commit is answered.
    mod cut_after_answers {
        grantor_storage::contract!(crate::faults::wire::cut_after_answers);
    }

    /// The connection breaks in the middle of any other message.
    mod torn_messages {
        grantor_storage::contract!(crate::faults::wire::torn_messages);
    }
}
