// Takes the README's pictures from a running demo, `cargo run -p usher-demo`: `npm run pictures`, or `npm run pictures --
// ADDRESS`.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

process.env.USHER_URL ||= process.argv[2] || "http://127.0.0.1:8090";
const { picture } = await import("./lib/checks.js");
const { launch, openIn } = await import("./lib/story.js");

/** @typedef {import("playwright-core").Page} Page */

const DIRECTORY = join(import.meta.dirname, "../../docs/pictures");
const PASSWORD = "usher demo password";
/** Who looks, as the demo prints them. */
const OWNER = { email: "owner@fjord-field-service.example", password: PASSWORD };
const DESKTOP = /** @type {const} */ ({ window: "desktop", sharpness: 2 });

/** Opens the seat of somebody in a call. @param {Page} page */
async function openSeat(page) {
  await page.locator(".chair-call a").first().click();
  await page.locator(".drawer h2").waitFor();
}

/** Opens the page of somebody in a call. @param {Page} page */
async function openPerson(page) {
  await openSeat(page);
  await page.locator(".drawer h2 a").click();
  await page.locator(".device").first().waitFor();
}

/**
 * The pictures: a name, the path after the account's, how the page is looked at, by whom, and what is done first. Each
 * is taken in light and in dark.
 * @type {[name: string, path: string, look: import("./lib/story.js").Look, prepare?: (page: Page) => Promise<void>][]}
 */
const PICTURES = [
  ["overview", "overview", { ...DESKTOP, as: OWNER }],
  ["seats", "seats", { ...DESKTOP, as: OWNER }, openSeat],
  ["person", "seats", { ...DESKTOP, as: OWNER }, openPerson],
];

await mkdir(DIRECTORY, { recursive: true });
const browser = await launch();
try {
  // The start page redirects a signed-in user to their account.
  const start = await openIn(browser, "/", { as: OWNER });
  const account = new URL(start.page.url()).pathname.split("/")[2];
  await start.context.close();
  for (const [name, path, look, prepare] of PICTURES) {
    const { context, page } = await openIn(browser, `/a/${account}/${path}`, look);
    await prepare?.(page);
    for (const scheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme: scheme });
      const file = scheme === "dark" ? `${name}-dark` : name;
      await picture(page, file, DIRECTORY);
      console.log(join("docs/pictures", `${file}.png`));
    }
    await context.close();
  }
} finally {
  await browser.close();
}
