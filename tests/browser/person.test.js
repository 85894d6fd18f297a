// A person's page: all about them in one place, with what can be done about it.

import { advance, Caller, World } from "./lib/api.js";
import { look } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** Somebody in a call, somebody who waits, and a past. */
async function arrange() {
  const world = await World.make({ name: "Fjord Field Service", named: 2, shared: 1 });
  const [pool] = await world.pools();
  await world.patch(`${world.path}/pools/${pool.id}`, {
    name: "Day shift", rules: { lease_secs: 7 * 86_400, when_full: ["queue"] },
  });
  const owner = await world.owner();
  const [sven, amara] = [await world.agent("Sven Lindqvist"), await world.agent("Amara Okafor")];
  const { sign_in: signIn, token } = await world.signIn(sven);
  const svens = new Caller(token);
  for (const customer of ["Mia Berg", "Kim Lund"]) {
    const call = { sign_in: signIn.id, kind: "call", start: "active", customer: { name: customer } };
    const { id } = await svens.post(`${world.path}/sessions`, call);
    await advance(400);
    if (customer === "Mia Berg") await svens.post(`${world.path}/sessions/${id}/end`);
  }
  await world.signIn(amara, { wait: true });
  await advance(120);
  await world.post(`${world.path}/teams`, { name: "Day team", members: [sven.id, amara.id] });
  await world.post(`${world.path}/groups`, { name: "Field crew", members: [sven.id] });
  return { world, owner, sven, amara };
}

/** @type {ReturnType<typeof arrange> | undefined} */
let arranged;
const desk = () => (arranged ??= arrange());

story("somebody's page says where they wait", async ({ open }) => {
  const { world, owner, amara } = await desk();

  const page = await open(`/a/${world.id}/users/${amara.id}`, { as: owner });

  await page.getByText("Place 1 in the queue of").waitFor();
  await look(page, "person-waits");
});

story("a call is seen on somebody's page, and ended from there after a question", async ({ open }) => {
  const { world, owner, sven } = await desk();
  const page = await open(`/a/${world.id}/users/${sven.id}`, { as: owner });
  const now = page.getByRole("region", { name: "Now" });
  await now.getByText("Call with Kim Lund").waitFor();
  await look(page, "person");
  await page.getByRole("link", { name: "Day team" }).waitFor();

  await now.getByText("End session…").click();
  await now.getByRole("button", { name: "End session" }).click();

  await page.getByText(/closes within|is ended/).waitFor();
  await page.getByRole("heading", { name: "Sven Lindqvist", level: 1 }).waitFor();
});

story("the history has past sessions and what was done", async ({ open }) => {
  const { world, owner, sven } = await desk();
  const page = await open(`/a/${world.id}/users/${sven.id}`, { as: owner });

  await page.getByRole("link", { name: "History" }).click();

  await page.getByText("Call with Mia Berg").waitFor();
  await look(page, "person-history");
  await page.getByRole("link", { name: /^All entries about/ }).click();
  await page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
});

story("members see their own page, without what is for others", async ({ open }) => {
  const { world, amara } = await desk();
  const page = await open("/me", { as: amara });

  await page.locator("header summary").last().click();
  await page.getByRole("link", { name: "Licenses and sessions" }).click();

  await page.getByRole("heading", { name: "Amara Okafor" }).waitFor();
  await page.getByText("pool Day shift").first().waitFor();
  await look(page, "person-own");
});
