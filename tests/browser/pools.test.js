// Seat pools and the queue: their users, live, and what an admin does about them.

import assert from "node:assert/strict";
import { Caller, PRODUCT, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { forgive } from "./lib/watch.js";
import { story } from "./lib/story.js";

/** @param {string} name @param {number} [seats] */
async function desk(name, seats = 2) {
  const world = await World.make({ name, shared: seats });
  const owner = await world.owner();
  const [pool] = await world.pools();
  return { world, owner, pool, pools: `/a/${world.id}/pools` };
}

story("an agent who signs in is shown at once, and an evicted one disappears from every page", async ({ open }) => {
  const { world, owner, pool, pools } = await desk("Live Desk");
  const sven = await world.agent("Sven");
  const watching = await open(pools, { as: owner, window: "phone", scheme: "dark" });
  const acting = await open(pools, { as: owner });
  await watching.locator("summary", { hasText: pool.name }).click();
  await acting.locator("summary", { hasText: pool.name }).click();
  await watching.getByText("Nobody is signed in.").waitFor();

  await world.signIn(sven);

  const row = watching.getByRole("row").filter({ hasText: "Sven's laptop" });
  await row.getByText("Not in a call").waitFor();
  await watching.getByText("1 of 2").waitFor();
  assert.ok(await watching.locator(`#${pool.id}`).getAttribute("open") !== null, "the row stays open");
  await checkAxe(watching);
  await checkNarrow(watching);
  await picture(watching, "pools-open-phone-dark");

  await acting.getByRole("link", { name: "Sign out Sven, Sven's laptop" }).click();
  await acting.getByLabel("Reason").fill("Your shift is over");
  await picture(acting, "pools-log-out");
  await acting.getByRole("button", { name: "Sign out" }).click();

  await acting.getByText("Sven is signed out of Sven's laptop.").waitFor();
  await row.waitFor({ state: "detached" });
  await watching.getByText("0 of 2").waitFor();
  await watching.getByText("Nobody is signed in.").waitFor();
  const [after] = await world.pools();
  assert.equal(after.occupied, 0);
});

story("a user in a call is shown as such while it lasts", async ({ open }) => {
  const { world, owner, pool, pools } = await desk("Call Desk");
  const { sign_in: signIn, token } = await world.signIn(await world.agent("Amara"));
  const page = await open(`${pools}?open=${pool.id}`, { as: owner });
  const row = page.getByRole("row").filter({ hasText: "Amara's laptop" });
  await row.getByText("Not in a call").waitFor();

  const device = new Caller(token);
  const wanted = { sign_in: signIn.id, kind: "call", start: "active" };
  const session = await device.post(`${world.path}/sessions`, wanted);

  await row.getByText("In a call", { exact: true }).waitFor();
  await picture(page, "pools-in-call");
  await row.getByRole("link", { name: "Sign out" }).click();
  await page.getByText("The call ends with it").waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();

  await device.post(`${world.path}/sessions/${session.id}/end`);
  await row.getByText("Not in a call").waitFor();
});

story("a pool with users cannot be deleted until they are moved", async ({ open }) => {
  const { world, owner, pool, pools } = await desk("Moving Desk");
  const page = await open(`${pools}/new`, { as: owner });
  await page.getByLabel("Name").fill("Night shift");
  await picture(page, "pools-new");
  await page.getByRole("button", { name: "Create pool" }).click();
  await page.getByText("The pool Night shift is made.").waitFor();
  const night = (await world.pools()).find((one) => !one.default);
  await world.agent("Yuki", { pool: night.id });
  await world.agent("Noor", { pool: night.id });

  await page.goto(`${pools}/${night.id}`);
  assert.ok(await page.getByRole("button", { name: "Delete the pool" }).isDisabled());
  await page.getByText("The pool has 2 users.").waitFor();
  await picture(page, "pools-settings");
  const other = await open(`${pools}/${night.id}/users`, { as: owner });
  forgive(other, /status of 422/);
  await other.getByRole("button", { name: "Move the ticked users" }).click();
  await other.getByText("Nobody is ticked.").waitFor();
  await other.getByRole("checkbox", { name: "Choose Noor" }).check();
  await world.signIn(await world.agent("Sven"));
  await picture(other, "pools-users");
  assert.ok(await other.getByRole("checkbox", { name: "Choose Noor" }).isChecked(), "what is ticked stays so");
  await other.getByRole("button", { name: "Move the ticked users" }).click();
  await other.getByText("1 user is in the pool").waitFor();

  await page.reload();
  await page.getByRole("button", { name: "Move all users" }).click();
  await page.getByText("All users are in the pool").waitFor();
  await page.getByRole("link", { name: "Delete the pool" }).click();
  await page.getByRole("button", { name: "Delete the pool" }).click();

  await page.getByText("The pool Night shift is deleted.").waitFor();
  // The page that still shows it reloads itself, and says so.
  forgive(other, /status of 404/);
  await other.getByText("There is no pool at this address.").waitFor();
  assert.deepEqual((await world.pools()).map((one) => one.id), [pool.id]);
});

story("without script, seats are moved and a rule is changed", async ({ open }) => {
  const { world, owner, pool, pools } = await desk("Plain Desk", 3);
  await world.post(`${world.path}/pools`, { name: "Night", product: PRODUCT, seats: 0 });
  const page = await open(pools, { as: owner, script: false });

  await page.getByLabel("From").selectOption({ label: pool.name });
  await page.getByLabel("To", { exact: true }).selectOption({ label: "Night" });
  await page.getByLabel("How many seats").fill("2");
  await page.getByRole("button", { name: "Move seats" }).click();
  await page.getByText("2 seats are moved").waitFor();
  await page.locator("summary", { hasText: "Night" }).click();
  await page.getByRole("button", { name: "One seat less" }).last().click();
  await page.getByText("Night has 1 seat now.").waitFor();

  await page.goto(`${pools}/${pool.id}`);
  await page.getByRole("link", { name: /^Concurrent devices/ }).click();
  await page.getByText("The rules of “Concurrent devices” are filled in below.").waitFor();
  await page.getByLabel("After being signed out by an admin, a user cannot return for").fill("10 min");
  await page.getByRole("button", { name: "Save the pool" }).click();
  await page.getByText("is saved.").waitFor();
  const changed = (await world.pools()).find((one) => one.id === pool.id);
  assert.equal(changed.rules.seat_per, "device");
  assert.equal(changed.rules.eviction_cool_down_secs, 600);
  assert.equal(changed.seats, 1);
});

story("a waiting user is shown at once, and can be removed from the queue", async ({ open }) => {
  const { world, owner } = await desk("Queue Desk", 1);
  await world.signIn(await world.agent("Sven"));
  const page = await open(`/a/${world.id}/queue`, { as: owner });
  const watching = await open(`/a/${world.id}/queue`, { as: owner, window: "phone", scheme: "dark" });
  await page.getByText("Nobody waits").waitFor();

  await world.signIn(await world.agent("Amara"), { wait: true });
  await world.signIn(await world.agent("Yuki"), { wait: true });

  const row = page.getByRole("row").filter({ hasText: "Yuki" });
  await row.getByText("2", { exact: true }).waitFor();
  await watching.getByText("Yuki", { exact: false }).first().waitFor();
  await picture(page, "queue");
  await picture(watching, "queue-phone-dark");
  await page.getByRole("link", { name: "Drop Amara from the queue" }).click();
  await page.getByRole("button", { name: "Drop from the queue" }).click();

  await page.getByText("Amara is out of the queue.").waitFor();
  await row.getByText("1", { exact: true }).waitFor();
  await watching.getByRole("row").filter({ hasText: "Amara" }).waitFor({ state: "detached" });
});
