// Concurrent sessions: signing in is free. A session takes the seat, also while its code waits for the customer.

import { picture } from "./lib/checks.js";
import { click, createCode, desk, joinAs, seesTaken, signInForWork, work } from "./lib/desk.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

story("three agents share two seats for sessions: codes, pauses, a full pool, and an end by the admin", async ({ open }) => {
  const { world } = await desk("Harbor Help Desk", 2, { preset: "concurrent_sessions" });
  const owner = await world.owner();
  const [sven, amara, yuki] = [await world.agent("Sven"), await world.agent("Amara"), await world.agent("Yuki")];
  const overview = await open(`/a/${world.id}/overview`, { as: owner, window: "phone", scheme: "dark" });
  const sessions = await open(`/a/${world.id}/sessions`, { as: owner });
  const [svens, amaras, yukis] = [
    await open("/console", { as: sven }),
    await open("/console", { as: amara }),
    await open("/console", { as: yuki, window: "phone" }),
  ];
  for (const page of [svens, amaras, yukis]) {
    await signInForWork(page);
  }
  await seesTaken(overview, "0 of 2");
  await sessions.getByText("No session goes on").waitFor();

  // A code holds the seat before the customer is there.
  const code = await createCode(svens, "Create a support code");
  await seesTaken(overview, "1 of 2");
  /** @param {string} name of an agent */
  const rowOf = (name) => sessions.getByRole("row").filter({ hasText: name });
  await rowOf("Sven").getByText("Waits for the customer").waitFor();
  await svens.getByText("A shared seat, as long as you have a session").waitFor();
  await picture(svens, "concurrent-sessions-code");
  const customer = await open(`/join/${code}`, { window: "phone" });
  await joinAs(customer, "Kim");
  await rowOf("Sven").getByText("Active").waitFor();
  await rowOf("Sven").getByText("Attended with Kim").waitFor();
  await click(amaras, "Start unattended");
  await rowOf("Amara").getByText("Active").waitFor();
  await seesTaken(overview, "2 of 2");
  await picture(sessions, "concurrent-sessions-full");

  // Pausing frees the seat and hides the session; resuming it needs a free seat.
  await click(svens, "Pause");
  await customer.getByText("Sven has paused the session").waitFor();
  await seesTaken(overview, "1 of 2");
  await rowOf("Sven").waitFor({ state: "detached" });
  await svens.getByText("None yet: a session takes one").waitFor();
  await click(yukis, "Start unattended");
  await seesTaken(overview, "2 of 2");
  forgive(svens, /status of 409/);
  await click(svens, "Resume");
  await svens.getByText("All shared seats are in use.").waitFor();
  await picture(svens, "concurrent-sessions-resume-refused");
  await click(svens, "Wait in the queue");
  await svens.getByText("You wait to take up a paused session.").waitFor();
  await overview.getByText(/ has waited .* in Support\./).waitFor();

  // The admin ends one from the list. Without a notice it closes at once, and its agent sees who did it.
  await rowOf("Yuki").getByRole("checkbox").check();
  await click(sessions, "End the selected sessions…");
  await sessions.getByText("The session closes at once, and both sides are told.").waitFor();
  await sessions.getByLabel("Reason (optional)").fill("Sven's customer is waiting");
  await picture(sessions, "concurrent-sessions-confirm");
  await click(sessions, "End the session");
  await sessions.getByText("1 session ended.").waitFor();
  await yukis.getByText("Ended by Olga Owner: “Sven's customer is waiting”").waitFor();
  await picture(yukis, "concurrent-sessions-ended-phone");

  // The seat goes to the waiting user, and the customer sees that the session continues.
  await click(svens, "Take the seat");
  await customer.getByText("Connected").waitFor();
  await work(svens, "Kim").getByText("Active", { exact: true }).waitFor();
  await rowOf("Sven").getByText("Active").waitFor();
  await seesTaken(overview, "2 of 2");
  await overview.getByRole("row", { name: /Sven/ }).getByText("Got in").waitFor();
  await work(svens, "Kim").getByRole("button", { name: "End", exact: true }).click();
  await customer.getByText("The session has ended. Sven ended it. You can close this page.").waitFor();
  await seesTaken(overview, "1 of 2");
  await rowOf("Sven").waitFor({ state: "detached" });
  await picture(overview, "concurrent-sessions-overview-phone");
});
