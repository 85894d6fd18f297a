// The first run: from the link that the server prints to the first account.

import assert from "node:assert/strict";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { setupLink } from "./lib/settings.js";
import { signIn, story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

const OLGA = { email: "olga@contoso.example", password: "a password for Olga" };

story("the one-time link creates the first account and its owner, who is then signed in", async ({ open }) => {
  const path = new URL(setupLink()).pathname;
  const page = await open(path);
  await checkAxe(page);
  await checkKeyboard(page);
  await checkNarrow(page);
  await picture(page, "set-up");
  const make = page.getByRole("button", { name: "Create the account and sign in" });
  const again = page.getByLabel("Password, again");
  const password = page.getByLabel("Password", { exact: true });

  forgive(page, /status of 422/);
  await page.getByLabel("Name of the account").fill("Contoso Support");
  await page.getByLabel("Your name").fill("Olga Owner");
  await page.getByLabel("E-mail address").fill(OLGA.email);
  await password.fill(OLGA.password);
  await again.fill("something else");
  await make.click();
  await page.getByRole("alert").getByText("The two passwords differ").waitFor();
  await checkAxe(page);
  assert.equal(await page.getByLabel("Name of the account").inputValue(), "Contoso Support");
  await password.fill(OLGA.password);
  await again.fill(OLGA.password);
  await make.click();

  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByText("No product yet").waitFor();
  await picture(page, "the-first-overview");

  const late = await open("/sign-in");
  forgive(late, /status of 410/);
  await late.goto(path);
  await late.getByRole("heading", { name: "This link is no longer good" }).waitFor();
  await checkAxe(late);
  await signIn(late, OLGA);
  assert.match(late.url(), /\/overview$/);
});
