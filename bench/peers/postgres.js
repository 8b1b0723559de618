// A durable adapter for oidc-provider: PostgreSQL through pg.
//
// Every operation is one prepared statement, which is one transaction; PostgreSQL answers once its commit is on the disk. The
// pool has a connection for each request that the benchmark has under way, so that none waits for another. Smaller pools and
// pg's pipeline mode, over 8 or 32 connections, took more of the processor for an answer.

import pg from 'pg';

import { grantOf, now } from './artefact.js';

const CONNECTIONS = 32;

const TABLES = `
  CREATE TABLE artefacts (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, user_code TEXT, uid TEXT,
    expires_at BIGINT, consumed_at BIGINT, PRIMARY KEY (model, id));
  CREATE INDEX by_grant ON artefacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX by_uid ON artefacts (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX by_user_code ON artefacts (model, user_code) WHERE user_code IS NOT NULL;`;

const FOUND = 'SELECT payload, consumed_at FROM artefacts WHERE model = $1 AND';
const ALIVE = 'AND (expires_at IS NULL OR expires_at > $3)';

const statement = (name, text) => ({ name, text });
const UPSERT = statement('upsert', `
  INSERT INTO artefacts (model, id, payload, grant_id, user_code, uid, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
    user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`);
const BY_ID = statement('by_id', `${FOUND} id = $2 ${ALIVE}`);
const BY_UID = statement('by_uid', `${FOUND} uid = $2 ${ALIVE}`);
const BY_USER_CODE = statement('by_user_code', `${FOUND} user_code = $2 ${ALIVE}`);
const CONSUME = statement('consume', 'UPDATE artefacts SET consumed_at = $1 WHERE model = $2 AND id = $3');
const DESTROY = statement('destroy', 'DELETE FROM artefacts WHERE model = $1 AND id = $2');
const REVOKE = statement('revoke', 'DELETE FROM artefacts WHERE grant_id = $1');

const read = ({ rows: [row] }) => {
  if (!row) return undefined;
  const payload = JSON.parse(row.payload);
  return row.consumed_at === null ? payload : { ...payload, consumed: Number(row.consumed_at) };
};

// Connects and returns the adapter class that oidc-provider's configuration takes.
export async function open(connectionString) {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS, idleTimeoutMillis: 0 });
  pool.on('error', (error) => console.error(error));
  await pool.query(TABLES);
  const run = ({ name, text }, values) => pool.query({ name, text, values });

  return class PostgresAdapter {
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, expiresIn) {
      const end = typeof expiresIn === 'number' ? now() + expiresIn : null;
      const { userCode = null, uid = null } = payload;
      await run(UPSERT, [this.model, id, JSON.stringify(payload), grantOf(this.model, payload), userCode, uid, end]);
    }

    async find(id) {
      return read(await run(BY_ID, [this.model, id, now()]));
    }

    async findByUid(uid) {
      return read(await run(BY_UID, [this.model, uid, now()]));
    }

    async findByUserCode(userCode) {
      return read(await run(BY_USER_CODE, [this.model, userCode, now()]));
    }

    async consume(id) {
      await run(CONSUME, [now(), this.model, id]);
    }

    async destroy(id) {
      await run(DESTROY, [this.model, id]);
    }

    async revokeByGrantId(grantId) {
      await run(REVOKE, [grantId]);
    }
  };
}
