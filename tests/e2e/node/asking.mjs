// How an app of the standard asks for a person: openly in the address, pushed, signed, encrypted.
import { CompactEncrypt, importJWK } from "jose";
import * as client from "openid-client";

import { settings } from "./suite.mjs";

/** A request object, signed with the app's own key. */
async function signed(config, parameters) {
  const { kid, alg, ...jwk } = settings.signing;
  const key = await importJWK(jwk, alg);
  return client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid });
}

/** The same for the server's eyes alone: the library signs only, so another one encrypts what it has signed. */
async function encrypted(config, parameters) {
  const { keys } = await (await fetch(config.serverMetadata().jwks_uri)).json();
  const jwk = keys.find((key) => key.use === "enc");
  const header = { alg: "ECDH-ES+A256KW", enc: "A256GCM", kid: jwk.kid, cty: "oauth-authz-req+jwt" };
  const address = await signed(config, parameters);
  const plain = new TextEncoder().encode(address.searchParams.get("request"));
  const sealed = await new CompactEncrypt(plain).setProtectedHeader(header).encrypt(await importJWK(jwk, header.alg));
  address.searchParams.set("request", sealed);
  return address;
}

const ways = {
  openly: client.buildAuthorizationUrl,
  pushed: client.buildAuthorizationUrlWithPAR,
  signed,
  encrypted,
  async "signed and pushed"(config, parameters, holding) {
    const address = await signed(config, parameters);
    return client.buildAuthorizationUrlWithPAR(config, address.searchParams, holding);
  },
};

/** Where the person is sent. */
export function asking(config, parameters, holding) {
  return ways[settings.asks ?? "openly"](config, parameters, holding);
}
