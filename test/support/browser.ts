import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/**
 * A real Chromium: the one an npm package carries (Linux), else the system's Chrome. None at all is an error with what to do about it,
 * never a test that silently did not run.
 */
export async function openBrowser(): Promise<Browser> {
  const tried: string[] = [];
  for (const [name, launch] of [
    ["the Chromium of @sparticuz/chromium", launchCarried],
    ["the system's Chrome", () => chromium.launch({ channel: "chrome" })],
    ["the system's Chromium", () => chromium.launch({ executablePath: systemChromium() })],
  ] as const) {
    try {
      return await launch();
    } catch (error) {
      tried.push(`${name}: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`);
    }
  }
  throw new Error(`The page's tests need a Chromium or Chrome, and none starts. Install Chrome. ${tried.join("; ")}`);
}

/**
 * Meant for scraping in Lambda: one process for everything does not survive a second window, and two let in what a browser refuses. Without its
 * zygote every window's process is started from nothing, which takes as long as drawing the page.
 */
const unwanted = new Set([
  "--single-process",
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--no-zygote",
]);

async function launchCarried(): Promise<Browser> {
  const { default: carried } = await import("@sparticuz/chromium");
  // Nothing here is drawn in three dimensions, and emulating a graphics card takes most of a small machine.
  carried.setGraphicsMode = false;
  const args = carried.args.filter((arg) => !unwanted.has(arg));
  return chromium.launch({ executablePath: await carried.executablePath(), args });
}

function systemChromium(): string {
  const found = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/snap/bin/chromium"].find((path) =>
    existsSync(path),
  );
  if (!found) throw new Error("not found");
  return found;
}
