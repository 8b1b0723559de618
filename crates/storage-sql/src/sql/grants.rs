//! What a token request looks at, in one go: what is presented, its person, and what that person allows now.

statements! {
    /// A code with its person and their consents: one row for each permission, or one where there is none.
    CODE_ON_BEHALF on "codes"
    gives ["client_id", "user_id", "family_id", "document", "expires_at", "spent_at", "users.document",
        "consents.api_client_id", "consents.value"]: "
        SELECT codes.client_id, codes.user_id, codes.family_id, codes.document, codes.expires_at, codes.spent_at,
            users.document AS \"users.document\", consents.api_client_id AS \"consents.api_client_id\",
            consents.value AS \"consents.value\"
        FROM codes
        LEFT JOIN users ON users.tenant_id = codes.tenant_id AND users.id = codes.user_id
        LEFT JOIN consents ON consents.tenant_id = codes.tenant_id AND consents.client_id = codes.client_id
            AND consents.principal IN ('', CAST(codes.user_id AS TEXT))
        WHERE codes.tenant_id = $1 AND codes.digest = $2";

    /// A family with its person and their consents: one row for each permission, or one where there is none.
    FAMILY_ON_BEHALF on "families"
    gives ["id", "client_id", "user_id", "document", "revoked_reason", "refresh_digest", "refresh_expires_at",
        "refresh_exchanged", "users.document", "consents.api_client_id", "consents.value"]: "
        SELECT families.id, families.client_id, families.user_id, families.document, families.revoked_reason,
            families.refresh_digest, families.refresh_expires_at, families.refresh_exchanged,
            users.document AS \"users.document\", consents.api_client_id AS \"consents.api_client_id\",
            consents.value AS \"consents.value\"
        FROM families
        LEFT JOIN users ON users.tenant_id = families.tenant_id AND users.id = families.user_id
        LEFT JOIN consents ON consents.tenant_id = families.tenant_id AND consents.client_id = families.client_id
            AND consents.principal IN ('', CAST(families.user_id AS TEXT))
        WHERE families.tenant_id = $1 AND families.id = $2";

    /// A family with its person.
    FAMILY_WITH_USER on "families"
    gives ["id", "client_id", "user_id", "document", "revoked_reason", "refresh_digest", "refresh_expires_at",
        "refresh_exchanged", "users.document"]: "
        SELECT families.id, families.client_id, families.user_id, families.document, families.revoked_reason,
            families.refresh_digest, families.refresh_expires_at, families.refresh_exchanged,
            users.document AS \"users.document\"
        FROM families LEFT JOIN users ON users.tenant_id = families.tenant_id AND users.id = families.user_id
        WHERE families.tenant_id = $1 AND families.id = $2";
}
