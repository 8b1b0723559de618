// A program that acts for itself, with each credential that it is given.
import { attempt, confidentialApp, play, settings } from "./suite.mjs";

await play(async () => {
  const results = [];
  for (const credential of settings.credentials) {
    const app = confidentialApp(credential);
    const acquire = () => attempt(app.acquireTokenByClientCredential({ scopes: settings.scopes }));
    results.push({ first: await acquire(), again: await acquire() });
  }
  return results;
});
