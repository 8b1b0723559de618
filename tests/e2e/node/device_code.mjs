// A device without a browser: shows the code and polls until the person has decided.
import { attempt, play, publicApp, settings, tell } from "./suite.mjs";

await play(async () => {
  const app = publicApp();
  const device = await attempt(
    app.acquireTokenByDeviceCode({
      scopes: ["User.Read"],
      deviceCodeCallback: (shown) => tell({ device: shown }),
    }),
  );
  if (device.refused) return { device };
  const [account] = await app.getAllAccounts();
  return { device, silent: await attempt(app.acquireTokenSilent({ account, scopes: ["User.Read"], forceRefresh: true })) };
});
