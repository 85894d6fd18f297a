// Setup for stories, through the same API that programs use.

import { base, operatorKey } from "./settings.js";

/** The product that worlds have seats of, where a story names none. */
export const PRODUCT = "remote-support";
/** What people call it on pages. */
export const PRODUCT_NAME = "Remote support";
/** The password of everybody whom a story makes. */
export const PASSWORD = "a password for stories";

/** A caller with a token. */
export class Caller {
  /** @param {string} token */
  constructor(token) {
    this.token = token;
  }

  /**
   * Calls, and throws on anything that is not a success.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>} the answer, or null where there is none
   */
  async call(method, path, body) {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    }
    return text ? JSON.parse(text) : null;
  }

  /** @param {string} path */
  get(path) {
    return this.call("GET", path);
  }

  /** @param {string} path @param {object} body */
  post(path, body = {}) {
    return this.call("POST", path, body);
  }

  /** @param {string} path @param {object} body */
  put(path, body) {
    return this.call("PUT", path, body);
  }

  /** @param {string} path @param {object} body */
  patch(path, body) {
    return this.call("PATCH", path, body);
  }

  /** @param {string} path */
  delete(path) {
    return this.call("DELETE", path);
  }
}

/** The operator. */
export const operator = () => new Caller(operatorKey());

/**
 * Moves the sandbox's clock.
 * @param {number} secs
 * @returns {Promise<Date>} where it stands then
 */
export async function advance(secs) {
  const { now } = await operator().post("/v1/sandbox/clock", { advance_secs: secs });
  return new Date(now);
}

/**
 * A person of an account.
 * @typedef {{ id: string, name: string, email: string, password: string }} Person
 */

/** How many accounts the file made: people of two of them never have the same address. */
let worlds = 0;

/** An account that a story made for itself; calls are made with the operator's key. */
export class World extends Caller {
  /**
   * @param {string} id
   * @param {string} name
   */
  constructor(id, name) {
    super(operatorKey());
    this.id = id;
    this.name = name;
    worlds += 1;
    this.domain = `story-${worlds}.example`;
    this.path = `/v1/accounts/${id}`;
  }

  /**
   * Makes an account with seats of a product.
   * @param {object} [wanted]
   * @param {string} [wanted.name]
   * @param {string} [wanted.plan]
   * @param {number} [wanted.named]
   * @param {number} [wanted.shared] all in the default pool
   * @param {string} [wanted.product]
   */
  static async make({ name = "Story Help Desk", plan = "enterprise", named = 0, shared = 2, product = PRODUCT } = {}) {
    const account = await operator().post("/v1/accounts", { name });
    const world = new World(account.id, name);
    const products = { [product]: { named_seats: named, shared_seats: shared } };
    await world.put(`${world.path}/subscription`, { plan, products });
    return world;
  }

  /**
   * Adds a person with a password.
   * @param {string} name
   * @param {object} [fields] of the API's new user, besides
   * @returns {Promise<Person>}
   */
  async person(name, fields = {}) {
    const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@${this.domain}`;
    const wanted = { name, email, password: PASSWORD, ...fields };
    const { id } = await this.post(`${this.path}/users`, wanted);
    return { id, name, email: wanted.email, password: wanted.password };
  }

  /** The account's owner, who has no seat. */
  owner(name = "Olga Owner") {
    return this.person(name, { role: "owner", billing_contact: true, assign_seat: false });
  }

  /** The pools of a product. @returns {Promise<any[]>} */
  async pools(product = PRODUCT) {
    const { items } = await this.get(`${this.path}/pools?limit=200`);
    return items.filter((/** @type {any} */ pool) => pool.product === product);
  }

  /**
   * Adds somebody who shares seats of a pool: of the default one, where none is named.
   * @param {string} name
   * @param {{ pool?: string, product?: string, fields?: object }} [where]
   */
  async agent(name, { pool, product = PRODUCT, fields = {} } = {}) {
    const person = await this.person(name, { assign_seat: false, ...fields });
    const chosen = pool ?? (await this.pools(product)).find((one) => one.default)?.id;
    await this.put(`${this.path}/users/${person.id}/licenses/${product}`, { kind: "shared", pool: chosen });
    return person;
  }

  /**
   * Signs somebody in on a device.
   * @param {Person} person
   * @param {{ product?: string, device?: string, wait?: boolean }} [how]
   * @returns {Promise<any>} the sign-in with its token, or the ticket of who waits
   */
  signIn(person, { product = PRODUCT, device = "laptop", wait = false } = {}) {
    const id = `${device}-${person.id}`;
    const of = { id, name: `${person.name}'s ${device}`, kind: device === "phone" ? "phone" : "desktop" };
    return this.post(`${this.path}/sign-ins`, { user: person.id, product, device: of, wait });
  }

  /**
   * Somebody's own caller.
   * @param {Person} person
   */
  async as(person) {
    const wanted = { account: this.id, email: person.email, password: person.password };
    const { token } = await operator().post("/v1/tokens", wanted);
    return new Caller(token);
  }
}
