// The four models of seat licensing, as the owner sees them: live, in two browsers at once.

import assert from "node:assert/strict";
import { advance, Caller, PRODUCT, World } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** A lease that outlives each story: devices here send no signs of life. */
const ALIVE = { lease_secs: 7 * 86_400 };

/**
 * Gives the default pool the rules of a known model.
 * @param {World} world
 * @param {string} preset
 * @param {object} [rules]
 */
async function follow(world, preset, rules = {}) {
  const [pool] = await world.pools();
  await world.patch(`${world.path}/pools/${pool.id}`, { name: "Support", rules: { preset, ...ALIVE, ...rules } });
}

/**
 * Begins a session on a device that is signed in.
 * @param {World} world
 * @param {{ sign_in: { id: string }, token: string }} device
 */
async function begin(world, { sign_in, token }) {
  const caller = new Caller(token);
  const wanted = { sign_in: sign_in.id, kind: "unattended", start: "active" };
  const session = await caller.post(`${world.path}/sessions`, wanted);
  return { end: () => caller.post(`${world.path}/sessions/${session.id}/end`) };
}

/**
 * The pool's row says how many seats are taken.
 * @param {import("playwright-core").Page[]} pages
 * @param {string} taken
 */
async function seesTaken(pages, taken) {
  for (const page of pages) {
    await page.getByRole("row", { name: /Support/ }).getByText(taken).first().waitFor();
  }
}

story("seat pools: seats fill, somebody waits, and the idle agent's seat is offered to them", async ({ open }) => {
  const world = await World.make({ name: "Fjord Field Service", shared: 2 });
  await follow(world, "help_desk_shift");
  const owner = await world.owner();
  const [sven, amara, yuki] = [await world.agent("Sven"), await world.agent("Amara"), await world.agent("Yuki")];
  const path = `/a/${world.id}/overview`;
  const pages = [await open(path, { as: owner }), await open(path, { as: owner, window: "phone", scheme: "dark" })];
  const own = await open(path, { as: yuki });
  await seesTaken(pages, "0 of 2");

  await world.signIn(sven);
  await seesTaken(pages, "1 of 2");
  await advance(1800);
  await world.signIn(amara);
  await seesTaken(pages, "2 of 2");
  await pages[0].getByText("Support is full: all 2 seats are taken.").waitFor();
  await world.signIn(yuki, { wait: true });
  await pages[1].getByText("Support is full, and 1 person waits.").waitFor();
  await own.getByText("Waiting").waitFor();
  await picture(pages[1], "seat-pools-phone");

  await advance(1800);

  const row = pages[0].getByRole("row", { name: /Support/ });
  await row.getByRole("cell").nth(2).getByText("1", { exact: true }).waitFor();
  await seesTaken(pages, "2 of 2");
  await picture(pages[0], "seat-pools");
  await advance(60);
  await seesTaken(pages, "1 of 2");
});

story("assigned seats: who has none is told so, and has one as soon as it is reassigned", async ({ open }) => {
  const world = await World.make({ name: "Alder Clinic IT", plan: "team", named: 2, shared: 0 });
  const owner = await world.owner();
  const sven = await world.person("Sven");
  await world.person("Amara");
  const yuki = await world.person("Yuki");
  const path = `/a/${world.id}/overview`;
  const [page, own] = [await open(path, { as: owner }), await open(path, { as: yuki, window: "phone" })];
  await page.getByText("2 of 2").waitFor();
  await own.getByText("You have no license").waitFor();
  const refused = world.signIn(yuki);
  await assert.rejects(refused, /no-license/);
  await page.getByRole("row", { name: /Yuki/ }).getByText("The user has no license").waitFor();

  await world.delete(`${world.path}/users/${sven.id}/licenses/${PRODUCT}`);
  await page.getByText("1 of 2").waitFor();
  await world.put(`${world.path}/users/${yuki.id}/licenses/${PRODUCT}`, { kind: "named" });

  await own.getByText("A seat of your own").waitFor();
  await page.getByText("2 of 2").waitFor();
  await world.signIn(yuki);
  await own.getByText("Signed in", { exact: true }).waitFor();
  await page.getByText("Got in").waitFor();
  await page.getByRole("link", { name: "Subscription" }).click();
  await page.getByText("Named seats only").waitFor();
  await page.getByText("2 assigned to users").waitFor();
  await picture(page, "assigned-seats");
});

story("concurrent sessions: signing in is free, and a session takes the seat", async ({ open }) => {
  const world = await World.make({ name: "Harbor Help Desk", shared: 1 });
  await follow(world, "concurrent_sessions");
  const owner = await world.owner();
  const [sven, amara] = [await world.agent("Sven"), await world.agent("Amara")];
  const path = `/a/${world.id}/overview`;
  const pages = [await open(path, { as: owner }), await open(path, { as: owner, window: "phone" })];
  const [svens, amaras] = [await world.signIn(sven), await world.signIn(amara)];
  await seesTaken(pages, "0 of 1");

  const session = await begin(world, svens);
  await seesTaken(pages, "1 of 1");
  await assert.rejects(begin(world, amaras), /no-seat-available/);

  await pages[0].getByRole("row", { name: /Amara/ }).getByText("Not yet in").waitFor();
  await pages[1].getByText("1 attempt was refused in the last 24 hours.").waitFor();
  await picture(pages[0], "concurrent-sessions");
  await session.end();
  await seesTaken(pages, "0 of 1");
  await begin(world, amaras);
  await pages[0].getByText("Got in").waitFor();
});

story("concurrent devices: the second device works on minutes, until a seat is free", async ({ open }) => {
  const world = await World.make({ name: "Lumen Remote", shared: 1 });
  await follow(world, "concurrent_devices");
  await world.post(`${world.path}/minutes`, { minutes: 62 });
  const owner = await world.owner();
  const sven = await world.agent("Sven");
  const [overview, minutes] = [
    await open(`/a/${world.id}/overview`, { as: owner, window: "phone" }),
    await open(`/a/${world.id}/minutes`, { as: owner }),
  ];
  await minutes.getByRole("row", { name: /\+62 minutes added/ }).waitFor();
  const [laptop, phone] = [await world.signIn(sven), await world.signIn(sven, { device: "phone" })];

  const first = await begin(world, laptop);
  await begin(world, phone);

  await seesTaken([overview], "1 of 1");
  await overview.getByText("61 minutes left").waitFor();
  await minutes.getByRole("row", { name: /−1 minute spent/ }).getByText("Sven").waitFor();
  await advance(120);
  await minutes.getByText("Low", { exact: true }).waitFor();
  await overview.getByText("59 pay-per-use minutes are left.").waitFor();
  assert.equal(await minutes.getByRole("row", { name: /−1 minute spent/ }).count(), 3);
  await picture(minutes, "concurrent-devices");
  await first.end();
  await advance(30);
  const paying = minutes.locator("#balance dl div").filter({ hasText: "Working on minutes now" });
  await paying.getByText("0", { exact: true }).waitFor();
  await seesTaken([overview], "1 of 1");
});
