//! Device codes.

statements! {
    /// Keeps a new device code.
    INSERT on "device_codes": "
        INSERT INTO device_codes (digest, user_code, document, expires_at, answer, approval, spent_at, tenant_id, user_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// A device code.
    FIND on "device_codes"
    gives ["digest", "document", "expires_at", "answer", "approval", "spent_at", "polled_at", "poll_interval"]: "
        SELECT digest, document, expires_at, answer, approval, spent_at, polled_at, poll_interval
        FROM device_codes WHERE digest = $1";

    /// A device code by its user code.
    FIND_BY_USER_CODE on "device_codes"
    gives ["digest", "document", "expires_at", "answer", "approval", "spent_at", "polled_at", "poll_interval"]: "
        SELECT digest, document, expires_at, answer, approval, spent_at, polled_at, poll_interval
        FROM device_codes WHERE user_code = $1";

    /// Those that wait for one person.
    LIST_AWAITED on "device_codes"
    gives ["digest", "document", "expires_at", "answer", "approval", "spent_at", "polled_at", "poll_interval"]: "
        SELECT digest, document, expires_at, answer, approval, spent_at, polled_at, poll_interval
        FROM device_codes
        WHERE tenant_id = $1 AND user_id = $2 AND answer IS NULL AND expires_at > $3 ORDER BY expires_at, digest";

    /// Keeps when the program asked: of all who ask at once, one touches a row.
    NOTE_POLL on "device_codes": "
        UPDATE device_codes SET polled_at = $1, poll_interval = $2
        WHERE digest = $3 AND COALESCE(polled_at, -1) = $4";

    /// Answers a device code: of all who try, one touches a row.
    ANSWER on "device_codes": "
        UPDATE device_codes SET answer = $1, approval = $2 WHERE digest = $3 AND answer IS NULL";

    /// Takes an answer back, in the transaction that gave it.
    TAKE_BACK on "device_codes": "
        UPDATE device_codes SET answer = NULL, approval = NULL WHERE digest = $1";

    /// Spends a device code that was answered with yes: of all who try, one touches a row.
    SPEND on "device_codes": "
        UPDATE device_codes SET spent_at = $1 WHERE digest = $2 AND answer = 'approved' AND spent_at IS NULL";
}
