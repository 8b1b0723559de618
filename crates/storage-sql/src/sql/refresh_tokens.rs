//! Refresh tokens.

statements! {
    /// Keeps a new refresh token.
    INSERT on "refresh_tokens": "
        INSERT INTO refresh_tokens (tenant_id, digest, family_id, expires_at) VALUES ($1, $2, $3, $4)";

    /// A refresh token with its family.
    FIND on "refresh_tokens"
    gives ["expires_at", "spent_at", "successor", "id", "client_id", "user_id", "document", "revoked_reason"]: "
        SELECT refresh_tokens.expires_at, refresh_tokens.spent_at, refresh_tokens.successor,
            families.id, families.client_id, families.user_id, families.document, families.revoked_reason
        FROM refresh_tokens JOIN families
            ON families.tenant_id = refresh_tokens.tenant_id AND families.id = refresh_tokens.family_id
        WHERE refresh_tokens.tenant_id = $1 AND refresh_tokens.digest = $2";

    /// Spends a refresh token: of all who try, one gets its row.
    SPEND on "refresh_tokens" gives ["family_id"]: "
        UPDATE refresh_tokens SET spent_at = $1, successor = $2
        WHERE tenant_id = $3 AND digest = $4 AND spent_at IS NULL
        RETURNING family_id";
}
