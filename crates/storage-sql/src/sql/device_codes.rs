//! Device codes.

statements! {
    /// Keeps a new device code.
    INSERT on "device_codes": "
        INSERT INTO device_codes (digest, user_code, document, expires_at, answer, approval, spent_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";

    /// A device code.
    FIND on "device_codes" gives ["digest", "document", "expires_at", "answer", "approval", "spent_at"]: "
        SELECT digest, document, expires_at, answer, approval, spent_at FROM device_codes WHERE digest = $1";

    /// A device code by its user code.
    FIND_BY_USER_CODE on "device_codes"
    gives ["digest", "document", "expires_at", "answer", "approval", "spent_at"]: "
        SELECT digest, document, expires_at, answer, approval, spent_at FROM device_codes WHERE user_code = $1";

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
