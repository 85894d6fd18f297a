// What pages cannot do without script: times in the browser's zone where nobody is signed in, countdowns, heartbeats of
// open pages, until when a live page is up to date, calling for the agent, copying, and coming back when a live page is
// over. Everything else works without.
(() => {
  "use strict";

  // Times in the page's language, as the browser's own region writes them where it is of that language.
  const pageLanguage = document.documentElement.lang;
  const language = navigator.languages?.find((one) => one.split("-")[0] === pageLanguage) ?? pageLanguage;
  const near = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const far = new Intl.DateTimeFormat(language, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

  /** Words of this script, in the page's language: a `#` in them is where a value goes. */
  let words;
  function word(name, value = "") {
    words ??= JSON.parse(document.body.dataset.words);
    return words[name].replace("#", value);
  }

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
  /** The seconds at which the time that is left is said aloud. */
  const SAID_AT = [30, 10];

  /** Says something to screen readers, where the page has a place for it. */
  function say(text) {
    const said = document.getElementById("said");
    if (said && said.textContent !== text) said.textContent = text;
  }

  function showCountdown(element) {
    const left = element.dataset.countdown;
    let known = ends.get(element);
    if (!known || known.left !== left) {
      known = { left, at: Date.now() + Number(left) * 1000 };
      ends.set(element, known);
    }
    const secs = Math.max(0, Math.ceil((known.at - Date.now()) / 1000));
    const text = String(secs);
    if (element.textContent === text) return;
    element.textContent = text;
    // `data-say`: the sentence around it is said. Not every second: a screen reader would do nothing else.
    if ("say" in element.dataset && SAID_AT.includes(secs)) say(element.parentElement.textContent.trim());
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
    const text = lasting(Math.max(0, Math.floor((Date.now() - known.at) / 1000)));
    if (element.textContent !== text) element.textContent = text;
  }

  function lasting(secs) {
    const minutes = Math.floor(secs / 60);
    return secs < 60 ? `${secs} s`
      : minutes < 60 ? `${minutes} min ${secs % 60} s`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }

  // `<span data-since="2026-…">` and `<span data-until="2026-…">` count by the clock of the server, which `data-now`
  // told when the page was loaded. A time does not change when the page is rendered again, as seconds would.
  let behind = 0;

  function showFromTo(element) {
    const { since, until } = element.dataset;
    const away = (new Date(since ?? until).getTime() - (Date.now() - behind)) / 1000;
    if (Number.isNaN(away)) return;
    const left = Math.max(0, Math.ceil(away));
    const text = since
      ? lasting(Math.max(0, Math.floor(-away)))
      : word("in", left > 120 ? lasting(Math.ceil(left / 60) * 60).replace(/ 0 s$/, "") : lasting(left));
    if (element.textContent !== text) element.textContent = text;
  }

  // `<span data-lasts="75">1 min</span>`: whole minutes that something goes on, counted from when it was shown.
  const lastings = new WeakMap();

  function showLasting(element) {
    const had = element.dataset.lasts;
    let known = lastings.get(element);
    if (!known || known.had !== had) {
      known = { had, at: Date.now() - Number(had) * 1000 };
      lastings.set(element, known);
    }
    const minutes = Math.floor((Date.now() - known.at) / 60000);
    const text =
      minutes < 1 ? word("underMinute")
      : minutes < 60 ? `${minutes} min`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    if (element.textContent !== text) element.textContent = text;
  }

  function showAll() {
    document.querySelectorAll("time[data-local]").forEach(showTime);
    document.querySelectorAll("[data-countdown]").forEach(showCountdown);
    document.querySelectorAll("a[data-absolute]").forEach(showAddress);
    document.querySelectorAll("[data-elapsed]").forEach(showElapsed);
    document.querySelectorAll("[data-since], [data-until]").forEach(showFromTo);
    tell();
    document.querySelectorAll("[data-lasts]").forEach(showLasting);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const now = new Date(document.querySelector("[data-now]")?.dataset.now ?? NaN).getTime();
    if (!Number.isNaN(now)) behind = Date.now() - now;
    showAll();
    document.getElementById("errors")?.focus();
    // A box that the server ticked, as in a form that is shown again, is as if the reader had: a live part that knows
    // nothing of it lets it be.
    document.querySelectorAll("input[type=checkbox][checked]").forEach((box) => { box.checked = true; });
    // Live parts are morphed as a whole; a change of ours changes nothing the second time.
    new MutationObserver(showAll).observe(document.body, { childList: true, subtree: true, characterData: true });
    setInterval(() => document.querySelectorAll("[data-countdown]").forEach(showCountdown), 1000);
    setInterval(() => document.querySelectorAll("[data-elapsed]").forEach(showElapsed), 1000);
    setInterval(() => document.querySelectorAll("[data-since], [data-until]").forEach(showFromTo), 1000);
    setInterval(() => document.querySelectorAll("[data-lasts]").forEach(showLasting), 5000);
  });

  // Where the browser holds a seat or a place in the queue, each open page says that it is open, every third of the
  // lease, and whether somebody touched it. Messages of the stream ask for it too: timers of tabs in the background are
  // slowed down.
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
    post(path, token);
  }

  /** Also when the page is being left for another one. */
  function post(path, token) {
    const request = { method: "POST", headers: { "X-CSRF-Token": token }, redirect: "manual", keepalive: true };
    return fetch(path, request).catch(() => {});
  }

  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, () => { touched = true; showAlive(); }, { passive: true });
  }
  document.addEventListener("usher-pulse", showAlive);
  document.addEventListener("htmx-sse-after-message", showAlive);
  document.addEventListener("DOMContentLoaded", () => {
    // Loading the console is a heartbeat, loading another page is none: one may go from page to page for a while.
    if (!document.getElementById("agent-console")) aliveAt = 0;
    showAlive();
    setInterval(showAlive, 1000);
  });

  // Away from the console: what the browser holds stands above the page, outside of the live part that brings it.
  function showHolds() {
    const holds = document.getElementById("holds");
    if (!holds) return;
    const now = document.getElementById("holds-now");
    for (const name of ["data-key", "data-alive-every"]) {
      const value = now?.getAttribute(name) ?? "";
      if ((holds.getAttribute(name) ?? "") === value) continue;
      if (name === "data-key") holds.innerHTML = now?.innerHTML ?? "";
      holds.setAttribute(name, value);
    }
  }

  // *Stay* away from the console leaves what is open, and perhaps half filled in, as it is.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "stay") return;
    event.preventDefault();
    const token = event.target.elements._csrf.value;
    post(event.target.action, token).then(() => document.getElementById("holds").replaceChildren());
  });

  // A live page says until when it is up to date. It is as long as its stream brings updates, or the pulse that the
  // server sends every 15 s; one that brings nothing for longer has been cut off without a word, and is opened again. A
  // stream that the server ended by itself, as when a page is left, comes back within the delay.
  const SILENT_MS = 40000;
  const LOST_MS = 1500;
  // In the zone of the page's other times.
  const clockOf = (state) =>
    new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone: state?.dataset.zone?.replaceAll(" ", "_") });
  let connection;
  let lostTimer;
  let updatedAt = Date.now();
  let heardAt = Date.now();
  let connectedAt = Date.now();

  function showState(isLost) {
    // A page without a live part is as it was loaded.
    if (!document.getElementById("live")) return;
    const state = document.getElementById("live-state");
    const stale = document.getElementById("stale");
    const clock = clockOf(state);
    for (const [element, at] of [[state, updatedAt], [stale, heardAt]]) {
      const place = element?.querySelector("[data-at]");
      if (place) place.textContent = clock.format(at);
    }
    state?.toggleAttribute("hidden", isLost);
    // The agent console says it in its own words, because its seat depends on it.
    const own = document.getElementById("connection");
    (own ?? stale)?.toggleAttribute("hidden", !isLost);
  }

  function connectionLost() {
    lostTimer ??= setTimeout(() => showState(true), LOST_MS);
  }

  function heard() {
    heardAt = Date.now();
    const wasLost = lostTimer;
    clearTimeout(lostTimer);
    lostTimer = undefined;
    if (wasLost) showState(false);
  }

  function checkSilence() {
    const now = Date.now();
    if (!connection || document.hidden || now - Math.max(heardAt, connectedAt) < SILENT_MS) return;
    connectionLost();
    connectedAt = now;
    connection.reader?.cancel();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-hx-sse-connect]")) setInterval(checkSilence, 1000);
  });
  document.addEventListener("visibilitychange", () => { connectedAt = Date.now(); });
  document.addEventListener("htmx-sse-error", connectionLost);
  // Before it is opened again; the first time, it is open already.
  document.addEventListener("htmx-sse-before-connection", (event) => {
    if (event.detail?.connection?.attempt > 0) connectionLost();
  });
  document.addEventListener("htmx-sse-after-connection", (event) => {
    connection = event.detail?.connection;
    // Heartbeats may have been lost with the connection.
    if (lostTimer) aliveAt = 0;
    connectedAt = Date.now();
    updatedAt = connectedAt;
    heard();
    showState(false);
    showAlive();
  });
  document.addEventListener("usher-pulse", heard);
  document.addEventListener("htmx-sse-after-message", (event) => {
    heard();
    if (event.detail?.message?.event) return;
    updatedAt = Date.now();
    showState(false);
    showNotes();
    showHolds();
    hideFlash();
  });

  // The menu is outside of the live part, which brings its notes.
  function showNotes() {
    document.querySelectorAll("#menu-notes > [data-note]").forEach((from) => {
      const to = document.getElementById(`note-${from.dataset.note}`);
      if (!to || to.textContent === from.textContent) return;
      to.textContent = from.textContent;
      to.hidden = !from.textContent;
    });
  }

  // The message about the last action goes with the next one, and with the next change that comes after it was read.
  const READ_MS = 8000;
  const shownAt = Date.now();
  function hideFlash(isOver = Date.now() - shownAt >= READ_MS) {
    if (isOver) document.getElementById("flash")?.remove();
  }
  document.addEventListener("submit", () => hideFlash(true));
  addEventListener("pageshow", (event) => { if (event.persisted) hideFlash(true); });

  // `<details data-closes>`: a menu, which closes with Escape and with a click elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-closes][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      const hasFocus = menu.parentElement.contains(document.activeElement);
      menu.open = false;
      if (hasFocus) menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      // The list of the folded menu stands beside it.
      const own = menu.classList.contains("side-fold") ? menu.parentElement : menu;
      if (!own.contains(event.target)) menu.open = false;
    });
  });

  // `<a data-into="seat">`: shows what it leads to in the section of this id, beside the list, and in the address.
  // `<a data-close>` within the section, and Escape, close it again.
  let openedBy;

  async function showInto(id, href) {
    const section = document.getElementById(id);
    await htmx.ajax("GET", href, { target: `#${id}`, select: `#${id}`, swap: "outerMorph" });
    markOpen();
    return section;
  }

  function markOpen() {
    const open = new URLSearchParams(location.search).get("seat");
    document.querySelectorAll(".chair-open").forEach((chair) => chair.classList.remove("chair-open"));
    if (open) document.getElementById(`chair-${open}`)?.classList.add("chair-open");
  }

  function closeInto(section, href) {
    section.hidden = true;
    history.replaceState(null, "", href);
    markOpen();
    const back = openedBy && document.querySelector(`#${CSS.escape(openedBy)} a`);
    back?.focus();
  }

  document.addEventListener("click", async (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[data-into]");
    if (link) {
      event.preventDefault();
      openedBy = link.closest("li")?.id;
      const href = link.href.replace(/#.*/, "");
      history.replaceState(null, "", href);
      await showInto(link.dataset.into, href);
      document.getElementById(link.dataset.into)?.focus();
    }
    const close = event.target.closest?.("a[data-close]");
    if (close) {
      event.preventDefault();
      closeInto(close.closest("section"), close.href);
    }
  });
  document.addEventListener("keydown", (event) => {
    const section = document.querySelector(".drawer:not([hidden])");
    const close = section?.querySelector("a[data-close]");
    if (event.key === "Escape" && close) closeInto(section, close.href);
  });

  // What is open beside a live list is loaded again after each update, once a second at most; a question that is being
  // answered stays open. It comes from a path of its own: what a page loads by itself is no use of the session.
  let refreshTimer;
  function refreshBeside() {
    markOpen();
    if (refreshTimer || !document.querySelector(".drawer:not([hidden])")) return;
    refreshTimer = setTimeout(async () => {
      refreshTimer = undefined;
      const open = document.querySelector(".drawer:not([hidden])");
      if (open) await showInto(open.id, open.dataset.again + location.search).catch(() => {});
    }, 1000);
  }
  document.addEventListener("htmx-sse-after-message", (event) => {
    if (!event.detail?.message?.event) refreshBeside();
  });
  document.addEventListener("DOMContentLoaded", markOpen);

  // The search of the header: `/` and `Ctrl+K` lead to it, the arrows through what it found, Escape away from it.
  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("find");
    if (!field) return;
    const isTyping = event.target.closest?.("input, select, textarea, [contenteditable]");
    const isAsked = (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) ||
      ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k");
    const finder = field.closest(".finder");
    if (isAsked) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (finder.contains(document.activeElement) && event.key === "Escape") {
      document.activeElement.blur();
    } else if (finder.contains(document.activeElement) && /^Arrow(Up|Down)$/.test(event.key)) {
      const stops = [field, ...finder.querySelectorAll(".finder-found a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "find" && !event.target.value.trim()) document.getElementById("finder-found")?.replaceChildren();
  });

  // `<a data-absolute>` shows the whole address, for handing on.
  function showAddress(element) {
    if (element.textContent !== element.href) element.textContent = element.href;
  }

  // `<button data-copy="id">`: copies the text of the element of this id; `data-share` gives it to another app, where the
  // device can. A hidden button appears with the script.
  function showCopy() {
    document.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  }
  // `<input type="file" data-fills="id">`: its file's text becomes the text of the field of this id. The box around it is
  // hidden without the script.
  function showFills() {
    document.querySelectorAll("[data-fills-from][hidden]").forEach((box) => { box.hidden = false; });
  }
  document.addEventListener("DOMContentLoaded", showFills);
  document.addEventListener("change", async (event) => {
    const field = document.getElementById(event.target.dataset?.fills ?? "");
    const [file] = event.target.files ?? [];
    if (!field || !file) return;
    field.value = await file.text();
    field.focus();
  });
  // A class of the root: a live part that is rendered again knows nothing of it.
  document.documentElement.classList.toggle("can-share", Boolean(navigator.share));
  document.addEventListener("DOMContentLoaded", showCopy);
  document.addEventListener("htmx-after-swap", showCopy);

  /** Browsers have no clipboard for pages that come without TLS; they copy what is selected. */
  function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const [field, focused] = [document.createElement("textarea"), document.activeElement];
    field.className = "unseen";
    field.value = text;
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return isCopied ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-share]");
    const { copy: copied, share } = button?.dataset ?? {};
    const text = button && document.getElementById(copied ?? share)?.textContent;
    if (!text) return;
    if (share) {
      navigator.share({ url: text }).catch(() => {});
      return;
    }
    copy(text).then(() => {
      // What only screen readers hear may follow the word.
      const label = button.firstChild;
      const [before, after] = [label.textContent, word("copied")];
      if (before === after) return;
      label.textContent = after;
      say(after);
      setTimeout(() => { label.textContent = before; say(""); }, 2000);
    }, () => {});
  });

  // Something with `data-tell` needs the agent. The title of the tab says so as long as it is there; when it comes, a
  // sound plays and the browser notifies, as the agent prefers. One tab sounds, even if several are open.
  let title;
  let told = "";
  let sounds;

  function tell() {
    const page = document.getElementById("agent-console") ?? document.getElementById("holds");
    if (!page) return;
    title ??= document.title;
    const asking = [...page.querySelectorAll("[data-tell]")];
    const text = asking[0]?.dataset.tell;
    const shown = text ? `${text} · ${title}` : title;
    if (document.title !== shown) document.title = shown;
    const keys = asking.map((one) => one.dataset.call ?? one.id);
    const isNew = keys.some((key) => !told.split(" ").includes(key));
    told = keys.join(" ");
    if (!isNew) return;
    if ("sound" in page.dataset && isFirstTab()) ring();
    if ("notifications" in page.dataset) notify(text);
  }

  /** How soon after each other tabs hear of the same. */
  const SAME_MS = 2000;

  function isFirstTab() {
    try {
      const rungAt = Number(localStorage.getItem("usher-rung-at"));
      if (Math.abs(Date.now() - rungAt) < SAME_MS) return false;
      localStorage.setItem("usher-rung-at", String(Date.now()));
    } catch {
      // Without storage each tab is on its own.
    }
    return true;
  }

  /** Two short notes. Browsers let a page sound only after somebody has touched it. */
  function ring() {
    if (!sounds) return;
    [660, 880].forEach((pitch, index) => {
      const [note, volume, at] = [sounds.createOscillator(), sounds.createGain(), sounds.currentTime + index * 0.18];
      note.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
      volume.gain.linearRampToValueAtTime(0, at + 0.17);
      note.connect(volume).connect(sounds.destination);
      note.start(at);
      note.stop(at + 0.18);
    });
  }

  function notify(text) {
    if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
    try {
      const shown = new Notification(text, { body: title, tag: "usher-console" });
      shown.onclick = () => { window.focus(); shown.close(); };
    } catch {
      // Browsers of phones have notifications for installed apps only.
    }
  }

  function showNotifying() {
    const permission = "Notification" in window ? Notification.permission : "denied";
    document.getElementById("ask-to-notify")?.toggleAttribute("hidden", permission !== "default");
    document.getElementById("notified")?.toggleAttribute("hidden", permission !== "granted");
    document.getElementById("not-notified")?.toggleAttribute("hidden", permission !== "denied");
  }
  document.addEventListener("DOMContentLoaded", showNotifying);
  document.addEventListener("click", (event) => {
    if (event.target.id !== "ask-to-notify") return;
    Notification.requestPermission().then(showNotifying, () => {});
  });
  for (const kind of ["pointerup", "keydown"]) {
    document.addEventListener(kind, () => {
      if (!sounds && window.AudioContext && document.querySelector("[data-sound]")) sounds = new AudioContext();
    }, { passive: true });
  }

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

  // There is no list in the answer: signed out, or not allowed any more, which the page itself says. What is only for a
  // moment, such as a server under load, leaves what is shown as it is.
  document.addEventListener("htmx-before-response", (event) => {
    const ctx = event.detail?.ctx;
    const answer = ctx?.response?.raw;
    if (!answer || !ctx.select || (answer.ok && !answer.redirected)) return;
    event.preventDefault();
    if (answer.redirected || [401, 403, 404].includes(answer.status)) location.reload();
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
  // A page without a live part may hold what one has typed: its form says it when it is sent.
  document.addEventListener("usher-over", () => isLeaving || !document.getElementById("live") || location.reload());

  // Not while a form of the page, such as the one to sign out, leads away already.
  let isLeaving = false;
  document.addEventListener("submit", (event) => {
    isLeaving = !event.defaultPrevented && event.target.id !== "stay";
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
