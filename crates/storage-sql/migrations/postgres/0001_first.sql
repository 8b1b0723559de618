-- What a deployment keeps. The tenant leads every key of what belongs to one, so that rows can be placed by tenant; what
-- follows it is random, so that new rows spread. No sequence, no clock, no function of the server.
-- Times are milliseconds since 1970, truth values 0 or 1, documents JSON, digests 32 bytes. Keys that are texts compare
-- by their bytes, whatever the locale of the server is and becomes.

CREATE TABLE tenants (
    id UUID NOT NULL PRIMARY KEY,
    domain TEXT COLLATE "C" NOT NULL UNIQUE,
    document TEXT NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE users (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    id UUID NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
);

-- Apart from the people: what reads a profile never reads a hash.
CREATE TABLE passwords (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    phc TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE applications (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    client_id TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);

CREATE TABLE identifier_uris (
    tenant_id UUID NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, uri),
    FOREIGN KEY (tenant_id, client_id) REFERENCES applications (tenant_id, client_id) ON DELETE CASCADE
);
CREATE INDEX identifier_uris_by_application ON identifier_uris (tenant_id, client_id);

-- How often each part of the directory has changed: nodes compare what they keep of it in memory with this.
CREATE TABLE directory_versions (
    shard BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

-- One row per permission. The application may be another tenant's: no foreign key.
CREATE TABLE consents (
    tenant_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL, -- a person's id, or '' for everyone
    api_client_id TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, principal, api_client_id, value)
);

CREATE TABLE sign_ins (
    tenant_id UUID NOT NULL,
    session BYTEA NOT NULL,
    user_id UUID NOT NULL,
    sid TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    method TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session, user_id)
);
CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);

CREATE TABLE interactions (
    tenant_id UUID NOT NULL,
    digest BYTEA NOT NULL,
    document TEXT NOT NULL,
    progress TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX interactions_by_end ON interactions (expires_at);

CREATE TABLE codes (
    tenant_id UUID NOT NULL,
    digest BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    user_id UUID NOT NULL,
    family_id UUID NOT NULL,
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX codes_by_end ON codes (expires_at);

CREATE TABLE families (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    client_id TEXT NOT NULL,
    user_id UUID NOT NULL,
    document TEXT NOT NULL,
    keep_until BIGINT NOT NULL,
    revoked_reason TEXT,
    revoked_at BIGINT,
    -- The one refresh token that can be exchanged, and those that were exchanged lately: none, or all three.
    refresh_digest BYTEA,
    refresh_expires_at BIGINT,
    refresh_exchanged BYTEA,
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 70); -- each exchange updates its row in the page where it is
CREATE INDEX families_by_end ON families (keep_until);

CREATE TABLE platform_secrets (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE signing_keys (
    key_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    -- The algorithm for its first key, the algorithm and the key before it for a later one: of several nodes, one wins.
    place TEXT COLLATE "C" UNIQUE,
    sealed_private_key BYTEA NOT NULL,
    certificate BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
