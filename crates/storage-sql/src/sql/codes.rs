//! Authorization codes.

statements! {
    /// Keeps a new code.
    INSERT on "codes": "
        INSERT INTO codes (tenant_id, digest, client_id, user_id, family_id, document, expires_at, spent_at, sid)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// A code.
    FIND on "codes"
    gives ["client_id", "user_id", "family_id", "document", "expires_at", "spent_at", "ended_sessions.ended_at"]: "
        SELECT client_id, user_id, family_id, document, expires_at, spent_at, (
            SELECT ended_at FROM ended_sessions
            WHERE ended_sessions.tenant_id = codes.tenant_id AND ended_sessions.sid = codes.sid
        ) AS \"ended_sessions.ended_at\"
        FROM codes WHERE tenant_id = $1 AND digest = $2";

    /// Spends a code: of all who try, one touches a row.
    SPEND on "codes": "
        UPDATE codes SET spent_at = $1 WHERE tenant_id = $2 AND digest = $3 AND spent_at IS NULL";
}
