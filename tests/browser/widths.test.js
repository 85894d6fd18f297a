// Pages from a phone to a wall: nothing scrolls sideways, no word is broken, and no half of a wide screen is unused.

import assert from "node:assert/strict";
import { advance, Caller, PRODUCT, World } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** @typedef {import("playwright-core").Page} Page */

const WIDTHS = [
  { width: 320, height: 640 }, { width: 390, height: 844 }, { width: 768, height: 1024 },
  { width: 1280, height: 900 }, { width: 1920, height: 1080 }, { width: 2560, height: 1440 },
];

/** The pages that show most, with the name of their pictures. */
const PAGES = {
  overview: "overview", seats: "seats", sessions: "sessions", queue: "queue", users: "users?sort=pool",
  person: "users/{sven}", history: "users/{sven}/history", pools: "pools?open={pool}", pool: "pools/{pool}",
  refusals: "refusals", audit: "audit", requests: "requests", teams: "teams", groups: "groups",
  subscription: "subscription", settings: "settings", keys: "api-keys",
  "new-user": "users/new", "invite-list": "users/invite", mail: "settings/mail",
};

/** In what pages are looked at besides in light, each at its width. @type {[string, object, number][]} */
const MEDIA = [
  ["dark", { colorScheme: "dark" }, 1280], ["dark-phone", { colorScheme: "dark" }, 390],
  // As wide as A4 with its margins.
  ["print", { media: "print", colorScheme: "dark" }, 718],
];

/** A desk with long names, at work. */
async function arrange() {
  const world = await World.make({ name: "Fjord Field Service and Installations", named: 2, shared: 2 });
  const [pool] = await world.pools();
  await world.patch(`${world.path}/settings`, { product_colors: { [PRODUCT]: "violet" } });
  await world.patch(`${world.path}/pools/${pool.id}`, {
    name: "Scandinavian night shift", rules: { lease_secs: 7 * 86_400, when_full: ["queue"] },
  });
  const owner = await world.owner("Olga Konstantinopolskaya");
  const names = ["Sven Lindqvist", "Maximiliane von Hohenstein-Wittgenstein", "Amara Okafor"];
  const [sven, max, amara] = [await world.agent(names[0]), await world.agent(names[1]), await world.agent(names[2])];
  const { sign_in: signIn, token } = await world.signIn(sven);
  await new Caller(token).post(`${world.path}/sessions`, {
    sign_in: signIn.id, kind: "call", start: "active", customer: { name: "Mia Bergmann" },
  });
  await world.signIn(max);
  await world.signIn(amara, { wait: true });
  await world.post(`${world.path}/teams`, { name: "Installations and repairs", members: [sven.id, max.id] });
  await world.post(`${world.path}/groups`, { name: "Field engineers", members: [sven.id] });
  const trainee = await world.person("Quinn", { assign_seat: false });
  await assert.rejects(world.signIn(trainee), /no-license/);
  const wish = { note: "I take over the night shift from Monday on." };
  await world.put(`${world.path}/users/${trainee.id}/seat-requests/${PRODUCT}`, wish);
  await world.post(`${world.path}/api-keys`, { name: "Reports of the back office", scopes: ["read"] });
  await advance(30);
  return { world, owner, ids: { sven: sven.id, pool: pool.id } };
}

/** @type {ReturnType<typeof arrange> | undefined} */
let arranged;
const desk = () => (arranged ??= arrange());

/** Runs in the page: what is wrong with its width. */
function lookAtWidth() {
  const root = document.documentElement;
  const wrong = [];
  if (root.scrollWidth > root.clientWidth) {
    wrong.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth} px`);
  }
  // Texts without a place to break may be broken anywhere: mail addresses, codes, hashes.
  const isWhole = (/** @type {Element} */ box) => !box.closest("code, .mail, .address, time, svg, select, .unseen, [hidden]");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const box = node.parentElement;
    if (!box || !isWhole(box) || !box.checkVisibility() || node.textContent?.includes("@")) continue;
    for (const { 0: word, index } of (node.textContent ?? "").matchAll(/[\p{L}\p{N}]+/gu)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
      if (lines.size > 1) wrong.push(`“${word}” is broken: ${box.outerHTML.slice(0, 120)}`);
    }
  }
  for (const table of document.querySelectorAll("main .panel > table")) {
    const panel = table.parentElement;
    const room = panel ? panel.getBoundingClientRect().right - parseFloat(getComputedStyle(panel).paddingRight) : Infinity;
    if (table.getBoundingClientRect().right > room + 1) wrong.push(`a table is wider than its panel: ${panel?.textContent?.slice(0, 40)}`);
  }
  // What lasts is read at a glance.
  for (const lasts of document.querySelectorAll("main [data-lasts]")) {
    if (lasts.getClientRects().length > 1) wrong.push(`“${lasts.textContent}” is on two lines`);
  }
  const main = document.querySelector("main")?.getBoundingClientRect();
  if (main && root.clientWidth >= 1920 && main.right < root.clientWidth * 0.8) {
    wrong.push(`the content ends at ${Math.round(main.right)} of ${root.clientWidth} px`);
  }
  return wrong;
}

/** Runs in the page: what paper does not show. Browsers print no backgrounds, so every text stands on white. */
function lookAtPaper() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!canvas) throw new Error("no canvas to measure colors with");
  /** The luminance of a color, as the contrast of WCAG counts it. @param {string} color */
  const luminance = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const linear = (/** @type {number} */ part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const wrong = [];
  for (const box of document.querySelectorAll("main *")) {
    const hasText = [...box.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!hasText || !box.checkVisibility() || box.closest(".unseen, [hidden], :disabled, option, code")) continue;
    const contrast = 1.05 / (luminance(getComputedStyle(box).color) + 0.05);
    if (contrast < 4.5) wrong.push(`a contrast of ${contrast.toFixed(1)}: ${box.outerHTML.slice(0, 120)}`);
  }
  for (const control of document.querySelectorAll("main :is(button, .button, td [type='checkbox'])")) {
    if (control.checkVisibility()) wrong.push(`nothing to press on paper: ${control.outerHTML.slice(0, 120)}`);
  }
  return wrong;
}

for (const [name, path] of Object.entries(PAGES)) {
  story(`${name} fits every width, in light, in dark and on paper`, async ({ open }) => {
    const { world, owner, ids } = await desk();
    const known = /** @type {Record<string, string>} */ (ids);
    const page = await open(`/a/${world.id}/${path.replace(/{(\w+)}/g, (_, id) => known[id])}`, { as: owner });
    const wrong = [];

    for (const size of WIDTHS) {
      await page.setViewportSize(size);
      const found = await page.evaluate(lookAtWidth);
      wrong.push(...found.map((fault) => `${size.width} px: ${fault}`));
      await picture(page, `width-${name}-${size.width}`);
    }
    for (const [medium, media, width] of MEDIA) {
      await page.setViewportSize({ width, height: 1000 });
      await page.emulateMedia(media);
      const found = await page.evaluate(lookAtWidth);
      const onPaper = medium === "print" ? await page.evaluate(lookAtPaper) : [];
      wrong.push(...[...found, ...onPaper].map((fault) => `${medium}: ${fault}`));
      await picture(page, `width-${name}-${medium}`);
    }

    assert.deepEqual(wrong, [], page.url());
  });
}
