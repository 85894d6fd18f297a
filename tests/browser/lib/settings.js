// Settings from the environment.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @param {string} name @returns {string} */
function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set; \`cargo test -p usher browser\` sets all that the stories need`);
  }
  return value;
}

/** Where the server under test serves, without a slash at the end. */
export const base = required("USHER_URL").replace(/\/$/, "");

/** The operator's key, for those stories that arrange accounts. @returns {string} */
export const operatorKey = () => required("USHER_OPERATOR_KEY");

/** The link of the server's greeting to the page that makes the first account. @returns {string} */
export const setupLink = () => required("USHER_SETUP_LINK");

/** The browser's program. */
export const browserPath = process.env.USHER_BROWSER || "/usr/bin/chromium";

/** Where pictures go. */
export const pictures =
  process.env.USHER_PICTURES || join(import.meta.dirname, "../../../target/pictures");

/** Windows by name, in CSS pixels. */
export const WINDOWS = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 320, height: 640 },
};

// The packages may be installed in another folder, which keeps the source tree clean. `import` looks only beside
// this file.
const from = createRequire(join(process.env.USHER_STORY_PACKAGES || join(import.meta.dirname, ".."), "package.json"));

/**
 * Where a package is, for `import`.
 * @param {string} name
 */
export const packageOf = (name) => pathToFileURL(from.resolve(name)).href;

/** @type {import("playwright-core")} */
export const { chromium } = from("playwright-core");
/** The script that looks for violations, as it is run in a page. @type {string} */
export const axeScript = from("axe-core").source;
