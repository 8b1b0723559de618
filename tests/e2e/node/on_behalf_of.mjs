// An API that was called with a person's token calls other APIs on that person's behalf.
import { attempt, confidentialApp, play, settings } from "./suite.mjs";

await play(async () => {
  const results = [];
  for (const credential of settings.credentials) {
    const app = confidentialApp(credential);
    const acquire = (scopes) => attempt(app.acquireTokenOnBehalfOf({ oboAssertion: settings.assertion, scopes }));
    const each = [];
    for (const scopes of settings.scopes) each.push(await acquire(scopes));
    results.push({ each, again: await acquire(settings.scopes[0]) });
  }
  return results;
});
