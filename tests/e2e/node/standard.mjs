// openid-client, certified and unmodified: what an app of any platform does with an OpenID provider.
import * as client from "openid-client";

import { ask, play, settings } from "./suite.mjs";

/** What the library makes of a refusal. */
async function refused(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.name, error: error.error ?? error.code, status: error.status };
  }
}

const scenarios = {
  /** Code and proof key, userinfo, renewal, introspection, giving back, sign-out. */
  async person(config) {
    if (settings.signed) client.useJwtResponseMode(config);
    const verifier = client.randomPKCECodeVerifier();
    const expected = { expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: settings.redirect_uri,
      scope: "openid profile offline_access",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: expected.expectedState,
      nonce: expected.expectedNonce,
    });
    const answer = await ask({ answer: { address: address.href, redirect_uri: settings.redirect_uri } });
    const came = new URL(settings.redirect_uri);
    for (const [name, value] of Object.entries(answer)) came.searchParams.set(name, value);
    const tokens = await client.authorizationCodeGrant(config, came, { pkceCodeVerifier: verifier, ...expected });
    const claims = tokens.claims();
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
    const known = await client.tokenIntrospection(config, renewed.access_token);
    await client.tokenRevocation(config, renewed.refresh_token);
    const gone = await client.tokenIntrospection(config, renewed.access_token);
    const late = await refused(client.refreshTokenGrant(config, renewed.refresh_token));
    const replayed = await refused(
      client.authorizationCodeGrant(config, came, { pkceCodeVerifier: verifier, ...expected }),
    );
    const said = { answer, claims, info, renewed: renewed.claims(), known, gone, late, replayed };
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
};

const proofs = {
  none: () => client.None(),
  basic: () => client.ClientSecretBasic(settings.secret),
  post: () => client.ClientSecretPost(settings.secret),
};

/** Lets the library read what is encrypted for the app, and lets it read nothing else. */
async function decrypting(config, jwk) {
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["decrypt"]);
  client.enableDecryptingResponses(config, ["A256GCM"], { key, alg: "RSA-OAEP-256", kid: jwk.kid });
  // The signatures inside are checked too.
  client.enableNonRepudiationChecks(config);
}

await play(async () => {
  const proof = proofs[settings.proof]();
  const config = await client.discovery(new URL(settings.issuer), settings.client_id, settings.metadata, proof, {
    algorithm: settings.algorithm ?? "oidc",
  });
  if (settings.key) await decrypting(config, settings.key);
  return scenarios[settings.scenario](config);
});
