// What pages cannot do without script: times in the browser's zone where nobody is signed in, countdowns, heartbeats of an
// open console, word of a lost connection, and coming back when a live page is over. Everything else works without.
(() => {
  "use strict";

  const near = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const far = new Intl.DateTimeFormat(undefined, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  });
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

  // The text of the server stays in an attribute: when a live part is morphed, it is written again.
  function showTime(element) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) return;
    const today = at.toDateString() === new Date().toDateString();
    const text = (today ? near : far).format(at);
    if (element.textContent !== text) element.textContent = text;
    const title = exact.format(at);
    if (element.title !== title) element.title = title;
  }

  // `<select data-guess-zone>`: nobody has chosen a zone yet, so the browser's is suggested.
  document.addEventListener("DOMContentLoaded", () => {
    const zones = document.querySelector("[data-guess-zone]");
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zones && [...zones.options].some((option) => option.value === own)) zones.value = own;
  });

  // `<span data-countdown="30">30</span>`: whole seconds that are left, counted from when they were shown.
  const ends = new WeakMap();

  function showCountdown(element) {
    const left = element.dataset.countdown;
    let known = ends.get(element);
    if (!known || known.left !== left) {
      known = { left, at: Date.now() + Number(left) * 1000 };
      ends.set(element, known);
    }
    const text = String(Math.max(0, Math.ceil((known.at - Date.now()) / 1000)));
    if (element.textContent !== text) element.textContent = text;
  }

  // `<span data-elapsed="75">1 min 15 s</span>`: how long something goes on, counted from when it was shown.
  const starts = new WeakMap();

  function showElapsed(element) {
    const had = element.dataset.elapsed;
    let known = starts.get(element);
    if (!known || known.had !== had) {
      known = { had, at: Date.now() - Number(had) * 1000 };
      starts.set(element, known);
    }
    const secs = Math.max(0, Math.floor((Date.now() - known.at) / 1000));
    const minutes = Math.floor(secs / 60);
    const text =
      secs < 60 ? `${secs} s`
      : minutes < 60 ? `${minutes} min ${secs % 60} s`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    if (element.textContent !== text) element.textContent = text;
  }

  function showAll() {
    document.querySelectorAll("time[data-local]").forEach(showTime);
    document.querySelectorAll("[data-countdown]").forEach(showCountdown);
    document.querySelectorAll("a[data-absolute]").forEach(showAddress);
    document.querySelectorAll("[data-elapsed]").forEach(showElapsed);
  }

  document.addEventListener("DOMContentLoaded", () => {
    showAll();
    document.getElementById("errors")?.focus();
    // A box that the server ticked, as in a form that is shown again, is as if the reader had: a live part that knows
    // nothing of it lets it be.
    document.querySelectorAll("input[type=checkbox][checked]").forEach((box) => { box.checked = true; });
    // Live parts are morphed as a whole; a change of ours changes nothing the second time.
    new MutationObserver(showAll).observe(document.body, { childList: true, subtree: true, characterData: true });
    setInterval(() => document.querySelectorAll("[data-countdown]").forEach(showCountdown), 1000);
    setInterval(() => document.querySelectorAll("[data-elapsed]").forEach(showElapsed), 1000);
  });

  // The agent console: while the page is open it says so, every third of the lease, and whether somebody touched it.
  // It is asked by every message of the stream, too: timers of tabs in the background are slowed down.
  let aliveAt = Date.now();
  let touched = false;
  /** Touching is told at once, then at most this often. */
  const TOUCH_MS = 15000;
  let touchedAt = 0;

  function showAlive() {
    const every = Number(document.querySelector("[data-alive-every]")?.dataset.aliveEvery) * 1000;
    const now = Date.now();
    const isDue = now - aliveAt >= every || (touched && now - touchedAt >= TOUCH_MS);
    if (!every || !isDue) return;
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    const path = touched ? "/console/active" : "/console/alive";
    aliveAt = now;
    if (touched) touchedAt = now;
    touched = false;
    // Where it does not arrive, the stream says that the connection is lost, and the next one is soon.
    fetch(path, { method: "POST", headers: { "X-CSRF-Token": token }, redirect: "manual" }).catch(() => {});
  }

  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, () => { touched = true; showAlive(); }, { passive: true });
  }
  document.addEventListener("usher-pulse", showAlive);
  document.addEventListener("htmx-sse-after-message", showAlive);
  document.addEventListener("DOMContentLoaded", () => setInterval(showAlive, 1000));

  // A page with a place for it says when its stream is lost, and when it is back. One that the server ended by itself,
  // as when a page is left, comes back within the delay.
  let lostTimer;
  function showConnection(isLost) {
    const show = () => document.getElementById("connection")?.toggleAttribute("hidden", !isLost);
    if (isLost) {
      lostTimer ??= setTimeout(show, 1500);
    } else {
      clearTimeout(lostTimer);
      lostTimer = undefined;
      show();
    }
  }
  document.addEventListener("htmx-sse-error", () => showConnection(true));
  document.addEventListener("htmx-sse-after-connection", () => {
    // Heartbeats may have been lost with the connection.
    if (lostTimer) aliveAt = 0;
    showConnection(false);
    showAlive();
  });

  // `<a data-absolute>` shows the whole address, for handing on.
  function showAddress(element) {
    if (element.textContent !== element.href) element.textContent = element.href;
  }

  // `<button hidden data-copy="id">`: copies the text of the element of this id, where the browser can.
  function showCopy() {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  }
  document.addEventListener("DOMContentLoaded", showCopy);
  document.addEventListener("htmx-after-swap", showCopy);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    const text = button && document.getElementById(button.dataset.copy)?.textContent;
    if (!text) return;
    navigator.clipboard.writeText(text).then(() => {
      // What only screen readers hear may follow the word.
      const word = button.firstChild;
      word.textContent = "Copied";
      setTimeout(() => { word.textContent = "Copy"; }, 2000);
    }, () => {});
  });

  // `<input data-slug-of="id">`: made from the name in that field, as the server makes it, until one types in it.
  const slugOf = (name) =>
    name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-")
      .replace(/^[^a-z]+/, "").slice(0, 64).replace(/-+$/, "");
  document.addEventListener("input", (event) => {
    const typed = event.target;
    if (typed.dataset?.slugOf) typed.dataset.isTyped = typed.value && "yes";
    const slug = typed.id && document.querySelector(`[data-slug-of="${typed.id}"]`);
    if (slug && !slug.dataset.isTyped) slug.value = slugOf(typed.value);
  });

  // A list that is narrowed as one types stands in the address, for reloading and for sending it on.
  document.addEventListener("htmx-after-swap", (event) => {
    const ctx = event.detail?.ctx;
    if (ctx?.sourceElement?.matches?.("[data-keep-address]")) history.replaceState(null, "", ctx.request.action);
  });

  // Signed out, or refused: there is no list in the answer. The page itself says what happened.
  document.addEventListener("htmx-before-response", (event) => {
    const ctx = event.detail?.ctx;
    const answer = ctx?.response?.raw;
    if (!answer || !ctx.select || (answer.ok && !answer.redirected)) return;
    event.preventDefault();
    location.reload();
  });

  // `<label hidden data-tick-all="user">`: a box that ticks all of that name in its form.
  function showTickAll() {
    document.querySelectorAll("[data-tick-all][hidden]").forEach((label) => { label.hidden = false; });
  }
  document.addEventListener("DOMContentLoaded", showTickAll);
  document.addEventListener("htmx-after-swap", showTickAll);
  document.addEventListener("change", (event) => {
    const label = event.target.closest?.("[data-tick-all]");
    if (!label) return;
    for (const box of event.target.form.elements) {
      if (box.type === "checkbox" && box.name === label.dataset.tickAll) box.checked = event.target.checked;
    }
  });

  // Signed out elsewhere, or not allowed any more: the page itself says so.
  document.addEventListener("usher-over", () => isLeaving || location.reload());

  // Not while a form of the page, such as the one to sign out, leads away already.
  let isLeaving = false;
  document.addEventListener("submit", (event) => {
    isLeaving = !event.defaultPrevented;
  });
  addEventListener("pageshow", () => {
    isLeaving = false;
  });

  document.addEventListener("htmx-config-request", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    const request = event.detail?.ctx?.request;
    if (token && request && request.method !== "GET") request.headers["X-Csrf-Token"] = token;
  });
})();
