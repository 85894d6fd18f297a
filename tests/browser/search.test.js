// The search of the header: what it finds, by keyboard, and without script.

import { World } from "./lib/api.js";
import { look, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/** An account with something of each kind in it. */
async function desk() {
  const world = await World.make({ name: "Fjord Field Service", shared: 2 });
  const owner = await world.owner();
  const nora = await world.agent("Nora Nightingale");
  await world.signIn(nora);
  await world.post(`${world.path}/pools`, { name: "Night shift", product: "remote-support", seats: 0 });
  await world.post(`${world.path}/teams`, { name: "Night team", members: [nora.id] });
  return { world, owner };
}

story("the search is reached by / and Ctrl+K, and walked by the arrows", async ({ open }) => {
  const { world, owner } = await desk();
  const page = await open(`/a/${world.id}/minutes`, { as: owner });
  await page.keyboard.press("/");
  await page.keyboard.type("night");
  const found = page.locator("#finder-found");
  await found.getByRole("link", { name: "Nora Nightingale" }).waitFor();
  await found.getByRole("link", { name: "Night shift" }).waitFor();
  await picture(page, "search-found");
  await page.keyboard.press("Escape");
  await found.waitFor({ state: "hidden" });

  await page.keyboard.press("Control+k");
  await found.getByRole("link", { name: "Night shift" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nora Nightingale" }).first().waitFor();
});

story("the search is a page of its own, also without script", async ({ open }) => {
  const { world, owner } = await desk();
  // Sign in with script first; the cookie stays.
  const first = await open(`/a/${world.id}/search?q=night`, { as: owner });
  await look(first, "search-page");
  const page = await open(`/a/${world.id}/overview`, { as: owner, script: false });
  await page.getByLabel("Search people, pools, sessions").fill("team");
  await page.keyboard.press("Enter");
  await page.getByRole("main").getByRole("link", { name: "Night team" }).click();
  await page.getByRole("heading", { name: "Night team" }).first().waitFor();
});
