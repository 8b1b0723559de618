// The peer: npm's oidc-provider with a durable store, set up for the rows that Grantor is measured on.
//
//   NODE_ENV=production node oidc-provider.js DATABASE
//
// listens on a free port of this machine and prints `ready http://localhost:PORT`. DATABASE is a file for SQLite, or the
// postgres:// address of an empty database. Clients and accounts are held in memory, which is its fastest way; whatever must
// outlive the process (grants, sessions, codes, refresh tokens, opaque access tokens) is in the database.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

import * as postgres from './postgres.js';
import * as sqlite from './sqlite.js';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
// The name of an API is the algorithm of its tokens.
const APIS = { 'urn:bench:RS256': 'RS256', 'urn:bench:ES256': 'ES256' };

const database = process.argv[2];
const { open } = database.startsWith('postgres://') ? postgres : sqlite;
const adapter = await open(database);

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://localhost:${server.address().port}`;

const key = (kid, alg, [type, options]) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig',
});

const provider = new Provider(issuer, {
  adapter,
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret-for-the-benchmark-only-0001',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['http://localhost:5000/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    {
      client_id: 'daemon',
      client_secret: 'daemon-secret-for-the-benchmark-only-0001',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
    },
    {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
      jwks: {
        keys: [{
          kty: 'EC', crv: 'P-256', kid: 'signer', alg: 'ES256', use: 'sig',
          x: 'f1mutKh4kE-JCFGZxOHbDa0hnfgH6kCj-stRnAzhI_M', y: '5KT2oDwVI254wJzsdhmToqSXheP_mjNexj-TDig7vdo',
        }],
      },
    },
  ],
  jwks: {
    keys: [
      key('rsa', 'RS256', ['rsa', { modulusLength: 2048 }]),
      key('ec', 'ES256', ['ec', { namedCurve: 'P-256' }]),
    ],
  },
  cookies: { keys: ['only for the benchmark'] },
  scopes: ['openid', 'offline_access'],
  claims: { openid: ['sub'], profile: ['name', 'family_name', 'given_name', 'email'] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id, name: 'Person of the Benchmark', family_name: 'Benchmark', given_name: 'Person', email: 'person@bench.example',
    }),
  }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    userinfo: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, name) => ({
        scope: 'read', audience: name, accessTokenTTL: HOUR, accessTokenFormat: 'jwt', jwt: { sign: { alg: APIS[name] } },
      }),
    },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: () => false,
  ttl: {
    AccessToken: HOUR, AuthorizationCode: 10 * 60, ClientCredentials: HOUR, Grant: 14 * DAY, IdToken: HOUR,
    Interaction: HOUR, RefreshToken: 14 * DAY, Session: 14 * DAY,
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
});

// Where its pages would be: whoever asks is signed in and allows everything. Only used while a run is prepared.
async function interact(request, response) {
  const { params, session } = await provider.interactionDetails(request, response);
  const accountId = session?.accountId ?? 'person';
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope('openid profile offline_access');
  for (const api of Object.keys(APIS)) grant.addResourceScope(api, 'read');
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}

provider.on('server_error', (_ctx, error) => console.error(error));
const answer = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return interact(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
process.on('SIGTERM', () => process.exit(0));
console.log(`ready ${issuer}`);
