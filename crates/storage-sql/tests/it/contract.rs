//! The promises of the storage traits, kept by each engine.

mod sqlite {
    grantor_storage::contract!(crate::folder::empty_store);
}

mod postgres {
    grantor_storage::contract!(crate::postgres::empty_store);
}
