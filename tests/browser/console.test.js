// The agent console and the customer's page, side by side: seats, queues, warnings, and the work itself.

import assert from "node:assert/strict";
import { advance, PRODUCT_NAME } from "./lib/api.js";
import { checkAxe, checkNarrow, checkTargets, picture } from "./lib/checks.js";
import { click, createCode, desk, joinAs, seesTaken, signInForWork } from "./lib/desk.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

/** A shift where signing in takes the seat. */
const SHIFT = { preset: "help_desk_shift" };

/**
 * An account whose pool has these rules.
 * @param {number} seats
 * @param {object} rules
 */
const shift = async (seats, rules) => (await desk("Fjord Field Service", seats, rules)).world;

story("an agent gives a customer a code, and each sees the other's actions", async ({ open }) => {
  const world = await shift(2, SHIFT);
  const owner = await world.owner();
  const sven = await world.agent("Sven");
  const console = await open("/console", { as: sven });
  const overview = await open(`/a/${world.id}/overview`, { as: owner });
  await seesTaken(overview, "0 of 2");

  await signInForWork(console);
  await seesTaken(overview, "1 of 2");
  await console.getByLabel("Customer's name").fill("Kim Customer");
  const code = await createCode(console, "Create a support code");
  await picture(console, "console-standby");
  await checkAxe(console);

  const customer = await open("/join", { window: "phone", scheme: "dark" });
  await customer.getByLabel("Code").fill(code.toLowerCase());
  await click(customer, "Continue");
  await customer.getByText("waits for you").waitFor();
  await picture(customer, "join-ready");
  await checkAxe(customer);
  await joinAs(customer, "Kim");
  await picture(customer, "join-connected");

  await console.getByRole("heading", { name: "Attended session with Kim" }).waitFor();
  await picture(console, "console-active");
  await click(console, "Pause");
  await customer.getByText("Sven has paused the session").waitFor();
  await click(console, "Resume");
  await customer.getByText("Connected").waitFor();
  await click(console, "End");
  await customer.getByText("The session has ended.").waitFor();
  await checkNarrow(customer);
  await picture(customer, "join-ended");
  await console.getByText("Ended by you or the customer").waitFor();
});

story("an agent hands over a link by reading its code aloud, by copying it or as a QR code", async ({ open }) => {
  const world = await shift(2, SHIFT);
  const console = await open("/console", { as: await world.agent("Sven"), window: "phone" });
  await signInForWork(console);
  const code = await createCode(console, "Create a call link");

  await console.getByText("Link open, waits for the customer").waitFor();
  const groups = await console.locator(".code > span").allTextContents();
  assert.ok(groups.length > 1 && groups.every((group) => group.length <= 4), groups.join(" "));
  await console.getByText([...groups.map((group) => [...group].join(" "))].join(", ")).waitFor({ state: "attached" });
  await console.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await click(console, "Copy the link");
  await console.getByRole("status").filter({ hasText: "Copied" }).waitFor({ state: "attached" });
  const link = await console.evaluate(() => navigator.clipboard.readText());
  assert.equal(new URL(link).pathname, `/join/${code}`);
  await console.getByText("QR code of the link").click();
  await console.getByRole("img", { name: "QR code of the link" }).waitFor();
  await picture(console, "console-hand-over-phone");
  await checkAxe(console);
  await checkNarrow(console);
  await checkTargets(console);

  const customer = await open(`/join/${code}`, { window: "phone" });
  await checkTargets(customer);
  await joinAs(customer, "Kim");
  await checkTargets(customer);
  await console.getByText("In a call", { exact: true }).waitFor();
  await checkTargets(console);
  await picture(console, "console-call-phone");
});

story("an agent in a call who looks at another page keeps the seat and the customer", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, lease_secs: 90 });
  const sven = await world.agent("Sven");
  const page = await open("/console", { as: sven });
  await signInForWork(page);
  const code = await createCode(page, "Create a call link");
  const customer = await open(`/join/${code}`, { window: "phone" });
  await joinAs(customer, "Kim");
  await page.getByText("In a call", { exact: true }).waitFor();

  const beat = () => page.waitForResponse((answer) => answer.url().endsWith("/console/alive"));

  await page.clock.install();
  for (const path of [`/a/${world.id}/overview`, "/me/preferences"]) {
    const atLoad = beat();
    await page.goto(path);
    await atLoad;
    for (const _ of [1, 2, 3]) {
      await advance(60);
      const next = beat();
      await page.clock.runFor(31_000);
      assert.equal((await next).status(), 204);
    }
  }

  await page.goto("/console");
  await page.getByText("In a call", { exact: true }).waitFor();
  await customer.getByText("Connected").waitFor();
});

story("an agent who waits is called to an offered seat on the page of users, and stays where a form is", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, auto_log_off_after_secs: 600, offer_hold_secs: 60 });
  const { sign_in: taken } = await world.signIn(await world.agent("Sven"));
  const owner = await world.agent("Olga Owner", { fields: { role: "owner" } });
  const page = await open("/console", { as: owner });
  forgive(page, /status of 409/);
  await click(page, `Take a seat of ${PRODUCT_NAME}`);
  await click(page, "Wait in the queue");
  await page.getByText("Your place in the queue").waitFor();
  await page.goto(`/a/${world.id}/users`);

  await world.delete(`${world.path}/sign-ins/${taken.id}`);

  const call = page.locator("#holds");
  await call.getByText("A seat is yours").waitFor();
  await page.waitForFunction(() => document.title.startsWith("A seat is yours · Users"));
  await picture(page, "holds-offered");
  await checkAxe(page);
  await checkNarrow(page);
  await call.getByRole("link", { name: "Agent console" }).click();
  await click(page, "Take the seat");
  await page.getByText("Signed in", { exact: true }).waitFor();

  await page.goto(`/a/${world.id}/users/new`);
  await page.getByLabel("Name", { exact: true }).fill("Half a name");
  await advance(550);
  await call.getByText("Are you still there?").waitFor();
  await picture(page, "holds-warned");
  await call.getByRole("button", { name: "Stay" }).click();
  await call.getByText("Are you still there?").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Half a name");
  await advance(500);
  await page.goto("/console");
  await page.getByText("Signed in", { exact: true }).waitFor();
});

story("the console shows how long it takes until log-off, and how long a call takes", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, auto_log_off_after_secs: 600 });
  const page = await open("/console", { as: await world.agent("Sven") });
  await signInForWork(page);
  const fact = page.locator(".facts > div").filter({ hasText: "Log-off if you are idle" });

  await fact.getByText(/^in (10|9) min/).waitFor();
  await picture(page, "console-log-off-time");
  await click(page, "Start unattended");
  await fact.getByText("not during a call or while a link is open").waitFor();
  const timer = page.locator(".work .elapsed");
  await timer.getByText(/^[1-9]\d* s$/).waitFor();
});

story("an offer calls the agent by title, sound and notification, and not again", async ({ open }) => {
  const world = await shift(1, SHIFT);
  const { sign_in: taken } = await world.signIn(await world.agent("Sven"));
  const page = await open("/console", { as: await world.agent("Yuki") });
  forgive(page, /status of 409/);
  await page.addInitScript(() => {
    const heard = Object.assign(window, { notes: 0, shown: /** @type {string[]} */ ([]) });
    const volume = { setValueAtTime() {}, linearRampToValueAtTime() {} };
    const sounds = class {
      currentTime = 0;
      destination = {};
      createOscillator() {
        heard.notes += 1;
        return { frequency: {}, connect: (/** @type {object} */ to) => to, start() {}, stop() {} };
      }
      createGain() {
        return { gain: volume, connect: (/** @type {object} */ to) => to };
      }
    };
    const notification = class {
      static permission = "granted";
      constructor(/** @type {string} */ text) {
        heard.shown.push(text);
      }
    };
    Object.assign(window, { AudioContext: sounds, Notification: notification });
    document.hasFocus = () => false;
  });
  await click(page, `Take a seat of ${PRODUCT_NAME}`);
  await click(page, "Wait in the queue");
  await page.getByText("Your place in the queue").waitFor();
  // Browsers let a page sound only after it was touched.
  await page.keyboard.press("Shift");

  await world.delete(`${world.path}/sign-ins/${taken.id}`);
  await page.getByRole("button", { name: "Take the seat" }).waitFor();
  await page.waitForFunction(() => document.title.startsWith("A seat is yours · Agent console"));
  const heard = () => page.evaluate(() => {
    const { notes, shown } = /** @type {any} */ (window);
    return { notes, shown };
  });
  assert.deepEqual(await heard(), { notes: 2, shown: ["A seat is yours"] });
  assert.equal(await page.getByRole("alert").locator("[data-countdown]").count(), 0, "no alert counts");
  await world.post(`${world.path}/teams`, { name: "Night", members: [] });
  assert.deepEqual(await heard(), { notes: 2, shown: ["A seat is yours"] }, "the same offer calls once");

  await click(page, "Take the seat");
  await page.waitForFunction(() => document.title.startsWith("Agent console"));
});

story("an admin ends a session, and both sides see why while the notice runs", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, end_notice_secs: 30 });
  const sven = await world.agent("Sven");
  const console = await open("/console", { as: sven });
  await signInForWork(console);
  const code = await createCode(console, "Create a call link");
  const customer = await open(`/join/${code}`, { window: "phone" });
  await click(customer, "Join");
  const call = console.getByRole("listitem").filter({ hasText: "Call" });
  await call.getByText("Active", { exact: true }).waitFor();

  const { items } = await world.get(`${world.path}/sessions`);
  await world.post(`${world.path}/sessions/end`, { ids: [items[0].id], reason: "We close at noon" });

  await console.getByText("We close at noon").waitFor();
  await customer.getByText("We close at noon").waitFor();
  await picture(console, "console-closing");
  await advance(31);
  await customer.getByText("The session was ended by Fjord Field Service.").waitFor();
  await console.getByText("No session at the moment").waitFor();
});

story("a user who finds all seats taken waits, is offered the next one, and takes it", async ({ open }) => {
  const world = await shift(1, SHIFT);
  await world.owner("Olga Owner");
  const { sign_in: taken } = await world.signIn(await world.agent("Sven"));
  const yuki = await world.agent("Yuki");
  const page = await open("/console", { as: yuki });
  forgive(page, /status of 409/);

  await click(page, `Take a seat of ${PRODUCT_NAME}`);
  await page.getByText("All shared seats are in use.").waitFor();
  await page.getByText("Olga Owner").waitFor();
  await picture(page, "console-refused");
  await checkAxe(page);
  await checkNarrow(page);
  await click(page, "Wait in the queue");
  await page.getByText("Your place in the queue").waitFor();
  await picture(page, "console-waiting");

  await world.delete(`${world.path}/sign-ins/${taken.id}`);
  await page.getByRole("button", { name: "Take the seat" }).waitFor();
  await picture(page, "console-offered");
  await click(page, "Take the seat");
  await page.getByText("Signed in", { exact: true }).waitFor();
});

story("an idle agent is warned, stays with a click, and without one is logged off", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, auto_log_off_after_secs: 600 });
  const page = await open("/console", { as: await world.agent("Sven"), window: "phone", scheme: "dark" });
  await signInForWork(page);

  await advance(550);
  await page.getByText("Are you still there?").waitFor();
  await picture(page, "console-warned");
  await checkAxe(page);
  await checkNarrow(page);
  await click(page, "Stay");
  await page.getByText("Are you still there?").waitFor({ state: "hidden" });
  await advance(500);
  await page.getByText("Signed in", { exact: true }).waitFor();

  await advance(600);
  await page.getByText("You were logged off because you had been inactive").waitFor();
});

story("an agent who uses the page is not idle where any use counts", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, auto_log_off_after_secs: 600, console_activity: "any_use" });
  const page = await open("/console", { as: await world.agent("Sven") });
  await signInForWork(page);
  const told = page.waitForResponse((answer) => answer.url().endsWith("/console/active"));

  await advance(500);
  await page.keyboard.press("Shift");
  assert.equal((await told).status(), 204);
  await advance(500);

  const { items } = await world.get(`${world.path}/sign-ins`);
  assert.ok(items[0].idle_secs < 510, "the idle clock started again");
  await page.getByText("Signed in", { exact: true }).waitFor();
});

story("a page that nobody uses still sends heartbeats", async ({ open }) => {
  const world = await shift(1, { ...SHIFT, lease_secs: 12 });
  const page = await open("/console", { as: await world.agent("Sven") });
  await signInForWork(page);

  const answer = await page.waitForResponse((one) => one.url().endsWith("/console/alive"));

  assert.equal(answer.status(), 204);
  await page.close();
  await advance(15);
  const { items } = await world.get(`${world.path}/sign-ins`);
  assert.deepEqual(items, [], "a page that is closed keeps no seat");
});

story("an evicted user sees who did it and why, and their input stays", async ({ open }) => {
  const world = await shift(1, SHIFT);
  const owner = await world.owner("Olga Owner");
  const page = await open("/console", { as: await world.agent("Sven") });
  await signInForWork(page);
  await page.getByLabel("Customer's name").fill("Half a na");

  await world.post(`${world.path}/teams`, { name: "Night", members: [] });
  const { items } = await world.get(`${world.path}/sign-ins`);
  const admin = await world.as(owner);
  await admin.delete(`${world.path}/sign-ins/${items[0].id}?reason=${encodeURIComponent("Your shift is over")}`);

  await page.getByText("Olga Owner logged you out.").waitFor();
  await page.getByText("Your shift is over").waitFor();
  await picture(page, "console-logged-out");
  await checkAxe(page);
});

story("a second browser takes over the sign-in, and the first one is told", async ({ open }) => {
  const world = await shift(2, SHIFT);
  const sven = await world.agent("Sven");
  const first = await open("/console", { as: sven });
  await first.getByLabel("Name of this device").fill("Sven's laptop");
  await signInForWork(first);
  const second = await open("/console", { as: sven });
  forgive(second, /status of 409/);

  await click(second, `Take a seat of ${PRODUCT_NAME}`);
  await second.getByText("You are signed in on Sven's laptop already").waitFor();
  await click(second, "Sign out there and in here");
  await second.getByText("Signed in", { exact: true }).waitFor();

  await first.getByText("You signed in on another device").waitFor();
});

story("a console that lost its connection says so, and recovers by itself", async ({ open }) => {
  const world = await shift(1, SHIFT);
  const page = await open("/console", { as: await world.agent("Sven") });
  await signInForWork(page);
  forgive(page, /ERR_INTERNET_DISCONNECTED|ERR_NETWORK|htmx:sse:error/);
  // Open streams survive Playwright's offline mode; a real network failure would end them.
  await page.context().setOffline(true);
  await world.post(`${world.path}/teams`, { name: "Night", members: [] });
  await page.evaluate(() => {
    const live = /** @type {any} */ (document.getElementById("live"));
    return live._htmx.sse.reader.cancel();
  });
  await page.getByText("Connection lost, trying again…").waitFor();
  await picture(page, "console-lost");

  await page.context().setOffline(false);
  await page.getByText("Connection lost, trying again…").waitFor({ state: "hidden" });
  await page.getByText("Signed in", { exact: true }).waitFor();
});

story("the console and the customer's page work without script", async ({ open }) => {
  const world = await shift(1, SHIFT);
  const sven = await world.agent("Sven");
  // Sign in with script first; the cookie stays.
  await open("/console", { as: sven });
  const page = await open("/console", { as: sven, script: false });
  await signInForWork(page);
  const code = await createCode(page, "Create a support code");
  const customer = await open(`/join/${code}`, { script: false });
  await click(customer, "Join");
  await customer.getByText("Connected").waitFor();
  await page.goto("/console");
  await click(page, "End");
  await customer.goto(`/join/${code}`);
  await customer.getByText("The session has ended.").waitFor();
});
