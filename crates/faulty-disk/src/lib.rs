//! For tests: a disk that fails when it is told to, under SQLite.
//!
//! Every connection of the process goes through it and every file beneath a [`Disk`]'s folder obeys that disk: each
//! [`Act`] on such a file is shown to the plan of the disk, which says whether it is [done, delayed, torn or
//! refused](Answer). Other files are left alone. A disk can also [record](Disk::record) what is done to it, and tell what
//! a [power cut](Recording::after_a_power_cut) at any moment would have left.
//!
//! Start with [`Disk::over`]. What the operating system knows and SQLite does not (how memory that is shared between
//! connections looks) is out of its reach.

mod disk;
mod recording;
mod vfs;

pub use disk::{Act, Answer, Disk, Failure, File};
pub use recording::{Recording, Survivors};
pub use vfs::past_every_disk;

#[cfg(test)]
mod tests;
