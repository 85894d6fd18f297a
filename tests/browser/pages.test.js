// Every page: no axe violations, no horizontal scrolling on a phone, no browser errors, no requests to another
// host, and usable with the keyboard alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { base } from "./lib/settings.js";
import { story } from "./lib/story.js";
import { addresses, arrange, FIRST, PAGES } from "./lib/walk.js";
import { forgive } from "./lib/watch.js";

/** @typedef {import("./lib/walk.js").Row} Row */

/** All addresses of the portal with their methods. A test of the portal keeps the list true. */
const ROUTES = readFileSync(join(import.meta.dirname, "routes.txt"), "utf8")
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [path, methods] = line.split(" ");
    return methods.split(",").map((method) => `${method} ${path}`);
  });

/** What is no page: streams, a part of a page, files, and what scripts send. */
const NO_PAGE = /\/live$|\/seats\/beside$|^GET \/(assets|branding)\/|\/audit\/export$|\/qr$|^POST \/console\/(active|alive)$/;

/** Addresses of forms, and short ones, which lead to the page that one wants. */
const LEADS_ON = [
  "GET /",
  "GET /a/{account}",
  "GET /a/{account}/pools/move-seats",
  "GET /a/{account}/pools/step",
  "GET /a/{account}/pools/{pool}/users/move",
  "GET /a/{account}/start",
  "GET /console/request",
  "GET /console/request/withdraw",
  "GET /console/sessions",
  "GET /console/sessions/{session}/{verb}",
  "GET /console/sign-in",
  "GET /console/sign-out",
  "GET /console/stay",
  "GET /console/tickets/{ticket}/claim",
  "GET /console/tickets/{ticket}/leave",
  "GET /operator",
  "GET /sso/signed-out",
];

/**
 * Forms whose answer is always another page, with a message, and why. What is gone in the meantime, or is for others,
 * answers as any page that is not there.
 * @type {Record<string, string>}
 */
const NEVER_WRONG = {
  "POST /a/{account}/api-keys/{key}/revoke": "asks for nothing",
  "POST /a/{account}/api-keys/{key}/rotate": "has a choice of which all can be had",
  "POST /a/{account}/audit/check": "asks for nothing; what is not as it was written is a result",
  "POST /a/{account}/queue/{ticket}/drop": "who does not wait any more is out of the queue",
  "POST /a/{account}/seats/end": "says on the map what was done, or leads to the page that asks first",
  "POST /a/{account}/seats/sign-out": "says on the map what was done, or leads to the page that asks first",
  "POST /a/{account}/settings/mail": "asks for nothing",
  "POST /a/{account}/single-sign-on/domain": "asks the DNS of the world, which is not here; the API's tests ask one of their own",
  "POST /a/{account}/single-sign-on/remove": "asks for nothing, and is not there while single sign-on is required",
  "POST /a/{account}/subscription/requests/{request}/remove": "asks for nothing",
  "POST /a/{account}/teams/{team}/add": "every user can be in any team",
  "POST /a/{account}/teams/{team}/take-out": "every member of a team can go",
  "POST /a/{account}/users/{user}/deactivate": "is not there for the last owner",
  "POST /a/{account}/users/{user}/remove": "is not there for the last owner",
  "POST /a/{account}/users/{user}/second-factor/remove": "asks for nothing",
  "POST /console/tickets/{ticket}/leave": "asks for nothing",
  "POST /console/sign-out": "who is signed out already is where they want to be",
  "POST /console/stay": "what is over by now, the page itself shows",
  "POST /forgotten-password": "needs mail, which the server of the stories does not send",
  "POST /me/operator/revoke": "asks for nothing",
  "POST /me/second-factor/begin": "who has one already is told so",
  "POST /me/sessions/end-others": "asks for nothing",
  "POST /me/sessions/{session}/end": "asks for nothing",
  "POST /me/single-sign-on": "leads to the provider",
  "POST /me/tokens/{token}/revoke": "asks for nothing",
  "POST /operator/accounts/{account}/close": "asks for nothing",
  "POST /operator/open": "needs an owner who is operator, whom the stories of the operator make",
  "POST /operator/owners/{owner}/confirm": "asks for nothing",
  "POST /operator/owners/{owner}/revoke": "asks for nothing",
  "POST /operator/keys/{key}/rotate": "has a choice of which all can be had",
  "POST /operator/sign-out": "asks for nothing",
  "POST /sign-out": "asks for nothing",
  "POST /console/request/withdraw": "asks for nothing",
};

/**
 * The route of a request: of several that it fits, the one that says most.
 * @param {string} method
 * @param {string} url
 */
function routeOf(method, url) {
  const { pathname } = new URL(url, base);
  const openness = (/** @type {string} */ route) => route.split("{").length + (route.includes("{*") ? 100 : 0);
  const fits = ROUTES.filter((route) => {
    const pattern = route.replaceAll(/{\*\w+}/g, ".+").replaceAll(/{\w+}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(`${method} ${pathname}`);
  });
  return fits.sort((a, b) => openness(a) - openness(b))[0];
}

/** @param {string} path @param {Record<string, string>} ids */
const filled = (path, ids) => path.replaceAll(/{(\w+)}/g, (_, name) => ids[name]);

/** @type {ReturnType<typeof arrange> | undefined} */
let arranged;
/** The routes whose pages were looked at. @type {Set<string>} */
const walked = new Set();

/**
 * @param {Row} row
 * @param {() => Promise<any>} arrange
 */
function walk({ name, path, as, act, status = 200, parts }, arrange) {
  story(`${name} suits eyes, keyboards and phones`, async ({ openTab }) => {
    const world = await arrange();
    const address = filled(path, world.ids);
    const page = await openTab(address, as && world.people[as]);
    let method = "GET";
    if (act) {
      page.on("request", (request) => {
        method = request.isNavigationRequest() ? request.method() : method;
      });
      await act(page, world);
    } else {
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, address.replace(/#.*/, ""));
    }
    if (status !== 200) {
      forgive(page, new RegExp(`status of ${status}`));
    }
    assert.equal(await page.evaluate(statusOfPage), status);
    walked.add(routeOf(method, page.url()));

    await checkAxe(page, parts);
    await checkKeyboard(page);
    await checkNarrow(page);

    await picture(page, name.replaceAll(/[^a-z]+/gi, "-").toLowerCase());
  });
}

/** Runs in the page: the status with which it came. */
function statusOfPage() {
  const [loading] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return loading.responseStatus;
}

for (const row of FIRST) {
  walk(row, async () => ({ ids: addresses(), people: {} }));
}
for (const row of PAGES) {
  walk(row, () => (arranged ??= arrange()));
}

story("an unknown address leads to a page", async ({ open }) => {
  const { people, ids } = await (arranged ??= arrange());
  const page = await open("/me", { as: people.owner });
  for (const route of LEADS_ON) {
    const path = route.split(" ")[1].replace("{verb}", "end");
    const answer = await page.goto(filled(path, /** @type {any} */ (ids)));
    assert.equal(answer?.status(), 200, route);
    const led = routeOf("GET", page.url());
    assert.ok(walked.has(led), `${route} leads to ${led}, which nobody walks`);
  }
});

test("no page of the portal is left out", () => {
  const listed = [...LEADS_ON, ...Object.keys(NEVER_WRONG)];
  const known = new Set([...listed, ...walked]);
  const left = ROUTES.filter((route) => !known.has(route) && !NO_PAGE.test(route));
  assert.deepEqual(left, [], "these need a row in lib/walk.js");
  const gone = listed.filter((route) => !ROUTES.includes(route) || walked.has(route));
  assert.deepEqual(gone, [], "these are no routes any more, or have a row");
});
