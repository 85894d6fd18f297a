// What pages cannot do without script: times in the reader's zone, countdowns, and coming back when a live page is
// over. Everything else works without.
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
    document.querySelectorAll("time[datetime]").forEach(showTime);
    document.querySelectorAll("[data-countdown]").forEach(showCountdown);
    document.querySelectorAll("[data-elapsed]").forEach(showElapsed);
  }

  document.addEventListener("DOMContentLoaded", () => {
    showAll();
    document.getElementById("errors")?.focus();
    // Live parts are morphed as a whole; a change of ours changes nothing the second time.
    new MutationObserver(showAll).observe(document.body, { childList: true, subtree: true, characterData: true });
    setInterval(() => document.querySelectorAll("[data-countdown]").forEach(showCountdown), 1000);
    setInterval(() => document.querySelectorAll("[data-elapsed]").forEach(showElapsed), 1000);
  });

  // Signed out elsewhere, or not allowed any more: the page itself says so.
  document.addEventListener("usher-over", () => location.reload());

  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    const request = event.detail?.ctx?.request;
    if (token && request && request.method !== "GET") request.headers["X-Csrf-Token"] = token;
  });
})();
