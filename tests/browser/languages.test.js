// Languages: the console in each of them, on a phone and on a desk, with the longest texts, and the choice of one.

import assert from "node:assert/strict";
import { Caller, World } from "./lib/api.js";
import { checkAxe, checkNarrow, picture } from "./lib/checks.js";
import { story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

/** @typedef {import("playwright-core").Page} Page */

/** Each language with its name, the heading of the console, and the button that takes a seat. */
const LANGUAGES = {
  en: ["English", "Agent console", "Take a seat"],
  de: ["Deutsch", "Agentenkonsole", "Platz belegen"],
  es: ["Español", "Consola del agente", "Ocupar una plaza"],
  fr: ["Français", "Console de l’agent", "Prendre une place"],
  sl: ["Slovenščina", "Konzola agenta", "Zasedi mesto"],
  sv: ["Svenska", "Agentkonsol", "Ta en plats"],
};

/** What the pages say on which nobody is signed in: signing in, a wrong password, and joining. */
const OUTSIDE = {
  de: ["Anmelden", "Die E-Mail-Adresse oder das Passwort ist falsch.", "Sitzung beitreten"],
  es: ["Iniciar sesión", "El correo electrónico o la contraseña no es correcto.", "Unirse a una sesión"],
  fr: ["Se connecter", "L’adresse e-mail ou le mot de passe est incorrect.", "Rejoindre une session"],
  sl: ["Prijava", "E-naslov ali geslo ni pravilno.", "Pridružite se seji"],
  sv: ["Logga in", "E-postadressen eller lösenordet är fel.", "Anslut till en session"],
};

/** @param {Page} page @param {string} language */
async function choose(page, language) {
  await page.goto("/me/preferences");
  await page.locator("#language").selectOption(language);
  await page.locator("main form button.primary").click();
  await page.locator(`html[lang="${language}"]`).waitFor();
}

story("each language has room for its words in the console, at a desk and on a phone", async ({ open }) => {
  const world = await World.make({ name: "Fjord Field Service", shared: 2 });
  const agent = await world.agent("Maximiliane von Hohenstein");
  const page = await open("/me/preferences", { as: agent });
  const wide = page.viewportSize();
  for (const [tag, [name, title, take]] of Object.entries(LANGUAGES)) {
    await choose(page, tag);
    assert.equal(await page.locator(`#language option[value=${tag}]`).textContent(), name);
    await page.goto("/console");
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.getByRole("button", { name: take }).click();
    await page.locator("#seat dl").waitFor();
    await page.locator("button[value=call]").click();
    await page.locator(".handover").waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await checkNarrow(page);
    await checkAxe(page);
    await picture(page, `language-${tag}-console-390`);
    if (wide) await page.setViewportSize(wide);
    await picture(page, `language-${tag}-console`);
    await page.locator("[data-copy^=code]").click();
    await page.locator("#sign-out summary").click();
    await page.locator("#sign-out button").click();
    await page.locator("#past").waitFor();
  }
});

story("people who sign in and customers read the language of their browser", async ({ open }) => {
  const world = await World.make({ shared: 1 });
  const agent = await world.agent("Sven Lindqvist");
  const { sign_in: signIn, token } = await world.signIn(agent);
  for (const [tag, [title, wrong, join]] of Object.entries(OUTSIDE)) {
    const page = await open("/sign-in", { language: tag, window: "phone" });
    forgive(page, /status of 422/);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.locator("#email").fill("nobody@example.com");
    await page.locator("#password").fill("not a password");
    await page.locator("main button.primary").click();
    await page.getByText(wrong).waitFor();
    await checkNarrow(page);
    await checkAxe(page);
    await picture(page, `language-${tag}-sign-in`);

    const { code } = await new Caller(token).post(`${world.path}/sessions`, {
      sign_in: signIn.id, kind: "call", start: "standby", customer: { name: "Mia Bergmann" },
    });
    await page.goto("/join");
    await page.getByRole("heading", { level: 1, name: join }).waitFor();
    await page.goto(`/join/${code}`);
    await page.locator("form.only-standby button").click();
    await page.locator("#leaving").waitFor();
    await checkNarrow(page);
    await checkAxe(page);
    await picture(page, `language-${tag}-join`);
    await page.locator("#leaving summary").click();
    await page.locator("#leaving button").click();
    await page.getByRole("status").waitFor();
  }
});
