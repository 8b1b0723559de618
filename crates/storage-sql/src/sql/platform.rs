//! What belongs to no tenant: sealed secrets and signing keys.

statements! {
    /// Keeps a sealed secret unless one of that name is kept.
    KEEP_SECRET on "platform_secrets": "
        INSERT INTO platform_secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

    /// A sealed secret.
    FIND_SECRET on "platform_secrets" gives ["sealed"]: "
        SELECT sealed FROM platform_secrets WHERE name = $1";

    /// Keeps the first signing key of an algorithm.
    KEEP_FIRST_SIGNING_KEY on "signing_keys": "
        INSERT INTO signing_keys (key_id, algorithm, first_of_algorithm, sealed_private_key, certificate, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";

    /// Every signing key.
    LIST_SIGNING_KEYS on "signing_keys"
    gives ["key_id", "algorithm", "sealed_private_key", "certificate", "created_at"]: "
        SELECT key_id, algorithm, sealed_private_key, certificate, created_at
        FROM signing_keys ORDER BY created_at, key_id";
}
