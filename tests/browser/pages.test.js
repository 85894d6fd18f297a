// Every page: no violation that axe finds, no sideways scroll on a phone, no complaint of the browser, no request to
// another host, and the keyboard alone suffices.

import assert from "node:assert/strict";
import { World } from "./lib/api.js";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";

/**
 * @typedef {object} Row
 * @property {string} name of the page, for its story and its picture
 * @property {string} path where `{account}` stands for the account's id, and so on for the `ids` below
 * @property {"owner" | "agent"} [as] who looks at it; anybody, where left out
 * @property {string[]} [parts] selectors of what axe looks at, where the whole would take it too long
 */

/** Of the API's documentation, what all its operations and schemas look like; the whole takes axe a minute. */
const DOCS_PARTS = [".top", ".side", "main > h1", "#sign-ins", "#signIn", "#listSignIns", "#schema-SignIn"];

/** @type {Row[]} */
const PAGES = [
  { name: "the sign-in page", path: "/sign-in" },
  { name: "oneself", path: "/me", as: "agent" },
  { name: "the overview", path: "/a/{account}/overview", as: "owner" },
  { name: "the overview of a member", path: "/a/{account}/overview", as: "agent" },
  { name: "the sessions", path: "/a/{account}/sessions", as: "owner" },
  { name: "the sessions of a member", path: "/a/{account}/sessions", as: "agent" },
  { name: "the refusals", path: "/a/{account}/refusals", as: "owner" },
  { name: "the audit", path: "/a/{account}/audit", as: "owner" },
  { name: "the API keys", path: "/a/{account}/api-keys", as: "owner" },
  { name: "the agent console", path: "/console", as: "agent" },
  { name: "the page for a code", path: "/join" },
  { name: "the users", path: "/a/{account}/users", as: "owner" },
  { name: "a new user", path: "/a/{account}/users/new", as: "owner" },
  { name: "a user", path: "/a/{account}/users/{user}", as: "owner" },
  { name: "removing a user", path: "/a/{account}/users/{user}/remove", as: "owner" },
  { name: "the teams", path: "/a/{account}/teams", as: "owner" },
  { name: "a team", path: "/a/{account}/teams/{team}", as: "owner" },
  { name: "deleting a team", path: "/a/{account}/teams/{team}/delete", as: "owner" },
  { name: "the groups", path: "/a/{account}/groups", as: "owner" },
  { name: "a group", path: "/a/{account}/groups/{group}", as: "owner" },
  { name: "deleting a group", path: "/a/{account}/groups/{group}/delete", as: "owner" },
  { name: "the minutes", path: "/a/{account}/minutes", as: "owner" },
  { name: "the subscription", path: "/a/{account}/subscription", as: "owner" },
  { name: "the settings", path: "/a/{account}/settings", as: "owner" },
  { name: "the seat pools", path: "/a/{account}/pools", as: "owner" },
  { name: "an open seat pool", path: "/a/{account}/pools?open={pool}", as: "owner" },
  { name: "the settings of a pool", path: "/a/{account}/pools/{pool}", as: "owner" },
  { name: "the users of a pool", path: "/a/{account}/pools/{pool}/users", as: "owner" },
  { name: "a new pool", path: "/a/{account}/pools/new", as: "owner" },
  { name: "logging somebody out", path: "/a/{account}/sign-ins/{signIn}/log-out", as: "owner" },
  { name: "the queue", path: "/a/{account}/queue", as: "owner" },
  { name: "dropping a ticket", path: "/a/{account}/queue/{ticket}/drop", as: "owner" },
  { name: "the API's documentation", path: "/docs", parts: DOCS_PARTS },
  { name: "the list of problems", path: "/problems" },
  { name: "a problem", path: "/problems/no-seat-available" },
];

/** An account with something to see in it: one seat is taken, somebody waits for it, and somebody was refused. */
async function arrange() {
  const world = await World.make({ name: "Fjord Field Service", shared: 1 });
  const owner = await world.owner();
  const agent = await world.agent("Sven");
  const { sign_in: signIn } = await world.signIn(agent);
  await world.post(`${world.path}/sessions`, { sign_in: signIn.id, kind: "attended", start: "standby" });
  await world.post(`${world.path}/api-keys`, { name: "Back end", scopes: ["read"] });
  const { ticket } = await world.signIn(await world.agent("Amara"), { wait: true });
  await assert.rejects(world.signIn(await world.agent("Yuki")), /no-seat-available/);
  const team = await world.post(`${world.path}/teams`, { name: "Day team", members: [agent.id] });
  const group = await world.post(`${world.path}/groups`, { name: "Crew", members: [agent.id] });
  const [pool] = await world.pools();
  const ids = {
    account: world.id, pool: pool.id, signIn: signIn.id, ticket: ticket.id, user: agent.id, team: team.id,
    group: group.id,
  };
  return { world, people: { owner, agent }, ids };
}

/** @type {ReturnType<typeof arrange> | undefined} */
let arranged;

for (const { name, path, as, parts } of PAGES) {
  story(`${name} suits eyes, keyboards and phones`, async ({ open }) => {
    arranged ??= arrange();
    const { people, ids } = await arranged;
    const address = path.replaceAll(/{(\w+)}/g, (_, name) => ids[/** @type {keyof typeof ids} */ (name)]);
    const page = await open(address, { as: as && people[as] });
    if (as) {
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, address);
    }

    await checkAxe(page, parts);
    await checkKeyboard(page);
    await checkNarrow(page);

    await picture(page, name.replaceAll(/[^a-z]+/gi, "-").toLowerCase());
  });
}
