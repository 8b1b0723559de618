//! Which applications somebody signed in to during a browser session.

statements! {
    /// Notes an application with the dialect that it speaks, and for longer if it is noted already.
    NOTE_CLIENT on "session_clients": "
        INSERT INTO session_clients (tenant_id, sid, client_id, expires_at, dialect) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, sid, client_id) DO UPDATE SET
            dialect = COALESCE(excluded.dialect, session_clients.dialect),
            expires_at = CASE WHEN session_clients.expires_at < excluded.expires_at THEN excluded.expires_at
                ELSE session_clients.expires_at END
        WHERE session_clients.expires_at < excluded.expires_at
            OR COALESCE(session_clients.dialect, '') <> COALESCE(excluded.dialect, session_clients.dialect, '')";

    /// Until when an application is noted, and with which dialect.
    FIND_CLIENT on "session_clients" gives ["expires_at", "dialect"]: "
        SELECT expires_at, dialect FROM session_clients WHERE tenant_id = $1 AND sid = $2 AND client_id = $3";

    /// Remembers that a session was ended.
    NOTE_END on "ended_sessions": "
        INSERT INTO ended_sessions (tenant_id, sid, ended_at, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, sid) DO NOTHING";

    /// When a session was ended.
    FIND_END on "ended_sessions" gives ["ended_at"]: "
        SELECT ended_at FROM ended_sessions WHERE tenant_id = $1 AND sid = $2";

    /// The applications of a session.
    LIST_CLIENTS on "session_clients" gives ["client_id", "dialect"]: "
        SELECT client_id, dialect FROM session_clients WHERE tenant_id = $1 AND sid = $2 ORDER BY client_id";
}
