// The second factor: setting it up, signing in with it, with a recovery code, and where admins need one.

import assert from "node:assert/strict";
import { advance, PASSWORD, World } from "./lib/api.js";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { signIn, story } from "./lib/story.js";
import { totp } from "./lib/totp.js";
import { forgive } from "./lib/watch.js";

/** What the app shows a minute later: each code works once. @param {string} secret */
async function code(secret) {
  return totp(secret, await advance(60));
}

/**
 * From the page of the second factor to its recovery codes.
 * @param {import("playwright-core").Page} page
 */
async function setUp(page) {
  await page.getByRole("button", { name: "Set up a second factor" }).click();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  const secret = (await page.locator("#secret").textContent()) ?? "";
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "second-factor-to-scan");
  await page.getByRole("textbox", { name: "Code" }).fill(await code(secret));
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Switch the second factor on" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  const codes = await page.locator(".recovery code").allTextContents();
  return { secret, codes };
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} typed
 */
async function typeCode(page, typed) {
  await page.getByRole("heading", { name: "Type your code" }).waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(typed);
  await page.getByRole("button", { name: "Sign in" }).click();
}

story("a user with a second factor signs in with a code, or with a recovery code", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const page = await open("/sign-in");
  forgive(page, /status of 422/);
  await signIn(page, owner);
  await page.goto("/me");
  await page.getByRole("link", { name: "Set up a second factor" }).click();

  const { secret, codes } = await setUp(page);

  assert.equal(codes.length, 10);
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "recovery-codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.waitForURL(`**/a/${world.id}/overview`);

  const phone = await open("/sign-in", { window: "phone", scheme: "dark" });
  forgive(phone, /status of 422/);
  await signIn(phone, owner);
  await typeCode(phone, "000000");
  await phone.getByRole("alert").getByText("This code is wrong").waitFor();
  await checkAxe(phone);
  await checkKeyboard(phone);
  await checkNarrow(phone);
  await picture(phone, "second-step-of-signing-in");
  await typeCode(phone, await code(secret));
  await phone.waitForURL(`**/a/${world.id}/overview`);

  const laptop = await open("/sign-in", { script: false });
  await signIn(laptop, owner);
  await typeCode(laptop, codes[3]);
  await laptop.getByText("9 are left.").waitFor();
});

story("admins who need a second factor are led to it and can do nothing before", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const admin = await world.person("Adam Admin", { role: "admin", assign_seat: false });
  const page = await open("/sign-in");
  forgive(page, /status of 422/);
  await signIn(page, owner);
  const settings = `/a/${world.id}/settings`;
  await page.goto(settings);
  const box = page.getByLabel("Require a second factor of admins");
  const save = page.getByRole("button", { name: "Save the second factor" });
  await box.check();
  await save.click();
  await page.getByRole("alert").getByText("for yourself first").waitFor();
  await page.goto("/me/second-factor");
  await setUp(page);
  await page.goto(settings);
  await box.check();
  await save.click();
  await page.getByText("now needs a second factor").waitFor();

  const other = await open("/sign-in");
  await signIn(other, admin);
  await other.waitForURL("**/me/second-factor");
  await other.goto(`/a/${world.id}/users`);
  await other.waitForURL("**/me/second-factor");
  await setUp(other);
  await other.getByRole("link", { name: "I have kept them" }).click();

  await other.waitForURL(`**/a/${world.id}/overview`);
});
