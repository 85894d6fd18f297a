// Concurrent devices: each device with a session takes its own seat, and prepaid minutes pay for the overflow.

import { advance } from "./lib/api.js";
import { picture } from "./lib/checks.js";
import { click, createCode, desk, joinAs, runsDown, seesTaken, signInForWork, work } from "./lib/desk.js";
import { story } from "./lib/story.js";

story("two devices of one agent, minutes for the overflow, and thirty seconds to say goodbye", async ({ open }) => {
  const { world } = await desk("Lumen Remote", 2, { preset: "concurrent_devices" });
  await world.post(`${world.path}/minutes`, { minutes: 5 });
  const owner = await world.owner();
  const [sven, amara, yuki] = [await world.agent("Sven"), await world.agent("Amara"), await world.agent("Yuki")];
  const overview = await open(`/a/${world.id}/overview`, { as: owner, window: "phone", scheme: "dark" });
  const sessions = await open(`/a/${world.id}/sessions`, { as: owner });
  const minutes = await open(`/a/${world.id}/minutes`, { as: owner });
  const paying = minutes.locator("#balance dl div").filter({ hasText: "Working on minutes now" });
  const left = minutes.locator("#balance dl div").filter({ hasText: "Minutes left" });
  await minutes.getByRole("row", { name: /\+5 minutes added/ }).waitFor();
  /** @param {string} name of an agent or a customer */
  const rowOf = (name) => sessions.getByRole("row").filter({ hasText: name });

  // The same agent on a second device takes a second seat.
  const laptop = await open("/console", { as: sven });
  await signInForWork(laptop);
  const sofas = await open(`/join/${await createCode(laptop, "Create a support code")}`, { window: "phone" });
  await joinAs(sofas, "Sofa");
  await seesTaken(overview, "1 of 2");
  const phone = await open("/console", { as: sven, window: "phone" });
  await phone.getByText("You are signed in on").waitFor();
  await signInForWork(phone);
  await click(phone, "Start unattended");
  await seesTaken(overview, "2 of 2");
  await picture(phone, "concurrent-devices-second-device");

  // The next user works on minutes.
  const amaras = await open("/console", { as: amara });
  await signInForWork(amaras);
  await click(amaras, "Start unattended");
  await rowOf("Amara").getByText("Minutes").waitFor();
  await amaras.getByText("on pay-per-use minutes").waitFor();
  await advance(1);
  const yukis = await open("/console", { as: yuki });
  await signInForWork(yukis);
  const kims = await open(`/join/${await createCode(yukis, "Create a support code")}`);
  await joinAs(kims, "Kim");
  await paying.getByText("2", { exact: true }).waitFor();
  await left.getByText("3").waitFor();
  await minutes.getByRole("row", { name: /−1 minute spent/ }).getByText("Yuki").waitFor();
  await overview.getByText("3 minutes left").waitFor();
  await picture(sessions, "concurrent-devices-on-minutes");
  await picture(minutes, "concurrent-devices-minutes");

  // The admin ends one. Both sides see the countdown, then the session ends.
  await rowOf("Sofa").getByRole("link", { name: /^End/ }).click();
  await sessions.getByText("It closes 30 seconds later, and its seat is free then.").waitFor();
  await sessions.getByLabel("Reason (optional)").fill("We close at noon");
  await click(sessions, "End the session");
  const notice = work(laptop, "Sofa").locator(".work-note");
  await notice.getByText("Olga Owner ended this session.").waitFor();
  await notice.getByText("They said: “We close at noon”").waitFor();
  await sofas.getByText("The session was ended by Lumen Remote.").waitFor();
  await runsDown(notice, 30);
  await runsDown(sofas.locator("#session"), 30);
  await runsDown(rowOf("Sofa"), 30);
  await picture(laptop, "concurrent-devices-notice-agent");
  await picture(sofas, "concurrent-devices-notice-customer");
  await picture(sessions, "concurrent-devices-notice-admin");
  await seesTaken(overview, "2 of 2");

  // The freed seat then goes to the oldest session on minutes.
  await advance(30);
  await sofas.getByText("The session was ended by Lumen Remote. You can close this page.").waitFor();
  await laptop.getByText("Ended by Olga Owner").waitFor();
  await rowOf("Sofa").waitFor({ state: "detached" });
  await rowOf("Amara").getByText("Seat").waitFor();
  await rowOf("Yuki").getByText("Minutes").waitFor();
  await amaras.getByText("on pay-per-use minutes").waitFor({ state: "detached" });
  await paying.getByText("1", { exact: true }).waitFor();
  await seesTaken(overview, "2 of 2");

  // There is a warning before the last minute; when it has passed, the session that it paid for ends.
  await advance(150);
  const warned = work(yukis, "Kim").locator(".work-note");
  await warned.getByText("The minutes are nearly used up.").waitFor();
  await runsDown(warned, 60);
  await left.getByText("0").waitFor();
  await minutes.getByText("No minutes are left").waitFor();
  await picture(yukis, "concurrent-devices-last-minute");
  await advance(60);
  await yukis.getByText("Ended because the minutes were used up").waitFor();
  await kims.getByText("The session has ended, because Lumen Remote had no seat left for it.").waitFor();
  await rowOf("Yuki").waitFor({ state: "detached" });
  await rowOf("Amara").getByText("Active").waitFor();
  await picture(yukis, "concurrent-devices-used-up");
  await picture(kims, "concurrent-devices-used-up-customer");

  // The billing contact sees what is left and what it was spent on, and new minutes count at once.
  await minutes.getByRole("row", { name: /−1 minute spent/ }).nth(4).waitFor();
  const subscription = await open(`/a/${world.id}/subscription`, { as: owner });
  await subscription.getByText("0 left").waitFor();
  await subscription.getByText("2 of the 2 shared seats in pools are taken at the moment.").waitFor();
  await picture(subscription, "concurrent-devices-subscription");
  await world.post(`${world.path}/minutes`, { minutes: 100 });
  await left.getByText("100").waitFor();
  await subscription.getByRole("link", { name: "What they were spent on" }).click();
  await subscription.getByRole("row", { name: /\+100 minutes added/ }).waitFor();
});
