// How an app of the standard proves itself, and what its tokens are bound to.
import { request } from "node:https";

import { importJWK } from "jose";
import * as client from "openid-client";

import { settings } from "./suite.mjs";

const proofs = {
  none: () => client.None(),
  basic: () => client.ClientSecretBasic(settings.secret),
  post: () => client.ClientSecretPost(settings.secret),
  "secret's signature": () => client.ClientSecretJwt(settings.secret),
  async "key's signature"() {
    const { kid, alg, ...jwk } = settings.signing;
    return client.PrivateKeyJwt({ key: await importJWK(jwk, alg), kid });
  },
  certificate: () => client.TlsClientAuth(),
};

export function proof() {
  return proofs[settings.proof]();
}

/** What the library says of itself beside its settings: by which addresses it goes. */
export function metadata() {
  return { ...settings.metadata, use_mtls_endpoint_aliases: settings.proof === "certificate" };
}

/** A `fetch` that shows the app's certificate to whoever asks for one. Node's own cannot. */
function showing(address, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const options = { ...settings.certificate, method, headers, signal };
    const asked = request(address, options, async (came) => {
      const parts = [];
      try {
        for await (const part of came) parts.push(part);
      } catch (error) {
        return reject(error);
      }
      const said = Object.entries(came.headers).filter(([, value]) => typeof value === "string");
      resolve(new Response(parts.length ? Buffer.concat(parts) : null, { status: came.statusCode, headers: said }));
    });
    asked.on("error", reject);
    asked.end(body?.toString());
  });
}

/** How often the server wanted a nonce in a proof before it went on, or more patience. */
export const wanted = { nonces: 0, patience: 0 };

/** The way out, which the library lets an app choose. */
export async function way(address, options) {
  const answer = await (settings.certificate ? showing(address, options) : fetch(address, options));
  const said = answer.headers.get("www-authenticate") ?? (answer.status === 400 ? await answer.clone().text() : "");
  if (said.includes("use_dpop_nonce")) wanted.nonces += 1;
  if (said.includes("authorization_pending")) wanted.patience += 1;
  return answer;
}

/** A new key, and the proofs of it that go with each request; nothing where the app's tokens are bound to none. */
export async function holding(config, is = settings.holds) {
  return is ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) } : {};
}
