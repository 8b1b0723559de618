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

    /// Everything that one person, or an administrator for everyone, has allowed.
    LIST on "consents" gives ["client_id", "api_client_id", "value", "granted_at"]: "
        SELECT client_id, api_client_id, value, granted_at FROM consents
        WHERE tenant_id = $1 AND principal = $2 ORDER BY client_id, api_client_id, value";

    /// Takes back what one person, or an administrator for everyone, allows an application.
    WITHDRAW on "consents": "
        DELETE FROM consents WHERE tenant_id = $1 AND client_id = $2 AND principal = $3";

    /// Takes back what anybody allows an application.
    FORGET_FOR on "consents": "
        DELETE FROM consents WHERE tenant_id = $1 AND client_id = $2";

    /// Takes back everything that a person allows.
    FORGET_OF on "consents": "
        DELETE FROM consents WHERE tenant_id = $1 AND principal = $2";

    /// Takes back what anybody allows on an API. It looks through the tenant's: an API goes seldom, consents come often.
    FORGET_OF_API on "consents": "
        DELETE FROM consents WHERE tenant_id = $1 AND api_client_id = $2";
}
