import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";

/** Pages that stay open on one stack, one for every width and theme, so that all of them show the same moment. */

export const looks = [1280, 390].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

type Look = (typeof looks)[number];
type Open = { look: Look; page: Page };

export class Album {
  readonly #browser: Browser;
  readonly #pages: Open[];
  readonly #o: { folder: string; name: string };

  private constructor(browser: Browser, pages: Open[], o: { folder: string; name: string }) {
    this.#browser = browser;
    this.#pages = pages;
    this.#o = o;
  }

  static async open(url: string, o: { folder: string; name: string }): Promise<Album> {
    const browser = await openBrowser();
    const pages: Open[] = [];
    for (const look of looks) {
      const viewport = { width: look.width, height: 900 };
      const context = await browser.newContext({ viewport, colorScheme: look.colorScheme, locale: "en-GB" });
      const page = await context.newPage();
      page.setDefaultTimeout(240_000);
      await page.goto(url);
      pages.push({ look, page });
    }
    return new Album(browser, pages, o);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Waits until every page has asked again. */
  async settle(): Promise<void> {
    for (const { page } of this.#pages) {
      await page.reload();
      await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
      await page.waitForTimeout(1500);
    }
  }

  /** Waits until the guard of every page says this word. */
  async until(word: string): Promise<void> {
    for (const { page } of this.#pages)
      await page
        .getByRole("heading", { name: /^Guard/ })
        .getByText(word)
        .waitFor();
  }

  /** The page from top to bottom. */
  async page(moment: string): Promise<void> {
    await this.#each(({ look, page }) => page.screenshot({ path: this.#path(moment, look), fullPage: true }));
  }

  /** The second tab of the evidence. */
  async money(moment: string): Promise<void> {
    await this.#each((open) => this.#money(`${moment}-money`, open));
  }

  async whole(moment: string): Promise<void> {
    await this.page(moment);
    await this.money(moment);
  }

  async #money(moment: string, { look, page }: Open): Promise<void> {
    const tab = page.getByRole("tab", { name: "Money" });
    if ((await tab.count()) === 0) return;
    await tab.click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300);
    await page.getByRole("region", { name: /^Evidence/ }).screenshot({ path: this.#path(moment, look) });
    await page.getByRole("tab", { name: "Proof" }).click();
  }

  /** The confirmations of these buttons, cancelled again. */
  async dialogs(buttons: readonly string[]): Promise<void> {
    for (const name of buttons) await this.#each((open) => this.#dialog(name, open));
  }

  async #dialog(name: string, { look, page }: Open): Promise<void> {
    const button = page.getByRole("button", { name }).first();
    if (await button.isDisabled()) {
      console.log(`${name} is not possible any more at ${look.width} ${look.colorScheme}`);
      return;
    }
    await button.click();
    const dialog = page.getByRole("dialog");
    if (name === "Roll back …") {
      await dialog.getByLabel("Reason").fill("Losses since the open.");
      await dialog.getByRole("button", { name: "Show what would happen" }).click();
      await dialog.getByText("Nothing was done yet.").or(dialog.getByRole("alert")).first().waitFor();
    }
    const kind = name.replace(" …", "").replace(" ", "-").toLowerCase();
    await dialog.screenshot({ path: this.#path(`dialog-${kind}`, look) });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }

  /** All at once: what they show goes on. */
  async #each(take: (open: Open) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#pages.map(take));
  }

  #path(moment: string, { width, colorScheme }: Look): string {
    return `${this.#o.folder}/${this.#o.name}-${moment}-${width}-${colorScheme}.png`;
  }
}
