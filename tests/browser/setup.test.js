// The first run: from the link that the server prints to the first seat, without a single call of the API.

import assert from "node:assert/strict";
import { checkAxe, checkKeyboard, look } from "./lib/checks.js";
import { setupLink } from "./lib/settings.js";
import { signIn, story } from "./lib/story.js";
import { forgive } from "./lib/watch.js";

const OLGA = { email: "olga@contoso.example", password: "a password for Olga" };

story("from the one-time link to the first seat, in a browser alone", async ({ open }) => {
  const path = new URL(setupLink()).pathname;
  const page = await open(path);
  await checkKeyboard(page);
  await look(page, "set-up");
  const make = page.getByRole("button", { name: "Create the account and go on" });
  const again = page.getByLabel("Password, again");
  const password = page.getByLabel("Password", { exact: true });

  forgive(page, /status of 422/);
  await page.getByLabel("Name of the account").fill("Contoso Support");
  await page.getByLabel("Your name").fill("Olga Owner");
  await page.getByLabel("E-mail address").fill(OLGA.email);
  await page.getByLabel("Name of the product").fill("Contoso Rescue");
  await page.getByLabel("Shared seats").fill("3");
  await password.fill(OLGA.password);
  await again.fill("something else");
  await make.click();
  await page.getByRole("alert").getByText("The two passwords differ").waitFor();
  await checkAxe(page);
  assert.equal(await page.getByLabel("Name of the account").inputValue(), "Contoso Support");
  await page.getByText("More: the name for programs").click();
  assert.equal(await page.getByLabel("Name for programs").inputValue(), "contoso-rescue");
  await password.fill(OLGA.password);
  await again.fill(OLGA.password);
  await make.click();

  // The pool has all seats. After breaking off, one finds the first steps on the overview, and goes on there.
  await page.getByRole("heading", { name: "Your first pool" }).waitFor();
  await look(page, "first-pool");
  await page.goto("/");
  await page.getByRole("heading", { name: "First steps" }).waitFor();
  await look(page, "first-steps");
  await page.goto(new URL(page.url()).pathname.replace("overview", "start"));
  await page.getByLabel("Name of the pool").fill("Day shift");
  await page.getByRole("button", { name: "Save and go on" }).click();

  await page.getByRole("heading", { name: "Your first people" }).waitFor();
  await look(page, "first-people");
  await page.locator("main").getByLabel("People", { exact: true }).fill("Sven Berg sven@contoso.example\nAmara <amara@contoso.example>");
  await page.getByRole("button", { name: "Add and go on" }).click();

  await page.getByRole("heading", { name: "Hand over these invitations" }).waitFor();
  await look(page, "first-invitations");
  const first = (await page.locator("#link-1").textContent()) ?? "";
  await page.getByRole("link", { name: "Take a seat yourself" }).click();
  await page.getByRole("button", { name: "Take a seat of Contoso Rescue" }).waitFor();
  await look(page, "first-console");
  await page.getByRole("button", { name: "Take a seat of Contoso Rescue" }).click();
  await page.getByText("Signed in", { exact: true }).waitFor();
  await look(page, "first-seat");
  await page.goto("/");
  await page.getByText("1 of 3").first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "First steps" }).count(), 0);

  // The link is that of the person beside it.
  const svens = await open(new URL(first).pathname);
  await svens.getByRole("heading", { name: "Welcome, Sven Berg" }).waitFor();

  const late = await open("/sign-in");
  forgive(late, /status of 410/);
  await late.goto(path);
  await late.getByRole("heading", { name: "This link is no longer good" }).waitFor();
  await checkAxe(late);
  await signIn(late, OLGA);
  assert.match(late.url(), /\/overview$/);
});
