//! Wishes that an administrator allow something.

statements! {
    /// Keeps a wish in the place of an earlier one of the same person for the same application.
    UPSERT on "consent_requests": "
        INSERT INTO consent_requests (tenant_id, client_id, user_id, id, document, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, client_id, user_id) DO UPDATE SET id = excluded.id, document = excluded.document,
            asked_at = excluded.asked_at";

    /// The oldest wishes.
    LIST on "consent_requests" gives ["id", "client_id", "user_id", "document", "asked_at"]: "
        SELECT id, client_id, user_id, document, asked_at FROM consent_requests
        WHERE tenant_id = $1 ORDER BY asked_at, id LIMIT $2";

    /// Ends a wish: of all who try, one touches a row.
    END on "consent_requests": "
        DELETE FROM consent_requests WHERE tenant_id = $1 AND id = $2";

    /// Forgets the wishes for an application.
    FORGET_FOR on "consent_requests": "
        DELETE FROM consent_requests WHERE tenant_id = $1 AND client_id = $2";

    /// Forgets the wishes of a person.
    FORGET_OF on "consent_requests": "
        DELETE FROM consent_requests WHERE tenant_id = $1 AND user_id = $2";
}
