// Two agents and one seat, with the types that openapi-typescript generates. There is no cast: each answer is told
// apart by its type.

import assert from "node:assert/strict";
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema.js";

type NewSignIn = components["schemas"]["NewSignIn"];
type Problem = components["schemas"]["Problem"];

const environment = (name: string): string => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
};

const account = environment("USHER_ACCOUNT");
const [first, second] = environment("USHER_USERS").split(" ");
assert.ok(first && second);

const client = (token: string): Client<paths> =>
  createClient<paths>({
    baseUrl: environment("USHER_URL"),
    headers: { Authorization: `Bearer ${token}` },
  });

const agent = (user: string, device: string, wait: boolean): NewSignIn => ({
  user,
  product: "remote-support",
  device: { id: device, name: device, kind: "desktop" },
  wait,
});

// What was answered; a problem ends the program with its sentence.
const answered = <T>({ data, error }: { data?: T; error?: Problem }): T => {
  assert.equal(error, undefined, error?.detail);
  assert.ok(data !== undefined);
  return data;
};

const backEnd = client(environment("USHER_TOKEN"));
const inAccount = { path: { account } };
const signIn = (body: NewSignIn) =>
  backEnd.POST("/v1/accounts/{account}/sign-ins", { params: inAccount, body });

const signedIn = answered(await signIn(agent(first, "desk-1", false)));
assert.ok("sign_in" in signedIn);

const refused = (await signIn(agent(second, "desk-2", false))).error;
assert.equal(refused?.code, "no-seat-available");
assert.deepEqual([refused.seats, refused.occupied], [1, 1]);

const asked = await signIn(agent(second, "desk-2", true));
assert.equal(asked.response.status, 202);
const waiting = answered(asked);
assert.ok("ticket" in waiting);
assert.deepEqual([waiting.ticket.state, waiting.ticket.position], ["waiting", 1]);
assert.ok("sign_in" in waiting.ticket.wanted);
assert.equal(waiting.ticket.wanted.sign_in.device.id, "desk-2");

const left = await client(signedIn.token).DELETE("/v1/accounts/{account}/sign-ins/{sign_in}", {
  params: { path: { account, sign_in: signedIn.sign_in.id }, query: { as: "user" } },
});
assert.equal(left.response.status, 204);

const waiter = client(waiting.token);
const ticket = { params: { path: { account, ticket: waiting.ticket.id } } };
const offered = answered(await waiter.GET("/v1/accounts/{account}/tickets/{ticket}", ticket));
assert.equal(offered.state, "offered");
assert.ok(offered.offer_expires_in_secs);

const claimed = answered(await waiter.POST("/v1/accounts/{account}/tickets/{ticket}/claim", ticket));
assert.ok("sign_in" in claimed);
assert.equal(claimed.sign_in.user, second);

const device = client(claimed.token);
const claimedSignIn = { path: { account, sign_in: claimed.sign_in.id } };
const heartbeat = (active: boolean) =>
  device.POST("/v1/accounts/{account}/sign-ins/{sign_in}/heartbeat", {
    params: claimedSignIn,
    body: { active },
  });
const alive = answered(await heartbeat(true));
assert.ok(alive.expires_in_secs > 0);

const session = answered(
  await device.POST("/v1/accounts/{account}/sessions", {
    params: inAccount,
    body: { sign_in: claimed.sign_in.id, kind: "call", start: "active" },
  }),
);
assert.ok("state" in session);
assert.equal(session.state, "active");

const ended = answered(
  await device.POST("/v1/accounts/{account}/sessions/{session}/end", {
    params: { path: { account, session: session.id } },
    body: { reason: "solved" },
  }),
);
assert.deepEqual([ended.state, ended.note], ["ended", "solved"]);

const gone = await device.DELETE("/v1/accounts/{account}/sign-ins/{sign_in}", { params: claimedSignIn });
assert.equal(gone.response.status, 204);
const late = (await heartbeat(false)).error;
assert.equal(late?.code, "sign-in-ended");

console.log("typescript: signed in, waited, claimed, ended");
