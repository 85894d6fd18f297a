// Checks for every page.

import assert from "node:assert/strict";
import { join } from "node:path";
import { axeScript, pictures, WINDOWS } from "./settings.js";

/** @typedef {import("playwright-core").Page} Page */

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The rules that look at colours: all that the second scheme can change. */
const AXE_COLOURS = ["color-contrast", "link-in-text-block"];
/** Focus stops that are walked at most; a page with more is walked up to there. */
const STOPS_MAX = 150;

/**
 * axe finds nothing, in light and in dark.
 * @param {Page} page
 * @param {string[]} [parts] selectors of the parts to look at, for pages that repeat themselves at length
 */
export async function checkAxe(page, parts = ["html"]) {
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await page.evaluate(axeScript);
  for (const scheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme: scheme });
    const rules =
      scheme === "light" ? { type: "tag", values: AXE_TAGS } : { type: "rule", values: AXE_COLOURS };
    const found = await page.evaluate(lookWithAxe, { parts, rules });
    // A style violation repeats at every element with that style.
    const more = found.length > 8 ? `\n… and ${found.length - 8} more` : "";
    assert.equal(found.slice(0, 8).join("\n") + more, "", `axe, ${page.url()}, ${scheme}`);
  }
  await page.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
}

/**
 * Runs in the page: what axe finds.
 * @param {{ parts: string[], rules: { type: string, values: string[] } }} wanted
 * @returns {Promise<string[]>}
 */
async function lookWithAxe({ parts, rules }) {
  const { axe } = /** @type {any} */ (window);
  const include = parts.map((part) => [part]);
  const { violations } = await axe.run({ include }, { runOnly: rules, resultTypes: ["violations"] });
  return violations.flatMap((/** @type {any} */ { id, help, nodes }) =>
    nodes.map(
      (/** @type {any} */ { html, failureSummary }) =>
        `${id}: ${help}\n  ${html}\n  ${failureSummary?.replaceAll("\n", "\n  ")}`,
    ),
  );
}

/**
 * At 320 px nothing makes the page scroll sideways. What scrolls inside a box of its own may be wider.
 * @param {Page} page
 */
export async function checkNarrow(page) {
  const before = page.viewportSize();
  await page.setViewportSize(WINDOWS.phone);
  const found = await page.evaluate(() => {
    const root = document.documentElement;
    const wide = root.clientWidth;
    /** @param {Element} element */
    const scrollsItself = (element) => {
      for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== "visible") {
          return true;
        }
      }
      return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      // Elements entirely to the left of the page, such as skip links, cannot be scrolled to.
      const isOut = box.right > wide + 0.5 || (box.left < -0.5 && box.right > 0);
      return box.width > 1 && box.height > 1 && isOut && !scrollsItself(element);
    });
    const lines = out.slice(0, 8).map((element) => element.outerHTML.slice(0, 160));
    if (root.scrollWidth > wide) {
      lines.unshift(`the page is ${root.scrollWidth} px wide in a window of ${wide} px`);
    }
    return lines;
  });
  assert.deepEqual(found, [], `320 px, ${page.url()}`);
  if (before) {
    await page.setViewportSize(before);
  }
}

/** The least width and height of what a finger presses. */
const TARGET_PX = 44;

/**
 * Everything in the page's content that is pressed is large enough for a finger. Links within sentences may be smaller.
 * @param {Page} page
 */
export async function checkTargets(page) {
  const small = await page.evaluate((least) => {
    const pressed = document.querySelectorAll("main :is(button, .button, summary, input, select)");
    return [...pressed].flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      const isShown = width > 1 && height > 1 && element.checkVisibility();
      return isShown && Math.min(width, height) < least - 0.5
        ? [`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 120)}`]
        : [];
    });
  }, TARGET_PX);
  assert.deepEqual(small, [], `too small for a finger, ${page.url()}`);
}

/**
 * The keyboard reaches everything in a round: the first stop leads past the navigation, each is visible and shows
 * that it has the focus, and none keeps it.
 * @param {Page} page
 */
export async function checkKeyboard(page) {
  await page.evaluate(startAnew);
  await page.evaluate(rememberStyles);
  /** @type {string[]} */
  const wrong = [];
  const seen = new Set();
  let last = 0;
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(lookAtFocus);
    if (!stop) {
      // The focus has left the page: the round is complete.
      break;
    }
    if (stops === 0 && !stop.skips) {
      wrong.push(`the first stop is no link to the main content: ${stop.html}`);
    }
    if (stop.hasParts && stop.number === last) {
      // Day, month and year of one field.
      continue;
    }
    last = stop.number;
    if (seen.has(stop.number)) {
      wrong.push(`the focus comes back without having left the page: ${stop.html}`);
      break;
    }
    seen.add(stop.number);
    wrong.push(...stop.faults.map((fault) => `${fault}: ${stop.html}`));
  }
  assert.ok(seen.size > 0, `${page.url()} has nothing that the keyboard reaches`);
  assert.deepEqual(wrong, [], `keyboard, ${page.url()}`);
}

/** Runs in the page: the next stop is the first one, as after loading. */
function startAnew() {
  const { body } = document;
  scrollTo(0, 0);
  body.tabIndex = -1;
  body.focus();
  body.blur();
  body.removeAttribute("tabindex");
}

/** Runs in the page: keeps how everything looks without the focus, and numbers what gets it. */
function rememberStyles() {
  const plain = new WeakMap();
  for (const element of document.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    plain.set(element, style.boxShadow + style.outline);
  }
  const numbers = new WeakMap();
  let last = 0;
  Object.assign(window, {
    storyFocus: {
      /** @param {Element} element */
      number(element) {
        if (!numbers.has(element)) {
          numbers.set(element, ++last);
        }
        return numbers.get(element);
      },
      /** @param {Element} element */
      looked: (element) => plain.get(element),
    },
  });
}

/** Runs in the page: what has the focus, and what is wrong with it. */
function lookAtFocus() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) {
    return null;
  }
  const memory = /** @type {any} */ (window).storyFocus;
  const faults = [];
  const box = element.getBoundingClientRect();
  const isInWindow = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  if (box.width < 1 || box.height < 1 || !isInWindow) {
    faults.push("out of sight");
  } else {
    // A link that spans two lines has a box with gaps, so its first line is checked.
    const line = element.getClientRects()[0];
    const points = [0.1, 0.5, 0.9].flatMap((x) =>
      [0.1, 0.5, 0.9].map((y) => [line.left + line.width * x, line.top + line.height * y]),
    );
    const isSeen = points.some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && (element.contains(top) || top.contains(element));
    });
    if (!isSeen) {
      faults.push("covered by something else");
    }
  }
  const style = getComputedStyle(element);
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  if (!isMarked || memory.looked(element) === style.boxShadow + style.outline) {
    faults.push("does not show that it has the focus");
  }
  const target = element.getAttribute("href")?.match(/^#(.+)/)?.[1];
  const main = document.querySelector("main");
  const skips = Boolean(target && main && document.getElementById(target)?.closest("main") === main);
  const hasParts = element.matches('input:is([type="date"], [type="time"], [type="datetime-local"], [type="month"])');
  return { number: memory.number(element), html: element.outerHTML.slice(0, 160), faults, skips, hasParts };
}

/**
 * Keeps a picture of what the window shows.
 * @param {Page} page
 * @param {string} name without an ending
 * @param {string} [directory]
 */
export async function picture(page, name, directory = pictures) {
  const take = () => page.screenshot({ path: join(directory, `${name}.png`), animations: "disabled", caret: "hide" });
  // On a busy machine the first attempt can fail.
  await take().catch(take);
}

/**
 * Checks a page of a story, and takes its pictures: wide, in the dark, and on a phone.
 * @param {Page} page
 * @param {string} name
 */
export async function look(page, name) {
  const before = page.viewportSize();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, name);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, `${name}-phone`);
  if (before) {
    await page.setViewportSize(before);
  }
}
