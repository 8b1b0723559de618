// openid-client, certified and unmodified: what an app of any platform does with an OpenID provider.
import * as client from "openid-client";

import { asking } from "./asking.mjs";
import { holding, metadata, proof, wanted, way } from "./proving.mjs";
import { ask, play, settings } from "./suite.mjs";

/** What the library makes of a refusal. */
async function refused(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    const challenge = Array.isArray(error.cause) ? error.cause[0].parameters.error : undefined;
    return { name: error.name, error: error.error ?? challenge ?? error.code, status: error.status };
  }
}

/** What tokens are worth to somebody who does not hold what they are bound to. */
async function stolen(config, tokens, sub) {
  const bare = new client.Configuration(config.serverMetadata(), settings.client_id, settings.metadata, client.None());
  const other = await holding(bare, true);
  const read = [{}, other].map((held) => refused(client.fetchUserInfo(bare, tokens.access_token, sub, held)));
  // Who proves itself when it renews needs no key for that.
  const bound = settings.proof === "none" ? [{}, other] : [];
  const renew = (held) => client.refreshTokenGrant(config, tokens.refresh_token, undefined, held);
  const renewed = bound.map((held) => refused(renew(held)));
  return { read: await Promise.all(read), renewed: await Promise.all(renewed) };
}

/** What another API than userinfo says to the token. */
async function called(config, address, tokens, held) {
  const get = [new URL(address), "GET", null, undefined];
  const answer = await client.fetchProtectedResource(config, tokens.access_token, ...get, held);
  return { status: answer.status, body: await answer.json() };
}

const scenarios = {
  /** Code and proof key, userinfo, renewal, introspection, giving back, sign-out. */
  async person(config) {
    if (settings.answers_signed) client.useJwtResponseMode(config);
    const held = await holding(config);
    const verifier = client.randomPKCECodeVerifier();
    const expected = { expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const parameters = {
      redirect_uri: settings.redirect_uri,
      scope: settings.scope ?? "openid profile offline_access",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: expected.expectedState,
      nonce: expected.expectedNonce,
    };
    const address = await asking(config, parameters, held);
    const answer = await ask({ answer: { address: address.href, redirect_uri: settings.redirect_uri } });
    const came = new URL(settings.redirect_uri);
    for (const [name, value] of Object.entries(answer)) came.searchParams.set(name, value);
    const checks = { pkceCodeVerifier: verifier, ...expected };
    const tokens = await client.authorizationCodeGrant(config, came, checks, undefined, held);
    const claims = tokens.claims();
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub, held);
    const me = settings.me && (await called(config, settings.me, tokens, held));
    const nonces = wanted.nonces;
    const theft = settings.bound && (await stolen(config, tokens, claims.sub));
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, held);
    const again = await client.fetchUserInfo(config, renewed.access_token, claims.sub, held);
    // Not every app gets another one each time.
    const kept = renewed.refresh_token ?? tokens.refresh_token;
    // Only to whoever proves itself anything is told about tokens.
    const asks = settings.proof !== "none";
    const introspect = () => asks && client.tokenIntrospection(config, renewed.access_token);
    const known = await introspect();
    await client.tokenRevocation(config, kept);
    const gone = await introspect();
    const late = await refused(client.refreshTokenGrant(config, kept, undefined, held));
    const replayed = await refused(client.authorizationCodeGrant(config, came, checks, undefined, held));
    const asked = [...address.searchParams.keys()].sort();
    const bought = { claims, info, me, theft, type: tokens.token_type, renewed: renewed.claims(), again };
    const said = { asked, answer, ...bought, known, gone, late, replayed, nonces };
    // A hint is the signed id_token, and the library does not hand out the one that it has decrypted.
    if (settings.key) return said;
    const out = client.buildEndSessionUrl(config, {
      id_token_hint: renewed.id_token ?? tokens.id_token,
      post_logout_redirect_uri: settings.redirect_uri,
      state: "bye",
    });
    const left = await ask({ leave: { address: out.href, redirect_uri: settings.redirect_uri } });
    return { ...said, left };
  },

  /** A program without a person. */
  async alone(config) {
    const tokens = await client.clientCredentialsGrant(config, { resource: settings.resource });
    return { access_token: tokens.access_token, refresh_token: tokens.refresh_token ?? null };
  },

  /** A device without a browser. */
  async device(config) {
    const device = await client.initiateDeviceAuthorization(config, { scope: "openid" });
    await ask({ device: { verificationUri: device.verification_uri, userCode: device.user_code } });
    const tokens = await client.pollDeviceAuthorizationGrant(config, device);
    return { claims: tokens.claims() };
  },

  /** A person who is elsewhere says yes, and no; the third time a suite answers in their place. */
  async elsewhere(config) {
    const begin = (binding_message) => {
      const parameters = { scope: "openid profile offline_access", login_hint: settings.login_hint, binding_message };
      return client.initiateBackchannelAuthentication(config, parameters);
    };
    const wait = (waiting) => client.pollBackchannelAuthenticationGrant(config, waiting);
    const [yes, no, rehearsed] = [await begin("W4-SCT"), await begin("N0-SCT"), await begin("D3-SCT")];
    const answers = [wait(yes), refused(wait(no)), wait(rehearsed)];
    // Nobody hurries.
    while (wanted.patience < answers.length) await new Promise((resolve) => setTimeout(resolve, 50));
    await ask({ elsewhere: { auth_req_id: yes.auth_req_id, message: "W4-SCT", decision: "accept" } });
    await ask({ elsewhere: { auth_req_id: no.auth_req_id, message: "N0-SCT", decision: "deny" } });
    const hook = new URL(`/dev/ciba?auth_req_id=${rehearsed.auth_req_id}&action=allow`, settings.issuer);
    await fetch(hook, { method: "POST" });
    const [tokens, denied, given] = await Promise.all(answers);
    const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
    const again = await refused(client.pollBackchannelAuthenticationGrant(config, { ...yes, interval: 0 }));
    return { claims: tokens.claims(), info, renewed: renewed.claims(), denied, again, rehearsed: given.claims() };
  },

  /** An app that nobody has registered does so itself. */
  async stranger() {
    const options = { algorithm: "oidc", initialAccessToken: settings.initial_access_token };
    const issuer = new URL(settings.issuer);
    const register = () => client.dynamicClientRegistration(issuer, settings.metadata, undefined, options);
    const config = await register();
    const second = await refused(register());
    return { ...(await scenarios.person(config)), registered: config.clientMetadata(), second };
  },
};

/** Lets the library read what is encrypted for the app, and lets it read nothing else. */
async function decrypting(config, jwk) {
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["decrypt"]);
  client.enableDecryptingResponses(config, ["A256GCM"], { key, alg: "RSA-OAEP-256", kid: jwk.kid });
  // The signatures inside are checked too.
  client.enableNonRepudiationChecks(config);
}

await play(async () => {
  if (settings.scenario === "stranger") return scenarios.stranger();
  const config = await client.discovery(new URL(settings.issuer), settings.client_id, metadata(), await proof(), {
    algorithm: settings.algorithm ?? "oidc",
    [client.customFetch]: way,
  });
  if (settings.key) await decrypting(config, settings.key);
  return scenarios[settings.scenario](config);
});
