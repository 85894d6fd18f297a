// Assigned seats: six named seats for nine users, reassigned from time to time.

import assert from "node:assert/strict";
import { PRODUCT_NAME, World } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { click, signInForWork } from "./lib/desk.js";
import { story } from "./lib/story.js";

/** In the order in which they are added: the first six get the seats. */
const NAMES = ["Sven", "Amara", "Elif", "Jonas", "Lena", "Noor", "Priya", "Tomas", "Yuki"];

/**
 * Counts the clicks on a page from now on.
 * @param {import("playwright-core").Page} page
 */
async function countClicks(page) {
  let clicks = 0;
  await page.exposeFunction("storyClicked", () => (clicks += 1));
  await page.addInitScript(() => {
    addEventListener("click", () => /** @type {any} */ (window).storyClicked(), { capture: true });
  });
  return () => clicks;
}

story("nine users, six named seats, and a seat that is reassigned in two clicks and a question", async ({ open }) => {
  const world = await World.make({ name: "Alder Clinic IT", plan: "team", named: 6, shared: 0 });
  const owner = await world.owner();
  /** @type {Record<string, import("./lib/api.js").Person>} */
  const people = {};
  for (const name of NAMES) {
    people[name] = await world.person(name);
  }
  const overview = await open(`/a/${world.id}/overview`, { as: owner, window: "phone" });
  const assigned = overview.locator("dl div").filter({ hasText: "Named seats assigned" });
  await assigned.getByText("6 of 6").waitFor();

  // A user with a seat works; a user without one is told that they have no license, and whom to ask.
  const svens = await open("/console", { as: people.Sven });
  await svens.getByText("You have a seat of your own.").waitFor();
  await signInForWork(svens);
  await picture(svens, "assigned-seats-console");
  const own = await open(`/a/${world.id}/overview`, { as: people.Yuki, window: "phone", scheme: "dark" });
  await own.getByText("You have no license").waitFor();
  const yukis = await open("/console", { as: people.Yuki });
  await yukis.getByText(`You have no license for ${PRODUCT_NAME}.`).waitFor();
  await yukis.getByText("Ask Olga Owner.").waitFor();
  assert.equal(await yukis.getByRole("button", { name: `Take a seat of ${PRODUCT_NAME}` }).count(), 0);
  await picture(yukis, "assigned-seats-no-license");
  await assert.rejects(world.signIn(people.Yuki), /no-license/);
  await overview.getByRole("row", { name: /Yuki/ }).getByText("The user has no license").waitFor();

  // Two clicks of the admin move Sven's seat to Yuki. Because Sven is at work, they are asked first.
  const users = await open("/sign-in", { as: owner });
  const clicks = await countClicks(users);
  await users.goto(`/a/${world.id}/users`);
  await users.locator("#people-count", { hasText: "1–10 of 10" }).waitFor();
  await picture(users, "assigned-seats-users");
  await users.getByRole("link", { name: "Reassign… the seat of Sven" }).click();
  await users.getByText("Sven has no license of it afterwards, and is signed out; you are asked first.").waitFor();
  await picture(users, "assigned-seats-reassign");
  await users.getByRole("button", { name: "Give the seat to Yuki" }).click();
  await users.getByRole("heading", { name: "What it would cut" }).waitFor();
  await users.getByText("not in a session").waitFor();
  await picture(users, "assigned-seats-asks");
  await users.getByRole("button", { name: "Reassign now" }).click();
  await users.getByText(`Yuki has the seat of ${PRODUCT_NAME} now, in place of Sven.`).waitFor();
  assert.equal(clicks(), 3);

  // Both see it at once, and so does the overview.
  await svens.getByText("Olga Owner changed your license, so you were signed out.").waitFor();
  await picture(svens, "assigned-seats-taken-away");
  await own.getByText("Named seat", { exact: true }).waitFor();
  await yukis.getByText("You have a seat of your own.").waitFor();
  await signInForWork(yukis);
  await own.getByText("Signed in", { exact: true }).waitFor();
  await picture(own, "assigned-seats-own-phone");
  await overview.getByRole("row", { name: /Yuki/ }).getByText("Got in").waitFor();
  await assigned.getByText("6 of 6").waitFor();

  // A seat that is taken back is assigned again, in the list of those without one.
  await users.goto(`/a/${world.id}/users/${people.Amara.id}`);
  await users.getByLabel(PRODUCT_NAME, { exact: true }).selectOption({ label: "No license" });
  await click(users, `Save the license of ${PRODUCT_NAME}`);
  await assigned.getByText("5 of 6").waitFor();
  await users.goto(`/a/${world.id}/users?license=none&q=tomas`);
  await users.getByLabel("Tick Tomas").check();
  await users.getByLabel("What to do").selectOption({ label: `Assign a named seat of ${PRODUCT_NAME} (1 left)` });
  await click(users, "Continue…");
  await picture(users, "assigned-seats-bulk");
  await users.getByRole("button", { name: /^Yes/ }).click();
  await users.getByText("Done for 1 person").waitFor();
  await assigned.getByText("6 of 6").waitFor();

  // The billing contact reads the same of the subscription, and the audit has who did it.
  await users.getByRole("link", { name: "Subscription" }).click();
  await users.getByText("Named seats only", { exact: true }).waitFor();
  await users.getByText("6 assigned to users").waitFor();
  await picture(users, "assigned-seats-subscription");
  await users.getByRole("link", { name: "Refusals and waits", exact: true }).click();
  assert.equal(await users.locator("tbody tr").count(), 1);
  await users.getByRole("row").filter({ hasText: "Yuki" }).getByText("The user has no license").waitFor();
  await users.getByRole("link", { name: "Audit" }).click();
  await users.getByText("Olga Owner").first().waitFor();
  await picture(users, "assigned-seats-audit");
});
