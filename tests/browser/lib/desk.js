// Shared by help-desk stories: accounts with the rules of a preset, agents at their consoles, and customers who join.

import assert from "node:assert/strict";
import { PRODUCT_NAME, World } from "./api.js";

/** @typedef {import("playwright-core").Page} Page */

/** A lease that outlives each story: the clock is moved further than a browser's heartbeats reach. */
const ALIVE = { lease_secs: 7 * 86_400 };

/**
 * An account whose default pool is called Support and has these rules.
 * @param {string} name
 * @param {number} seats
 * @param {object} rules
 */
export async function desk(name, seats, rules) {
  const world = await World.make({ name, shared: seats });
  const [pool] = await world.pools();
  await world.patch(`${world.path}/pools/${pool.id}`, { name: "Support", rules: { ...ALIVE, ...rules } });
  return { world, pool };
}

/** @param {Page} page @param {string} name of a button */
export const click = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Signs in on the agent's console. @param {Page} page */
export async function signInForWork(page) {
  await click(page, `Take a seat of ${PRODUCT_NAME}`);
  await page.getByText("Signed in", { exact: true }).waitFor();
}

/**
 * Makes a code or a link on the agent's console, and gives the code.
 * @param {Page} page
 * @param {"Create a call link" | "Create a support code"} what
 * @returns {Promise<string>}
 */
export async function createCode(page, what) {
  await click(page, what);
  return (await page.locator(".code").textContent()) ?? "";
}

/**
 * The customer's page joins, and is connected.
 * @param {Page} page
 * @param {string} name of the customer
 */
export async function joinAs(page, name) {
  await page.getByLabel("Your name").fill(name);
  await click(page, "Join");
  await page.getByText("Connected").waitFor();
}

/** A session among those of an agent's console. @param {Page} page @param {string} text */
export const work = (page, text) => page.locator(".work > li").filter({ hasText: text });

/**
 * The overview's row of the pool says how many seats are taken.
 * @param {Page} page
 * @param {string} taken
 */
export async function seesTaken(page, taken) {
  await page.getByRole("row", { name: /Support/ }).getByText(taken, { exact: true }).waitFor();
}

/**
 * A countdown is shown, and runs.
 * @param {import("playwright-core").Locator} within
 * @param {number} secs where it begins, at most
 */
export async function runsDown(within, secs) {
  const countdown = within.locator("[data-countdown]").first();
  const first = Number(await countdown.textContent());
  assert.ok(first > 0 && first <= secs, `${first} of ${secs} seconds are left`);
  const handle = await countdown.elementHandle();
  await within.page().waitForFunction(
    ([element, first]) => Number(/** @type {Element} */ (element).textContent) < Number(first),
    /** @type {const} */ ([handle, first]),
  );
}
