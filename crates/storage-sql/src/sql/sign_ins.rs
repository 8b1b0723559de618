//! Who is signed in, in which browser.

statements! {
    /// The sign-ins of a session.
    LIST on "sign_ins" gives ["user_id", "sid", "authenticated_at", "method", "expires_at"]: "
        SELECT user_id, sid, authenticated_at, method, expires_at FROM sign_ins
        WHERE tenant_id = $1 AND session = $2 ORDER BY authenticated_at DESC, user_id";

    /// Ends a person's sign-in in a session.
    FORGET on "sign_ins": "
        DELETE FROM sign_ins WHERE tenant_id = $1 AND session = $2 AND user_id = $3";

    /// Moves the sign-ins of a session to another one.
    MOVE on "sign_ins": "
        UPDATE sign_ins SET session = $1 WHERE tenant_id = $2 AND session = $3";

    /// Writes a sign-in.
    UPSERT on "sign_ins": "
        INSERT INTO sign_ins (tenant_id, session, user_id, sid, authenticated_at, method, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, session, user_id) DO UPDATE SET sid = excluded.sid,
            authenticated_at = excluded.authenticated_at, method = excluded.method, expires_at = excluded.expires_at";

    /// Ends every sign-in of a person. It looks through the tenant's: people go seldom, and sign in often.
    FORGET_OF on "sign_ins": "
        DELETE FROM sign_ins WHERE tenant_id = $1 AND user_id = $2";
}
