// A user without a license asks for a seat, and a manager of seats lends one, live on both sides.

import { look } from "./lib/checks.js";
import { advance, PRODUCT_NAME, World } from "./lib/api.js";
import { click } from "./lib/desk.js";
import { signIn, story } from "./lib/story.js";

const DAY_MS = 24 * 60 * 60 * 1000;

story("a user asks for a seat, is declined, asks again and is lent one", async ({ open }) => {
  const world = await World.make({ shared: 2 });
  const owner = await world.owner();
  const ann = await world.person("Ann", { assign_seat: false });
  const console = await open("/console", { as: ann });
  const requests = await open(`/a/${world.id}/requests`, { as: owner });
  await requests.getByText("Nobody asks for a seat").waitFor();
  const ask = async (/** @type {string} */ why) => {
    await console.getByLabel("Why you need it").fill(why);
    await click(console, "Ask for a seat");
    await console.getByText("You have asked for a seat").waitFor();
  };

  await look(console, "ask-for-a-seat");
  await ask("I stand in for Ben this week.");
  await look(console, "asked-for-a-seat");
  await requests.getByText("I stand in for Ben this week.").waitFor();
  await look(requests, "requests");
  await requests.getByRole("link", { name: /^Answer/ }).click();
  await look(requests, "request");
  await requests.getByLabel("Reason").fill("Not before Monday");
  await click(requests, "Decline the request");
  await console.getByText("Not before Monday").waitFor();

  await ask("It is Monday.");
  await requests.getByText("It is Monday.").waitFor();
  await requests.getByRole("link", { name: /^Answer/ }).click();
  await requests.getByLabel("License").selectOption({ index: 1 });
  await requests.getByLabel("Lend it until the end of").fill("2100-01-01");
  await click(requests, "Give the seat");
  await requests.getByText("Nobody asks for a seat").waitFor();

  await console.getByText("It is lent until").waitFor();
  await click(console, `Take a seat of ${PRODUCT_NAME}`);
  await console.getByText("Signed in", { exact: true }).waitFor();
});

story("a lent seat goes back by itself at its end, without cutting work, and may be asked for again", async ({ open }) => {
  const world = await World.make({ shared: 1 });
  const owner = await world.owner();
  const ann = await world.person("Ann", { assign_seat: false });
  const console = await open("/console", { as: ann });
  await console.getByLabel("Why you need it").fill("The line is long today.");
  await click(console, "Ask for a seat");
  const requests = await open(`/a/${world.id}/requests`, { as: owner });
  await requests.getByRole("link", { name: /^Answer/ }).click();
  await requests.getByLabel("License").selectOption({ index: 1 });
  const tomorrow = new Date((await advance(0)).getTime() + DAY_MS).toISOString().slice(0, 10);
  await requests.getByLabel("Lend it until the end of").fill(tomorrow);
  await click(requests, "Give the seat");
  await click(console, `Take a seat of ${PRODUCT_NAME}`);
  await console.getByText("Signed in", { exact: true }).waitFor();
  const person = await open(`/a/${world.id}/users/${ann.id}`, { as: owner });
  await person.getByText("Lent until").first().waitFor();

  // Nobody is at the console while the clock jumps, so the work has ended, and with it the loan and both portal sessions.
  await advance((2 * DAY_MS) / 1000);
  await console.getByRole("heading", { name: "Sign in" }).waitFor();

  const after = await open("/sign-in");
  await signIn(after, owner);
  await after.goto(`/a/${world.id}/users/${ann.id}`);
  await after.locator("option[value=none]:checked").waitFor({ state: "attached" });
  await signIn(console, ann);
  await console.goto("/console");
  await look(console, "loan-ended");
  await console.getByLabel("Why you need it").fill("It is still long.");
  await click(console, "Ask for a seat");
  await console.getByText("You have asked for a seat").waitFor();
});
