// What both stores know of oidc-provider's artefacts.

// What revoking a grant takes away.
const GRANTABLE = new Set([
  'AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest', 'PreAuthorizedCode',
]);

// The grant that an artefact goes with.
export const grantOf = (model, payload) => (GRANTABLE.has(model) ? payload.grantId ?? null : null);

// The time as it is kept.
export const now = () => Math.floor(Date.now() / 1000);
