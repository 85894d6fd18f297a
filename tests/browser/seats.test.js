// The seat map: who sits where, and freeing a seat, with 1, 10 and 300 seats, by mouse, keyboard and on a phone.

import assert from "node:assert/strict";
import { advance, Caller, World } from "./lib/api.js";
import { checkKeyboard, look, picture } from "./lib/checks.js";
import { click } from "./lib/desk.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

/** @typedef {import("playwright-core").Page} Page */

/** A lease that outlives each story: the clock is moved. */
const ALIVE = { lease_secs: 7 * 86_400, when_full: ["queue"], offer_hold_secs: 120 };

/**
 * An account whose default pool has these seats.
 * @param {number} seats
 * @param {object} [rules]
 */
async function hall(seats, rules = {}) {
  const world = await World.make({ name: "Fjord Field Service", named: 0, shared: seats });
  const [pool] = await world.pools();
  await world.patch(`${world.path}/pools/${pool.id}`, { name: "Day shift", rules: { ...ALIVE, ...rules } });
  return { world, pool, owner: await world.owner() };
}

/** Signs somebody in, and starts a call. @param {World} world @param {any} person */
async function call(world, person, customer = "Kim") {
  const { sign_in: signIn, token } = await world.signIn(person);
  const own = new Caller(token);
  await own.post(`${world.path}/sessions`, {
    sign_in: signIn.id, kind: "call", start: "active", customer: { name: customer },
  });
  return signIn;
}

/** The hall of a name. @param {Page} page @param {string} name */
const hallOf = (page, name) => page.getByRole("region", { name });

/** The seat of somebody. @param {Page} page @param {RegExp} name */
const seatOf = (page, name) => page.getByRole("link", { name });

story("one seat: an idle user is signed out with one click, and the next in the queue gets it", async ({ open }) => {
  const { world, owner } = await hall(1);
  const [jonas, kwame] = [await world.agent("Jonas Olsen"), await world.agent("Kwame Mensah")];
  await world.signIn(jonas);
  await world.signIn(kwame, { wait: true });
  await advance(38 * 60);
  const page = await open(`/a/${world.id}/seats`, { as: owner });
  await hallOf(page, "Day shift").getByText("1 of 1").waitFor();
  await page.getByText("Kwame Mensah").waitFor();
  await look(page, "seats-one");

  await seatOf(page, /Jonas Olsen\W+idle 38 min/).click();
  const seat = page.getByRole("region", { name: "Jonas Olsen" });
  await seat.getByText("Jonas Olsen's laptop").first().waitFor();
  await look(page, "seats-one-open");
  await seat.getByRole("button", { name: "Sign out" }).click();

  await page.getByText("Jonas Olsen is signed out of Jonas Olsen's laptop. The seat is free.").waitFor();
  await page.getByText(/offered/).first().waitFor();
  await page.getByText("Kwame Mensah").first().waitFor();
  await picture(page, "seats-one-offered");
});

story("ten seats: a call is ended only after a clear question, all by keyboard", async ({ open }) => {
  const { world, owner } = await hall(10);
  const names = ["Sven Lindqvist", "Yuki Kato", "Priya Rao", "Fatima Ali", "Jonas Olsen", "Amara Diallo", "Tomás Ruiz"];
  const people = [];
  for (const name of names) people.push(await world.agent(name));
  await call(world, people[0]);
  await world.signIn(people[4]);
  await advance(20 * 60);
  await call(world, people[1], "Ada");
  await call(world, people[3], "Lee");
  await world.signIn(people[2]);
  await world.signIn(people[5]);
  const page = await open(`/a/${world.id}/seats`, { as: owner });
  await hallOf(page, "Day shift").getByText("6 of 10").waitFor();
  await look(page, "seats-ten");
  await checkKeyboard(page);

  await seatOf(page, /Yuki Kato\W+in a call/).focus();
  await page.keyboard.press("Enter");
  const seat = page.getByRole("region", { name: "Yuki Kato" });
  await seat.getByText("Call with Ada").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "seat");
  await page.keyboard.press("Escape");
  await seat.waitFor({ state: "hidden" });
  assert.ok(await seatOf(page, /Yuki Kato/).evaluate((link) => link === document.activeElement));

  await page.keyboard.press("Enter");
  await seat.getByText("Sign out…").focus();
  await page.keyboard.press("Enter");
  await seat.getByText("The call ends at once, for the customer too.").waitFor();
  await look(page, "seats-ten-question");
  await seat.getByLabel("Reason, shown to them").last().fill("The shift is over");
  // The map goes on beside the question, which stays open.
  await world.signIn(people[6]);
  await hallOf(page, "Day shift").getByText("7 of 10").waitFor();
  await page.waitForResponse(/\/seats\/beside\?seat=/);
  assert.equal(await seat.getByLabel("Reason, shown to them").last().inputValue(), "The shift is over");
  await page.keyboard.press("Enter");
  await page.getByText("Yuki Kato is signed out of Yuki Kato's laptop. The seat is free.").waitFor();
  await hallOf(page, "Day shift").getByText("6 of 10").waitFor();
});

story("a server that is busy for a moment leaves the map and a typed reason as they are", async ({ open }) => {
  const { world, owner } = await hall(2);
  const [sven, yuki] = [await world.agent("Sven Lindqvist"), await world.agent("Yuki Kato")];
  await call(world, sven);
  const page = await open(`/a/${world.id}/seats`, { as: owner });
  await seatOf(page, /Sven Lindqvist/).click();
  const seat = page.getByRole("region", { name: "Sven Lindqvist" });
  await seat.getByText("Sign out…").click();
  const reason = seat.getByLabel("Reason, shown to them").last();
  await reason.fill("The shift is over");
  await page.route(/\/seats\/beside/, (route) => route.fulfill({ status: 503, contentType: "text/html", body: "Busy" }));
  forgive(page, /status of 503/);

  const asked = page.waitForResponse(/\/seats\/beside/);
  await world.signIn(yuki);
  await hallOf(page, "Day shift").getByText("2 of 2").waitFor();
  await asked;

  assert.equal(await reason.inputValue(), "The shift is over");
  await page.unroute(/\/seats\/beside/);
  await page.keyboard.press("Enter");
  await page.getByText("Sven Lindqvist is signed out of Sven Lindqvist's laptop. The seat is free.").waitFor();
});

story("300 seats fold into compact rows that say the same by keyboard and to screen readers", async ({ open }) => {
  const { world, owner } = await hall(300);
  // Digits do not make different addresses.
  const letter = (/** @type {number} */ number) => String.fromCharCode(65 + number);
  const people = Array.from({ length: 280 }, (_, index) => `Agent ${letter(index / 26)}${letter(index % 26)}`);
  for (let first = 0; first < people.length; first += 20) {
    await Promise.all(people.slice(first, first + 20).map(async (name) => {
      // Without a password, which would be checked.
      const agent = await world.agent(name, { fields: { password: undefined } });
      await (name.endsWith("A") ? world.signIn(agent) : call(world, agent));
    }));
  }
  const page = await open(`/a/${world.id}/seats`, { as: owner });
  await hallOf(page, "Day shift").getByText("280 of 300").waitFor();
  await page.getByText("20 free", { exact: true }).first().waitFor();
  await look(page, "seats-300");

  await seatOf(page, /Agent KT/).click();
  const seat = page.getByRole("region", { name: "Agent KT" });
  await seat.getByText("Agent KT's laptop").first().waitFor();
  await picture(page, "seats-300-open");
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, "seats-300-open-phone");
});

story("many pools are filtered and searched, and the map works without script", async ({ open }) => {
  const { world, owner, pool } = await hall(60);
  await world.patch(`${world.path}/pools/${pool.id}`, { seats: 2 });
  for (let number = 1; number <= 25; number++) {
    const rules = ALIVE;
    const made = { name: `Team ${number}`, product: "remote-support", seats: number % 3, rules };
    const { id } = await world.post(`${world.path}/pools`, made);
    if (number === 1) await world.signIn(await world.agent("Nora Berg", { pool: id }));
  }
  // Sign in with script first; the cookie stays.
  await open(`/a/${world.id}/seats`, { as: owner });
  const page = await open(`/a/${world.id}/seats`, { as: owner, script: false });
  await page.getByRole("link", { name: /^Full 1/ }).click();
  await hallOf(page, "Team 1").getByText("1 of 1").waitFor();
  await picture(page, "seats-full");

  await seatOf(page, /Nora Berg/).click();
  const seat = page.getByRole("region", { name: "Nora Berg" });
  await seat.getByText("Nora Berg's laptop").first().waitFor();
  await click(page, "Sign out of Nora Berg's laptop");
  await page.getByText("Nora Berg is signed out of").waitFor();
  await page.getByLabel("Pool or product").fill("team 2");
  await click(page, "Search");
  await page.getByText("No pool matches").waitFor();
  await page.getByRole("link", { name: /^All 7/ }).click();
  await hallOf(page, "Team 25").waitFor();
});
