import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";

/** Pages that stay open on one stack, one for every width and theme, so that all of them show the same moment. */

export const looks = [1280, 390].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

type Look = (typeof looks)[number];

export class Album {
  readonly #browser: Browser;
  readonly #pages: { look: Look; page: Page }[];
  readonly #o: { folder: string; name: string };

  private constructor(browser: Browser, pages: { look: Look; page: Page }[], o: { folder: string; name: string }) {
    this.#browser = browser;
    this.#pages = pages;
    this.#o = o;
  }

  static async open(url: string, o: { folder: string; name: string }): Promise<Album> {
    const browser = await openBrowser();
    const pages: { look: Look; page: Page }[] = [];
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
  async whole(moment: string): Promise<void> {
    for (const { look, page } of this.#pages) await page.screenshot({ path: this.#path(moment, look), fullPage: true });
    await this.#money(`${moment}-money`);
  }

  /** The second tab of the evidence. */
  async #money(moment: string): Promise<void> {
    for (const { look, page } of this.#pages) {
      const tab = page.getByRole("tab", { name: "Money" });
      if ((await tab.count()) === 0) continue;
      await tab.click();
      await page.mouse.move(0, 0);
      await page.waitForTimeout(300);
      await page.getByRole("region", { name: /^Evidence/ }).screenshot({ path: this.#path(moment, look) });
      await page.getByRole("tab", { name: "Proof" }).click();
    }
  }

  /** The confirmations of these buttons, cancelled again. */
  async dialogs(buttons: readonly string[]): Promise<void> {
    for (const { look, page } of this.#pages) {
      for (const name of buttons) {
        const button = page.getByRole("button", { name }).first();
        if (await button.isDisabled()) {
          console.log(`${name} is not possible any more at ${look.width} ${look.colorScheme}`);
          continue;
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
    }
  }

  #path(moment: string, { width, colorScheme }: Look): string {
    return `${this.#o.folder}/${this.#o.name}-${moment}-${width}-${colorScheme}.png`;
  }
}
