// Seat pools: signing in takes the seat, on one device each. Users who are idle for an hour are logged off.

import assert from "node:assert/strict";
import { advance, PRODUCT_NAME } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { click, createCode, desk, joinAs, runsDown, seesTaken, signInForWork } from "./lib/desk.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

story("a shift of three on two seats, from the first sign-in to the last log-off", async ({ open }) => {
  const { world, pool } = await desk("Fjord Field Service", 2, { preset: "help_desk_shift" });
  const owner = await world.owner();
  const [sven, amara, yuki] = [await world.agent("Sven"), await world.agent("Amara"), await world.agent("Yuki")];
  const overview = await open(`/a/${world.id}/overview`, { as: owner, window: "phone", scheme: "dark" });
  const pools = await open(`/a/${world.id}/pools?open=${pool.id}`, { as: owner });
  const queue = await open(`/a/${world.id}/queue`, { as: owner });
  /** @param {string} name of an agent */
  const rowOf = (name) => pools.getByRole("row").filter({ hasText: name });
  await seesTaken(overview, "0 of 2");
  await pools.getByText("Nobody is signed in.").waitFor();

  // Two agents sign in, each in their own browser, and are shown with their seats.
  const svens = await open("/console", { as: sven });
  await svens.getByLabel("Name of this device").fill("Sven's laptop");
  await signInForWork(svens);
  await rowOf("Sven's laptop").getByText("Not in a call").waitFor();
  await seesTaken(overview, "1 of 2");
  const amaras = await open("/console", { as: amara, window: "phone" });
  await amaras.getByLabel("Name of this device").fill("Amara's phone");
  await signInForWork(amaras);
  await rowOf("Amara's phone").getByText("Browser").waitFor();
  await seesTaken(overview, "2 of 2");
  await overview.getByText("Support is full: all 2 seats are taken.").waitFor();

  // The third sees why they cannot, whom to ask and what to do, and waits.
  const yukis = await open("/console", { as: yuki });
  forgive(yukis, /status of 409/);
  await click(yukis, `Take a seat of ${PRODUCT_NAME}`);
  const refused = yukis.getByRole("alert").filter({ hasText: "All shared seats are in use." });
  assert.equal(
    await refused.locator(".refused-sentence").textContent(),
    "All shared seats are in use. To start a session, please wait for an available seat.",
  );
  await refused.getByText("Support has 2 of 2 seats taken.").waitFor();
  await yukis.getByText("You can ask Olga Owner.").waitFor();
  await picture(yukis, "seat-pools-refused");
  await click(yukis, "Wait in the queue");
  const ticket = yukis.locator("#queue");
  await ticket.locator("div", { hasText: "Your place in the queue" }).getByText("1", { exact: true }).waitFor();
  await ticket.getByText("Estimated wait").waitFor();
  await picture(yukis, "seat-pools-waiting");
  await queue.getByRole("row").filter({ hasText: "Yuki" }).waitFor();
  await pools.getByText("1 waiting").waitFor();
  await overview.getByText(/ has waited .* in Support\./).waitFor();
  await picture(overview, "seat-pools-overview-phone");

  // A customer joins through a call link; the pool's page shows the call while it lasts.
  const code = await createCode(svens, "Create a call link");
  const customer = await open(`/join/${code}`, { window: "phone", scheme: "dark" });
  await customer.getByText("waits for you").waitFor();
  await rowOf("Sven's laptop").getByText("Link open, waits for the customer").waitFor();
  await joinAs(customer, "Kim");
  await rowOf("Sven's laptop").getByText("In a call", { exact: true }).waitFor();
  await svens.getByText("In a call", { exact: true }).waitFor();
  await picture(pools, "seat-pools-in-call");
  await picture(svens, "seat-pools-console-in-call");
  await customer.getByText("Leave the session", { exact: true }).click();
  await click(customer, "End and leave");
  await customer.getByText("You have left the session. Thank you.").waitFor();
  await rowOf("Sven's laptop").getByText("Not in a call").waitFor();
  await svens.getByText("Ended by you or the customer").waitFor();

  // The admin signs one of them out, who sees who did it and why; the waiting user is offered the seat.
  const admin = await open(`/a/${world.id}/pools?open=${pool.id}`, { as: owner });
  await admin.getByRole("link", { name: "Sign out Amara, Amara's phone" }).click();
  await admin.getByLabel("Reason").fill("Your shift is over");
  await click(admin, "Sign out");
  await admin.getByText("Amara is signed out of Amara's phone.").waitFor();
  await amaras.getByText("Olga Owner logged you out.").waitFor();
  await amaras.getByText("They said: “Your shift is over”").waitFor();
  await picture(amaras, "seat-pools-logged-out-phone");
  await yukis.getByText("A seat is yours").waitFor();
  await runsDown(ticket, 60);
  await picture(yukis, "seat-pools-offered");
  await pools.getByText("1 offered").waitFor();
  await queue.getByRole("row").filter({ hasText: "Yuki" }).getByText("Offered").first().waitFor();
  await picture(queue, "seat-pools-queue");
  await seesTaken(overview, "2 of 2");
  await click(yukis, "Take the seat");
  await yukis.getByText("Signed in", { exact: true }).waitFor();
  await rowOf("Yuki").waitFor();
  await queue.getByText("Nobody waits").waitFor();

  // An hour later both are idle: one presses Stay, the other is away.
  await advance(3540);
  const stillThere = svens.locator("#warn-log-off");
  await runsDown(stillThere, 60);
  await yukis.getByText("Are you still there?").waitFor();
  await picture(svens, "seat-pools-warned");
  await click(svens, "Stay");
  await stillThere.waitFor({ state: "detached" });
  await advance(60);
  await yukis.getByText("You were logged off because you had been inactive for too long.").waitFor();
  await rowOf("Yuki").waitFor({ state: "detached" });
  await svens.getByText("Signed in", { exact: true }).waitFor();
  await pools.locator("summary").getByText("1 of 2", { exact: true }).waitFor();
  await picture(pools, "seat-pools-pools");

  // All pages show the same.
  await seesTaken(overview, "1 of 2");
  await overview.getByRole("row", { name: /Yuki/ }).getByText("Got in").waitFor();
  await admin.goto(`/a/${world.id}/refusals`);
  const refusals = admin.getByRole("region", { name: "Who was refused" }).locator("tbody tr");
  assert.equal(await refusals.count(), 1);
  const waited = admin.getByRole("region", { name: "Who waited" }).locator("tbody tr");
  await waited.filter({ hasText: "Yuki" }).getByText("Got in").waitFor();
  await refusals.filter({ hasText: "Yuki" }).getByText("All shared seats are in use").first().waitFor();
  await picture(admin, "seat-pools-refusals");
  await admin.goto(`/a/${world.id}/audit`);
  await admin.getByText("Your shift is over").waitFor();
  await picture(admin, "seat-pools-audit");
});
