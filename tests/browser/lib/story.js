// A story: a test with a browser at hand, which fails on anything that the browser complains about.

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
 */

/** The browser of all stories of the file. @type {import("playwright-core").Browser | undefined} */
let browser;

/**
 * The cookies of those who have signed in, by address: the form is filled in once for each.
 * @type {Map<string, Awaited<ReturnType<import("playwright-core").BrowserContext["storageState"]>>>}
 */
const sessions = new Map();

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
 */
export async function openIn(browser, path, look) {
  const { window = "desktop", scheme = "light", sharpness = 1, script = true, as } = look;
  const context = await browser.newContext({
    baseURL: base,
    viewport: WINDOWS[window],
    deviceScaleFactor: sharpness,
    colorScheme: scheme,
    javaScriptEnabled: script,
    storageState: as && sessions.get(as.email),
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // Colours that are still on their way would be measured halfway.
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = watch(context);
  const page = await context.newPage();
  if (as && !sessions.has(as.email)) {
    await signIn(page, as);
    sessions.set(as.email, await context.storageState());
  }
  await page.goto(path);
  return { context, page, complaints };
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
    /** @type {Awaited<ReturnType<typeof openIn>>[]} */
    const opened = [];
    const open = async (path = "/", look = {}) => {
      browser ??= await launch();
      const one = await openIn(browser, path, look);
      opened.push(one);
      return one.page;
    };
    try {
      await act({ open });
      const complaints = opened.flatMap((one) => one.complaints());
      assert.deepEqual(complaints, [], "the browser complained");
    } catch (error) {
      const words = name.toLowerCase().match(/[a-z]+/g)?.slice(0, 6).join("-");
      await Promise.all(opened.map((one, index) => picture(one.page, `failed-${words}-${index + 1}`)));
      throw error;
    } finally {
      await Promise.all(opened.map((one) => one.context.close()));
    }
  });
}
