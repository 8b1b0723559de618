// A native app: MSAL's own listener, PKCE, then silent calls from the cache and by the refresh token.
import { attempt, openBrowser, play, publicApp, said, settings } from "./suite.mjs";

await play(async () => {
  const app = publicApp();
  const first = await app.acquireTokenInteractive({ scopes: ["User.Read"], openBrowser });
  const { account } = first;
  const silent = (more) => attempt(app.acquireTokenSilent({ account, scopes: ["User.Read"], ...more }));
  return {
    first: said(first),
    accounts: await app.getAllAccounts(),
    cached: await silent({}),
    renewed: await silent({ forceRefresh: true }),
    other: await silent({ scopes: settings.other }),
  };
});
