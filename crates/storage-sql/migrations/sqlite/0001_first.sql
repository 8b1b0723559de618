-- What a deployment keeps. The tenant leads every key of what belongs to one, so rows of one tenant lie together.
-- Times are milliseconds since 1970, truth values 0 or 1, documents JSON, digests 32 bytes.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    position BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
) WITHOUT ROWID;

-- Apart from the people: what reads a profile never reads a hash.
CREATE TABLE passwords (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    phc TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE applications (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    client_id TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
) WITHOUT ROWID;

CREATE TABLE identifier_uris (
    tenant_id TEXT NOT NULL,
    uri TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, uri),
    FOREIGN KEY (tenant_id, client_id) REFERENCES applications (tenant_id, client_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX identifier_uris_by_application ON identifier_uris (tenant_id, client_id);

-- How often each part of the directory has changed: nodes compare what they keep of it in memory with this.
CREATE TABLE directory_versions (
    shard BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
) WITHOUT ROWID;

-- One row per permission. The application may be another tenant's: no foreign key.
CREATE TABLE consents (
    tenant_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    principal TEXT NOT NULL, -- a person's id, or '' for everyone
    api_client_id TEXT NOT NULL,
    value TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, principal, api_client_id, value)
) WITHOUT ROWID;

CREATE TABLE sign_ins (
    tenant_id TEXT NOT NULL,
    session BLOB NOT NULL,
    user_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    method TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session, user_id)
) WITHOUT ROWID;
CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);

CREATE TABLE interactions (
    tenant_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    document TEXT NOT NULL,
    progress TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) WITHOUT ROWID;
CREATE INDEX interactions_by_end ON interactions (expires_at);

CREATE TABLE codes (
    tenant_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    family_id TEXT NOT NULL,
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    PRIMARY KEY (tenant_id, digest)
) WITHOUT ROWID;
CREATE INDEX codes_by_end ON codes (expires_at);

CREATE TABLE families (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    document TEXT NOT NULL,
    keep_until BIGINT NOT NULL,
    revoked_reason TEXT,
    revoked_at BIGINT,
    -- The one refresh token that can be exchanged, and those that were exchanged lately: none, or all three.
    refresh_digest BLOB,
    refresh_expires_at BIGINT,
    refresh_exchanged BLOB,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX families_by_end ON families (keep_until);

CREATE TABLE platform_secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE signing_keys (
    key_id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    -- The algorithm for its first key, the algorithm and the key before it for a later one: of several nodes, one wins.
    place TEXT UNIQUE,
    sealed_private_key BLOB NOT NULL,
    certificate BLOB NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
