//! Forgetting what has ended, a bounded number of rows at a time.

statements! {
    /// Authorization requests that nobody answered.
    FORGET_INTERACTIONS on "interactions": "
        DELETE FROM interactions WHERE (tenant_id, digest) IN (
            SELECT tenant_id, digest FROM interactions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Codes that had ended by then.
    FORGET_CODES on "codes": "
        DELETE FROM codes WHERE (tenant_id, digest) IN (
            SELECT tenant_id, digest FROM codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Families of which nothing lives any more.
    FORGET_FAMILIES on "families": "
        DELETE FROM families WHERE (tenant_id, id) IN (
            SELECT tenant_id, id FROM families WHERE keep_until <= $1 ORDER BY keep_until LIMIT $2)";

    /// Sign-ins that have ended.
    FORGET_SIGN_INS on "sign_ins": "
        DELETE FROM sign_ins WHERE (tenant_id, session, user_id) IN (
            SELECT tenant_id, session, user_id FROM sign_ins WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Device codes that had ended by then.
    FORGET_DEVICE_CODES on "device_codes": "
        DELETE FROM device_codes WHERE digest IN (
            SELECT digest FROM device_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// The applications of sessions that have ended.
    FORGET_SESSION_CLIENTS on "session_clients": "
        DELETE FROM session_clients WHERE (tenant_id, sid, client_id) IN (
            SELECT tenant_id, sid, client_id FROM session_clients WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// What may happen again, since it would be refused for its age.
    FORGET_SPENT on "spent_once": "
        DELETE FROM spent_once WHERE (tenant_id, digest) IN (
            SELECT tenant_id, digest FROM spent_once WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Pushed requests that nobody needs any more.
    FORGET_PUSHED on "pushed_requests": "
        DELETE FROM pushed_requests WHERE (tenant_id, digest) IN (
            SELECT tenant_id, digest FROM pushed_requests WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Ended sessions of which nothing is left.
    FORGET_ENDED_SESSIONS on "ended_sessions": "
        DELETE FROM ended_sessions WHERE (tenant_id, sid) IN (
            SELECT tenant_id, sid FROM ended_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Notices that have left the log.
    FORGET_NOTICES on "notices": "
        DELETE FROM notices WHERE (tenant_id, id) IN (
            SELECT tenant_id, id FROM notices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
}
