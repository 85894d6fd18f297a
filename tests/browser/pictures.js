// Takes the README's pictures from a running demo, `cargo run -p usher-demo`: `npm run pictures`, or `npm run pictures --
// ADDRESS`.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

process.env.USHER_URL ||= process.argv[2] || "http://127.0.0.1:8090";
const { picture } = await import("./lib/checks.js");
const { launch, openIn } = await import("./lib/story.js");

const DIRECTORY = join(import.meta.dirname, "../../docs/pictures");
/** Who looks, as the demo prints it. */
const OWNER = { email: "owner@fjord-field-service.example", password: "usher demo password" };
const DESKTOP = { window: "desktop", scheme: "light", sharpness: 2, as: OWNER };
const PHONE = { window: "phone", scheme: "dark", sharpness: 2, as: OWNER };

/**
 * The pictures: a name, the path after the account's, how the page is looked at, and what is clicked first.
 * @type {[name: string, path: string, look: import("./lib/story.js").Look, click?: string][]}
 */
const PICTURES = [
  ["overview", "overview", DESKTOP],
  ["pools", "pools", DESKTOP, "details.pool > summary"],
  ["overview-phone", "overview", PHONE],
];

await mkdir(DIRECTORY, { recursive: true });
const browser = await launch();
try {
  // The start page redirects a signed-in user to their account.
  const start = await openIn(browser, "/", { as: OWNER });
  const account = new URL(start.page.url()).pathname.split("/")[2];
  await start.context.close();
  for (const [name, path, look, click] of PICTURES) {
    const { context, page } = await openIn(browser, `/a/${account}/${path}`, look);
    if (click) await page.locator(click).first().click();
    await picture(page, name, DIRECTORY);
    await context.close();
    console.log(join("docs/pictures", `${name}.png`));
  }
} finally {
  await browser.close();
}
