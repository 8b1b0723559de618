// A web app: sends the person away, is handed the answer, redeems the code; with PKCE where it is told so.
import { CryptoProvider } from "@azure/msal-node";

import { ask, attempt, confidentialApp, play, said, settings } from "./suite.mjs";

const crypto = new CryptoProvider();
const app = confidentialApp(settings.credential);
const request = { scopes: ["User.Read"], redirectUri: settings.redirect_uri };

/** One round: what was asked, what came back, and how the code is redeemed, with whichever verifier. */
async function signIn() {
  const pkce = settings.pkce ? await crypto.generatePkceCodes() : {};
  const challenge = settings.pkce ? { codeChallenge: pkce.challenge, codeChallengeMethod: "S256" } : {};
  const nonce = crypto.createNewGuid();
  const state = crypto.base64Encode(`${crypto.createNewGuid()} a+b/c=`);
  const address = await app.getAuthCodeUrl({ ...request, ...challenge, nonce, state, responseMode: "query" });
  const answer = await ask({ answer: { address, redirect_uri: settings.redirect_uri } });
  const redeem = (codeVerifier = pkce.verifier) =>
    // With its nonce and its state at hand, MSAL itself compares what comes back with them.
    app.acquireTokenByCode({ ...request, nonce, state, code: answer.code, codeVerifier }, answer);
  return { asked: { address, nonce, state }, answer, redeem };
}

await play(async () => {
  const { asked, answer, redeem } = await signIn();
  const first = await redeem();
  const account = await app.getTokenCache().getAccountByHomeId(first.account.homeAccountId);
  const renewed = await app.acquireTokenSilent({ account, scopes: ["User.Read"], forceRefresh: true });
  // Somebody else's verifier buys nothing.
  const wrong = settings.pkce ? await attempt((await signIn()).redeem("b".repeat(43))) : null;
  return { asked, answer, first: said(first), renewed: said(renewed), wrong };
});
