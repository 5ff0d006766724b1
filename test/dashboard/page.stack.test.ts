import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type DeployedPage, startDeployedPage } from "../../cli/dashboard/deployed.ts";
import { bundlePage } from "../../cli/page/bundle.ts";
import { dashboardPages } from "../../cli/page/pages.ts";
import { openBrowser } from "../support/browser.ts";
import { PageServer } from "../support/page-server.ts";
import { until } from "../support/until.ts";
import { dialog, section, Visits } from "../support/visits.ts";

/** The web page in a real Chromium, in front of the real handlers. Screenshots are kept where UNDERSTUDY_SCREENSHOTS says. */

// A small machine that is doing other things draws slowly.
vi.setConfig({ testTimeout: 90_000 });

const server = new PageServer();
const lives: Record<string, Map<string, Record<string, unknown>>> = {};
let browser: Browser;
let visits: Visits;

const means = {
  momentum_v1: { mean: 50 },
  momentum_v2: { mean: 66 },
  meanrev_v1: { mean: 50 },
  breakout_v1: { mean: 25 },
};
const controls = "\u0000\u0007\u001b[31m\r\n\u009b";
/** What the interface takes as typed text; marks that turn the reading direction it refuses, so these come in trades alone. */
const hostile = `<img src=x onerror="document.title='owned'"><b>evil`;

async function buildLives(): Promise<void> {
  lives.empty = server.keep();
  const named = (model_name: string, description: string) => ({ model_name, description });
  await server.deploy(named("momentum_v1", "trades real money"), named("momentum_v2", "the same idea, retrained"));
  await server.deploy(named("meanrev_v1", "another idea"), named("breakout_v1", "looked good in its backtest"));
  await server.trade(0, 120, means);
  lives.young = server.keep();
  await server.trade(120, 850, means);
  await server.reject("momentum_v2", "t-1");
  lives.shadow = server.keep();
  await server.ask("promote", {
    pathParameters: { challenger: "momentum_v2" },
    body: { force: true, reason: "Shown to the risk officer." },
  });
  await server.trade(850, 890, { ...means, momentum_v2: { mean: 45 } });
  lives.guarded = server.keep();
  await server.ask("rollback", { body: { reason: "Losses since the open." } });
  await server.trade(890, 980, { ...means, momentum_v2: { mean: -10 } });
  lives.rolledBack = server.keep();
  await server.trade(980, 1420, { ...means, momentum_v2: { mean: -10 } });
  lives.judged = server.keep();
  server.put(lives.shadow);
  for (const entry of server.table.of("HISTORY").slice(0, 4)) entry.published_at = Date.UTC(2026, 1, 1, 12);
  lives.alerted = server.keep();
  server.put(new Map());
  await server.deploy({ model_name: "steady", description: hostile });
  await server.deploy({
    model_name: `x${"y".repeat(63)}`,
    model_type: hostile.slice(0, 64),
    version: "<script>",
  });
  await server.reject(`x${"y".repeat(63)}`, `${hostile}\u202E${"z".repeat(120)}`);
  // Nobody has deployed these: what an ensemble writes under whatever name is counted and shown.
  await server.reject(`${controls}<script>alert(1)</script>`, "c-1");
  await server.reject(`\u202E\u2066${"\u05d0".repeat(40)}`, `r-1${controls}`);
  await server.reject("n".repeat(200), `${"w".repeat(200)}\u202E`);
  await server.ask("pause", { body: { reason: `${hostile} ${"long ".repeat(80)}` } });
  lives.hostile = server.keep();
}

beforeAll(async () => {
  await server.start();
  [browser] = await Promise.all([openBrowser(), buildLives()]);
  visits = new Visits(browser);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

afterEach(async () => {
  // Whatever was looked at, the page never complained and no answer broke its contract.
  expect(await visits.closeAll()).toEqual([]);
  expect(server.faults.splice(0)).toEqual([]);
});

async function visit(life: string, o: BrowserContextOptions = {}, url = server.url): Promise<Page> {
  server.put(lives[life]!);
  const page = await visits.open(url, o);
  await page.getByRole("heading", { level: 2, name: "Challengers" }).waitFor();
  return page;
}

/** The page asks again at the latest then: its clock is put on instead of waiting for it. */
const halfAMinuteLater = (page: Page): Promise<void> => page.clock.fastForward("00:31");

async function shoot(page: Page, name: string, part?: Locator): Promise<void> {
  const folder = process.env.UNDERSTUDY_SCREENSHOTS;
  if (!folder) return;
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  const path = `${folder}/${name}.png`;
  await (part ? part.screenshot({ path }) : page.screenshot({ path, fullPage: true }));
}

describe("the page", () => {
  it("is served with a policy that lets nothing foreign in", async () => {
    const answer = await fetch(`${server.url}/`);
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain("unsafe");
    const again = await fetch(`${server.url}/dashboard/page.js`, {
      headers: { "if-none-match": (await fetch(`${server.url}/dashboard/page.js`)).headers.get("etag")! },
    });
    expect(again.status).toBe(304);
    expect((await fetch(`${server.url}/dashboard/../package.json`)).status).toBe(404);
  });

  it("is small on its first visit: script below 52 KB, styles below 6 KB, all of it below 110 KB, compressed", async () => {
    const sizes = new Map([...(await bundlePage())].map(([path, { body }]) => [path, gzipSync(body).length]));
    expect(sizes.get("/dashboard/page.js")).toBeLessThan(52_000);
    expect(sizes.get("/dashboard/page.css")).toBeLessThan(6_000);
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(110_000);
  });

  it("shows champion, challengers and the evidence of the one nearest to promotion", async () => {
    const page = await visit("shadow");
    await page.getByRole("heading", { level: 1 }).getByText("momentum_v1").waitFor();
    const table = section(page, "Challengers").getByRole("table");
    for (const name of ["momentum_v2", "meanrev_v1", "breakout_v1"])
      expect(await table.getByRole("row", { name: new RegExp(name) }).count()).toBe(1);
    const evidence = section(page, /^Evidence/);
    await evidence.getByRole("img", { name: /Evidence of momentum_v2 over 8\d\d common signals/ }).waitFor();
    await section(page, "Criteria").getByText("statistical").waitFor();
    expect(await page.locator("canvas").count()).toBeGreaterThan(5);
  });

  it("says at one glance who is champion, since when, and whether it is safe", async () => {
    const calm = (await visit("shadow")).getByRole("banner");
    await calm.getByText("Safe", { exact: true }).waitFor();
    await calm.getByText(/^since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/).waitFor();
    const guarded = (await visit("guarded")).getByRole("banner");
    await guarded.getByText("Under guard", { exact: true }).waitFor();
    await guarded.getByText("40 of 100 trades beside the former champion.").waitFor();
  });

  it("says the decision in a sentence under the picture, of the latest look until another is asked for", async () => {
    const evidence = section(await visit("shadow"), /^Evidence/);
    await evidence.getByText("Look at 800 signals").waitFor();
    const picture = (await evidence.getByRole("img").boundingBox())!;
    const sentence = (await evidence.getByText(/^Approved with score 100\./).boundingBox())!;
    expect(sentence.y).toBeGreaterThan(picture.y + picture.height);
  });

  it("draws every route on every scale, each against its own boundary", async () => {
    const evidence = section(await visit("shadow"), /^Evidence/);
    const choice = evidence.getByLabel("Shown");
    const names = await choice.getByRole("option").allTextContents();
    expect(names.map((name) => name.replace(" (decides)", ""))).toEqual(
      ["Mean PnL", "Sharpe ratio"].flatMap((route) =>
        ["row by row", "in blocks", "in ten parts"].map((scale) => `${route}, ${scale}`),
      ),
    );
    const titles = new Set<string | null>();
    for (let index = 0; index < names.length; index++) {
      await choice.selectOption({ index });
      titles.add(await evidence.getByRole("img").getAttribute("aria-label"));
    }
    expect(titles.size).toBe(6);
  });

  it("tells with a challenger chosen what that one's looks said, look by look", async () => {
    const page = await visit("shadow");
    await page.getByRole("button", { name: "breakout_v1" }).click();
    const evidence = section(page, /Evidence: breakout_v1/);
    await evidence.waitFor();
    const slider = evidence.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    await evidence.getByText("Look at 500 signals").waitFor();
    await page.keyboard.press("ArrowRight");
    await evidence.getByText("Look at 600 signals").waitFor();
  });

  it("shows the dossier of the look under the pointer", async () => {
    const page = await visit("shadow");
    const plot = section(page, /^Evidence/)
      .locator(".u-over")
      .first();
    const dossier = section(page, /^Evidence/).getByText("Look at 500 signals");
    // The page draws anew while it is live: a pointer that came too early is moved once more.
    await until("the dossier", async () => {
      const { height } = (await plot.boundingBox())!;
      await plot.hover({ position: { x: 1, y: height / 4 } });
      await plot.hover({ position: { x: 2, y: height / 2 } });
      return dossier.isVisible();
    });
  });

  it("shows the same life in money, by keyboard too", async () => {
    const page = await visit("shadow");
    await page.getByRole("tab", { name: "Proof" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("img", { name: /Cumulative difference/ }).waitFor();
    expect(await page.getByRole("tab", { name: "Money" }).getAttribute("aria-selected")).toBe("true");
    await page.getByRole("img", { name: /Distance of both below/ }).waitFor();
  });

  it("shows the interval of the difference in money already before the first look", async () => {
    const page = await visit("young");
    await page.getByRole("tab", { name: "Money" }).click();
    await section(page, /^Evidence/)
      .getByText(/^Interval, as wide as the boundary asks \u2212?[\d,.]+ to [\d,.]+$/)
      .waitFor();
  });

  it("draws the guard as a race, and after a rollback what the model does since", async () => {
    const guarded = await visit("guarded");
    await section(guarded, /^Guard/)
      .getByText("Watching")
      .waitFor();
    await section(guarded, /^Guard/)
      .getByRole("img", { name: /promised .* champion .* former champion/ })
      .waitFor();
    await shoot(guarded, "guarded-1280-light");
    const after = await visit("rolledBack");
    await section(after, /Since the rollback: momentum_v2/)
      .getByRole("img")
      .waitFor();
    await section(after, "Quarantine").getByText("Models that left").waitFor();
  });

  it("tells the timeline with reasons, the rejected trades and the report", async () => {
    const page = await visit("rolledBack");
    const timeline = section(page, "Timeline");
    await timeline.getByText("Rollback", { exact: true }).first().click();
    await timeline.getByText("Losses since the open.").first().waitFor();
    const heights = await timeline.locator("summary").evaluateAll((all) => all.map((it) => it.clientHeight));
    // However much an event says, a closed row is one line.
    expect(Math.max(...heights.slice(1))).toBeLessThan(50);
    await section(page, "Quarantine").getByText("pnl must be a finite number").waitFor();
    await section(page, "Report").getByText("1 (0 automatic)").waitFor();
    await section(page, "Allocation").getByText("100.0 %").waitFor();
  });
});

describe("what people ask of it", () => {
  it("says behind an event what was decided on: its numbers, and of a promotion every criterion", async () => {
    const page = await visit("rolledBack");
    const timeline = section(page, "Timeline");
    const event = timeline.getByRole("listitem").filter({ has: page.getByText("Promotion", { exact: true }) });
    await event.locator("summary").click();
    for (const name of ["Former", "Score", "Mean PnL change", "Win rate change"])
      await event.getByRole("term").filter({ hasText: name }).first().waitFor();
    await event.getByText("Criteria of the look").waitFor();
    await event.getByText("Statistical").waitFor();
    await shoot(page, "event-1280-light", timeline);
  });

  it("shows what is believed of each model's mean as curves, with the chance to be best", async () => {
    const page = await visit("shadow");
    const allocation = section(page, "Allocation");
    await allocation.getByRole("img", { name: /momentum_v2 \+\d+.* to .*breakout_v1/ }).waitFor();
    const row = allocation.getByRole("row", { name: /momentum_v2.*0\.0 %.*\d %/ });
    expect(await row.count()).toBe(1);
  });

  it("shows which alerts were published and when, and those that were not before the others", async () => {
    const page = await visit("alerted");
    const alerts = section(page, "Alerts");
    await alerts.getByText(/\d+ not published yet\./).waitFor();
    const rows = alerts.getByRole("row");
    expect(await rows.nth(1).textContent()).toContain("not yet");
    await alerts.getByText("2026-02-01 12:00").first().waitFor();
    const timeline = section(page, "Timeline");
    expect(await timeline.getByText("alert not published yet").count()).toBeGreaterThan(0);
    const first = timeline.getByRole("listitem").last();
    await first.locator("summary").click();
    await first.getByText(/^LOW, published 2026-02-01 12:00 UTC/).waitFor();
  });

  it("says whether a rollback was right once it is judged, and until then when it will be", async () => {
    const early = await visit("rolledBack");
    await section(early, /Since the rollback/)
      .getByText("is judged after 500 signals")
      .waitFor();
    const later = await visit("judged");
    await section(later, /Since the rollback/)
      .getByText("It was right")
      .waitFor();
  });

  it("holds the guard's race in figures: promise, champion and former champion", async () => {
    const page = await visit("guarded");
    const guard = section(page, /^Guard/);
    for (const name of ["Promised", "Champion momentum_v2", "Former champion momentum_v1"])
      await guard.getByRole("term").filter({ hasText: name }).waitFor();
    await guard.getByText(/After 40 trades of 100/).waitFor();
  });

  it.each([
    { word: "market" as const, shown: "Market", says: "the market is to blame, not the model" },
    { word: "model" as const, shown: "Model", says: "The champion fell and the former champion did not" },
    { word: "unclear" as const, shown: "Unclear", says: "neither it nor the market is clearly to blame" },
  ])("says the verdict $word in one word and what it means", async ({ word, shown, says }) => {
    server.put(lives.guarded!);
    const answer = (await server.ask("watch")) as object;
    const page = await visits.open("about:blank");
    await page.route("**/shadow/watch", (route) =>
      route.fulfill({ json: { status: "success", data: { ...answer, word } } }),
    );
    await page.goto(server.url);
    const guard = section(page, /^Guard/);
    await guard.getByRole("heading").getByText(shown).first().waitFor();
    await guard.getByText(says).waitFor();
  });

  it("says at the head of the page what the guard below says, although they are asked for one after the other", async () => {
    server.put(lives.guarded!);
    const answer = (await server.ask("watch")) as { guard: { reading: object } };
    const reading = { ...answer.guard.reading, verdict: "market" };
    const data = { ...answer, word: "market", guard: { ...answer.guard, reading } };
    const page = await visits.open("about:blank");
    await page.route("**/shadow/watch", (route) => route.fulfill({ json: { status: "success", data } }));
    await page.goto(server.url);
    await page.getByRole("banner").getByText("Market fell", { exact: true }).waitFor();
  });

  it("looks closely at a part of the evidence, by keyboard, and shows the whole again", async () => {
    const page = await visit("shadow");
    const plot = section(page, /^Evidence/).getByRole("img");
    await plot.focus();
    await page.keyboard.press("+");
    const whole = section(page, /^Evidence/).getByRole("button", { name: "Show the whole" });
    await whole.waitFor();
    await page.keyboard.press("ArrowLeft");
    expect(await whole.count()).toBe(1);
    await page.keyboard.press("0");
    await whole.waitFor({ state: "detached" });
  });

  it("says what the score consists of", async () => {
    const page = await visit("shadow");
    const criteria = section(page, /Criteria/);
    await criteria.getByText("of 30").waitFor();
    for (const part of ["significance", "sharpe", "win rate", "drawdown", "consistency"])
      expect(await criteria.getByRole("term").filter({ hasText: part }).count(), part).toBeGreaterThan(0);
  });
});

describe("by keyboard alone", () => {
  it("every place that can be used is reached, in reading order, and is seen to be", async () => {
    const page = await visit("guarded");
    await section(page, /^Evidence/)
      .getByRole("img")
      .waitFor();
    await section(page, "Report").waitFor();
    const wanted = await page.evaluate(() => {
      const usable = "button:not(:disabled):not([tabindex='-1']), select, input, summary, [tabindex='0']";
      const places = [...document.querySelectorAll<HTMLElement>(usable)];
      for (const [i, place] of places.entries()) place.dataset.place = String(i);
      return places.length;
    });
    expect(wanted).toBeGreaterThan(15);
    const reached: { place: string | undefined; ring: string }[] = [];
    for (let i = 0; i < wanted + 5; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const it = document.activeElement as HTMLElement | null;
        return it && it !== document.body ? { place: it.dataset.place, ring: getComputedStyle(it).outlineStyle } : null;
      });
      if (at === null) break;
      reached.push(at);
    }
    expect(reached.map((at) => at.place)).toEqual(Array.from({ length: wanted }, (_, i) => String(i)));
    expect(new Set(reached.map((at) => at.ring))).toEqual(new Set(["solid"]));
  });

  it("every change is made, each behind its confirmation", async () => {
    const page = await visit("guarded");
    const press = (key: string) => page.keyboard.press(key);
    const begin = async (button: string, row?: RegExp) => {
      const place = row ? page.getByRole("row", { name: row }) : page;
      await place.getByRole("button", { name: button }).focus();
      await press("Enter");
      await dialog(page).waitFor();
    };
    /** Tab until the confirming button, which is the last place of the dialog, and press it. */
    const confirm = async (name: string) => {
      const button = dialog(page).getByRole("button", { name, exact: true });
      for (let i = 0; i < 12 && !(await button.evaluate((it) => it === document.activeElement)); i++)
        await press("Tab");
      await press("Enter");
    };
    const type = async (text: string, label: string | RegExp) => {
      const field = dialog(page).getByLabel(label);
      for (let i = 0; i < 12 && !(await field.evaluate((it) => it === document.activeElement)); i++) await press("Tab");
      await page.keyboard.type(text);
    };
    await begin("Deploy …");
    await type("carry_v1", /^Name/);
    await type("lightgbm", /^Type/);
    await confirm("Deploy");
    await page.getByText("carry_v1 is deployed: challenger.").waitFor();
    await begin("Pause …");
    await confirm("Pause");
    await page.getByText("Automatic action is paused.").waitFor();
    await begin("Resume …");
    await confirm("Resume");
    await page.getByText("Automatic action is resumed.").waitFor();
    await begin("Retire …", /carry_v1/);
    await confirm("Retire");
    await page.getByText("carry_v1 is retired.").waitFor();
    await begin("Roll back …");
    await type("Losses.", "Reason");
    await confirm("Show what would happen");
    await dialog(page).getByText("Nothing was done yet.").waitFor();
    await confirm("Restore momentum_v1");
    await page.getByText("momentum_v1 is champion again.", { exact: true }).waitFor();
    await begin("Promote …", /meanrev_v1/);
    await type("A test.", "Reason");
    await confirm("Promote without proof");
    await page.getByText("meanrev_v1 is champion now.").waitFor();
  });
});

describe("the page of a deployed stage", () => {
  let deployed: DeployedPage;
  beforeAll(async () => {
    deployed = await startDeployedPage({ url: server.url, port: 0, pages: dashboardPages(), sign: null });
  });
  afterAll(() => deployed.stop());

  it("works with the token of its address, changes included", async () => {
    const page = await visit("shadow", {}, deployed.url);
    await page.getByRole("button", { name: "Pause …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("Automatic action is paused.").waitFor();
  });

  it("says what to do when the token is missing", async () => {
    const page = await visits.open(new URL("/", deployed.url).href);
    await page.getByText("Open the page with the whole address that the command printed").waitFor();
  });
});

describe("before anything is known", () => {
  it("an empty stack says what to do first", async () => {
    const page = await visit("empty");
    await page.getByText("Nobody yet").waitFor();
    await page.getByText("No model is being tested.").waitFor();
    expect(await page.getByRole("button", { name: "Roll back …" }).count()).toBe(0);
    await shoot(page, "empty-1280-light");
  });

  it("nothing is failed before the first look: criteria are not yet known", async () => {
    const page = await visit("young");
    const criteria = section(page, /Criteria/);
    await criteria.getByText("none is decided yet").waitFor();
    expect(await criteria.locator(".gate.fail").count()).toBe(0);
    await shoot(page, "first-minutes-1280-light");
  });
});

describe("while trades come", () => {
  it("every figure beside a chart is that of the newest trades, its axis's name, too", async () => {
    const page = await visit("young");
    const condition = section(page, "Champion's condition");
    await condition.getByText("newest 120 trades", { exact: true }).waitFor();
    await server.trade(120, 150, means);
    await condition.getByText("newest 150 trades", { exact: true }).waitFor();
  });
});

describe("while shadow models are switched off", () => {
  it("the page says so in the API's own words, and comes back by itself", async () => {
    const page = await visit("shadow");
    await page.clock.install();
    const message = "Shadow models are switched off (ENABLE_SHADOW_MODELS=false); trades go on being kept.";
    const json = { status: "error", code: "DISABLED", message };
    await page.route("**/shadow/**", (route) => route.fulfill({ status: 503, json }));
    await halfAMinuteLater(page);
    await page.getByText(message).waitFor();
    await shoot(page, "disabled-1280-light");
    await page.unroute("**/shadow/**");
    await halfAMinuteLater(page);
    await page.getByRole("heading", { level: 2, name: "Challengers" }).waitFor();
  });
});

describe("what a person can do", () => {
  const champion = () =>
    server.ask("status") as Promise<{ champion: { model_name: string } | null; paused: object | null }>;

  it("pause and resume, each after a confirmation", async () => {
    const page = await visit("shadow");
    await page.getByRole("button", { name: "Pause …" }).click();
    await dialog(page).getByLabel("Reason (optional)").fill("Exchange outage.");
    expect((await champion()).paused).toBeNull();
    await dialog(page).getByRole("button", { name: "Pause" }).click();
    await page.getByText("Exchange outage.").first().waitFor();
    expect((await champion()).paused).not.toBeNull();
    await shoot(page, "paused-1280-light");
    await page.getByRole("button", { name: "Resume …" }).click();
    await dialog(page).getByRole("button", { name: "Resume" }).click();
    await page.getByText("Automatic action is resumed.").waitFor();
    expect((await champion()).paused).toBeNull();
  });

  it("roll back: first the dry run, which changes nothing, then the confirmation", async () => {
    const page = await visit("guarded");
    await page.getByRole("button", { name: "Roll back …" }).click();
    expect(await dialog(page).getByRole("button", { name: "Show what would happen" }).isDisabled()).toBe(true);
    await dialog(page).getByLabel("Reason").fill("Losses.");
    await dialog(page).getByRole("button", { name: "Show what would happen" }).click();
    await dialog(page).getByText("Nothing was done yet.").waitFor();
    expect((await champion()).champion!.model_name).toBe("momentum_v2");
    await dialog(page).getByRole("button", { name: "Restore momentum_v1" }).click();
    await page.getByText("momentum_v1 is champion again.", { exact: true }).waitFor();
    expect((await champion()).champion!.model_name).toBe("momentum_v1");
  });

  it("roll back to a chosen former champion, and only while the champion is the one that was seen", async () => {
    server.put(lives.guarded!);
    const body = { force: true, reason: "A second reign." };
    await server.ask("promote", { pathParameters: { challenger: "meanrev_v1" }, body });
    const page = await visits.open(server.url);
    const sent: unknown[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/shadow/rollback")) sent.push(request.postDataJSON());
    });
    await page.getByRole("button", { name: "Roll back …" }).click();
    await dialog(page).getByLabel("Restore").selectOption("momentum_v1");
    await dialog(page).getByLabel("Reason").fill("The second one fails too.");
    await dialog(page).getByRole("button", { name: "Show what would happen" }).click();
    await dialog(page).getByRole("button", { name: "Restore momentum_v1" }).click();
    await page.getByText("momentum_v1 is champion again.", { exact: true }).waitFor();
    const meant = { to: "momentum_v1", expected_champion: "meanrev_v1", reason: "The second one fails too." };
    expect(sent).toEqual([{ ...meant, dry_run: true }, meant]);
  });

  it("see what somebody else changed in allocation and report with the event, not half a minute later", async () => {
    const page = await visit("guarded");
    await section(page, "Report").getByText("0 (0 automatic)").waitFor();
    await server.ask("rollback", { body: { reason: "Losses." } });
    const soon = { timeout: 20_000 };
    await section(page, "Allocation")
      .getByRole("row", { name: /momentum_v1 100\.0 %/ })
      .waitFor(soon);
    await section(page, "Report").getByText("1 (0 automatic)").waitFor(soon);
  });

  it("promote without proof only with a reason, and only while the champion is the one that was seen", async () => {
    const page = await visit("shadow");
    const row = page.getByRole("row", { name: /meanrev_v1/ });
    await row.getByRole("button", { name: "Promote …" }).click();
    const confirm = dialog(page).getByRole("button", { name: "Promote without proof" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog(page).getByLabel("Reason").fill("Feed of the old one ends.");
    // Somebody else is faster.
    const body = { force: true, reason: "faster" };
    await server.ask("promote", { pathParameters: { challenger: "breakout_v1" }, body });
    // The page has learnt of it behind the dialog: what was seen when it was opened counts all the same.
    await page.locator("h1", { hasText: "breakout_v1" }).waitFor();
    await confirm.click();
    await dialog(page).getByText("momentum_v1 was expected to be champion, but the champion is breakout_v1.").waitFor();
    expect((await champion()).champion!.model_name).toBe("breakout_v1");
  });

  it("promote, retire and deploy", async () => {
    const page = await visit("shadow");
    await page
      .getByRole("row", { name: /breakout_v1/ })
      .getByRole("button", { name: "Retire …" })
      .click();
    await dialog(page).getByRole("button", { name: "Retire" }).click();
    await page.getByText("breakout_v1 is retired.").waitFor();
    await page.getByRole("button", { name: "Deploy …" }).click();
    await dialog(page).getByLabel(/^Name/).fill("carry_v1");
    await dialog(page).getByLabel(/^Type/).fill("lightgbm");
    await dialog(page).getByRole("button", { name: "Deploy" }).click();
    await page.getByText("carry_v1 is deployed: challenger.").waitFor();
    await page
      .getByRole("row", { name: /meanrev_v1/ })
      .getByRole("button", { name: "Promote …" })
      .click();
    await dialog(page).getByLabel("Reason").fill("A test.");
    await dialog(page).getByRole("button", { name: "Promote without proof" }).click();
    await page.getByText("meanrev_v1 is champion now.").waitFor();
    expect((await champion()).champion!.model_name).toBe("meanrev_v1");
  });

  it("is cancelled with Escape, which gives the focus back and changes nothing", async () => {
    const page = await visit("shadow");
    const button = page.getByRole("button", { name: "Pause …" });
    await button.focus();
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    expect(await button.evaluate((it) => it === document.activeElement)).toBe(true);
    expect((await champion()).paused).toBeNull();
  });
});

describe("whatever comes", () => {
  it("texts of others are text: no markup, no script, nothing wider than the page", async () => {
    for (const width of [1280, 390]) {
      const page = await visit("hostile", { viewport: { width, height: 844 } });
      await page.getByText("<img src=x").first().waitFor();
      expect(await page.locator("img, b, script:not([src])").count()).toBe(0);
      // Names are shortened before they are kept, with what makes them one of their own behind.
      for (const text of ["<script>alert(1)</script>", "\u05d0".repeat(40), "n".repeat(60), "w".repeat(60)])
        expect(await page.getByText(text).count(), text.slice(0, 20)).toBeGreaterThan(0);
      expect(await strayText(page)).toEqual([]);
      expect(await page.title()).toBe("steady · Understudy");
      expect(await tooWide(page)).toEqual([]);
      await shoot(page, `hostile-${width}-light`);
    }
  });

  it("says that money is held back, and that a restored champion cools down", async () => {
    server.put(lives.rolledBack!);
    const answer = (await server.ask("status")) as { champion: object };
    const breaker = { share: 0.25, why: "max-loss", at: "2026-02-01T00:00:00.000Z", reason: "A loss of 5,000." };
    const cooldown = { in_words: "Nothing is promoted by itself.", trades_left: 468 };
    const data = { ...answer, champion: { ...answer.champion, breaker, cooldown } };
    const page = await visits.open("about:blank");
    await page.route("**/shadow/status", (route) => route.fulfill({ json: { status: "success", data } }));
    await page.goto(server.url);
    await page.getByText("25.0 % of the money trades until somebody resumes: A loss of 5,000.").waitFor();
    await page.getByRole("banner").getByText("Money held back", { exact: true }).waitFor();
    await page.getByRole("banner").getByText("no promotion for 468 trades").waitFor();
  });

  it("says what is the matter with health above everything else, and does not call the champion safe", async () => {
    server.put(lives.shadow!);
    const answer = (await server.ask("health")) as object;
    const data = { ...answer, healthy: false, problems: ["alerts are not being published"] };
    const page = await visits.open("about:blank");
    await page.route("**/health", (route) => route.fulfill({ json: { status: "success", data } }));
    await page.goto(server.url);
    await page.getByText("Health. Alerts are not being published").waitFor();
    await page.getByRole("banner").getByText("Not healthy", { exact: true }).waitFor();
  });

  it("its letters come from the page itself, and are there before anybody reads", async () => {
    const page = await visit("shadow");
    const fonts = await page.evaluate(async () => {
      await document.fonts.ready;
      return [...document.fonts].map(({ family, status }) => ({ family, status }));
    });
    expect(fonts).toEqual([{ family: "Inter", status: "loaded" }]);
  });

  it("a lost connection is said, what was known stays, and it comes back by itself", async () => {
    const page = await visit("shadow");
    await page.clock.install();
    await page.route(/\/(shadow|health)/, (route) => route.abort());
    await halfAMinuteLater(page);
    await page.getByText("Connection lost.").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("momentum_v1");
    await shoot(page, "lost-1280-light");
    await page.unroute(/\/(shadow|health)/);
    await halfAMinuteLater(page);
    await page.getByText("Connection lost.").waitFor({ state: "detached" });
  });

  it.each([1280, 390])("it fits %d pixels, with ink that can be read, by day and by night", async (width) => {
    for (const life of ["shadow", "rolledBack"]) {
      const page = await visit(life, { viewport: { width, height: 844 }, colorScheme: "light" });
      await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
      await page.locator("canvas").first().waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await tooWide(page)).toEqual([]);
        expect(await contrast(page)).toBeGreaterThan(7);
        await shoot(page, `${life === "shadow" ? "shadow" : "rolled-back"}-${width}-${colorScheme}`);
      }
    }
  });

  it("one view asks a bounded number of questions, and none of them again before its time", async () => {
    const page = await visit("shadow");
    const asked: string[] = [];
    page.on("request", (request) => {
      if (/\/(shadow|health)/.test(request.url())) asked.push(request.url());
    });
    const since = performance.now();
    await page.reload();
    await section(page, "Report").waitFor();
    await section(page, /^Evidence/).waitFor();
    const seconds = (performance.now() - since) / 1000;
    const questions = [...new Set(asked)];
    expect(questions.length).toBeLessThanOrEqual(7 + 4);
    const often = questions.filter((url) => asked.filter((other) => other === url).length > 1 + seconds);
    expect(often).toEqual([]);
  });
});

/** What stands out of the window, or out of the section it belongs to. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const limitOf = (it: Element) => it.closest(".decision > *, section")?.getBoundingClientRect().right ?? innerWidth;
    const wide = [...document.querySelectorAll("#page *")].filter((it) => {
      // What is kept for screen readers alone has no place on the screen.
      if (it.closest(".unseen, thead, .canvas")) return false;
      // What is shortened on a line of its own stands in that line.
      if (it.parentElement && getComputedStyle(it.parentElement).textOverflow === "ellipsis") return false;
      return it.getBoundingClientRect().right > Math.min(innerWidth, limitOf(it)) + 0.5;
    });
    return wide.slice(0, 8).map((it) => `${it.tagName}.${it.className} ${it.textContent?.slice(0, 40)}`);
  });

/** Foreign text that could turn the text around it: whatever has a right-to-left mark stands in an element of its own. */
const strayText = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const stray: string[] = [];
    const walker = document.createTreeWalker(document.querySelector("#page")!, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { textContent, parentElement } = walker.currentNode;
      if (/[\u0590-\u08ff\u202a-\u202e\u2066-\u2069]/.test(textContent ?? "") && !parentElement?.closest("bdi"))
        stray.push(`${parentElement?.tagName} ${textContent?.slice(0, 40)}`);
    }
    return stray;
  });

/** Contrast of text and ground after WCAG 2.2. */
function contrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const luminance = (colour: string) => {
      const [r, g, b] = colour.match(/\d+/g)!.map((part) => {
        const c = Number(part) / 255;
        return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const style = getComputedStyle(document.querySelector("section")!);
    const [a, b] = [luminance(style.color), luminance(style.backgroundColor)].sort((x, y) => y - x);
    return (a! + 0.05) / (b! + 0.05);
  });
}
