// Users: searching, adding, changing one or many, and teams.

import assert from "node:assert/strict";
import { PRODUCT_NAME, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

/** An account with 120 people. */
async function arrange() {
  const world = await World.make({ name: "Fjord Field Service", named: 4, shared: 3 });
  const owner = await world.owner();
  for (let number = 1; number <= 120; number++) {
    await add(world, `Agent ${String(number).padStart(3, "0")}`, `agent-${number}@${world.domain}`);
  }
  await add(world, "Amara Okafor", `amara@${world.domain}`);
  await add(world, "Yuki Tanaka", `yuki@${world.domain}`, true);
  return { world, owner };
}

/**
 * A person without a password.
 * @param {World} world
 * @param {string} name
 * @param {string} email
 * @param {boolean} [seat]
 */
function add(world, name, email, seat = false) {
  return world.post(`${world.path}/users`, { name, email, assign_seat: seat });
}

/** @type {ReturnType<typeof arrange> | undefined} */
let arranged;
const desk = () => (arranged ??= arrange());

story("one of many users is found while typing, and the URL follows", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users`, { as: owner });
  await page.locator("#people-count", { hasText: "1–50 of 123" }).waitFor();
  await picture(page, "users-desktop");
  await page.getByRole("link", { name: "Next page" }).click();
  await page.locator("#people-count", { hasText: "51–100 of 123" }).waitFor();

  await page.getByLabel("Name or e-mail").pressSequentially("okaf");

  await page.locator("#people-count", { hasText: "1 of 1 that match" }).waitFor();
  await page.waitForURL((url) => url.searchParams.get("q") === "okaf");
  assert.equal(await page.getByLabel("Name or e-mail").inputValue(), "okaf");
  await page.reload();
  await page.getByRole("link", { name: "Amara Okafor" }).click();
  await page.getByRole("heading", { name: "Amara Okafor" }).waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "user-desktop");
});

story("fifteen users fit on a screen of 900 px", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users`, { as: owner });
  await page.setViewportSize({ width: 1280, height: 900 });
  const rows = await page.locator("#people tbody tr[id]").all();
  const boxes = await Promise.all(rows.map((row) => row.boundingBox()));
  const whole = boxes.filter((box) => box && box.y + box.height <= 900);
  await picture(page, "users-900");
  assert.ok(whole.length >= 15, `${whole.length} users are in sight`);
});

story("a user is added with a seat, once the address is valid", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users`, { as: owner });
  forgive(page, /status of 422/);
  await page.getByRole("link", { name: "Add a user" }).click();
  assert.equal(await page.getByLabel(PRODUCT_NAME).inputValue(), "named");
  assert.equal(await page.getByLabel("Manage users and teams").isVisible(), false);
  await page.getByLabel("Name", { exact: true }).fill("Eva Lind");
  // The browser accepts it as an address; the server finds it too long.
  await page.getByLabel("E-mail address").fill(`${"e".repeat(65)}@${world.domain}`);

  await page.getByRole("button", { name: "Invite user" }).click();

  await page.locator("#email-error").getByText("This must be an e-mail address").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Eva Lind");
  await checkAxe(page);
  await picture(page, "user-new-wrong");
  await page.getByLabel("E-mail address").fill(`eva@${world.domain}`);
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByText(`Eva Lind is added, with a named seat of ${PRODUCT_NAME}.`).waitFor();
});

story("a seat is reassigned in two clicks", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users?q=yuki`, { as: owner });

  await page.getByRole("link", { name: "Reassign… the seat of Yuki Tanaka" }).click();
  await page.getByText("Who gets the seat of Yuki Tanaka?").waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "user-reassign");
  await page.getByRole("button", { name: "Give the seat to Agent 001" }).click();

  await page.getByText(`Agent 001 has the seat of ${PRODUCT_NAME} now, in place of Yuki Tanaka.`).waitFor();
});

story("many users are moved to a pool after a preview", async ({ open }) => {
  const { world, owner } = await desk();
  const [pool] = await world.pools();
  const page = await open(`/a/${world.id}/users?q=agent-11`, { as: owner });
  await page.getByLabel("Tick everybody on this page").check();
  await page.getByLabel("Tick Agent 110").uncheck();
  await page.getByLabel("What to do").selectOption({ value: `move ${pool.id}` });
  await page.getByRole("button", { name: "Continue…" }).click();

  await page.getByRole("heading").filter({ hasText: `10 people: move to the pool ${pool.name}?` }).waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "users-bulk");
  await page.getByRole("button").filter({ hasText: `Yes, move to the pool ${pool.name}` }).click();

  await page.getByText(`Done for 10 people: move to the pool ${pool.name}.`).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("q"), "agent-11");
});

story("all of it works on a phone without script", async ({ open }) => {
  const { world, owner } = await desk();
  const [pool] = await world.pools();
  const page = await open(`/a/${world.id}/users`, { as: owner, script: false, window: "phone", scheme: "dark" });
  await page.getByLabel("Name or e-mail").fill("agent-12");
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator("#people-count", { hasText: "1–2 of 2 that match" }).waitFor();
  await page.getByLabel("Tick Agent 012").scrollIntoViewIfNeeded();
  await picture(page, "users-phone-dark");

  await page.getByLabel("Tick Agent 012").check();
  await page.getByLabel("What to do").selectOption({ value: `move ${pool.id}` });
  await page.getByRole("button", { name: "Continue…" }).click();
  await page.getByRole("button", { name: "Yes, move to the pool" }).click();

  await page.getByText("Done for 1 person").waitFor();
  await page.getByRole("link", { name: "Agent 012" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Agent Twelve");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Agent Twelve is saved.").waitFor();
  await picture(page, "user-phone-dark");
});

story("a team is created and filled", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/teams`, { as: owner });
  await page.getByLabel("Name", { exact: true }).fill("Night shift");
  await page.getByRole("button", { name: "Create the team" }).click();
  await page.getByText("Team Night shift created.").waitFor();

  await page.getByLabel("Name or e-mail").pressSequentially("okafor");
  await page.getByRole("button", { name: "Add Amara Okafor" }).click();

  await page.getByText("Amara Okafor is in the team now.").waitFor();
  await page.getByRole("button", { name: "Take out Amara Okafor" }).waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "team-desktop");
});

story("a user who was signed out meanwhile is asked to sign in, and the list does not vanish", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users`, { as: owner });
  await page.context().clearCookies();

  await page.getByLabel("Name or e-mail").pressSequentially("okaf");

  await page.waitForURL((url) => url.pathname === "/sign-in");
});

story("a user is removed, after a page that shows what happens to their seat", async ({ open }) => {
  const { world, owner } = await desk();
  const { id } = await add(world, "Lena Lost", `lena@${world.domain}`, true);
  const page = await open(`/a/${world.id}/users/${id}`, { as: owner, window: "phone", scheme: "dark" });
  await page.getByRole("link", { name: "Remove…" }).click();
  await page.getByText(`Their named seat of ${PRODUCT_NAME} is free for somebody else.`).waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "user-remove-phone-dark");

  await page.getByRole("button", { name: "Remove the user" }).click();

  await page.getByText("The user is removed.").waitFor();
});

story("the list updates itself and keeps ticks and input", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/users?q=okaf`, { as: owner });
  const search = page.getByLabel("Name or e-mail");
  const tick = page.getByLabel("Tick Amara Okafor");
  await tick.check();

  await add(world, "Bo Okafor", `bo@${world.domain}`);
  await page.getByRole("link", { name: "Bo Okafor" }).waitFor();

  assert.ok(await tick.isChecked());
  // Another search has another stream, and keeps the ticks of users it still shows.
  await search.press("End");
  await search.pressSequentially("or");
  await page.waitForURL((url) => url.searchParams.get("q") === "okafor");
  await search.pressSequentially(" x", { delay: 400 });
  await page.getByText("Nobody matches.").waitFor();
  await add(world, "Cy Okafor X", `cy@${world.domain}`);
  await page.getByRole("link", { name: "Cy Okafor X" }).waitFor();
  assert.equal(await search.inputValue(), "okafor x");
});
