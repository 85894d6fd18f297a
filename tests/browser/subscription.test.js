// The billing contact buys seats in each of the four ways in which a subscription is managed.

import assert from "node:assert/strict";
import { PRODUCT, PRODUCT_NAME, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { forgive } from "./lib/watch.js";
import { story } from "./lib/story.js";

const NAMED = `Named seats of ${PRODUCT_NAME}`;

/** @param {string} name @param {object} management */
async function desk(name, management) {
  const world = await World.make({ name, named: 3, shared: 5 });
  const owner = await world.owner();
  await world.put(`${world.path}/subscription-management`, management);
  const named = async () => (await world.get(`${world.path}/subscription`)).products[PRODUCT].named_seats;
  return { world, owner, named, page: `/a/${world.id}/subscription` };
}

story("where the subscription is free, the billing contact buys two seats at once", async ({ open }) => {
  const { owner, named, page } = await desk("Free Desk", { mode: "free" });
  const there = await open(page, { as: owner });

  await there.getByLabel(NAMED).fill("5");
  await there.getByRole("button", { name: "Change seats" }).click();

  await there.getByText(`Subscription changed: ${PRODUCT_NAME}: 5 named seats (3 before).`).waitFor();
  assert.equal(await named(), 5);
  await there.getByLabel("Minutes", { exact: true }).fill("500");
  await there.getByRole("button", { name: "Add minutes" }).click();
  await there.getByText("500 minutes added: 500 left now.").waitFor();
  await checkAxe(there);
  await picture(there, "subscription-free");
});

story("within bounds, the billing contact buys two seats, and reads the bounds beyond them", async ({ open }) => {
  const range = (/** @type {number} */ min, /** @type {number} */ max) => ({ min, max });
  const seats = { named_seats: range(2, 5), shared_seats: range(5, 10) };
  const bounds = { products: { [PRODUCT]: seats }, minutes_per_30_days: 1000 };
  const { owner, named, page } = await desk("Bound Desk", { mode: "within_bounds", bounds });
  const there = await open(page, { as: owner, window: "phone", scheme: "dark" });
  forgive(there, /status of 422/);

  await there.getByLabel(NAMED).fill("6");
  await there.getByRole("button", { name: "Change seats" }).click();
  await there.getByText("This account may have 2 to 5 named seats").first().waitFor();
  await checkAxe(there);
  await checkNarrow(there);
  await picture(there, "subscription-beyond-bounds-phone-dark");
  await there.getByLabel(NAMED).fill("5");
  await there.getByRole("button", { name: "Change seats" }).click();

  await there.getByText(`Subscription changed: ${PRODUCT_NAME}: 5 named seats (3 before).`).waitFor();
  assert.equal(await named(), 5);
});

story("on request, the billing contact asks for two seats, and reads the answer", async ({ open }) => {
  const { world, owner, named, page } = await desk("Asking Desk", { mode: "on_request" });
  const there = await open(page, { as: owner });

  await there.getByLabel(NAMED).fill("5");
  await there.getByLabel("Note for the operator (optional)").first().fill("For the new team in Lund.");
  await there.getByRole("button", { name: "Request seats" }).click();

  await there.getByRole("heading", { name: "Your request for seats waits for the operator" }).waitFor();
  assert.equal(await named(), 3);
  await checkAxe(there);
  await picture(there, "subscription-requested");
  const { items } = await world.get(`${world.path}/subscription-requests`);
  const approve = `${world.path}/subscription-requests/${items[0].id}/approve`;
  await world.post(approve, { note: "Welcome, Lund!" });

  const overview = await open(`/a/${world.id}/overview`, { as: owner });
  await overview.getByText("The operator approved the request for seats.").waitFor();
  await overview.getByRole("link", { name: "See the answer" }).click();
  await overview.getByText("Welcome, Lund!").waitFor();
  assert.equal(await named(), 5);
  await picture(overview, "subscription-approved");
  await overview.getByRole("button", { name: "Dismiss for seats" }).click();
  await overview.getByText("Answer dismissed. The audit keeps it.").waitFor();
  assert.equal(await overview.getByText("Welcome, Lund!").count(), 0);
});

story("a closed subscription says who changes it", async ({ open }) => {
  const { owner, page } = await desk("Closed Desk", { mode: "closed" });
  const there = await open(page, { as: owner });

  await there.getByText("Only the operator of this server changes this subscription.").waitFor();
  assert.equal(await there.getByRole("button", { name: /seats|minutes/i }).count(), 0);
  await checkAxe(there);
  await picture(there, "subscription-closed");
});
