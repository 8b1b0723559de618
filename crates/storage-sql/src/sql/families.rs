//! What redemptions bought.

statements! {
    /// Keeps a new family.
    INSERT on "families": "
        INSERT INTO families (tenant_id, id, client_id, user_id, document, keep_until, revoked_reason, revoked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

    /// A family.
    FIND on "families" gives ["id", "client_id", "user_id", "document", "revoked_reason"]: "
        SELECT id, client_id, user_id, document, revoked_reason FROM families WHERE tenant_id = $1 AND id = $2";

    /// Revokes a family; an earlier reason stays.
    REVOKE on "families": "
        UPDATE families SET revoked_reason = $1, revoked_at = $2
        WHERE tenant_id = $3 AND id = $4 AND revoked_reason IS NULL";

    /// Revokes what a code bought; an earlier reason stays.
    REVOKE_OF_CODE on "families": "
        UPDATE families SET revoked_reason = $1, revoked_at = $2
        WHERE tenant_id = $3 AND revoked_reason IS NULL
            AND id = (SELECT family_id FROM codes WHERE codes.tenant_id = families.tenant_id AND codes.digest = $4)";

    /// Holds the family of a refresh token for this commit, unless it is revoked, and remembers it for longer, never for less
    /// long. Whoever revokes it at the same time waits, or is waited for.
    HOLD_OF_REFRESH_TOKEN on "families": "
        UPDATE families SET keep_until = CASE WHEN keep_until < $1 THEN $1 ELSE keep_until END
        WHERE tenant_id = $2 AND revoked_reason IS NULL AND id = (
            SELECT family_id FROM refresh_tokens WHERE refresh_tokens.tenant_id = $2 AND refresh_tokens.digest = $3)";
}
