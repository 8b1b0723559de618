//! Which applications somebody signed in to during a browser session.

statements! {
    /// Notes an application, and for longer if it is noted already.
    NOTE_CLIENT on "session_clients": "
        INSERT INTO session_clients (tenant_id, sid, client_id, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, sid, client_id) DO UPDATE SET expires_at = excluded.expires_at
        WHERE session_clients.expires_at < excluded.expires_at";

    /// Until when an application is noted.
    FIND_CLIENT on "session_clients" gives ["expires_at"]: "
        SELECT expires_at FROM session_clients WHERE tenant_id = $1 AND sid = $2 AND client_id = $3";

    /// Remembers that a session was ended.
    NOTE_END on "ended_sessions": "
        INSERT INTO ended_sessions (tenant_id, sid, ended_at, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, sid) DO NOTHING";

    /// The applications of a session.
    LIST_CLIENTS on "session_clients" gives ["client_id"]: "
        SELECT client_id FROM session_clients WHERE tenant_id = $1 AND sid = $2 ORDER BY client_id";
}
