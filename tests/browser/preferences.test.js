// Preferences: colors without a flash, and times in the zone that somebody chose.

import assert from "node:assert/strict";
import { World } from "./lib/api.js";
import { look } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

story("the colors that somebody chooses hold against the browser's, without script too", async ({ open }) => {
  const world = await World.make();
  const owner = await world.owner();
  const page = await open("/me/preferences", { as: owner });
  await look(page, "preferences");
  const light = await ground(page);

  await page.getByLabel("Colors").selectOption("Dark");
  await page.getByRole("button", { name: "Save preferences" }).click();
  await page.getByRole("status").getByText("Your preferences are saved.").waitFor();

  assert.notEqual(await ground(page), light);
  const dark = await ground(page);
  const plain = await open(`/a/${world.id}/overview`, { as: owner, script: false });
  assert.equal(await ground(plain), dark);
  const colleague = await open("/me/preferences", { as: await world.person("Sven Member", { assign_seat: false }), scheme: "light" });
  assert.equal(await ground(colleague), light);
});

story("times and the days of filters are in the zone of the account, or in one's own", async ({ open }) => {
  const world = await World.make({ shared: 3 });
  const owner = await world.owner();
  const page = await open(`/a/${world.id}/settings`, { as: owner });
  await page.getByLabel("Time zone of the account").selectOption("Pacific/Kiritimati");
  await page.getByRole("button", { name: "Save language and time zone" }).click();
  await page.getByRole("status").getByText("The account is in the time zone Pacific/Kiritimati now.").waitFor();
  const time = page.locator("table time").first();
  const zoneOf = async () => (await time.getAttribute("title"))?.split(" ").at(-1);

  await page.goto(`/a/${world.id}/audit`);
  await page.getByText("Times are in Pacific/Kiritimati").waitFor();
  assert.equal(await zoneOf(), "+14");
  await page.locator("details.trace summary").first().click();
  await page.getByRole("link", { name: /^Everything by/ }).first().waitFor();
  await look(page, "audit-folded");
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const lies = await page.locator("details.trace").first().evaluate((details) => {
    const bottom = (/** @type {Element | null} */ element) => element?.getBoundingClientRect().bottom ?? 0;
    return { details: bottom(details.lastElementChild), row: bottom(details.closest("tr")) };
  });
  assert.ok(lies.details <= lies.row, `the open details end at ${lies.details}, their row at ${lies.row}`);
  if (wide) await page.setViewportSize(wide);

  await page.goto("/me/preferences");
  await page.getByLabel("Time zone").selectOption("Europe/Ljubljana");
  await page.getByRole("button", { name: "Save preferences" }).click();
  await page.goto(`/a/${world.id}/audit`);
  await page.getByText("Times are in Europe/Ljubljana").waitFor();
  assert.match((await zoneOf()) ?? "", /^CES?T$/);
});

story("a long list leads to its end by keyboard, with as many rows as somebody likes", async ({ open }) => {
  const world = await World.make();
  for (let number = 1; number <= 60; number++) {
    const name = `Agent ${number}`;
    await world.post(`${world.path}/users`, { name, email: `agent-${number}@${world.domain}`, assign_seat: false });
  }
  const page = await open(`/a/${world.id}/users`, { as: await world.owner() });
  const count = (/** @type {string} */ text) => page.locator("#people-count", { hasText: text }).waitFor();
  await count("1–50 of 61");

  await page.getByRole("link", { name: "25", exact: true }).press("Enter");
  await count("1–25 of 61");
  await page.getByRole("link", { name: "Last page" }).press("Enter");
  await count("51–61 of 61");
  assert.equal(new URL(page.url()).search, "?size=25&page=3");
  await page.getByRole("row", { name: /Agent 60/ }).waitFor();
  await look(page, "list-last-page");
  await page.getByRole("link", { name: "First page" }).press("Enter");
  await count("1–25 of 61");
});
