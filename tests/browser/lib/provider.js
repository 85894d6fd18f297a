// The identity provider of the stories: a real one, on a free port of this machine, whose users need no password.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { allowHost } from "./watch.js";
import { packageOf } from "./settings.js";

/** @typedef {{ sub: string, name: string, email: string, groups: string[] }} Colleague */

let keys = 0;

/** A new signing key. */
function newKey() {
  keys += 1;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${keys}`, alg: "RS256", use: "sig" };
}

/** A provider that knows one application, Usher, and these people. */
export class Provider {
  /**
   * Starts one.
   * @param {Colleague[]} people
   * @param {string} usher where Usher serves
   */
  static async start(people, usher) {
    const provider = new Provider();
    provider.people = new Map(people.map((person) => [person.sub, person]));
    provider.usher = usher;
    provider.clientId = "usher";
    provider.clientSecret = "a-client-secret-of-the-stories";
    /** Where browsers may be sent back to. @type {string[]} */
    provider.redirectUris = [`${usher}/sso/callback`];
    provider.jwks = { keys: [newKey()] };
    provider.handle = (/** @type {any} */ _, /** @type {any} */ answer) => answer.end();
    provider.server = createServer((request, answer) => provider.handle(request, answer));
    await new Promise((done) => provider.server.listen(0, "127.0.0.1", () => done(undefined)));
    provider.issuer = `http://127.0.0.1:${provider.server.address().port}`;
    await provider.serve();
    return provider;
  }

  /** Serves with the present keys: sessions and codes of before are forgotten, as after a restart. */
  async serve() {
    const { default: Oidc } = await import(packageOf("oidc-provider"));
    const oidc = new Oidc(this.issuer, {
      jwks: this.jwks,
      clients: [
        {
          client_id: this.clientId,
          client_secret: this.clientSecret,
          redirect_uris: this.redirectUris,
          post_logout_redirect_uris: [`${this.usher}/sso/signed-out`],
        },
      ],
      claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
      scopes: ["openid", "profile", "email", "groups"],
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      cookies: { keys: ["a key of the stories"] },
      ttl: { Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      findAccount: (/** @type {any} */ _, /** @type {string} */ sub) => {
        const person = this.people.get(sub);
        return person && { accountId: sub, claims: () => ({ ...person, email_verified: true }) };
      },
    });
    this.handle = oidc.callback();
  }

  /** Signs with a new key from now on, and publishes that one alone. */
  async rotateKeys() {
    this.jwks = { keys: [newKey()] };
    await this.serve();
  }

  /**
   * Lets the browser of this page go to the provider. Its own pages are not ours to complain about; the typeface that
   * they ask another host for stays away.
   * @param {import("playwright-core").Page} page
   */
  async welcome(page) {
    const typeface = "fonts.googleapis.com";
    allowHost(page, new URL(this.issuer).host);
    allowHost(page, typeface);
    const nothing = { status: 200, contentType: "text/css", body: "" };
    await page.context().route(`https://${typeface}/**`, (route) => route.fulfill(nothing));
  }

  /**
   * Signs somebody in on the provider's page, and agrees.
   * @param {import("playwright-core").Page} page
   * @param {Colleague} person
   */
  async signIn(page, { sub }) {
    await page.locator('input[name="login"]').fill(sub);
    await page.locator('input[name="password"]').fill("any");
    await page.locator('button[type="submit"]').click();
    await this.agree(page);
  }

  /**
   * Agrees that Usher learns who one is.
   * @param {import("playwright-core").Page} page
   */
  async agree(page) {
    await page.locator("form button[type=submit]", { hasText: "Continue" }).click();
  }

  /**
   * Fills in the settings of an account, as an owner does who has made the application here, with the redirect URI
   * that the page shows.
   * @param {import("playwright-core").Page} page
   * @param {{ issuer?: string }} [typed] what is mistyped
   */
  async setUp(page, { issuer = this.issuer } = {}) {
    const redirectUri = (await page.locator("#redirect-uri").textContent()) ?? "";
    if (!this.redirectUris.includes(redirectUri)) {
      this.redirectUris.push(redirectUri);
      await this.serve();
    }
    await page.getByLabel("Name of the provider").fill("Nordic ID");
    await page.getByLabel("Issuer").fill(issuer);
    await page.getByLabel("Client id").fill(this.clientId);
    await page.getByLabel("Client secret").fill(this.clientSecret);
    await page.getByLabel("Scopes").fill("openid profile email groups");
    await page.getByLabel("Claim with the groups").fill("groups");
    await page.getByLabel("Domains of e-mail addresses").fill("nordic.example");
    await page.getByRole("button", { name: "Ask the provider and save" }).click();
  }

  /** Ends the provider. */
  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
