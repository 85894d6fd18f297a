// The frame around all pages: the menu, messages about the last action, and until when a live page is up to date.

import assert from "node:assert/strict";
import { World } from "./lib/api.js";
import { checkNarrow, look, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

const STALE = "Not up to date since";

/** A name for each number: digits do not make different addresses. @param {number} number */
const nameOf = (number) => `Agent ${String.fromCharCode(65 + (number % 26))}${String.fromCharCode(97 + Math.floor(number / 26))}`;

/** A desk with people, of whom three are signed in and one waits. */
async function busy(people = 20) {
  const world = await World.make({ name: "Fjord Field Service", named: 2, shared: 3 });
  const owner = await world.owner();
  const agents = [];
  for (let number = 1; number <= people; number++) {
    agents.push(await world.agent(nameOf(number)));
  }
  for (const agent of agents.slice(0, 3)) await world.signIn(agent);
  const ticket = agents[3] && (await world.signIn(agents[3], { wait: true })).ticket;
  return { world, owner, agents, ticket };
}

story("the menu has groups with what goes on, and closes with Escape and with a click elsewhere", async ({ open }) => {
  const { world, owner, agents, ticket } = await busy(4);
  const page = await open(`/a/${world.id}/overview`, { as: owner });
  const menu = page.getByRole("navigation", { name: "Pages of Fjord Field Service" });
  const list = menu.getByRole("list", { name: "Live" });
  await list.getByRole("link", { name: "Queue 1" }).waitFor();
  await menu.getByRole("list", { name: "History" }).getByRole("link", { name: "Refusals and waits" }).waitFor();
  await look(page, "frame-overview");

  // The menu is outside of the live part, and its notes follow nevertheless.
  await world.delete(`${world.path}/tickets/${ticket.id}`);
  await list.getByRole("link", { name: "Queue", exact: true }).waitFor();
  await world.signIn(agents[3], { wait: true });
  await list.getByRole("link", { name: "Queue 1" }).waitFor();

  const own = page.locator("details.menu");
  await own.locator("summary").click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await picture(page, "frame-menu");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
  assert.ok(await own.locator("summary").evaluate((summary) => summary === document.activeElement));
  await own.locator("summary").click();
  await page.getByRole("heading", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
});

story("on a phone the menu unfolds below the header, and closes the same way", async ({ open }) => {
  const { world, owner } = await busy(4);
  const page = await open(`/a/${world.id}/overview`, { as: owner, window: "phone" });
  const users = page.getByRole("navigation").getByRole("link", { name: "Users" });
  await users.waitFor({ state: "hidden" });

  await page.getByText("Menu", { exact: true }).click();
  await users.waitFor();
  await picture(page, "frame-phone-menu");
  await checkNarrow(page);

  await page.keyboard.press("Escape");
  await users.waitFor({ state: "hidden" });
});

story("a screen of 900 px shows 15 users, and a wide one has no unused half", async ({ open }) => {
  const { world, owner } = await busy();
  const page = await open(`/a/${world.id}/users`, { as: owner });
  await page.setViewportSize({ width: 1280, height: 900 });
  const bottoms = await page.locator("main tbody tr").evaluateAll((rows) =>
    rows.map((row) => row.getBoundingClientRect().bottom));

  assert.ok(bottoms.filter((bottom) => bottom <= 900).length >= 15, `rows end at ${bottoms.join(", ")}`);
  await picture(page, "frame-users");
  for (const width of [1920, 2560]) {
    await page.setViewportSize({ width, height: 1200 });
    const used = await page.locator("main > :last-child").evaluate((part) => part.getBoundingClientRect().right);
    assert.ok(used > width * 0.75, `at ${width} px the page ends at ${used}`);
    await picture(page, `frame-users-${width}`);
  }
});

story("a box to tick is hit on 24 px", async ({ open }) => {
  const { world, owner } = await busy(2);
  const page = await open(`/a/${world.id}/users`, { as: owner });

  const sizes = await page.locator('input[type="checkbox"]:visible').evaluateAll((boxes) =>
    boxes.map((box) => box.getBoundingClientRect()).map((box) => Math.min(box.width, box.height)));

  assert.ok(sizes.length > 1 && sizes.every((size) => size >= 24), `${sizes}`);
});

story("a message about the last action is gone after the next one", async ({ open }) => {
  const { world, owner } = await busy(1);
  const page = await open(`/a/${world.id}/teams`, { as: owner });
  await page.getByLabel("Name").first().fill("Night");
  const create = page.getByRole("button", { name: /team/i }).first();
  await create.click();
  const message = page.locator("#flash");
  await message.waitFor();
  await picture(page, "frame-message");

  await page.reload();
  assert.equal(await message.count(), 0);

  await page.goto(`/a/${world.id}/teams`);
  await page.goBack();
  assert.equal(await message.count(), 0);
});

for (const path of ["overview", "sessions", "pools", "queue"]) {
  story(`the live page ${path} says since when it is not up to date, and when it is again`, async ({ open }) => {
    const { world, owner, agents } = await busy(4);
    const page = await open(`/a/${world.id}/${path}`, { as: owner });
    const state = page.locator("#live-state");
    await state.getByText(/^Live · \d\d:\d\d:\d\d$/).waitFor();
    forgive(page, /ERR_INTERNET_DISCONNECTED|ERR_NETWORK|htmx:sse:error/);

    // Open streams survive Playwright's offline mode; a server that stops would end them.
    await page.context().setOffline(true);
    await page.evaluate(() => {
      const live = /** @type {any} */ (document.getElementById("live"));
      return live._htmx.sse.reader.cancel();
    });
    await page.getByText(/Not up to date since \d\d:\d\d:\d\d, trying again…/).waitFor();
    await state.waitFor({ state: "hidden" });
    await picture(page, `frame-stale-${path}`);
    await world.signIn(agents[3], { wait: true });

    await page.context().setOffline(false);
    await page.getByText(STALE).waitFor({ state: "hidden" });
    await state.waitFor();
  });
}

story("a stream that brings nothing, not even a pulse, is opened again and said to be stale", async ({ open }) => {
  const { world, owner } = await busy(1);
  const page = await open(`/a/${world.id}/overview`, { as: owner });
  await page.locator("#live-state").waitFor();
  await page.clock.install();
  // The connection hangs: neither an end nor an error reaches the browser.
  await page.route("**/overview/live", () => {});
  forgive(page, /htmx:sse:error/);

  await page.clock.fastForward(45_000);
  await page.clock.runFor(3000);

  await page.getByText(STALE).waitFor();
  await page.unroute("**/overview/live");
});
