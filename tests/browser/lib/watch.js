// Collects what the browser reports: console messages, thrown errors, failed requests, requests to other hosts.

import { base } from "./settings.js";

/** @type {WeakMap<import("playwright-core").BrowserContext, RegExp[]>} */
const forgiven = new WeakMap();

/** Other hosts that the pages of a context may go to. @type {WeakMap<import("playwright-core").BrowserContext, Set<string>>} */
const allowed = new WeakMap();

/**
 * Lets the pages of a context go to a host besides ours, and passes over what the browser says of that host's pages.
 * @param {import("playwright-core").Page} page
 * @param {string} host
 */
export function allowHost(page, host) {
  allowed.get(page.context())?.add(host);
}

/**
 * Collects the complaints about all pages of a context. Violations of the Content-Security-Policy are among them:
 * the browser says them at the console.
 * @param {import("playwright-core").BrowserContext} context
 * @returns {() => string[]} all since the last call that were not forgiven; what was forgiven and allowed holds no more
 */
export function watch(context) {
  /** @type {string[]} */
  const heard = [];
  const ours = new URL(base).host;
  const hosts = new Set([ours]);
  forgiven.set(context, []);
  allowed.set(context, hosts);
  /** @param {string | undefined} url */
  const isElsewhere = (url) => url?.startsWith("http") && !url.startsWith(base) && hosts.has(new URL(url).host);
  context.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type()) && !isElsewhere(message.page()?.url())) {
      heard.push(`${message.page()?.url()}: console ${message.type()}: ${message.text()}`);
    }
  });
  context.on("weberror", (thrown) => {
    heard.push(`${thrown.page()?.url()}: a script threw ${thrown.error().stack ?? thrown.error()}`);
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && !hosts.has(url.host)) {
      heard.push(`a request to another host: ${url}`);
    }
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // Leaving a page aborts its requests and streams, which is expected.
    if (why !== "net::ERR_ABORTED") {
      heard.push(`the request of ${request.url()} failed: ${why}`);
    }
  });
  return () => {
    const patterns = forgiven.get(context)?.splice(0) ?? [];
    hosts.clear();
    hosts.add(ours);
    return heard.splice(0).filter((line) => !patterns.some((pattern) => pattern.test(line)));
  };
}

/**
 * Takes complaints of this pattern for what they are: the browser also reports answers such as 422, which a story of
 * a wrong input is about.
 * @param {import("playwright-core").Page} page
 * @param {RegExp} pattern
 */
export function forgive(page, pattern) {
  forgiven.get(page.context())?.push(pattern);
}
