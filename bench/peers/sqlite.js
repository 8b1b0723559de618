// A durable adapter for oidc-provider: SQLite through better-sqlite3, write-ahead log, synchronous=FULL.
//
// Every operation is one prepared statement, which is one transaction; its commit is on the disk before the answer goes out.

import Database from 'better-sqlite3';

import { grantOf, now } from './artefact.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS artefacts (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, user_code TEXT, uid TEXT,
    expires_at INTEGER, consumed_at INTEGER, PRIMARY KEY (model, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_grant ON artefacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_uid ON artefacts (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_user_code ON artefacts (model, user_code) WHERE user_code IS NOT NULL;`;

const UPSERT = `
  INSERT INTO artefacts (model, id, payload, grant_id, user_code, uid, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
    user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
const FOUND = 'SELECT payload, consumed_at FROM artefacts WHERE model = ? AND';
const ALIVE = 'AND (expires_at IS NULL OR expires_at > ?)';

// Opens the file and returns the adapter class that oidc-provider's configuration takes.
export function open(path) {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(TABLES);
  const upsert = database.prepare(UPSERT);
  const byId = database.prepare(`${FOUND} id = ? ${ALIVE}`);
  const byUid = database.prepare(`${FOUND} uid = ? ${ALIVE}`);
  const byUserCode = database.prepare(`${FOUND} user_code = ? ${ALIVE}`);
  const consume = database.prepare('UPDATE artefacts SET consumed_at = ? WHERE model = ? AND id = ?');
  const destroy = database.prepare('DELETE FROM artefacts WHERE model = ? AND id = ?');
  const revoke = database.prepare('DELETE FROM artefacts WHERE grant_id = ?');
  const read = (row) => {
    if (!row) return undefined;
    const payload = JSON.parse(row.payload);
    return row.consumed_at === null ? payload : { ...payload, consumed: row.consumed_at };
  };

  return class SqliteAdapter {
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, expiresIn) {
      const end = typeof expiresIn === 'number' ? now() + expiresIn : null;
      upsert.run(this.model, id, JSON.stringify(payload), grantOf(this.model, payload), payload.userCode ?? null, payload.uid ?? null, end);
    }

    async find(id) {
      return read(byId.get(this.model, id, now()));
    }

    async findByUid(uid) {
      return read(byUid.get(this.model, uid, now()));
    }

    async findByUserCode(userCode) {
      return read(byUserCode.get(this.model, userCode, now()));
    }

    async consume(id) {
      consume.run(now(), this.model, id);
    }

    async destroy(id) {
      destroy.run(this.model, id);
    }

    async revokeByGrantId(grantId) {
      revoke.run(grantId);
    }
  };
}
