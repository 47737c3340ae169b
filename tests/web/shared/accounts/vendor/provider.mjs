// A certified OpenID Connect provider (oidc-provider) for the tests, with people of our own. Its own pages for
// development ask for a login and take any password.
//
// node provider.mjs PORT REDIRECT_URI: says "ready" once it listens on loopback; ends with its standard input.
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);

// By login. `mail` without `verified` is what nobody has checked.
const people = {
  nadia: { email: "nadia@example.org", email_verified: true },
  moderatrice: { email: "moderatrice@example.org", email_verified: true },
  doute: { email: "nadia@example.org", email_verified: false },
  discrete: {},
};

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "ribambelle",
      client_secret: "a secret of the tests",
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { email: ["email", "email_verified"] },
  // As FranceConnect does: the ID token says who, the mail is asked for.
  conformIdTokenClaims: true,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ["a key of the tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
process.stdin.on("end", () => process.exit(0)).resume();
