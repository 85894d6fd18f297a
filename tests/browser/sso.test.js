// Single sign-on, with a real OpenID Connect provider on another port of this machine.

import assert from "node:assert/strict";
import { operator, PRODUCT, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { Provider } from "./lib/provider.js";
import { base } from "./lib/settings.js";
import { signIn, story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

const NINA = { sub: "nina-1", name: "Nina New", email: "nina@nordic.example", groups: ["Agents", "Everybody"] };

/** @param {import("playwright-core").Page} page */
async function signOut(page) {
  await page.locator("header summary").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
}

story("a new colleague signs in with the company's provider, and a password no longer works", async ({ open }) => {
  const provider = await Provider.start([NINA], base);
  try {
    const world = await World.make({ shared: 2 });
    // On a server with one account, the domains that it names count as its own.
    await operator().post("/v1/accounts", { name: "Another company" });
    const owner = await world.owner();
    const agent = await world.agent("Sven");
    const pool = (await world.pools()).find((/** @type {any} */ one) => one.default);
    const group = await world.post(`${world.path}/groups`, { name: "Agents" });
    await world.put(`${world.path}/groups/${group.id}/mapping`, {
      licenses: { [PRODUCT]: { kind: "shared", pool: pool.id } },
    });

    // The owner sets up the provider. Errors are shown at their fields.
    const page = await open(`/a/${world.id}/settings`, { as: owner });
    forgive(page, /status of 422/);
    await page.getByRole("link", { name: "single sign-on" }).click();
    await page.getByText(`${base}/sso/${world.id}/callback`).waitFor();
    await page.getByRole("button", { name: "Copy the redirect URI" }).waitFor();
    await checkAxe(page);
    await checkNarrow(page);
    await provider.setUp(page, { issuer: `${provider.issuer}/nowhere` });
    await page.getByRole("alert").getByText("status 404").waitFor();
    await checkAxe(page);
    await provider.setUp(page);
    await page.getByRole("status").getByText("The provider answers, and is saved.").waitFor();
    await checkAxe(page);
    await checkNarrow(page);
    await picture(page, "single-sign-on-settings");

    // The domain is not proved yet, so its addresses lead nowhere until the operator vouches for it.
    const seeker = await open("/sso");
    forgive(seeker, /status of 422/);
    await seeker.getByLabel("E-mail address").fill("anybody@nordic.example");
    await seeker.getByRole("button", { name: "Continue" }).click();
    await seeker.getByRole("alert").getByText("No account signs in people").waitFor();
    await page.getByText("_usher-challenge.nordic.example").waitFor();
    await world.put(`${world.path}/single-sign-on/domains/nordic.example/proof`);
    await page.reload();
    await page.getByText("Proved by the operator’s word").waitFor();

    // A new user finds the provider by the address, and gets what the group gives.
    const nina = await open("/sign-in");
    await provider.welcome(nina);
    await nina.getByRole("link", { name: "Sign in with single sign-on" }).click();
    await nina.getByLabel("E-mail address").fill("anybody@nordic.example");
    await checkAxe(nina);
    await nina.getByRole("button", { name: "Continue" }).click();
    await nina.getByText(`at ${new URL(provider.issuer).host}`).waitFor();
    await checkAxe(nina);
    await nina.getByRole("link", { name: "Continue with Nordic ID" }).click();
    await provider.signIn(nina, NINA);
    await nina.waitForURL(`${base}/console`);
    const users = async () => (await world.get(`${world.path}/users?limit=200`)).items;
    const [made] = (await users()).filter((/** @type {any} */ user) => user.email === NINA.email);
    assert.equal(made.name, NINA.name);
    assert.equal(made.role, "member");
    assert.deepEqual(made.licenses[PRODUCT], { kind: "shared", pool: pool.id });

    // Signing out ends the session at the provider too: it asks for the user the next time.
    await signOut(nina);
    await nina.getByRole("button", { name: "Yes, sign me out" }).click();
    await nina.getByRole("status").getByText("You are signed out, here and at your provider.").waitFor();
    await nina.goto(`/sso/${world.id}`);
    await nina.locator('input[name="login"]').waitFor();

    // The provider changes its key; she is the same user as before, and loses what the group gave.
    await provider.rotateKeys();
    provider.people.set(NINA.sub, { ...NINA, groups: [] });
    await nina.goto(`/sso/${world.id}`);
    await provider.signIn(nina, NINA);
    await nina.waitForURL(`${base}/console`);
    const [again] = (await users()).filter((/** @type {any} */ user) => user.email === NINA.email);
    assert.equal(again.id, made.id);
    assert.deepEqual(again.licenses, {});

    // From now on everybody has to use it, except for the owner kept for emergencies.
    const sven = await open("/sign-in");
    await signIn(sven, agent);
    await page.getByLabel("Require single sign-on of everybody").check();
    await page.getByRole("button", { name: "Save who has to" }).click();
    await page.getByRole("alert").waitFor();
    await checkAxe(page);
    await page.getByLabel("Except this owner").selectOption({ label: owner.name });
    await page.getByRole("button", { name: "Save who has to" }).click();
    await page.getByRole("status").getByText("Single sign-on is required now.").waitFor();
    await sven.waitForURL(/\/sign-in/);
    forgive(sven, /status of 403/);
    await sven.getByLabel("E-mail").fill(agent.email);
    await sven.getByLabel("Password", { exact: true }).fill(agent.password);
    await sven.getByRole("button", { name: "Sign in" }).click();
    await sven.getByRole("heading", { name: "Single sign-on is required" }).waitFor();
    await checkAxe(sven);
    await checkNarrow(sven);
    await nina.goto("/me");
    await nina.getByText("You are connected with Nordic ID.").waitFor();
    const emergency = await open("/sign-in");
    await signIn(emergency, owner);
    await emergency.getByRole("heading", { name: "Overview" }).waitFor();
  } finally {
    await provider.stop();
  }
});

story("a person who cancels at the provider, or is not a user, is told so and not signed in", async ({ open }) => {
  const stranger = { sub: "stranger-1", name: "Sam Stranger", email: "sam@elsewhere.example", groups: [] };
  const provider = await Provider.start([stranger], base);
  try {
    const world = await World.make();
    const owner = await world.owner();
    const settings = await open(`/a/${world.id}/single-sign-on`, { as: owner });
    await provider.setUp(settings);
    await settings.getByRole("status").waitFor();

    const page = await open("/sign-in", { window: "phone", scheme: "dark" });
    await provider.welcome(page);
    forgive(page, /status of 40[34]/);
    await page.goto(`/sso/${world.id}`);
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByText("you, or a rule of the provider, did not allow it").waitFor();
    await checkAxe(page);
    await checkNarrow(page);
    await page.goto(`/sso/${world.id}`);
    await provider.signIn(page, stranger);
    await page.getByText("do not come into this account").waitFor();
    await page.goto("/me");
    await page.waitForURL(/\/sign-in/);

    // Owners connect themselves after signing in with a password.
    provider.people.set("olga-1", { sub: "olga-1", name: owner.name, email: owner.email, groups: [] });
    await provider.welcome(settings);
    await settings.goto("/me");
    await settings.getByRole("button", { name: "Connect with Nordic ID" }).click();
    await provider.signIn(settings, { sub: "olga-1", name: owner.name, email: owner.email, groups: [] });
    await settings.getByRole("status").getByText("You come in by Nordic ID from now on.").waitFor();
    await settings.getByText("You are connected with Nordic ID.").waitFor();
    await checkAxe(settings);
  } finally {
    await provider.stop();
  }
});
