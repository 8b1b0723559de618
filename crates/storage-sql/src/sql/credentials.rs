//! How people and applications prove themselves: passwords with what was tried, and when credentials were last used.

statements! {
    /// A password hash, with what was tried since the right one.
    FIND_PASSWORD on "passwords" gives ["phc", "password_tries.wrong_tries", "password_tries.locked_until"]: "
        SELECT passwords.phc, password_tries.wrong_tries AS \"password_tries.wrong_tries\",
            password_tries.locked_until AS \"password_tries.locked_until\"
        FROM passwords LEFT JOIN password_tries ON password_tries.tenant_id = passwords.tenant_id
            AND password_tries.user_id = passwords.user_id
        WHERE passwords.tenant_id = $1 AND passwords.user_id = $2";

    /// Writes a password hash.
    UPSERT_PASSWORD on "passwords": "
        INSERT INTO passwords (tenant_id, user_id, phc) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET phc = excluded.phc";

    /// Counts a wrong password of somebody who is there. A lock is made longer, never shorter.
    COUNT_TRY on "password_tries": "
        INSERT INTO password_tries (tenant_id, user_id, wrong_tries, locked_until)
        SELECT users.tenant_id, users.id, 1, CASE WHEN CAST($1 AS BIGINT) <= 1 THEN CAST($2 AS BIGINT) END
        FROM users WHERE users.tenant_id = $3 AND users.id = $4
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET wrong_tries = password_tries.wrong_tries + 1,
            locked_until = CASE
                WHEN password_tries.wrong_tries + 1 >= $1 AND COALESCE(password_tries.locked_until, $2) <= $2 THEN $2
                ELSE password_tries.locked_until END";

    /// Forgets wrong passwords.
    FORGET_TRIES on "password_tries": "
        DELETE FROM password_tries WHERE tenant_id = $1 AND user_id = $2";

    /// When each credential of an application was last used.
    LIST_USES on "credential_uses" gives ["credential", "used_at"]: "
        SELECT credential, used_at FROM credential_uses WHERE tenant_id = $1 AND client_id = $2 ORDER BY credential";

    /// Notes that a credential was used; a later time stays.
    NOTE_USE on "credential_uses": "
        INSERT INTO credential_uses (tenant_id, client_id, credential, used_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, client_id, credential) DO UPDATE SET used_at = excluded.used_at
        WHERE credential_uses.used_at < excluded.used_at";

    /// Forgets when an application's credentials were used.
    FORGET_USES on "credential_uses": "
        DELETE FROM credential_uses WHERE tenant_id = $1 AND client_id = $2";
}
