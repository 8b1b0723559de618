//! What redemptions bought, each with its live refresh token.

statements! {
    /// Keeps a new family.
    INSERT on "families": "
        INSERT INTO families (tenant_id, id, client_id, user_id, document, keep_until, revoked_reason, revoked_at,
            refresh_digest, refresh_expires_at, refresh_exchanged, sid)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

    /// A family.
    FIND on "families"
    gives ["id", "client_id", "user_id", "document", "revoked_reason", "refresh_digest", "refresh_expires_at",
        "refresh_exchanged", "ended_sessions.ended_at"]: "
        SELECT id, client_id, user_id, document, revoked_reason, refresh_digest, refresh_expires_at, refresh_exchanged, (
            SELECT ended_at FROM ended_sessions
            WHERE ended_sessions.tenant_id = families.tenant_id AND ended_sessions.sid = families.sid
        ) AS \"ended_sessions.ended_at\"
        FROM families WHERE tenant_id = $1 AND id = $2";

    /// Revokes a family; an earlier reason stays.
    REVOKE on "families": "
        UPDATE families SET revoked_reason = $1, revoked_at = $2
        WHERE tenant_id = $3 AND id = $4 AND revoked_reason IS NULL";

    /// Revokes what a code bought; an earlier reason stays.
    REVOKE_OF_CODE on "families": "
        UPDATE families SET revoked_reason = $1, revoked_at = $2
        WHERE tenant_id = $3 AND revoked_reason IS NULL
            AND id = (SELECT family_id FROM codes WHERE codes.tenant_id = families.tenant_id AND codes.digest = $4)";

    /// Puts the successor into the place of the live refresh token, and remembers the family for longer, never for less long:
    /// of all who try, one touches the row, and nobody once it is revoked.
    ROTATE on "families": "
        UPDATE families SET refresh_digest = $1, refresh_expires_at = $2, refresh_exchanged = $3,
            keep_until = CASE WHEN keep_until < $4 THEN $4 ELSE keep_until END
        WHERE tenant_id = $5 AND id = $6 AND refresh_digest = $7 AND revoked_reason IS NULL";
}
