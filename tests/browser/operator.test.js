// The operator in a browser: one of a thousand accounts is found, another one is created and gets seats and minutes.

import assert from "node:assert/strict";
import { advance, operator, PASSWORD, PRODUCT, PRODUCT_NAME, World } from "./lib/api.js";
import { checkAxe, checkKeyboard, checkNarrow, picture } from "./lib/checks.js";
import { operatorKey } from "./lib/settings.js";
import { signIn, story } from "./lib/story.js";
import { totp } from "./lib/totp.js";
import { forgive } from "./lib/watch.js";

/** How many accounts there are. */
const ACCOUNTS = 1000;
/** A PNG of 2 × 2 pixels. */
const LOGO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR4nGP4f5eBIXQVA4QCACtJBbdT+vApAAAAAElFTkSuQmCC", "base64");

/** @param {import("playwright-core").Page} page */
async function enter(page) {
  await page.getByLabel("Operator key").fill(operatorKey());
  await page.getByRole("button", { name: "Open the operator pages" }).click();
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
}

story("an operator finds one of 1,000 accounts by typing a part of its name", async ({ open }) => {
  for (let first = 0; first < ACCOUNTS; first += 20) {
    const numbers = Array.from({ length: 20 }, (_, index) => String(first + index).padStart(4, "0"));
    await Promise.all(numbers.map((number) => operator().post("/v1/accounts", { name: `Customer ${number}` })));
  }
  const page = await open("/operator");
  await enter(page);
  await page.getByRole("link", { name: "Customer 0000" }).waitFor();
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("link", { name: "Customer 0025" }).waitFor();
  await page.getByRole("link", { name: "First page" }).click();
  await picture(page, "a-thousand-accounts");

  await page.getByLabel("Name or id").pressSequentially("mer 0731");

  const found = page.getByRole("link", { name: "Customer 0731" });
  await found.waitFor();
  await page.getByRole("link", { name: "Customer 0000" }).waitFor({ state: "detached" });
  assert.equal(await page.locator("#accounts tbody tr").count(), 1);
  await found.click();
  await page.getByRole("heading", { name: "Customer 0731" }).waitFor();
});

story("an operator creates an account, sets its seats and adds minutes", async ({ open }) => {
  const page = await open("/operator", { scheme: "dark" });
  await enter(page);

  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByLabel("Name of the account").fill("Contoso Support");
  await page.getByLabel("Id in your own system").fill("crm-7");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Account Contoso Support created.").waitFor();
  await page.getByText("No subscription", { exact: true }).waitFor();
  await page.getByText("Nobody can enter this account yet.").waitFor();
  await picture(page, "an-account-without-an-owner");
  await page.getByLabel("Name of the owner").fill("Bo Borealis");
  await page.getByLabel("E-mail address of the owner").fill("bo@borealis.example");
  await page.getByRole("button", { name: "Invite owner" }).click();
  await page.getByRole("heading", { name: "Invitation for Bo Borealis" }).waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "an-owner-invited");
  const link = new URL((await page.locator("#link").textContent()) ?? "", page.url());
  const owner = await open(link.pathname);
  await owner.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await owner.getByLabel("New password, again").fill(PASSWORD);
  await owner.getByRole("button", { name: "Set password and sign in" }).click();
  await owner.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("link", { name: "I have copied it" }).click();
  await page.getByText("bo@borealis.example").waitFor();

  await page.getByRole("link", { name: "Change seats or add minutes" }).click();
  await page.getByLabel("Plan", { exact: true }).selectOption("enterprise");
  await page.getByLabel("Product", { exact: true }).fill("remote-support");
  await page.getByLabel("Named seats").fill("2");
  await page.getByLabel("Shared seats").fill("8");
  await checkAxe(page);
  await page.getByRole("button", { name: "Change subscription" }).click();
  await page.getByText("Subscription changed.").waitFor();
  await page.getByText("0 of 8").waitFor();

  await page.getByRole("link", { name: "Change seats or add minutes" }).click();
  await page.getByLabel("Minutes to add").fill("500");
  await page.getByRole("button", { name: "Add minutes" }).click();
  await page.getByText("500 minutes added. The account has 500 now.").waitFor();
  await checkAxe(page);
  await checkKeyboard(page);
  await checkNarrow(page);
  await picture(page, "an-account-that-was-sold-seats");

  await page.getByRole("link", { name: "Close account" }).click();
  await page.getByRole("heading", { name: "Close the account Contoso Support?" }).waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByText("First key").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out of the operator pages.").waitFor();
});

story("an operator sees what two accounts ask for, approves one, changes and declines the others", async ({ open }) => {
  const worlds = await Promise.all(
    ["Northwind", "Tailspin"].map((name) => World.make({ name, named: 3, shared: 5 })),
  );
  for (const world of worlds) {
    const page = await open(`/a/${world.id}/subscription`, { as: await world.owner() });
    await page.getByLabel(`Named seats of ${PRODUCT_NAME}`).fill("5");
    await page.getByLabel("Note for the operator (optional)").first().fill("Two colleagues begin on Monday");
    await page.getByRole("button", { name: "Request seats" }).click();
    await page.getByRole("heading", { name: "Your request for seats waits for the operator" }).waitFor();
  }
  const page = await open("/operator");
  await enter(page);
  await page.getByRole("link", { name: "Requests" }).first().click();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "requests-of-all-accounts");

  await page.getByRole("link", { name: "Answer… Northwind" }).click();
  await page.getByText("Two colleagues begin on Monday").waitFor();
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "answering-a-request");
  await page.getByRole("button", { name: "Approve as asked" }).click();
  await page.getByText("Northwind has what it asked for.").waitFor();

  await page.getByRole("link", { name: "Answer… Tailspin" }).click();
  await page.getByLabel("Named seats", { exact: true }).first().fill("4");
  await page.getByLabel("Note for the account (optional)").last().fill("One now, one in May");
  await page.getByRole("button", { name: "Approve this instead" }).click();
  await page.getByText("Tailspin has what you chose.").waitFor();

  const bought = await Promise.all(
    worlds.map(async (world) => (await world.get(`${world.path}/subscription`)).products[PRODUCT].named_seats),
  );
  assert.deepEqual(bought, [5, 4]);
});

story("an operator agrees on bounds and an end, and lends seats until a day", async ({ open }) => {
  const world = await World.make({ name: "Fourth Coffee", named: 3, shared: 5 });
  const page = await open(`/operator/accounts/${world.id}`);
  await page.getByLabel("Operator key").fill(operatorKey());
  await page.getByRole("button", { name: "Open the operator pages" }).click();
  await page.getByRole("heading", { name: "Fourth Coffee" }).waitFor();

  await page.getByRole("link", { name: "Set who changes it" }).click();
  await page.getByRole("radio", { name: /Within bounds/ }).check();
  await page.getByLabel("Named seats, at most").first().fill("10");
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "who-changes-a-subscription");
  await page.getByRole("button", { name: "Set who changes it" }).click();
  await page.getByText("The account changes seats and minutes itself, within bounds.").waitFor();

  await page.getByRole("link", { name: "Set terms or lend seats" }).click();
  await page.getByLabel("What happens at the end").selectOption("renews");
  await page.getByLabel("Last day").fill("2999-12-31");
  await page.getByLabel("Months of a renewal").fill("12");
  await page.getByRole("button", { name: "Set terms" }).click();
  await page.getByText("Terms changed.").waitFor();
  await page.getByText("Renews on").waitFor();

  await page.getByRole("link", { name: "Set terms or lend seats" }).click();
  await page.getByLabel("Named seats", { exact: true }).fill("2");
  await page.getByLabel("Until the end of").fill("2999-06-30");
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "terms-and-lent-seats");
  await page.getByRole("button", { name: "Lend seats" }).click();
  await page.getByText("2 seats of remote-support lent.").waitFor();
  await page.getByText("2 named seats of Remote support until").waitFor();
  await checkAxe(page);
  await picture(page, "an-account-with-terms");
});

story("an owner who is made operator opens the pages with password and code, and gives it up", async ({ open }) => {
  const world = await World.make({ name: "Alpine Ski House", named: 3, shared: 5 });
  const owner = await world.owner("Olga Operator");
  const keyholder = await open(`/operator/accounts/${world.id}`);
  forgive(keyholder, /status of 422/);
  await keyholder.getByLabel("Operator key").fill(operatorKey());
  await keyholder.getByRole("button", { name: "Open the operator pages" }).click();
  await keyholder.getByRole("link", { name: "Make operator… Olga Operator" }).click();
  await keyholder.getByText("every account of this server").waitFor();
  await checkAxe(keyholder);
  await picture(keyholder, "make-operator");
  await keyholder.getByRole("button", { name: "Make operator" }).click();
  await keyholder.getByText("Tick this if you mean all accounts.").first().waitFor();
  await keyholder.getByLabel("They may open all accounts of this server").check();
  await keyholder.getByRole("button", { name: "Make operator" }).click();
  await keyholder.getByText("Olga Operator can open the operator pages now.").waitFor();
  await checkAxe(keyholder);
  await keyholder.goto("/operator/keys");
  await keyholder.getByText("No second factor yet").waitFor();
  await checkAxe(keyholder);
  await checkNarrow(keyholder);
  await picture(keyholder, "owners-who-are-operators");

  const page = await open("/sign-in", { scheme: "dark" });
  await signIn(page, owner);
  await page.goto("/operator");
  await page.getByText("You need a second factor for these pages.").waitFor();
  await page.goto("/me/second-factor");
  await page.getByRole("button", { name: "Set up a second factor" }).click();
  const secret = (await page.locator("#secret").textContent()) ?? "";
  await page.getByRole("textbox", { name: "Code" }).fill(totp(secret, await advance(60)));
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Switch the second factor on" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();

  await page.goto("/me");
  await checkAxe(page);
  await page.getByRole("link", { name: "Open the operator pages" }).click();
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByLabel("Code of your second factor").fill(totp(secret, await advance(60)));
  await checkAxe(page);
  await checkNarrow(page);
  await picture(page, "an-owner-opens-the-operator-pages");
  await page.getByRole("button", { name: "Open as yourself" }).click();
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Operator keys" }).count(), 0);

  await page.goto("/me");
  await page.getByRole("button", { name: "Give this up" }).click();
  await page.getByText("You are not operator of this server any more.").waitFor();
  await page.goto("/operator/accounts");
  await page.getByLabel("Operator key").waitFor();
});

story("an operator gives the customer's page a name, a color and a text", async ({ open }) => {
  const page = await open("/operator/branding");
  await page.getByLabel("Operator key").fill(operatorKey());
  await page.getByRole("button", { name: "Open the operator pages" }).click();
  await page.getByRole("heading", { name: "Branding", exact: true }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Acme Remote");
  await page.getByLabel("Color").fill("#ffdd00");
  await page.getByLabel("Welcome").fill("Welcome to Acme.\nYour agent tells you a code.");
  await page.getByLabel("Link to your privacy notice").fill("https://example.com/privacy");
  await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: LOGO });
  await picture(page, "branding");

  await page.getByRole("button", { name: "Change branding" }).click();

  await page.getByText("looks like this now").waitFor();
  await checkAxe(page);
  const customer = await open("/join", { scheme: "dark" });
  await customer.getByText("Welcome to Acme.").waitFor();
  assert.equal(await customer.title(), "Join a session · Acme Remote");
  assert.ok(await customer.locator(".logo-own").evaluate((logo) => logo.naturalWidth === 2));
  const color = await customer.getByRole("button", { name: "Continue" }).evaluate((button) => getComputedStyle(button).backgroundColor);
  assert.equal(color, "rgb(255, 221, 0)");
  await picture(customer, "branded-customer");
  await checkAxe(customer);
  await checkNarrow(customer);
  await page.getByLabel("Remove the current logo").check();
  for (const label of ["Name", "Color", "Welcome", "Link to your privacy notice"]) {
    await page.getByLabel(label, { exact: true }).fill("");
  }
  await page.getByRole("button", { name: "Change branding" }).click();
  await page.getByRole("button", { name: "Change branding" }).waitFor();
});
