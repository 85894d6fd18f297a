// Settings: who may see and end sessions, and the initial rules of new pools.

import assert from "node:assert/strict";
import { PRODUCT, World } from "./lib/api.js";
import { checkAxe, checkNarrow, look, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

story("control is not given without view, and the page says so beside the box", async ({ open }) => {
  const world = await World.make();
  const page = await open(`/a/${world.id}/settings/permissions`, { as: await world.owner() });
  forgive(page, /status of 422/);
  const control = page.getByLabel("End anybody’s sessions");

  await control.check();
  await page.getByRole("button", { name: "Save the permissions" }).click();

  await page.getByRole("alert").getByRole("link").click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "control_account");
  assert.ok(await control.isChecked());
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "control-needs-view");
  await page.getByLabel("See everybody’s sessions").check();
  await page.getByRole("button", { name: "Save the permissions" }).click();
  await page.getByRole("status").getByText("The session permissions are saved.").waitFor();
  const { session_permissions: saved } = await world.get(`${world.path}/settings`);
  assert.deepEqual(saved, { view_own: true, control_own: true, view_account: true, control_account: true });
});

story("new pools start with the rules of a preset, which can be changed", async ({ open }) => {
  const world = await World.make({ shared: 3 });
  const page = await open(`/a/${world.id}/settings`, { as: await world.owner(), window: "phone", scheme: "dark" });
  forgive(page, /status of 422/);

  await page.getByRole("link", { name: /Concurrent devices/ }).click();
  await page.getByText("are filled in below").waitFor();
  assert.equal(await page.getByLabel("Who holds a seat").inputValue(), "device");
  const lease = page.getByLabel("Sign out a silent device after");
  await lease.fill("soon");
  await page.getByRole("button", { name: "Save the rules of new pools" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await lease.inputValue(), "soon");
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "rules-of-new-pools-phone");
  await lease.fill("2 min");
  await page.getByRole("button", { name: "Save the rules of new pools" }).click();

  await page.getByRole("status").getByText("New pools start with these rules.").waitFor();
  const pool = await world.post(`${world.path}/pools`, { name: "Late shift", product: PRODUCT, seats: 0 });
  assert.equal(pool.rules.seat_per, "device");
  assert.equal(pool.rules.lease_secs, 120);
});

story("a product gets a name and a color, which pages show beside each other", async ({ open }) => {
  const world = await World.make({ named: 2, shared: 3 });
  const owner = await world.owner();
  await world.agent("Sven Lindqvist");
  const page = await open(`/a/${world.id}/settings`, { as: owner });
  await page.getByLabel(`Name of ${PRODUCT}`).fill("Contoso Rescue");
  await page.getByRole("group", { name: `Color of ${PRODUCT}` }).getByLabel("Violet").check();
  await page.getByRole("button", { name: "Save products" }).click();
  await page.getByRole("status").getByText("The names and colors of the products are saved.").waitFor();
  await page.locator("#products-title").scrollIntoViewIfNeeded();
  await look(page, "product-colors");

  for (const path of ["seats", "overview", "pools", "users?sort=pool", "subscription"]) {
    await page.goto(`/a/${world.id}/${path}`);
    const names = page.locator("bdi", { hasText: /^Contoso Rescue$/ });
    await names.first().waitFor();
    const dots = await page.locator("svg.dot-violet + bdi").allTextContents();
    assert.ok(dots.length > 0 && dots.every((name) => name === "Contoso Rescue"), path);
    await look(page, `product-color-${path.replace(/\W.*/, "")}`);
  }
});
