//! What belongs to no tenant: sealed secrets and signing keys.

statements! {
    /// Keeps a sealed secret unless one of that name is kept.
    KEEP_SECRET on "platform_secrets": "
        INSERT INTO platform_secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

    /// A sealed secret.
    FIND_SECRET on "platform_secrets" gives ["sealed"]: "
        SELECT sealed FROM platform_secrets WHERE name = $1";

    /// Keeps a signing key in its place; the first of an algorithm only where there is no other.
    KEEP_SIGNING_KEY on "signing_keys": "
        INSERT INTO signing_keys (key_id, algorithm, place, sealed_private_key, certificate, created_at, begins_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE $8 = 0 OR NOT EXISTS (SELECT 1 FROM signing_keys WHERE algorithm = $2)
        ON CONFLICT DO NOTHING";

    /// Forgets a signing key.
    FORGET_SIGNING_KEY on "signing_keys": "
        DELETE FROM signing_keys WHERE key_id = $1";

    /// Forgets who has fetched it.
    FORGET_KEY_READERS on "key_readers": "
        DELETE FROM key_readers WHERE key_id = $1";

    /// Notes that somebody has fetched a key.
    NOTE_KEY_READER on "key_readers": "
        INSERT INTO key_readers (key_id, reader, seen_at) VALUES ($1, $2, $3) ON CONFLICT (key_id, reader) DO NOTHING";

    /// Who has fetched a key.
    LIST_KEY_READERS on "key_readers" gives ["reader", "seen_at"]: "
        SELECT reader, seen_at FROM key_readers WHERE key_id = $1 ORDER BY reader";

    /// Every signing key.
    LIST_SIGNING_KEYS on "signing_keys"
    gives ["key_id", "algorithm", "sealed_private_key", "certificate", "created_at", "begins_at"]: "
        SELECT key_id, algorithm, sealed_private_key, certificate, created_at, begins_at
        FROM signing_keys ORDER BY created_at, key_id";
}
