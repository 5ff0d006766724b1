import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** Pages opened for a test: closed after it, with everything they complained about. */
export class Visits {
  readonly #browser: Browser;
  readonly #open: Page[] = [];
  readonly #complaints: string[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param options  of the browser's window */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const viewport = { width: 1280, height: 900 };
    const context = await this.#browser.newContext({ viewport, locale: "en-GB", ...options });
    const page = await context.newPage();
    this.#open.push(page);
    page.setDefaultTimeout(40_000);
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    page.on("console", (message) => {
      const expected = /Failed to load resource|net::ERR/.test(message.text());
      if (message.type() === "error" && !expected) this.#complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  /** @returns what the pages wrote into their consoles as errors */
  async closeAll(): Promise<string[]> {
    for (const page of this.#open.splice(0)) await page.context().close();
    return this.#complaints.splice(0);
  }
}

export const section = (page: Page, name: string | RegExp) => page.getByRole("region", { name });
export const dialog = (page: Page) => page.getByRole("dialog");
