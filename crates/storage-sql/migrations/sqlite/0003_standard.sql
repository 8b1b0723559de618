-- What the standard's grants need: what may happen once, requests that were pushed, sessions that have ended and whom to tell,
-- people who are asked elsewhere, keys that begin at a time of their own, and who has fetched them.
-- Times are milliseconds since 1970, documents JSON, digests 32 bytes, as before.

-- What was used up: whoever comes second finds the row.
CREATE TABLE spent_once (
    tenant_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) WITHOUT ROWID;
CREATE INDEX spent_once_by_end ON spent_once (expires_at);

-- Authorization requests that an application has left here for a browser to point at.
CREATE TABLE pushed_requests (
    tenant_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) WITHOUT ROWID;
CREATE INDEX pushed_requests_by_end ON pushed_requests (expires_at);

-- Browser sessions that were ended before their time: what began in one is worth nothing from then on.
CREATE TABLE ended_sessions (
    tenant_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    ended_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, sid)
) WITHOUT ROWID;
CREATE INDEX ended_sessions_by_end ON ended_sessions (expires_at);

-- The session of what was issued before this step stands in the document alone.
ALTER TABLE codes ADD COLUMN sid TEXT;
ALTER TABLE families ADD COLUMN sid TEXT;

-- Which dialect an application spoke in a session, by its name.
ALTER TABLE session_clients ADD COLUMN dialect TEXT;

-- What applications are told behind the browser's back, and what they said.
CREATE TABLE notices (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    document TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT, -- when it is tried next: nothing once it has ended
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX notices_by_due ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notices_by_tenant ON notices (tenant_id, created_at);
CREATE INDEX notices_by_end ON notices (expires_at);

-- Whose answer a code waits for, where that is known from the start, and when the program last asked.
ALTER TABLE device_codes ADD COLUMN tenant_id TEXT;
ALTER TABLE device_codes ADD COLUMN user_id TEXT;
ALTER TABLE device_codes ADD COLUMN polled_at BIGINT;
ALTER TABLE device_codes ADD COLUMN poll_interval BIGINT;
CREATE INDEX device_codes_by_person ON device_codes (tenant_id, user_id) WHERE user_id IS NOT NULL;

-- When a key signs first, where that is not its usual time.
ALTER TABLE signing_keys ADD COLUMN begins_at BIGINT;

-- Who has fetched a key since it was published.
CREATE TABLE key_readers (
    key_id TEXT NOT NULL,
    reader TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, reader)
) WITHOUT ROWID;
