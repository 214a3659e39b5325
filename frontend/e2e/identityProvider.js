import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

/** A certified OpenID provider with its own pages, at which any name and password sign in: `node identityProvider.js`. */

const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, PUBLIC_URL } = process.env;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(OIDC_ISSUER, {
  clients: [
    {
      client_id: OIDC_CLIENT_ID,
      client_secret: OIDC_CLIENT_SECRET,
      redirect_uris: [`${PUBLIC_URL}/sign-in/return`],
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "first" }] },
  cookies: { keys: ["only for these tests"] },
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email", "email_verified"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      preferred_username: name,
      email: `${name}@bank.example`,
      email_verified: true,
      groups: name.startsWith("editor") ? ["kb-editors"] : ["staff"],
    }),
  }),
});

provider.listen(Number(new URL(OIDC_ISSUER).port), "127.0.0.1");
