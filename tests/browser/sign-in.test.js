// Signing in and out: wrong passwords, guessing, several browsers, and a browser without script.

import assert from "node:assert/strict";
import { advance, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { signIn, story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

/**
 * @param {import("playwright-core").Page} page
 * @param {string} email
 * @param {string} password
 */
async function attempt(page, email, password) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

story("a wrong password is explained, and the input stays", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const page = await open(`/a/${world.id}/overview`, { window: "phone", scheme: "dark" });
  forgive(page, /status of 422/);

  await attempt(page, owner.email, "not this one");

  const alert = page.getByRole("alert");
  await alert.getByText("The e-mail address or the password is wrong.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "errors");
  assert.equal(await page.getByLabel("E-mail").inputValue(), owner.email);
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "a-wrong-password");
  await attempt(page, owner.email, owner.password);
  await page.waitForURL(`**/a/${world.id}/overview`);
});

story("guessing is throttled, and the page says how long to wait", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const page = await open("/sign-in");
  forgive(page, /status of 4(22|29)/);
  const wait = page.getByText("The next one is possible in");

  for (let guesses = 0; guesses < 8; guesses++) {
    await attempt(page, owner.email, `guess ${guesses}`);
    await page.getByRole("alert").waitFor();
  }
  await attempt(page, owner.email, owner.password);

  const words = await wait.textContent();
  const minutes = Number(words?.match(/in (\d+) minutes/)?.[1]);
  assert.ok(minutes > 0 && minutes <= 24, words ?? "");
  await checkAxe(page);
  await picture(page, "too-many-attempts");
  await advance(minutes * 60);
  await page.goto("/sign-in");
  await attempt(page, owner.email, owner.password);
  await page.waitForURL(`**/a/${world.id}/overview`);
});

story("signing out everywhere else closes the pages of the other browsers at once", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const laptop = await open("/sign-in");
  const phone = await open("/sign-in", { window: "phone" });
  await signIn(laptop, owner);
  await signIn(phone, owner);
  await laptop.getByRole("heading", { name: "Overview" }).waitFor();
  await phone.goto("/me");

  await phone.getByRole("button", { name: "Sign out everywhere else" }).click();

  await phone.getByRole("status").getByText("1 other browser is signed out.").waitFor();
  await laptop.waitForURL(/\/sign-in\?back=/);
  await signIn(laptop, owner);
  await phone.locator("header summary").click();
  await phone.getByRole("button", { name: "Sign out", exact: true }).click();
  await phone.getByRole("status").getByText("You are signed out.").waitFor();
});

story("everything works without script", async ({ open }) => {
  const world = await World.make({ shared: 2 });
  const owner = await world.owner();
  await world.signIn(await world.agent("Sven"));
  const page = await open("/sign-in", { script: false });

  await attempt(page, owner.email, owner.password);
  await page.getByText("1 of 2").first().waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Sessions: who sees and ends" }).click();
  await page.getByLabel("See everybody’s sessions").check();
  await page.getByRole("button", { name: "Save the permissions" }).click();

  await page.getByRole("status").getByText("The session permissions are saved.").waitFor();
  assert.ok(await page.getByLabel("See everybody’s sessions").isChecked());
  const { session_permissions: saved } = await world.get(`${world.path}/settings`);
  assert.equal(saved.view_account, true);
  await page.locator("header summary").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("You are signed out.").waitFor();
});

story("a password that somebody else set lets its user choose another one, and nothing else", async ({ open }) => {
  const world = await World.make();
  const sven = await world.person("Sven Svensson", { password_temporary: true });
  const page = await open("/sign-in", { window: "phone" });
  forgive(page, /status of 422/);
  await attempt(page, sven.email, sven.password);

  await page.getByText("Somebody else set your password.").waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "temporary-password");
  await page.goto(`/a/${world.id}/overview`);
  assert.equal(new URL(page.url()).pathname, "/me/password");
  const choose = async (/** @type {string} */ password) => {
    await page.getByLabel("Present password").fill(sven.password);
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password, again").fill(password);
    await page.getByRole("button", { name: "Change the password" }).click();
  };
  await choose(sven.password);
  await page.getByRole("alert").getByText("Choose another one.").waitFor();
  await choose("teapot anchor lilac");

  await page.waitForURL("**/console");
  const again = await open("/sign-in");
  await attempt(again, sven.email, "teapot anchor lilac");
  await again.waitForURL("**/console");
});
