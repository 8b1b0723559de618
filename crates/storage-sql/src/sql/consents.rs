//! Who allowed which application what.

statements! {
    /// Adds one permission; one that is there keeps its date.
    ADD on "consents": "
        INSERT INTO consents (tenant_id, client_id, principal, api_client_id, value, granted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, client_id, principal, api_client_id, value) DO NOTHING";

    /// What a person allows an application, with what an administrator allowed for everyone. (`IN` would have SQLite make a
    /// table for its list each time.)
    FIND on "consents" gives ["api_client_id", "value"]: "
        SELECT api_client_id, value FROM consents
        WHERE tenant_id = $1 AND client_id = $2 AND principal = ''
        UNION ALL
        SELECT api_client_id, value FROM consents
        WHERE tenant_id = $1 AND client_id = $2 AND principal = $3";
}
