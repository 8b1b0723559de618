//! What applications are told behind the browser's back.

statements! {
    /// Keeps a notice; the same again changes nothing.
    INSERT on "notices": "
        INSERT INTO notices (tenant_id, id, client_id, document, tries, due_at, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, id) DO NOTHING";

    /// Takes one in hand: of all who try, one touches a row.
    CLAIM on "notices": "
        UPDATE notices SET tries = tries + 1, due_at = $1
        WHERE tenant_id = $2 AND id = $3 AND tries = $4 AND due_at IS NOT NULL";

    /// Keeps what became of one that was taken in hand.
    NOTE on "notices": "
        UPDATE notices SET document = $1, due_at = $2 WHERE tenant_id = $3 AND id = $4 AND tries = $5";

    /// Those that are due.
    LIST_DUE on "notices"
    gives ["tenant_id", "id", "client_id", "document", "tries", "due_at", "created_at", "expires_at"]: "
        SELECT tenant_id, id, client_id, document, tries, due_at, created_at, expires_at
        FROM notices WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";

    /// The newest of a tenant.
    LIST on "notices"
    gives ["tenant_id", "id", "client_id", "document", "tries", "due_at", "created_at", "expires_at"]: "
        SELECT tenant_id, id, client_id, document, tries, due_at, created_at, expires_at
        FROM notices WHERE tenant_id = $1 ORDER BY created_at DESC, id LIMIT $2";
}
