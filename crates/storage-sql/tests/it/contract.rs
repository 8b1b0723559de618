//! The promises of the storage traits, kept by each engine, with and without the directory in memory before it.

mod sqlite {
    grantor_storage::contract!(crate::folder::on_an_empty_store);
}

mod sqlite_behind_memory {
    grantor_storage::contract!(crate::cache::on_sqlite);
}

mod postgres {
    grantor_storage::contract!(crate::postgres::on_an_empty_store);
}

mod postgres_behind_memory {
    grantor_storage::contract!(crate::cache::on_postgres);
}
