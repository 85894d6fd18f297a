// A busy account: fifty changes a second, and pages that stay stable and usable.

import assert from "node:assert/strict";
import { setInterval as every } from "node:timers/promises";
import { advance, PRODUCT, World } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** @typedef {import("playwright-core").Page} Page */

/** Agents who come and go, beside one who stays. */
const AGENTS = 25;
/** Between two changes: fifty a second. */
const CHANGE_EVERY_MS = 20;
/** A storm ends by itself after this many, whatever becomes of its story. */
const CHANGES_MAX = 1500;
/** For how many of them it is counted how often pages change. */
const COUNTED = 250;
/** The portal's own bound (`UPDATE_EVERY`). */
const UPDATES_PER_SEC = 4;

/** Agents who sign in, take a call and sign out again, one after the other, all the time. */
class Storm {
  changes = 0;
  isOver = false;
  /** The first that went wrong. @type {unknown} */
  failure;

  /**
   * @param {World} world
   * @param {import("./lib/api.js").Person[]} agents
   */
  constructor(world, agents) {
    this.over = this.#blow(world, agents);
  }

  /**
   * @param {World} world
   * @param {import("./lib/api.js").Person[]} agents
   */
  async #blow(world, agents) {
    /** What each agent does, one thing after the other. */
    const doing = agents.map((agent) => this.#work(world, agent));
    const turns = agents.map(() => Promise.resolve());
    let turn = 0;
    for await (const _ of every(CHANGE_EVERY_MS)) {
      if (this.isOver || turn === CHANGES_MAX) break;
      const index = turn++ % agents.length;
      turns[index] = turns[index].then(async () => {
        await doing[index].next();
        this.changes += 1;
      });
      turns[index].catch((error) => (this.failure ??= error));
    }
    this.isOver = true;
    await Promise.allSettled(turns);
  }

  /**
   * @param {World} world
   * @param {import("./lib/api.js").Person} agent
   */
  async *#work(world, agent) {
    while (true) {
      const { sign_in: signIn } = await world.signIn(agent);
      yield;
      await world.post(`${world.path}/sessions`, { sign_in: signIn.id, kind: "call", start: "active" });
      yield;
      await world.delete(`${world.path}/sign-ins/${signIn.id}`);
      yield;
    }
  }

  /** Ends it; whatever went wrong is thrown. */
  async end() {
    this.isOver = true;
    await this.over;
    if (this.failure) throw this.failure;
  }
}

/** Runs in the page: counts from now on how often its live part is written again, by the page's own clock. */
function countUpdates() {
  const counted = { updates: 0, since: performance.now() };
  document.addEventListener("htmx-sse-after-message", () => (counted.updates += 1));
  Object.assign(window, { counted });
}

/**
 * How many updates a page had in how many seconds.
 * @param {Page} page
 * @returns {Promise<{ updates: number, secs: number }>}
 */
const updatesOf = (page) =>
  page.evaluate(() => {
    const { updates, since } = /** @type {any} */ (window).counted;
    return { updates, secs: (performance.now() - since) / 1000 };
  });

/** @param {import("playwright-core").Locator} element */
const topOf = async (element) => (await element.boundingBox())?.y ?? NaN;

/**
 * It is where it was; the browser scrolls by whole pixels.
 * @param {import("playwright-core").Locator} element
 * @param {number} top where that was
 */
async function stayed(element, top) {
  const now = await topOf(element);
  assert.ok(Math.abs(now - top) <= 1, `${element} moved from ${top} to ${now}`);
}

story("fifty changes a second are shown at most four times a second, and the page stays usable", async ({ open }) => {
  // More seats than people, so that each change is one; some unallocated, so that there are seats to add.
  const world = await World.make({ name: "Fjord Field Service", shared: AGENTS + 10 });
  const [pool] = await world.pools();
  const rules = { preset: "help_desk_shift", lease_secs: 86_400 };
  await world.patch(`${world.path}/pools/${pool.id}`, { name: "Support", rules, seats: AGENTS + 5 });
  const night = await world.post(`${world.path}/pools`, { name: "Night", product: PRODUCT, seats: 2, rules });
  const owner = await world.owner();
  const stays = await world.agent("Zora", { pool: night.id });
  const agents = [];
  for (let number = 1; number <= AGENTS; number++) {
    const fields = { email: `agent-${number}@${world.domain}`, password: undefined };
    agents.push(await world.agent(`Agent ${number}`, { fields }));
  }
  const { sign_in: zoras } = await world.signIn(stays);
  await world.post(`${world.path}/sessions`, { sign_in: zoras.id, kind: "call", start: "active" });
  await advance(1);

  const pools = await open(`/a/${world.id}/pools`, { as: owner });
  const sessions = await open(`/a/${world.id}/sessions`, { as: owner });
  const overview = await open(`/a/${world.id}/overview`, { as: owner, window: "phone", scheme: "dark" });
  const pages = [pools, sessions, overview];
  await pools.locator("summary", { hasText: "Support" }).click();
  await pools.locator("summary", { hasText: "Night" }).click();
  const row = pools.locator(`#${zoras.id}`);
  const tick = sessions.getByRole("checkbox", { name: /^Select Zora/ });
  const field = pools.getByLabel("How many seats");
  await tick.check();
  await Promise.all(pages.map((page) => page.evaluate(countUpdates)));

  const storm = new Storm(world, agents);
  try {
    // While the list above grows and shrinks, the user types in a field below it.
    await pools.waitForFunction(() => document.querySelectorAll("details.pool tbody tr").length > 8);
    await field.focus();
    await field.scrollIntoViewIfNeeded();
    await field.pressSequentially("12");
    const fieldAt = await topOf(field);
    while (storm.changes < COUNTED && !storm.isOver) {
      await field.press("End");
      await field.pressSequentially("3");
      await field.press("Backspace");
      await stayed(field, fieldAt);
    }
    for (const page of pages) {
      const { updates, secs } = await updatesOf(page);
      assert.ok(updates >= secs, `${page.url()} was updated ${updates} times in ${secs} seconds only`);
      assert.ok(updates <= UPDATES_PER_SEC * secs + 2, `${page.url()} was updated ${updates} times in ${secs} seconds`);
    }
    assert.equal(await field.inputValue(), "12");
    assert.equal(await pools.evaluate(() => document.activeElement?.id), "seats");
    assert.ok((await pools.locator(`#${pool.id}`).getAttribute("open")) !== null, "the row is closed");
    assert.ok(await tick.isChecked(), "the tick is lost");
    await picture(pools, "busy-pools");
    await picture(overview, "busy-overview-phone");

    // The row under the pointer stays under it, though others come and go above.
    await field.blur();
    await row.evaluate((element) => element.scrollIntoView());
    await row.hover();
    const rowAt = await topOf(row);
    const { updates: before } = await updatesOf(pools);
    await pools.waitForFunction((before) => /** @type {any} */ (window).counted.updates > before + 8, before);
    await stayed(row, rowAt);
    assert.ok(await row.evaluate((element) => element.matches(":hover")), "the row left the pointer");

    // And buttons work.
    await pools.getByRole("button", { name: "One seat more" }).first().click();
    await pools.getByText(`Support has ${AGENTS + 6} seats now.`).waitFor();
    await sessions.getByRole("button", { name: "End the selected sessions" }).click();
    await sessions.getByRole("button", { name: "End the session" }).click();
    await sessions.getByText("1 session ended.").waitFor();
    assert.ok(!storm.isOver, "the storm was over before all was tried");
  } finally {
    await storm.end();
  }
  assert.ok(storm.changes > COUNTED);

  // When it is over, all pages show how it ended.
  const { occupied } = await world.get(`${world.path}/pools/${pool.id}`);
  const taken = `${occupied} of ${AGENTS + 6}`;
  await overview.getByText(taken, { exact: true }).waitFor();
  await pools.locator("summary").getByText(taken, { exact: true }).waitFor();
});
