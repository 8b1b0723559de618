// What every scenario shares: it is told its settings, says one thing per line, and is answered where it asks.
import { createInterface } from "node:readline";

import { ConfidentialClientApplication, InteractionRequiredAuthError, PublicClientApplication } from "@azure/msal-node";

export const settings = JSON.parse(process.argv[2]);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Says something to the suite. */
export function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Says something to the suite, which the suite answers. */
export async function ask(what) {
  tell(what);
  return JSON.parse((await lines.next()).value);
}

/** Sends the person to an address; MSAL's own listener gets the answer. */
export async function openBrowser(visit) {
  tell({ visit });
}

/** What an application says about itself, whatever else it is. */
function configuration(more) {
  return {
    auth: {
      clientId: settings.client_id,
      authority: settings.authority,
      knownAuthorities: [new URL(settings.authority).host],
      ...more,
    },
  };
}

export function publicApp(more = {}) {
  return new PublicClientApplication(configuration(more));
}

export function confidentialApp(more = { clientSecret: settings.secret }) {
  return new ConfidentialClientApplication(configuration(more));
}

/** What the suite looks at in a result. */
export function said({ accessToken, idToken, idTokenClaims, scopes, fromCache, account, expiresOn, tokenType }) {
  const seconds = Math.round((expiresOn - Date.now()) / 1000);
  return { accessToken, idToken, idTokenClaims, scopes, fromCache, account, seconds, tokenType };
}

/** A result, or in its place what the library makes of a refusal. */
export async function attempt(promise) {
  try {
    return said(await promise);
  } catch (error) {
    const { name, errorCode, errorMessage, subError, errorNo, claims } = error;
    if (!errorCode) throw error;
    const ask = error instanceof InteractionRequiredAuthError;
    return { refused: { name, errorCode, errorMessage, subError, errorNo, claims, ask } };
  }
}

/** Plays a scenario; what it returns is the last thing said. */
export async function play(scenario) {
  tell({ done: await scenario() });
  process.stdin.destroy();
}
