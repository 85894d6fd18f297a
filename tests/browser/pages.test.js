// Every page: no violation that axe finds, no sideways scroll on a phone, no complaint of the browser, no request to
// another host, and the keyboard alone suffices.

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

/** What is no page: streams, files, and what scripts send. */
const NO_PAGE = /\/live$|^GET \/assets\/|\/audit\/export$|^POST \/console\/(active|alive)$/;

/** Addresses of forms, and short ones, which lead to the page that one wants. */
const LEADS_ON = [
  "GET /",
  "GET /a/{account}",
  "GET /a/{account}/pools/move-seats",
  "GET /a/{account}/pools/step",
  "GET /a/{account}/pools/{pool}/users/move",
  "GET /console/sessions",
  "GET /console/sessions/{session}/{verb}",
  "GET /console/sign-in",
  "GET /console/sign-out",
  "GET /console/stay",
  "GET /console/tickets/{ticket}/claim",
  "GET /console/tickets/{ticket}/leave",
  "GET /sso/signed-out",
];

/** Forms without a field that could be wrong: the answer is always another page, with a message. */
const NEVER_WRONG = [
  "POST /a/{account}/api-keys/{key}/revoke",
  "POST /a/{account}/api-keys/{key}/rotate",
  "POST /a/{account}/audit/check",
  "POST /a/{account}/groups/{group}/add",
  "POST /a/{account}/groups/{group}/delete",
  "POST /a/{account}/groups/{group}/mapping",
  "POST /a/{account}/groups/{group}/take-out",
  "POST /a/{account}/queue/{ticket}/drop",
  "POST /a/{account}/sessions/{session}/pause",
  "POST /a/{account}/single-sign-on/remove",
  "POST /a/{account}/single-sign-on/requirement",
  "POST /a/{account}/teams/{team}/add",
  "POST /a/{account}/teams/{team}/delete",
  "POST /a/{account}/teams/{team}/take-out",
  "POST /a/{account}/users/{user}/activate",
  "POST /a/{account}/users/{user}/deactivate",
  "POST /a/{account}/users/{user}/remove",
  "POST /a/{account}/users/{user}/second-factor/remove",
  "POST /console/sessions/{session}/{verb}",
  "POST /console/sign-out",
  "POST /console/stay",
  "POST /console/tickets/{ticket}/claim",
  "POST /console/tickets/{ticket}/leave",
  "POST /join/{code}/leave",
  "POST /me/second-factor/begin",
  "POST /me/sessions/end-others",
  "POST /me/sessions/{session}/end",
  "POST /me/single-sign-on",
  "POST /me/tokens/{token}/revoke",
  "POST /sign-out",
];

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
  story(`${name} suits eyes, keyboards and phones`, async ({ open }) => {
    const world = await arrange();
    const address = filled(path, world.ids);
    const page = await open(address, { as: as && world.people[as] });
    let method = "GET";
    if (act) {
      page.on("request", (request) => {
        method = request.isNavigationRequest() ? request.method() : method;
      });
      await act(page, world);
    } else {
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, address);
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

story("an address that is no page leads to one", async ({ open }) => {
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
  const known = new Set([...LEADS_ON, ...NEVER_WRONG, ...walked]);
  const left = ROUTES.filter((route) => !known.has(route) && !NO_PAGE.test(route));
  assert.deepEqual(left, [], "these need a row in lib/walk.js");
  const gone = [...LEADS_ON, ...NEVER_WRONG].filter((route) => !ROUTES.includes(route) || walked.has(route));
  assert.deepEqual(gone, [], "these are no routes any more, or have a row");
});
