//! Every table with its columns, and the statements that read and write whole rows of it.

use std::sync::LazyLock;

use crate::sql::Sql;

/// How many rows one statement writes: a server far away is asked that many times less often.
pub const ROWS_OF_A_STATEMENT: usize = 50;

/// A table whose rows are copied.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, those of its key first.
    pub columns: &'static [&'static str],
    /// How many of them are its key.
    pub key: usize,
}

/// Every table but the ledger of migrations; one that refers to another comes after it. All keys are kinds of values that
/// every engine puts into the same order: that of their bytes.
pub const TABLES: &[Table] = &[
    Table { name: "tenants", columns: &["id", "domain", "document", "position"], key: 1 },
    Table { name: "users", columns: &["tenant_id", "id", "name_key", "document"], key: 2 },
    Table { name: "passwords", columns: &["tenant_id", "user_id", "phc"], key: 2 },
    Table { name: "applications", columns: &["tenant_id", "client_id", "document"], key: 2 },
    Table { name: "identifier_uris", columns: &["tenant_id", "uri", "client_id"], key: 2 },
    Table { name: "registered_names", columns: &["name", "tenant_id", "client_id"], key: 1 },
    Table { name: "service_principals", columns: &["tenant_id", "client_id", "publisher", "document"], key: 2 },
    Table { name: "granted_app_roles", columns: &["tenant_id", "client_id", "api_client_id", "value"], key: 4 },
    Table { name: "groups", columns: &["tenant_id", "id", "document"], key: 2 },
    Table { name: "group_members", columns: &["tenant_id", "group_id", "user_id"], key: 3 },
    Table { name: "assignments", columns: &["tenant_id", "client_id", "assignee_kind", "assignee", "role"], key: 5 },
    Table { name: "directory_versions", columns: &["shard", "version"], key: 1 },
    Table {
        name: "consents",
        columns: &["tenant_id", "client_id", "principal", "api_client_id", "value", "granted_at"],
        key: 5,
    },
    Table {
        name: "consent_requests",
        columns: &["tenant_id", "client_id", "user_id", "id", "document", "asked_at"],
        key: 3,
    },
    Table { name: "password_tries", columns: &["tenant_id", "user_id", "wrong_tries", "locked_until"], key: 2 },
    Table { name: "credential_uses", columns: &["tenant_id", "client_id", "credential", "used_at"], key: 3 },
    Table { name: "session_clients", columns: &["tenant_id", "sid", "client_id", "expires_at", "dialect"], key: 3 },
    Table {
        name: "device_codes",
        columns: &[
            "digest",
            "user_code",
            "document",
            "expires_at",
            "answer",
            "approval",
            "spent_at",
            "tenant_id",
            "user_id",
            "polled_at",
            "poll_interval",
        ],
        key: 1,
    },
    Table {
        name: "sign_ins",
        columns: &["tenant_id", "session", "user_id", "sid", "authenticated_at", "method", "expires_at"],
        key: 3,
    },
    Table { name: "interactions", columns: &["tenant_id", "digest", "document", "progress", "expires_at"], key: 2 },
    Table {
        name: "codes",
        columns: &[
            "tenant_id",
            "digest",
            "client_id",
            "user_id",
            "family_id",
            "document",
            "expires_at",
            "spent_at",
            "sid",
        ],
        key: 2,
    },
    Table {
        name: "families",
        columns: &[
            "tenant_id",
            "id",
            "client_id",
            "user_id",
            "document",
            "keep_until",
            "revoked_reason",
            "revoked_at",
            "refresh_digest",
            "refresh_expires_at",
            "refresh_exchanged",
            "sid",
        ],
        key: 2,
    },
    Table { name: "platform_secrets", columns: &["name", "sealed"], key: 1 },
    Table {
        name: "signing_keys",
        columns: &["key_id", "algorithm", "place", "sealed_private_key", "certificate", "created_at", "begins_at"],
        key: 1,
    },
    Table { name: "key_readers", columns: &["key_id", "reader", "seen_at"], key: 2 },
    Table { name: "spent_once", columns: &["tenant_id", "digest", "expires_at"], key: 2 },
    Table { name: "pushed_requests", columns: &["tenant_id", "digest", "document", "expires_at"], key: 2 },
    Table { name: "ended_sessions", columns: &["tenant_id", "sid", "ended_at", "expires_at"], key: 2 },
    Table {
        name: "notices",
        columns: &["tenant_id", "id", "client_id", "document", "tries", "due_at", "created_at", "expires_at"],
        key: 2,
    },
];

/// A table with its statements.
#[derive(Debug)]
pub struct Statements {
    /// The table.
    pub table: &'static Table,
    /// The first rows, in the order of the key: `$1` of them.
    pub first: &'static Sql,
    /// The rows after a key: the last parameter says how many.
    pub next: &'static Sql,
    /// Writes one row.
    pub insert: &'static Sql,
    /// Writes [`ROWS_OF_A_STATEMENT`] rows.
    pub insert_many: &'static Sql,
}

/// Every table with its statements, in the order of [`TABLES`].
pub fn all() -> &'static [Statements] {
    // Made once, from constants alone, and kept: the engines remember a prepared statement by its text.
    static ALL: LazyLock<Vec<Statements>> = LazyLock::new(|| TABLES.iter().map(Statements::of).collect());
    &ALL
}

impl Statements {
    fn of(table: &'static Table) -> Self {
        Self {
            table,
            first: table.reads("FIRST_ROWS", "", 1),
            next: table.reads("NEXT_ROWS", &table.after(), table.key + 1),
            insert: table.inserts("COPY_ROW", 1),
            insert_many: table.inserts("COPY_ROWS", ROWS_OF_A_STATEMENT),
        }
    }

    /// Each of them.
    pub fn each(&self) -> [&'static Sql; 4] {
        [self.first, self.next, self.insert, self.insert_many]
    }
}

impl Table {
    fn reads(&self, name: &'static str, condition: &str, limit: usize) -> &'static Sql {
        let (columns, key) = (self.columns.join(", "), self.columns[..self.key].join(", "));
        let text = format!("SELECT {columns} FROM {}{condition} ORDER BY {key} LIMIT ${limit}", self.name);
        self.kept(name, self.columns, text)
    }

    fn after(&self) -> String {
        format!(" WHERE ({}) > {}", self.columns[..self.key].join(", "), parameters(1, self.key))
    }

    fn inserts(&self, name: &'static str, rows: usize) -> &'static Sql {
        let width = self.columns.len();
        let rows: Vec<_> = (0..rows).map(|row| parameters(row * width + 1, width)).collect();
        let (columns, rows) = (self.columns.join(", "), rows.join(", "));
        self.kept(name, &[], format!("INSERT INTO {} ({columns}) VALUES {rows} ON CONFLICT DO NOTHING", self.name))
    }

    fn kept(&self, name: &'static str, columns: &'static [&'static str], text: String) -> &'static Sql {
        Box::leak(Box::new(Sql { name, table: self.name, columns, text: text.leak() }))
    }
}

/// `($3, $4)` for two from the third.
fn parameters(first: usize, count: usize) -> String {
    let each: Vec<_> = (first..first + count).map(|number| format!("${number}")).collect();
    format!("({})", each.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_in_the_order_of_its_key_and_written_as_it_was_read() {
        let statements = Statements::of(&Table { name: "t", columns: &["a", "b", "c"], key: 2 });
        let [first, next, insert, many] = statements.each().map(|sql| sql.text);
        assert_eq!(first, "SELECT a, b, c FROM t ORDER BY a, b LIMIT $1");
        assert_eq!(next, "SELECT a, b, c FROM t WHERE (a, b) > ($1, $2) ORDER BY a, b LIMIT $3");
        assert_eq!(insert, "INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        assert!(many.contains("VALUES ($1, $2, $3), ($4, $5, $6), "), "{many}");
    }
}
