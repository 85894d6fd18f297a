// A story: a test with a browser, which fails on anything that the browser reports.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { picture } from "./checks.js";
import { base, browserPath, chromium, WINDOWS } from "./settings.js";
import { watch } from "./watch.js";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Pages of a context share a process, which has compiled our scripts and axe after the first page.
  "--process-per-site",
];
/** How long a condition may take to come true; far more than it needs. */
const PATIENCE_MS = 10_000;

/**
 * How a page is opened.
 * @typedef {object} Look
 * @property {keyof typeof WINDOWS} [window] how large; a desktop's, where left out
 * @property {"light" | "dark"} [scheme] which colours the reader prefers; light, where left out
 * @property {number} [sharpness] device pixels for each CSS pixel
 * @property {boolean} [script] false to go without JavaScript
 * @property {string} [language] which the browser asks for; British English, where left out
 * @property {Visitor} [as] who has signed in
 */

/**
 * Somebody who can sign in at the portal.
 * @typedef {{ email: string, password: string }} Visitor
 */

/**
 * What a story works with.
 * @typedef {object} Stage
 * @property {(path?: string, look?: Look) => Promise<import("playwright-core").Page>} open
 *   opens a page in a browser of its own: other cookies than those of all other pages
 * @property {(path?: string, as?: Visitor) => Promise<import("playwright-core").Page>} openTab
 *   opens the one page of a story in a tab of a browser that has no cookies of earlier stories, but is warm: a third
 *   of the work. For stories that look at one page and end
 */

/** The browser of all stories of the file. @type {import("playwright-core").Browser | undefined} */
let browser;

/**
 * The cookies of those who have signed in, by address: the form is filled in once for each.
 * @type {Map<string, Awaited<ReturnType<import("playwright-core").BrowserContext["storageState"]>>>}
 */
const sessions = new Map();

/**
 * A page that was opened.
 * @typedef {object} Opened
 * @property {import("playwright-core").BrowserContext} context
 * @property {import("playwright-core").Page} page
 * @property {() => string[]} complaints of the browser, since the last call
 * @property {() => Promise<void>} close
 */

/** The context whose tabs stories open one after the other. @type {Opened | undefined} */
let shared;

/** Starts the browser; stories do so by themselves. */
export function launch() {
  return chromium.launch({ executablePath: browserPath, args: FLAGS });
}

after(async () => {
  await browser?.close();
});

/**
 * Opens a page in a context of its own.
 * @param {import("playwright-core").Browser} browser
 * @param {string} path
 * @param {Look} look
 * @returns {Promise<Opened>}
 */
export async function openIn(browser, path, look) {
  const { window = "desktop", scheme = "light", sharpness = 1, script = true, language = "en-GB", as } = look;
  const context = await browser.newContext({
    baseURL: base,
    viewport: WINDOWS[window],
    deviceScaleFactor: sharpness,
    colorScheme: scheme,
    javaScriptEnabled: script,
    storageState: as && sessions.get(as.email),
    locale: language,
    timezoneId: "Europe/Berlin",
    // Colors would be measured in the middle of a transition.
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = watch(context);
  const page = await context.newPage();
  await enter(page, path, as);
  return { context, page, complaints, close: () => context.close() };
}

/**
 * Opens a page in a new tab of the shared context, with the cookies of the visitor alone. Our pages keep nothing else
 * in a browser.
 * @param {import("playwright-core").Browser} browser
 * @param {string} path
 * @param {Visitor} [as]
 * @returns {Promise<Opened>}
 */
async function openInShared(browser, path, as) {
  // The first tab stays open, to keep the shared process.
  shared ??= await openIn(browser, "/problems/malformed", {});
  const { context, complaints } = shared;
  await context.clearCookies();
  await context.unrouteAll();
  const session = as && sessions.get(as.email);
  if (session) {
    await context.addCookies(session.cookies);
  }
  const page = await context.newPage();
  await enter(page, path, as);
  return { context, page, complaints, close: () => page.close() };
}

/**
 * Goes to a page, as somebody who may have to sign in first.
 * @param {import("playwright-core").Page} page
 * @param {string} path
 * @param {Visitor} [as]
 */
async function enter(page, path, as) {
  if (as && !sessions.has(as.email)) {
    await signIn(page, as);
    sessions.set(as.email, await page.context().storageState());
  }
  await page.goto(path);
}

/**
 * Signs in through the form.
 * @param {import("playwright-core").Page} page
 * @param {Visitor} visitor
 */
export async function signIn(page, { email, password }) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/**
 * A story of the file. It fails where the browser complained about one of its pages, other than it forgave.
 * @param {string} name a sentence
 * @param {(stage: Stage) => Promise<void>} act
 */
export function story(name, act) {
  test(name, async () => {
    /** @type {Opened[]} */
    const opened = [];
    const open = async (path = "/", look = {}) => {
      browser ??= await launch();
      const one = await openIn(browser, path, look);
      opened.push(one);
      return one.page;
    };
    /** @type {Stage["openTab"]} */
    const openTab = async (path = "/", as = undefined) => {
      browser ??= await launch();
      const one = await openInShared(browser, path, as);
      opened.push(one);
      return one.page;
    };
    try {
      await act({ open, openTab });
      const complaints = opened.flatMap((one) => one.complaints());
      assert.deepEqual(complaints, [], "the browser complained");
    } catch (error) {
      const words = name.toLowerCase().match(/[a-z]+/g)?.slice(0, 6).join("-");
      await Promise.all(opened.map((one, index) => picture(one.page, `failed-${words}-${index + 1}`)));
      // The next story must not fail because of them.
      shared?.complaints();
      throw error;
    } finally {
      await Promise.all(opened.map((one) => one.close()));
    }
  });
}
