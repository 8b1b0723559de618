//! The promises of the storage traits, kept by SQLite.

mod sqlite {
    grantor_storage::contract!(crate::folder::empty_store);
}
