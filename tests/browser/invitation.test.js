// From an invitation to a seat, and from a forgotten password back in.

import assert from "node:assert/strict";
import { PRODUCT_NAME, World } from "./lib/api.js";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { signIn, story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

const CHOSEN = "orchard violin tundra";
const NARROW = { width: 390, height: 844 };

/** The path of the link that a page shows. @param {import("playwright-core").Page} page */
async function linkOf(page) {
  const url = (await page.locator("#link").textContent()) ?? "";
  assert.equal(await page.getByRole("button", { name: "Copy the link" }).count(), 1);
  return new URL(url, page.url()).pathname;
}

/** @param {import("playwright-core").Page} page @param {string} name */
async function inBothWidths(page, name) {
  const wide = page.viewportSize();
  await picture(page, `${name}-wide`);
  await page.setViewportSize(NARROW);
  await picture(page, `${name}-narrow`);
  await page.setViewportSize(wide ?? NARROW);
}

/** @param {import("playwright-core").Page} page @param {string} password */
async function choose(page, password) {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("New password, again").fill(password);
  await page.getByRole("button", { name: "Set password and sign in" }).click();
}

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  story(`an invitation leads to a password and a seat, in ${scheme} colours`, async ({ open }) => {
    const world = await World.make({ name: "Fjord Field Service", named: 2, shared: 2 });
    const owner = await world.owner();
    const page = await open(`/a/${world.id}/users/new`, { as: owner, scheme });
    await page.getByLabel("Name", { exact: true }).fill("Amara Okafor");
    await page.getByLabel("E-mail address").fill(`amara-${scheme}@${world.domain}`);
    await page.locator("select[name^=license]").selectOption({ index: 1 });
    await inBothWidths(page, `invite-form-${scheme}`);
    await page.getByRole("button", { name: "Invite user" }).click();
    await page.getByRole("heading", { name: "Invitation for Amara Okafor" }).waitFor();
    await checkAxe(page);
    await checkNarrow(page);
    await inBothWidths(page, `invite-link-${scheme}`);
    const path = await linkOf(page);
    await page.getByRole("link", { name: "I have copied it" }).click();
    await page.getByText("They have not chosen a password yet.").waitFor();
    await inBothWidths(page, `invite-person-${scheme}`);
    await page.goto(`/a/${world.id}/users?status=invited`);
    await page.locator(".badge", { hasText: "Invited" }).waitFor();
    await inBothWidths(page, `invite-users-${scheme}`);

    const amara = await open(path, { scheme });
    forgive(amara, /status of 4(10|22)/);
    await amara.getByRole("heading", { name: "Welcome, Amara Okafor" }).waitFor();
    await checkAxe(amara);
    await checkKeyboard(amara);
    await checkNarrow(amara);
    await inBothWidths(amara, `invite-welcome-${scheme}`);
    await choose(amara, "amara okafor fjord");
    await amara.getByText("This could not be done.").waitFor();
    await choose(amara, CHOSEN);
    await amara.waitForURL(/\/console/);
    await amara.getByRole("button", { name: `Take a seat of ${PRODUCT_NAME}` }).click();
    await amara.getByText("Signed in", { exact: true }).waitFor();
    await inBothWidths(amara, `invite-seat-${scheme}`);

    const late = await open(path, { scheme });
    forgive(late, /status of 410/);
    await late.goto(path);
    await late.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await checkAxe(late);
    await inBothWidths(late, `invite-ended-${scheme}`);
  });
}

story("a user who forgot their password chooses another with a link of an admin", async ({ open }) => {
  const world = await World.make({ name: "Fjord Field Service", named: 2, shared: 2 });
  const owner = await world.owner();
  const sven = await world.agent("Sven");
  const list = await open(`/a/${world.id}/users?q=sven`, { as: owner });
  await list.getByRole("link", { name: "Sven" }).first().click();
  await list.getByRole("button", { name: "Create password reset link" }).click();
  await list.getByRole("heading", { name: "Password reset link for Sven" }).waitFor();
  await checkAxe(list);
  const path = await linkOf(list);

  const page = await open(path);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await checkAxe(page);
  await inBothWidths(page, "reset-link");
  await choose(page, CHOSEN);
  await page.waitForURL(/\/console/);

  const again = await open("/sign-in");
  await signIn(again, { ...sven, password: CHOSEN });
});
