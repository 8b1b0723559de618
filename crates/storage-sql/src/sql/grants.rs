//! What is presented, with its person in the same go.

statements! {
    /// A code with its person.
    CODE_WITH_USER on "codes"
    gives ["client_id", "user_id", "family_id", "document", "expires_at", "spent_at", "users.document",
        "ended_sessions.ended_at"]: "
        SELECT codes.client_id, codes.user_id, codes.family_id, codes.document, codes.expires_at, codes.spent_at,
            users.document AS \"users.document\", ended_sessions.ended_at AS \"ended_sessions.ended_at\"
        FROM codes LEFT JOIN users ON users.tenant_id = codes.tenant_id AND users.id = codes.user_id
        LEFT JOIN ended_sessions ON ended_sessions.tenant_id = codes.tenant_id AND ended_sessions.sid = codes.sid
        WHERE codes.tenant_id = $1 AND codes.digest = $2";

    /// A family with its person.
    FAMILY_WITH_USER on "families"
    gives ["id", "client_id", "user_id", "document", "revoked_reason", "refresh_digest", "refresh_expires_at",
        "refresh_exchanged", "users.document", "ended_sessions.ended_at"]: "
        SELECT families.id, families.client_id, families.user_id, families.document, families.revoked_reason,
            families.refresh_digest, families.refresh_expires_at, families.refresh_exchanged,
            users.document AS \"users.document\", ended_sessions.ended_at AS \"ended_sessions.ended_at\"
        FROM families LEFT JOIN users ON users.tenant_id = families.tenant_id AND users.id = families.user_id
        LEFT JOIN ended_sessions ON ended_sessions.tenant_id = families.tenant_id AND ended_sessions.sid = families.sid
        WHERE families.tenant_id = $1 AND families.id = $2";
}
