//! Authorization requests that wait for their person.

statements! {
    /// Keeps a request.
    INSERT on "interactions": "
        INSERT INTO interactions (tenant_id, digest, document, progress, expires_at) VALUES ($1, $2, $3, $4, $5)";

    /// A request.
    FIND on "interactions" gives ["document", "progress", "expires_at"]: "
        SELECT document, progress, expires_at FROM interactions WHERE tenant_id = $1 AND digest = $2";

    /// Keeps what the person has done so far.
    NOTE_PROGRESS on "interactions": "
        UPDATE interactions SET progress = $1 WHERE tenant_id = $2 AND digest = $3";

    /// Ends a request: of all who try, one touches a row.
    END on "interactions": "
        DELETE FROM interactions WHERE tenant_id = $1 AND digest = $2";

    /// Ends the requests in which a person has signed in, by the person's id in what was done so far.
    END_OF on "interactions": "
        DELETE FROM interactions WHERE tenant_id = $1 AND progress LIKE '%' || $2 || '%'";
}
