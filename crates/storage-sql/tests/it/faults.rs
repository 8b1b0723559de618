//! The promises of the storage traits under faults: on each engine, every promise is run once for each way in which the disk
//! or the connection fails, and asks again as a caller may. Then the fault goes, and the store works by itself; and what
//! was acknowledged is there when it is opened again.

mod disk;
mod disk_plans;
mod power;
mod rows;

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
