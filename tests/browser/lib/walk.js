// The pages of the portal, one per row, and the account in which they are visited.

import assert from "node:assert/strict";
import { after } from "node:test";
import { advance, Caller, PASSWORD, PRODUCT, PRODUCT_NAME, World } from "./api.js";
import { Provider } from "./provider.js";
import { base, operatorKey, setupLink } from "./settings.js";
import { totp } from "./totp.js";
import { forgive } from "./watch.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {Awaited<ReturnType<typeof arrange>>} Arranged */

/**
 * @typedef {object} Row
 * @property {string} name of the page, for its story and its picture
 * @property {string} path in which `{account}` is replaced by the account's id, and so on for the `ids` below
 * @property {string} [as] who of the `people` below looks at it; anybody, where left out
 * @property {(page: Page, arranged: Arranged) => Promise<unknown>} [act] what leads from the path to the page
 * @property {number} [status] of the page, where it is no success
 * @property {string[]} [parts] selectors of what axe looks at, where the whole would take it too long
 */

/** People to invite: two who can be, one who is twice in it, and one of whom nothing is right. */
const LIST = [
  "Name,E-mail,Role,Team",
  "Asta Lind,asta.lind@story.example,manager,Day team",
  "Borje With-a-Rather-Long-Name,borje.with-a-rather-long-address@story.example,,",
  "Asta Again,ASTA.LIND@story.example,,",
  "Carl,carl,chief,Nobodies",
].join("\n");
/** What no field takes. */
const TOO_LONG = "x".repeat(2000);
const ACCOUNT = "/a/{account}";
/** Shared seats of the account. */
const SHARED = 2;

/** Of the API's documentation, what all its operations and schemas look like; the whole takes axe a minute. */
const DOCS_PARTS = [".top", ".side", "main > h1", "#sign-ins", "#signIn", "#listSignIns", "#schema-SignIn"];

/**
 * Sends a form, also one that the browser itself would hold back.
 * @param {Page} page
 * @param {string | RegExp} button
 * @param {Record<string, string>} [fields] what is typed, by label
 */
async function send(page, button, fields = {}) {
  await page.locator("main details.more").evaluateAll((folds) => folds.forEach((fold) => fold.setAttribute("open", "")));
  for (const [label, text] of Object.entries(fields)) {
    // The menu's groups have labels, too.
    const field = page.locator("main").getByLabel(label, { exact: true });
    await field.evaluate((element) => element.removeAttribute("maxlength"));
    await field.fill(text);
  }
  await page.evaluate(() => {
    document.querySelectorAll("form").forEach((form) => (form.noValidate = true));
  });
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: button, exact: typeof button === "string" }).last().click();
  await loaded;
}

/** @param {string | RegExp} button @param {Record<string, string>} [fields] */
const sent = (button, fields) => (/** @type {Page} */ page) => send(page, button, fields);

/**
 * Chooses a time zone that does not exist, which no list offers.
 * @param {Page} page
 * @param {string} label
 */
async function chooseNoZone(page, label) {
  await page.getByLabel(label).evaluate((element) => {
    const select = /** @type {HTMLSelectElement} */ (element);
    select.add(new Option("Atlantis", "Europe/Atlantis", true, true));
  });
}

/**
 * Sends what a page offered that was loaded a while ago, when it was still possible.
 * @param {Page} page
 * @param {string} path
 * @param {Record<string, string>} [fields]
 */
async function sendLate(page, path, fields = {}) {
  const loaded = page.waitForEvent("load");
  await page.evaluate(([action, typed]) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action });
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
    for (const [name, value] of Object.entries({ _csrf: token, ...typed })) {
      const input = document.createElement("input");
      form.append(Object.assign(input, { name, value }));
    }
    document.body.append(form);
    form.submit();
  }, /** @type {const} */ ([path, fields]));
  await loaded;
}

/**
 * Lets a page offer what was left when it was loaded, as a page does that is older than somebody else's change.
 * @param {Page} page
 */
function offerAll(page) {
  return page.locator("option[disabled]").evaluateAll((options) => {
    for (const option of options) option.removeAttribute("disabled");
  });
}

/**
 * Ticks two people on the list of users, and asks for a seat for each.
 * @param {Page} page
 */
async function askForSeats(page) {
  await page.getByLabel("Tick everybody on this page").check();
  await offerAll(page);
  await page.getByLabel("What to do").selectOption(`assign ${PRODUCT}`);
  await send(page, "Continue…");
}

/** @param {Page} page */
async function enterConsole(page) {
  forgive(page, /status of 409/);
  await send(page, `Take a seat of ${PRODUCT_NAME}`);
  await send(page, "Sign out there and in here");
}

/**
 * From the page of the second factor to its recovery codes.
 * @param {Page} page
 */
async function setUpSecondFactor(page) {
  await send(page, "Set up a second factor");
  const secret = (await page.locator("#secret").textContent()) ?? "";
  await send(page, "Switch the second factor on", { Code: totp(secret, await advance(1)), Password: PASSWORD });
}

/**
 * Leaves the account without a named seat that is free, and goes on.
 * @param {NonNullable<Row["act"]>} act
 * @returns {Row["act"]}
 */
const soldOut = (act) => async (page, arranged) => {
  const { world } = arranged;
  const { items } = await world.get(`${world.path}/users?product=${PRODUCT}&license=named&limit=200`);
  const seats = { named_seats: items.length, shared_seats: SHARED };
  await world.put(`${world.path}/subscription`, { plan: "enterprise", products: { [PRODUCT]: seats } });
  await act(page, arranged);
};

/**
 * Enters the operator key, and goes to one of the operator pages.
 * @param {string} path with `{account}` and so on
 * @param {NonNullable<Row["act"]>} [act] what is done there
 * @returns {Row["act"]}
 */
const asOperator = (path, act) => async (page, arranged) => {
  await send(page, "Open the operator pages", { "Operator key": operatorKey() });
  await page.goto(path.replaceAll(/{(\w+)}/g, (_, name) => /** @type {any} */ (arranged.ids)[name]));
  await act?.(page, arranged);
};

/**
 * Asks for minutes, and goes to the page where the operator answers.
 * @param {NonNullable<Row["act"]>} [act] what is done there
 * @returns {Row["act"]}
 */
const askedFor = (act) => async (page, arranged) => {
  await send(page, "Request minutes", { Minutes: "60" });
  await page.goto(OPERATOR);
  await asOperator("/operator/requests", async () => {
    await page.getByRole("link", { name: /Answer/ }).first().click();
    await page.getByRole("button", { name: "Approve as asked" }).waitFor();
  })?.(page, arranged);
  await act?.(page, arranged);
};

const OPERATOR = "/operator/sign-in";
const ITS_ACCOUNT = "/operator/accounts/{account}";

/**
 * Lets one of the two named seats that are assigned, and all shared seats end, in a time to come.
 * @param {World} world
 */
async function lend(world) {
  const named = `${world.path}/users?product=${PRODUCT}&license=named&limit=200`;
  const buy = (/** @type {number} */ named_seats, /** @type {object} */ more) => {
    const seats = { named_seats, shared_seats: SHARED, ...more };
    return world.put(`${world.path}/subscription`, { plan: "enterprise", products: { [PRODUCT]: seats } });
  };
  const { items } = await world.get(named);
  if (items.length < 2) {
    await buy(2, {});
    await world.person("Lene");
  }
  const ends = { named_seats: 1, shared_seats: SHARED, until: "2999-01-01T00:00:00Z" };
  await buy(Math.max(items.length, 2), { temporary: [ends] });
}

/** The identity provider of the account. @type {Provider | undefined} */
let provider;

after(() => provider?.stop());

/** @param {Page} page */
async function setUpProvider(page) {
  provider = await Provider.start([], base);
  await provider.setUp(page);
  await page.getByText("The provider answers, and is saved.").waitFor();
}

/** The pages before there is an account. @type {Row[]} */
export const FIRST = [
  { name: "the set-up page", path: "{setup}" },
  { name: "the set-up page with errors", path: "{setup}", act: sent(/^Create/, { "Your name": " " }), status: 422 },
];

/** @type {Row[]} */
export const PAGES = [
  { name: "a set-up link that was used", path: "{setup}", status: 410 },
  { name: "the sign-in page", path: "/sign-in" },
  { name: "the page for a forgotten password", path: "/forgotten-password" },
  { name: "the page of an invitation", path: "/invitation/{invitation}" },
  {
    name: "the page of an invitation with errors", path: "/invitation/{invitation}", status: 422,
    act: sent("Set password and sign in", { "New password": "short", "New password, again": "short" }),
  },
  { name: "an invitation that has ended", path: `/invitation/usher_invite_${"a".repeat(52)}`, status: 410 },
  { name: "a piece of an invitation", path: "/invitation/usher_invite_a", status: 404 },
  { name: "the page of a password reset link", path: "/reset-password/{reset}" },
  {
    name: "the page of a password reset link with errors", path: "/reset-password/{reset}", status: 422,
    act: sent("Set password and sign in", { "New password": "short", "New password, again": "short" }),
  },

  { name: "the page that asks for an operator key", path: OPERATOR },
  {
    name: "a wrong operator key", path: OPERATOR, status: 422,
    act: sent("Open the operator pages", { "Operator key": "usher_op_not_this_one" }),
  },
  { name: "the accounts of the operator", path: OPERATOR, act: asOperator("/operator/accounts") },
  { name: "no account of the operator", path: OPERATOR, act: asOperator("/operator/accounts?q=nobody") },
  { name: "a new account", path: OPERATOR, act: asOperator("/operator/accounts/new") },
  {
    name: "a new account with errors", path: OPERATOR, status: 422,
    act: asOperator("/operator/accounts/new", sent("Create account", { "Name of the account": " " })),
  },
  { name: "an account of the operator", path: OPERATOR, act: asOperator(ITS_ACCOUNT) },
  {
    name: "an account that is not renamed", path: OPERATOR, status: 422,
    act: asOperator(ITS_ACCOUNT, sent("Rename account", { "Name of the account": " " })),
  },
  {
    name: "making an owner operator", path: OPERATOR,
    act: asOperator(ITS_ACCOUNT, async (page) => {
      await page.getByRole("link", { name: /^Make operator…/ }).first().click();
      await page.getByRole("button", { name: "Make operator" }).waitFor();
    }),
  },
  {
    name: "an owner who is not made operator of all accounts", path: OPERATOR, status: 422,
    act: asOperator(ITS_ACCOUNT, async (page) => {
      await page.getByRole("link", { name: /^Make operator…/ }).first().click();
      await send(page, "Make operator");
    }),
  },
  {
    name: "a first owner with errors", path: OPERATOR, status: 422,
    act: asOperator("/operator/accounts/new", async (page) => {
      await send(page, "Create account", { "Name of the account": "Nobody's Desk" });
      await send(page, "Invite owner", { "Name of the owner": "Bo", "E-mail address of the owner": "nobody" });
    }),
  },
  { name: "closing an account", path: OPERATOR, act: asOperator(`${ITS_ACCOUNT}/close`) },
  { name: "a subscription of the operator", path: OPERATOR, act: asOperator(`${ITS_ACCOUNT}/subscription`) },
  {
    name: "a subscription with errors", path: OPERATOR, status: 422,
    act: asOperator(`${ITS_ACCOUNT}/subscription`, sent("Change subscription", { Product: "支援" })),
  },
  {
    name: "no minutes to add", path: OPERATOR, status: 422,
    act: asOperator(`${ITS_ACCOUNT}/subscription`, sent("Add minutes", { "Minutes to add": "0" })),
  },
  { name: "the terms of an account", path: OPERATOR, act: asOperator(`${ITS_ACCOUNT}/terms`) },
  {
    name: "terms with errors", path: OPERATOR, status: 422,
    act: asOperator(`${ITS_ACCOUNT}/terms`, async (page) => {
      await page.getByLabel("What happens at the end").selectOption("It renews");
      await send(page, "Set terms", { "Days of grace": "many" });
    }),
  },
  {
    name: "seats that are not lent", path: OPERATOR, status: 422,
    act: asOperator(`${ITS_ACCOUNT}/terms`, sent("Lend seats", { "Named seats": "none" })),
  },
  { name: "who changes a subscription", path: OPERATOR, act: asOperator(`${ITS_ACCOUNT}/management`) },
  {
    name: "bounds with errors", path: OPERATOR, status: 422,
    act: asOperator(`${ITS_ACCOUNT}/management`, async (page) => {
      await page.getByRole("radio", { name: /Within bounds/ }).check();
      await send(page, "Set who changes it", { "Minutes in 30 days, at most": "many" });
    }),
  },
  { name: "the requests of all accounts", path: OPERATOR, act: asOperator("/operator/requests") },
  { name: "a request to be answered", path: `${ACCOUNT}/subscription`, as: "owner", act: askedFor() },
  {
    name: "an answer with errors", path: `${ACCOUNT}/subscription`, as: "owner", status: 422,
    act: askedFor(sent("Approve this instead", { Minutes: "none" })),
  },
  { name: "the branding", path: OPERATOR, act: asOperator("/operator/branding") },
  {
    name: "branding with errors", path: OPERATOR, status: 422,
    act: asOperator("/operator/branding", sent("Change branding", { Color: "red" })),
  },
  { name: "the operator keys", path: OPERATOR, act: asOperator("/operator/keys") },
  {
    name: "an operator key with errors", path: OPERATOR, status: 422,
    act: asOperator("/operator/keys", sent("Create key", { Name: " " })),
  },
  {
    name: "an operator key that is shown once", path: OPERATOR,
    act: asOperator("/operator/keys", async (page) => {
      await page.getByRole("checkbox").first().check();
      await send(page, "Create key", { Name: "Monitoring" });
    }),
  },
  {
    name: "a new secret for an operator key", path: OPERATOR,
    act: asOperator("/operator/keys", async (page) => {
      await page.getByRole("link", { name: /New secret/ }).first().click();
      await page.getByRole("button", { name: "Draw a new secret" }).waitFor();
    }),
  },
  {
    name: "revoking an operator key", path: OPERATOR,
    act: asOperator("/operator/keys", async (page) => {
      await page.getByRole("link", { name: /Revoke/ }).first().click();
      await page.getByRole("button", { name: "Revoke key" }).waitFor();
    }),
  },
  {
    name: "the last operator key that is not revoked", path: OPERATOR, status: 422,
    act: asOperator("/operator/keys", async (page) => {
      await page.getByRole("row", { name: /Used here now/ }).getByRole("link", { name: /Revoke/ }).click();
      await send(page, "Revoke key");
    }),
  },
  { name: "the server of the operator", path: OPERATOR, act: asOperator("/operator/server") },
  { name: "no page of the operator", path: OPERATOR, status: 404, act: asOperator("/operator/nothing") },

  {
    name: "a sign-in that failed", path: "/sign-in", status: 422,
    act: sent("Sign in", { "E-mail address": "nobody@example.com", Password: "not this one" }),
  },
  {
    name: "the choice of an account", path: "/sign-in",
    act: (page, { both }) => send(page, "Sign in", { "E-mail address": both, Password: PASSWORD }),
  },
  {
    name: "a choice that took too long", path: "/sign-in", status: 422,
    async act(page, { both }) {
      await send(page, "Sign in", { "E-mail address": both, Password: PASSWORD });
      await page.locator('[name="choice"]').first().evaluate((input) => input.setAttribute("value", "gone"));
      await send(page, /Fjord/);
    },
  },

  { name: "oneself", path: "/me", as: "sven" },
  {
    name: "a password that is not changed", path: "/me", as: "sven", status: 422,
    act: sent("Change the password", { "Present password": "not this one", "New password": "short" }),
  },
  { name: "choosing another password", path: "/me/password", as: "sven" },
  { name: "one's own preferences", path: "/me/preferences", as: "sven" },
  {
    name: "preferences with errors", path: "/me/preferences", as: "sven", status: 422,
    async act(page) {
      await chooseNoZone(page, "Time zone");
      await send(page, "Save preferences");
    },
  },
  { name: "one's own second factor", path: "/me/second-factor", as: "sven" },
  {
    name: "a second factor that is to be scanned", path: "/me/second-factor", as: "cleo",
    act: sent("Set up a second factor"),
  },
  {
    name: "one's own second factor that is set", path: "/me/second-factor", as: "zoe",
    async act(page) {
      await setUpSecondFactor(page);
      await page.goto("/me/second-factor");
    },
  },
  {
    name: "new recovery codes with errors", path: "/me/second-factor", as: "finn", status: 422,
    async act(page) {
      await setUpSecondFactor(page);
      await page.goto("/me/second-factor");
      await send(page, "Draw new recovery codes", { Password: "not this one" });
    },
  },
  {
    name: "a second factor that is not removed", path: "/me/second-factor", as: "gwen", status: 422,
    async act(page) {
      await setUpSecondFactor(page);
      await page.goto("/me/second-factor");
      await send(page, "Remove the second factor", { Password: "not this one" });
    },
  },
  {
    name: "the second step of signing in", path: "/sign-in",
    act: (page, { people }) => send(page, "Sign in", { "E-mail address": people.zoe.email, Password: PASSWORD }),
  },
  {
    name: "the second step of signing in with a wrong code", path: "/sign-in", status: 422,
    async act(page, { people }) {
      await send(page, "Sign in", { "E-mail address": people.zoe.email, Password: PASSWORD });
      await send(page, "Sign in", { Code: "000000" });
    },
  },
  {
    name: "a code that is wrong", path: "/me/second-factor", as: "yuki", status: 422,
    async act(page) {
      await send(page, "Set up a second factor");
      await send(page, "Switch the second factor on", { Code: "000000", Password: PASSWORD });
    },
  },

  { name: "the first pool", path: `${ACCOUNT}/start/pool`, as: "owner" },
  {
    name: "the first pool with errors", path: `${ACCOUNT}/start/pool`, as: "owner", status: 422,
    act: sent("Save and go on", { "Name of the pool": " ", Seats: "" }),
  },
  { name: "the first people", path: `${ACCOUNT}/start/people`, as: "owner" },
  {
    name: "the first people with errors", path: `${ACCOUNT}/start/people`, as: "owner", status: 422,
    act: sent("Add and go on", { People: "Nobody" }),
  },
  { name: "what comes next for a vendor", path: `${ACCOUNT}/start/vendor`, as: "owner" },
  { name: "the overview", path: `${ACCOUNT}/overview`, as: "owner" },
  { name: "the overview of a member", path: `${ACCOUNT}/overview`, as: "sven" },

  { name: "the search", path: `${ACCOUNT}/search?q=s`, as: "owner" },
  { name: "a search that finds nothing", path: `${ACCOUNT}/search?q=nothing-at-all`, as: "sven" },
  { name: "the seats", path: `${ACCOUNT}/seats`, as: "owner" },
  { name: "the seats of a member", path: `${ACCOUNT}/seats`, as: "sven" },
  { name: "an open seat", path: `${ACCOUNT}/seats?seat={signIn}`, as: "owner" },
  { name: "a seat that is free again", path: `${ACCOUNT}/seats?seat={ticket}0`, as: "owner" },

  { name: "the sessions", path: `${ACCOUNT}/sessions`, as: "owner" },
  { name: "the sessions of a member", path: `${ACCOUNT}/sessions`, as: "sven" },
  { name: "ending a session", path: `${ACCOUNT}/sessions/end?session={session}`, as: "owner" },
  {
    name: "ending a session with errors", path: `${ACCOUNT}/sessions/end?session={session}`, as: "owner", status: 422,
    act: sent("End the session", { "Reason (optional)": TOO_LONG }),
  },
  {
    name: "a session that cannot go on", path: `${ACCOUNT}/sessions`, as: "sven", status: 422,
    act: sent(/^Resume/),
  },
  {
    name: "a session that cannot be paused", path: `${ACCOUNT}/sessions`, as: "sven", status: 422,
    act: (page, { ids }) => sendLate(page, `/a/${ids.account}/sessions/${ids.standby}/pause`),
  },

  { name: "the refusals", path: `${ACCOUNT}/refusals`, as: "owner" },
  { name: "the refusals with a wrong filter", path: `${ACCOUNT}/refusals?from=2026-02-02&to=2026-01-01`, as: "owner", status: 422 },
  { name: "the audit", path: `${ACCOUNT}/audit`, as: "owner" },
  { name: "the audit with a wrong filter", path: `${ACCOUNT}/audit?from=2026-02-02&to=2026-01-01`, as: "owner", status: 422 },

  { name: "the API keys", path: `${ACCOUNT}/api-keys`, as: "owner" },
  {
    name: "an API key with errors", path: `${ACCOUNT}/api-keys`, as: "owner", status: 422,
    act: sent("Make the key", { Name: " " }),
  },
  {
    name: "an API key that is shown once", path: `${ACCOUNT}/api-keys`, as: "owner",
    async act(page) {
      await page.getByRole("checkbox").first().check();
      await send(page, "Make the key", { Name: "Back end" });
    },
  },
  { name: "a new secret for an API key", path: `${ACCOUNT}/api-keys/{key}/rotate`, as: "owner" },
  { name: "revoking an API key", path: `${ACCOUNT}/api-keys/{key}/revoke`, as: "owner" },

  { name: "the users", path: `${ACCOUNT}/users`, as: "owner" },
  { name: "a new user", path: `${ACCOUNT}/users/new`, as: "owner" },
  {
    name: "a new user with errors", path: `${ACCOUNT}/users/new`, as: "owner", status: 422,
    act: sent("Invite user", { Name: " ", "E-mail address": "nobody" }),
  },
  { name: "a user", path: `${ACCOUNT}/users/{user}`, as: "owner" },
  { name: "one's own page among the users", path: `${ACCOUNT}/users/{user}`, as: "sven" },
  { name: "the history of a user", path: `${ACCOUNT}/users/{asker}/history`, as: "owner" },
  {
    name: "a user with errors", path: `${ACCOUNT}/users/{user}`, as: "owner", status: 422,
    act: sent("Save", { Name: " ", "E-mail address": "nobody" }),
  },
  {
    name: "a license of somebody who is at work", path: `${ACCOUNT}/users/{user}`, as: "owner",
    async act(page) {
      await page.getByLabel(PRODUCT_NAME, { exact: true }).selectOption("none");
      await send(page, /^Save the license/);
    },
  },
  { name: "a user's session permissions", path: `${ACCOUNT}/users/{user}/permissions`, as: "owner" },
  {
    name: "a user's session permissions with errors", path: `${ACCOUNT}/users/{user}/permissions`, as: "owner", status: 422,
    async act(page) {
      await page.getByLabel("See everybody’s sessions").selectOption("deny");
      await page.getByLabel("End anybody’s sessions").selectOption("allow");
      await send(page, "Save");
    },
  },
  {
    name: "a new password with errors", path: `${ACCOUNT}/users/{user}`, as: "owner", status: 422,
    async act(page) {
      await page.getByText("Set a password for them instead").click();
      await send(page, "Set password", { "New password": "short" });
    },
  },
  { name: "inviting from a list", path: `${ACCOUNT}/users/invite`, as: "owner" },
  {
    name: "a list that is none", path: `${ACCOUNT}/users/invite`, as: "owner", status: 422,
    act: sent("Check the list", { People: "name,e-mail" }),
  },
  { name: "the preview of a list", path: `${ACCOUNT}/users/invite`, as: "owner", act: sent("Check the list", { People: LIST }) },
  {
    name: "people invited from a list", path: `${ACCOUNT}/users/invite`, as: "owner",
    async act(page) {
      await send(page, "Check the list", { People: LIST });
      await send(page, /^Invite 2 people/);
    },
  },
  {
    name: "an invitation", path: `${ACCOUNT}/users/{invited}`, as: "owner",
    act: sent("Invite"),
  },
  {
    name: "an invitation that was used", path: `${ACCOUNT}/users/{invited}`, as: "owner", status: 422,
    async act(page, { world, ids }) {
      await world.patch(`${world.path}/users/${ids.invited}`, { password: PASSWORD });
      await send(page, "Revoke invitation");
    },
  },
  {
    name: "a password reset link", path: `${ACCOUNT}/users/{invited}`, as: "owner",
    act: sent("Create password reset link"),
  },
  {
    name: "a password reset link that was used", path: `${ACCOUNT}/users/{invited}`, as: "owner", status: 422,
    async act(page, { world, ids }) {
      await world.patch(`${world.path}/users/${ids.invited}`, { password: PASSWORD });
      await send(page, "Revoke password reset link");
    },
  },
  { name: "deactivating a user", path: `${ACCOUNT}/users/{user}/deactivate`, as: "owner" },
  { name: "removing a user", path: `${ACCOUNT}/users/{user}/remove`, as: "owner" },
  { name: "removing the last owner", path: `${ACCOUNT}/users/{owner}/remove`, as: "owner" },
  { name: "reassigning a seat", path: `${ACCOUNT}/users/{named}/reassign`, as: "owner" },
  {
    name: "a seat that cannot be reassigned", path: `${ACCOUNT}/users/{named}/reassign?q=quinn`, as: "owner", status: 422,
    async act(page, { world, ids }) {
      await world.put(`${world.path}/users/${ids.heir}/licenses/${PRODUCT}`, { kind: "named" });
      await send(page, "Give the seat to Quinn");
    },
  },
  {
    name: "many users and nothing to do", path: `${ACCOUNT}/users`, as: "owner", status: 422,
    async act(page) {
      await page.getByLabel("Tick everybody on this page").check();
      await send(page, "Continue…");
    },
  },
  { name: "a change of many users", path: `${ACCOUNT}/users?q=trainee`, as: "owner", act: askForSeats },
  {
    name: "a change of many users that was refused for some", path: `${ACCOUNT}/users?q=trainee`, as: "owner",
    async act(page) {
      await askForSeats(page);
      await send(page, /^Yes/);
    },
  },
  {
    name: "a license that is not left", path: `${ACCOUNT}/users/{trainee}`, as: "owner", status: 422,
    async act(page) {
      await offerAll(page);
      await page.getByLabel(PRODUCT_NAME, { exact: true }).selectOption("named");
      await send(page, /^Save the license/);
    },
  },

  { name: "the teams", path: `${ACCOUNT}/teams`, as: "owner" },
  {
    name: "a new team with errors", path: `${ACCOUNT}/teams`, as: "owner", status: 422,
    act: sent("Create the team", { Name: " " }),
  },
  { name: "a team", path: `${ACCOUNT}/teams/{team}`, as: "owner" },
  {
    name: "a team with errors", path: `${ACCOUNT}/teams/{team}`, as: "owner", status: 422,
    act: sent("Rename", { "Name of the team": " " }),
  },
  { name: "deleting a team", path: `${ACCOUNT}/teams/{team}/delete`, as: "owner" },
  {
    name: "a team that a group gives", path: `${ACCOUNT}/teams/{given}/delete`, as: "owner", status: 409,
    act: sent("Delete the team"),
  },

  { name: "the directories", path: `${ACCOUNT}/directories`, as: "owner" },
  { name: "setting up Entra ID", path: `${ACCOUNT}/directories/entra-id`, as: "owner" },
  { name: "setting up Okta", path: `${ACCOUNT}/directories/okta`, as: "owner" },
  { name: "setting up OneLogin", path: `${ACCOUNT}/directories/onelogin`, as: "owner" },
  { name: "setting up Google", path: `${ACCOUNT}/directories/google`, as: "owner" },
  { name: "setting up JumpCloud", path: `${ACCOUNT}/directories/jumpcloud`, as: "owner" },
  { name: "the groups", path: `${ACCOUNT}/groups`, as: "owner" },
  {
    name: "a new group with errors", path: `${ACCOUNT}/groups`, as: "owner", status: 422,
    act: sent("Create the group", { Name: " " }),
  },
  { name: "a group", path: `${ACCOUNT}/groups/{group}`, as: "owner" },
  {
    name: "a group with errors", path: `${ACCOUNT}/groups/{group}`, as: "owner", status: 422,
    act: sent("Rename", { "Name of the group": " " }),
  },
  { name: "deleting a group", path: `${ACCOUNT}/groups/{group}/delete`, as: "owner" },
  {
    name: "a group that cannot give what it should", path: `${ACCOUNT}/groups/{hands}`, as: "owner", status: 422,
    act: soldOut(async (page) => {
      await page.getByLabel(PRODUCT_NAME, { exact: true }).selectOption("named");
      await send(page, "Save");
    }),
  },
  {
    name: "a group without a seat for one more", path: `${ACCOUNT}/groups/{newcomers}?who=gwen`, as: "owner",
    status: 422, act: soldOut(sent("Add Gwen")),
  },
  {
    name: "a group that somebody cannot leave", path: `${ACCOUNT}/groups/{hands}`, as: "owner", status: 422,
    act: soldOut(sent("Take out Tess")),
  },
  {
    name: "a group that is not deleted", path: `${ACCOUNT}/groups/{hands}/delete`, as: "owner", status: 409,
    act: soldOut(sent("Delete the group")),
  },
  {
    name: "a user who cannot be switched on", path: `${ACCOUNT}/users/{off}`, as: "owner", status: 422,
    act: soldOut(sent("Activate")),
  },

  { name: "single sign-on", path: `${ACCOUNT}/single-sign-on`, as: "owner" },
  {
    name: "a provider with errors", path: `${ACCOUNT}/single-sign-on`, as: "owner", status: 422,
    act: sent("Ask the provider and save", { Issuer: "nowhere" }),
  },
  { name: "finding one's provider", path: "/sso" },
  {
    name: "an address without a provider", path: "/sso", status: 422,
    act: sent("Continue", { "E-mail address": "nobody@nowhere.example" }),
  },
  { name: "a way in that is not there", path: "/sso/{account}", status: 404 },
  { name: "coming back from nowhere", path: "/sso/callback?state=none", status: 403 },
  { name: "coming back to an account from nowhere", path: "/sso/{account}/callback?state=none", status: 403 },
  {
    name: "single sign-on that cannot be required", path: `${ACCOUNT}/single-sign-on`, as: "owner", status: 422,
    async act(page) {
      await setUpProvider(page);
      await page.getByLabel("Require single sign-on of everybody").check();
      await send(page, "Save who has to");
    },
  },

  { name: "the minutes", path: `${ACCOUNT}/minutes`, as: "owner" },
  { name: "the subscription", path: `${ACCOUNT}/subscription`, as: "owner" },
  { name: "nothing to give back", path: `${ACCOUNT}/give-back`, as: "owner" },
  {
    name: "what is given back", path: `${ACCOUNT}/give-back`, as: "owner",
    async act(page, { world }) {
      await lend(world);
      await page.reload();
    },
  },
  {
    name: "too much given back", path: `${ACCOUNT}/give-back`, as: "owner", status: 422,
    async act(page, { world }) {
      await lend(world);
      await page.reload();
      for (const box of await page.getByRole("checkbox").all()) await box.check();
      await send(page, "Save this choice");
    },
  },
  {
    name: "seats that are in use", path: `${ACCOUNT}/subscription`, as: "owner", status: 422,
    act: sent("Request seats", { [`Shared seats of ${PRODUCT_NAME}`]: "0" }),
  },
  {
    name: "no minutes", path: `${ACCOUNT}/subscription`, as: "owner", status: 422,
    act: sent("Request minutes", { Minutes: "none" }),
  },
  { name: "the settings", path: `${ACCOUNT}/settings`, as: "owner" },
  { name: "the mails", path: `${ACCOUNT}/settings/mail`, as: "owner" },
  { name: "who sees and ends sessions", path: `${ACCOUNT}/settings/permissions`, as: "owner" },
  {
    name: "permissions with errors", path: `${ACCOUNT}/settings/permissions`, as: "owner", status: 422,
    async act(page) {
      await page.getByLabel("End anybody’s sessions").check();
      await send(page, "Save the permissions");
    },
  },
  {
    name: "a second factor required by who has none", path: `${ACCOUNT}/settings`, as: "owner", status: 422,
    async act(page) {
      await page.getByLabel("Require a second factor of admins").check();
      await send(page, "Save the second factor");
    },
  },
  {
    name: "a time zone that does not exist", path: `${ACCOUNT}/settings`, as: "owner", status: 422,
    async act(page) {
      await chooseNoZone(page, "Time zone of the account");
      await send(page, "Save language and time zone");
    },
  },
  {
    name: "websites that may call the API with errors", path: `${ACCOUNT}/settings`, as: "owner", status: 422,
    act: sent("Save the websites", { "Origins, one a line": "https://desk.example.com/help\n*" }),
  },
  {
    name: "products with errors", path: `${ACCOUNT}/settings`, as: "owner", status: 422,
    act: sent("Save products", { [`Name of ${PRODUCT}`]: TOO_LONG }),
  },
  {
    name: "the rules of new pools with errors", path: `${ACCOUNT}/settings`, as: "owner", status: 422,
    act: sent("Save the rules of new pools", { "Sign out a silent device after": "soon" }),
  },

  { name: "the seat pools", path: `${ACCOUNT}/pools`, as: "owner" },
  { name: "an open seat pool", path: `${ACCOUNT}/pools?open={pool}`, as: "owner" },
  {
    name: "seats that are not moved", path: `${ACCOUNT}/pools`, as: "owner", status: 422,
    act: sent("Move seats", { "How many seats": "some" }),
  },
  {
    name: "a seat that is not left", path: `${ACCOUNT}/pools?open={pool}`, as: "owner", status: 422,
    async act(page) {
      // Immediately: the next message of the stream would change the page again.
      const loaded = page.waitForEvent("load");
      await page.getByRole("button", { name: "One seat more" }).first().evaluate((button) => {
        /** @type {HTMLButtonElement} */ (button).disabled = false;
        /** @type {HTMLButtonElement} */ (button).click();
      });
      await loaded;
    },
  },
  { name: "a new pool", path: `${ACCOUNT}/pools/new`, as: "owner" },
  {
    name: "a new pool with errors", path: `${ACCOUNT}/pools/new`, as: "owner", status: 422,
    act: sent("Create pool", { Name: " " }),
  },
  { name: "the settings of a pool", path: `${ACCOUNT}/pools/{pool}`, as: "owner" },
  {
    name: "the settings of a pool with errors", path: `${ACCOUNT}/pools/{pool}`, as: "owner", status: 422,
    act: sent("Save the pool", { Name: " ", "Sign out a silent device after": "soon" }),
  },
  { name: "the users of a pool", path: `${ACCOUNT}/pools/{pool}/users`, as: "owner" },
  {
    name: "users of a pool who are not moved", path: `${ACCOUNT}/pools/{pool}/users`, as: "owner", status: 422,
    act: sent("Move the ticked users"),
  },
  { name: "deleting a pool", path: `${ACCOUNT}/pools/{empty}/delete`, as: "owner" },
  {
    name: "a pool that is not deleted", path: `${ACCOUNT}/pools/{empty}/delete`, as: "owner", status: 422,
    async act(page, { world, ids }) {
      await world.put(`${world.path}/users/${ids.trainee}/licenses/${PRODUCT}`, { kind: "shared", pool: ids.empty });
      await send(page, "Delete the pool");
    },
  },
  { name: "logging somebody out", path: `${ACCOUNT}/sign-ins/{signIn}/log-out`, as: "owner" },
  {
    name: "logging somebody out with errors", path: `${ACCOUNT}/sign-ins/{signIn}/log-out`, as: "owner", status: 422,
    act: sent("Sign out", { Reason: TOO_LONG }),
  },

  { name: "requests for seats", path: `${ACCOUNT}/requests`, as: "owner" },
  { name: "a request for a seat", path: `${ACCOUNT}/requests/{asker}/${PRODUCT}`, as: "owner" },
  {
    name: "a seat lent until a day that is over", path: `${ACCOUNT}/requests/{asker}/${PRODUCT}`, as: "owner", status: 422,
    act: sent("Give the seat", { "Lend it until the end of": "2001-01-01" }),
  },
  { name: "the queue", path: `${ACCOUNT}/queue`, as: "owner" },
  { name: "dropping a ticket", path: `${ACCOUNT}/queue/{ticket}/drop`, as: "owner" },

  { name: "the agent console", path: "/console", as: "sven" },
  { name: "the agent console of who waits", path: "/console", as: "amara" },
  {
    name: "a sign-in for work that is refused", path: "/console", as: "yuki", status: 409,
    act: sent(`Take a seat of ${PRODUCT_NAME}`),
  },
  {
    name: "asking for a seat with errors", path: "/console", as: "ines", status: 422,
    act: sent("Ask for a seat", { "Why you need it": TOO_LONG }),
  },
  { name: "the agent console at work", path: "/console", as: "cleo", act: enterConsole },
  {
    name: "a sign-in for work with errors", path: "/console", as: "yuki", status: 422,
    act: sent(`Take a seat of ${PRODUCT_NAME}`, { "Name of this device": " " }),
  },
  {
    name: "a session with errors", path: "/console", as: "cleo", status: 422,
    async act(page) {
      await enterConsole(page);
      await send(page, "Create a call link", { "Customer's name, if you know it": TOO_LONG });
    },
  },
  {
    name: "naming a customer first", path: "/console", as: "cleo",
    async act(page) {
      await enterConsole(page);
      await page.goto(`/console/start?product=${PRODUCT}`);
    },
  },

  {
    name: "work on a browser that was signed out", path: "/console", as: "yuki", status: 410,
    act: (page, { ids }) => sendLate(page, `/console/sessions/${ids.session}/end`, { product: PRODUCT }),
  },
  {
    name: "a seat that is not offered", path: "/console", as: "amara", status: 409,
    act: (page, { ids }) => sendLate(page, `/console/tickets/${ids.ticket}/claim`, { product: PRODUCT }),
  },

  { name: "the page for a code", path: "/join" },
  { name: "a code that leads nowhere", path: "/join", act: sent("Continue", { Code: "ABCD-EFGH" }), status: 422 },
  { name: "a link that leads nowhere", path: "/join/ABCDEFGH", status: 404 },
  { name: "a customer's session", path: "/join/{code}" },
  {
    name: "joining with errors", path: "/join/{code}", status: 422,
    act: sent("Join", { "Your name, if you like": TOO_LONG }),
  },
  {
    name: "leaving a session that is over", path: "/join", status: 404,
    act: (page) => sendLate(page, "/join/ABCDEFGH/leave"),
  },

  { name: "a page that is not there", path: `${ACCOUNT}/nothing`, as: "owner", status: 404 },
  { name: "a page of oneself that is not there", path: "/me/nothing", as: "sven", status: 404 },
  { name: "a page of the console that is not there", path: "/console/nothing/at-all", as: "sven", status: 404 },
  { name: "a page for others", path: `${ACCOUNT}/audit`, as: "sven", status: 403 },

  { name: "what refusals mean", path: "/help/refusals", as: "sven" },
  { name: "what refusals mean, to anybody", path: "/help/refusals#no-seat-available" },

  { name: "the page of all components", path: "/design" },
  { name: "the API's documentation", path: "/docs", parts: DOCS_PARTS },
  { name: "the list of problems", path: "/problems" },
  { name: "a problem", path: "/problems/no-seat-available" },
];

/** Before there is an account there is only this address. */
export const addresses = () => ({ setup: new URL(setupLink()).pathname });

/**
 * An account with something to see in it: all seats are taken, one of them with a call, a paused one and one that waits
 * for its customer; somebody waits for a seat, and somebody was refused.
 */
export async function arrange() {
  const world = await World.make({ name: "Fjord Field Service", named: 3, shared: SHARED });
  const owner = await world.owner();
  const [sven, cleo, amara, yuki] = [
    await world.agent("Sven"), await world.agent("Cleo"), await world.agent("Amara"), await world.agent("Yuki"),
  ];
  const named = await world.person("Nora");
  const plain = { assign_seat: false };
  const heir = await world.person("Quinn", plain);
  await world.person("Trainee One", plain);
  const trainee = await world.person("Trainee Two", plain);
  const [zoe, finn, gwen, ines] = [
    await world.person("Zoe", plain), await world.person("Finn", plain), await world.person("Gwen", plain),
    await world.person("Ines", plain),
  ];
  const both = await (await World.make({ name: "Alder Clinic IT" })).person("Both", { email: "both@story.example" });
  await world.person("Both", { ...plain, email: both.email });

  const { sign_in: signIn, token } = await world.signIn(sven);
  const svens = new Caller(token);
  const start = (/** @type {object} */ wanted) =>
    svens.post(`${world.path}/sessions`, { sign_in: signIn.id, kind: "call", ...wanted });
  const paused = await start({ start: "active", customer: { name: "Kim" } });
  await svens.post(`${world.path}/sessions/${paused.id}/pause`);
  const session = await start({ start: "active" });
  const { code, id: standby } = await start({ kind: "attended", start: "standby" });
  await world.signIn(cleo);
  const { ticket } = await world.signIn(amara, { wait: true });
  await assert.rejects(world.signIn(yuki), /no-seat-available/);
  const wish = { note: "The pool is full every Monday." };
  await world.put(`${world.path}/users/${yuki.id}/seat-requests/${PRODUCT}`, wish);

  const { id: key } = await world.post(`${world.path}/api-keys`, { name: "Reports", scopes: ["read"] });
  const team = await world.post(`${world.path}/teams`, { name: "Day team", members: [sven.id] });
  const group = await world.post(`${world.path}/groups`, { name: "Crew", members: [sven.id] });
  const [pool] = await world.pools();
  // A user in both groups has the seat of the older one, and would need one of the newer group without it.
  const [tess, off] = [await world.person("Tess", plain), await world.person("Otto", plain)];
  await world.patch(`${world.path}/users/${off.id}`, { active: false });
  const given = await world.post(`${world.path}/teams`, { name: "Newcomers" });
  const groupOf = async (/** @type {string} */ name, /** @type {string[]} */ members, /** @type {object} */ mapping) => {
    const made = await world.post(`${world.path}/groups`, { name, members });
    await world.put(`${world.path}/groups/${made.id}/mapping`, mapping);
    return made;
  };
  const hands = await groupOf("Old hands", [tess.id], { licenses: { [PRODUCT]: { kind: "shared", pool: pool.id } } });
  // The creation time decides which group is older.
  await advance(1);
  const ownSeats = { licenses: { [PRODUCT]: { kind: "named" } }, team: given.id };
  const newcomers = await groupOf("Newcomers", [tess.id, off.id], ownSeats);
  const empty = await world.post(`${world.path}/pools`, { name: "Night shift", product: PRODUCT, seats: 0 });
  const [invited, newcomer] = [
    await world.post(`${world.path}/users`, { name: "Ivy", email: `ivy@${world.domain}`, ...plain }),
    await world.post(`${world.path}/users`, { name: "Nils", email: `nils@${world.domain}`, invite: true, ...plain }),
  ];
  const reset = await world.post(`${world.path}/users/${heir.id}/password-reset-link`);
  const secretOf = (/** @type {{ url: string }} */ link) => link.url.split("/").at(-1);
  const ids = {
    invited: invited.id, invitation: secretOf(newcomer.invitation), reset: secretOf(reset),
    ...addresses(), account: world.id, pool: pool.id, empty: empty.id, signIn: signIn.id, ticket: ticket.id,
    session: session.id, code, key, user: sven.id, owner: owner.id, named: named.id, heir: heir.id,
    trainee: trainee.id, asker: yuki.id, team: team.id, group: group.id, given: given.id,
    hands: hands.id, newcomers: newcomers.id, off: off.id, standby,
  };
  /** @type {Record<string, import("./api.js").Person>} */
  const people = { owner, sven, cleo, amara, yuki, zoe, finn, gwen, ines };
  return { world, people, ids, both: both.email };
}
