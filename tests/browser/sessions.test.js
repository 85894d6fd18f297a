// Sessions, the audit and API keys: one user's actions are shown to others at once, as far as they may see them.

import assert from "node:assert/strict";
import { advance, Caller, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** A help desk with concurrent sessions: whoever controls the account ends one with a notice of 30 seconds. */
async function arrange() {
  const world = await World.make({ name: "Fjord Field Service", shared: 60 });
  const [pool] = await world.pools();
  const rules = { ...pool.rules, occupies: "session", end_notice_secs: 30, max_active_sessions_per_seat: null };
  await world.patch(`${world.path}/pools/${pool.id}`, { rules });
  const owner = await world.owner();
  return { world, owner, path: `/a/${world.id}/sessions` };
}

/**
 * Signs an agent in and starts work.
 * @param {World} world
 * @param {any} agent
 * @param {string} [device]
 */
async function work(world, agent, device) {
  const { sign_in } = await world.signIn(agent, { device });
  return world.post(`${world.path}/sessions`, { sign_in: sign_in.id, kind: "call", start: "active" });
}

story("an agent's session appears by itself, is selected, and ends after its notice", async ({ open }) => {
  const { world, owner, path } = await arrange();
  const sven = await world.agent("Sven");
  const amara = await world.agent("Amara");
  const admin = await open(path, { as: owner });
  const agent = await open(path, { as: sven, window: "phone", scheme: "dark" });
  await admin.getByText("No session goes on").waitFor();

  const session = await work(world, sven);
  const tick = admin.getByLabel("Select Sven’s session on Sven's laptop");
  await tick.check();
  await agent.locator(`#${session.id}`).getByText("Active").waitFor();
  await admin.evaluate(() => Object.assign(window, { stayed: true }));
  const kept = await work(world, amara);
  await admin.getByText("2 sessions").waitFor();
  assert.ok(await tick.isChecked(), "the tick is lost when the list changes");
  assert.ok(await admin.evaluate(() => "stayed" in window), "the page was loaded again");
  await picture(admin, "sessions-selected");

  await admin.getByRole("button", { name: "End the selected sessions" }).click();
  await admin.getByText("It closes 30 seconds later").waitFor();
  await checkAxe(admin);
  await checkNarrow(admin);
  await admin.getByLabel("Reason (optional)").fill("The shift is over");
  await picture(admin, "sessions-confirm");
  await admin.getByRole("button", { name: "End the session" }).click();

  await admin.getByText("The notice runs: 1 session will close within 30 seconds.").waitFor();
  await agent.getByText("ended by Olga Owner: The shift is over").waitFor();
  const left = agent.locator("[data-countdown]");
  await agent.waitForFunction(() => Number(document.querySelector("[data-countdown]")?.textContent) < 30);
  assert.ok(Number(await left.textContent()) > 0);
  await checkAxe(admin);
  await checkNarrow(agent);
  await picture(admin, "sessions-ending");
  await admin.setViewportSize({ width: 800, height: 800 });
  await picture(admin, "sessions-ending-tablet");
  await picture(agent, "sessions-ending-phone");

  await advance(31);
  await agent.getByText("You have no session").waitFor();
  await admin.locator(`#${session.id}`).waitFor({ state: "detached" });
  assert.ok(await admin.locator(`#${kept.id}`).isVisible());
});

story("a paused session is visible only to its agent, who resumes it", async ({ open }) => {
  const { world, owner, path } = await arrange();
  const sven = await world.agent("Sven");
  const session = await work(world, sven);
  const admin = await open(path, { as: owner });
  const agent = await open(path, { as: sven });
  await admin.locator(`#${session.id}`).waitFor();

  await agent.getByRole("button", { name: "Pause" }).click();

  await agent.getByText("The session is paused. Only you see it now.").waitFor();
  await agent.getByText("Paused", { exact: true }).last().waitFor();
  await admin.getByText("No session goes on").waitFor();
  await picture(agent, "sessions-paused");
  await agent.getByRole("button", { name: "Resume" }).click();
  await agent.getByText("The session goes on.").waitFor();
  await admin.locator(`#${session.id}`).waitFor();
});

story("sessions are ended without script too", async ({ open }) => {
  const { world, owner, path } = await arrange();
  const session = await work(world, await world.agent("Sven"));
  const page = await open(path, { as: owner, script: false });

  await page.getByLabel("Select Sven’s session on Sven's laptop").check();
  await page.getByRole("button", { name: "End the selected sessions" }).click();
  await page.getByRole("button", { name: "End the session" }).click();

  await page.getByText("The notice runs").waitFor();
  await page.locator(`#${session.id}`).getByText("closes in 30 s").waitFor();
});

story("a key works once it is created and is refused once it is revoked", async ({ open }) => {
  const { world, owner } = await arrange();
  const page = await open(`/a/${world.id}/api-keys`, { as: owner });
  await page.getByLabel("Name").fill("Back end");
  await page.getByRole("checkbox", { name: "read", exact: false }).first().check();
  await picture(page, "api-keys-new");
  await page.getByRole("button", { name: "Make the key" }).click();

  const key = await page.getByLabel("Key", { exact: true }).inputValue();
  assert.ok(!page.url().includes(key));
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "api-keys-shown-once");
  const program = new Caller(key);
  await program.get(`${world.path}/pools`);

  await page.getByRole("link", { name: "I have copied it" }).click();
  await page.getByRole("link", { name: "Revoke… Back end" }).click();
  await checkAxe(page);
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByText("The key Back end is revoked").waitFor();
  await assert.rejects(program.get(`${world.path}/pools`), /: 401 /);

  await page.goto(`/a/${world.id}/audit`);
  await page.getByText("revoked the API key Back end").waitFor();
  await page.getByLabel("What", { exact: true }).selectOption("API key created");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("created the API key Back end").waitFor();
  await picture(page, "audit-filtered");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export as CSV" }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^audit-acct_.*\.csv$/);
});
