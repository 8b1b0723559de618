//! What may happen once, and authorization requests that wait for a browser to point at them.

statements! {
    /// Uses something up: of all who try, one touches a row.
    SPEND on "spent_once": "
        INSERT INTO spent_once (tenant_id, digest, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, digest) DO NOTHING";

    /// Keeps a pushed request; the same again changes nothing.
    PUSH on "pushed_requests": "
        INSERT INTO pushed_requests (tenant_id, digest, document, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, digest) DO NOTHING";

    /// A pushed request.
    FIND_PUSHED on "pushed_requests" gives ["document", "expires_at"]: "
        SELECT document, expires_at FROM pushed_requests WHERE tenant_id = $1 AND digest = $2";

    /// Ends a pushed request: of all who try, one touches a row.
    END_PUSHED on "pushed_requests": "
        DELETE FROM pushed_requests WHERE tenant_id = $1 AND digest = $2";
}
