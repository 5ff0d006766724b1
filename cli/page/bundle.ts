import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** The web page as files in memory: a bundle is made in less time than a stack needs to start, so nothing has to be kept. */

const room = join(import.meta.dirname, "..", "..", "dashboard");

export type PageFile = { type: string; body: Buffer; tag: string };

/** Latin letters of Inter, all weights in one file; other scripts are written in the system's letters. */
const font = new URL(import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"));

/** @returns files by the path they are served at */
export async function bundlePage(): Promise<Map<string, PageFile>> {
  const [{ outputFiles }, html, icon, letters] = await Promise.all([
    build({
      entryPoints: { page: join(room, "main.tsx") },
      absWorkingDir: room,
      outdir: room,
      bundle: true,
      format: "esm",
      target: "es2023",
      minify: true,
      jsx: "automatic",
      jsxImportSource: "preact",
      external: ["/dashboard/*"],
      write: false,
      logLevel: "error",
    }),
    readFile(join(room, "index.html")),
    readFile(join(room, "icon.svg")),
    readFile(font),
  ]);
  const made = (end: string) => Buffer.from(outputFiles.find((file) => file.path.endsWith(end))!.contents);
  return new Map([
    ["/", fileOf("text/html; charset=utf-8", html)],
    ["/dashboard/page.js", fileOf("text/javascript; charset=utf-8", made(".js"))],
    ["/dashboard/page.css", fileOf("text/css; charset=utf-8", made(".css"))],
    ["/dashboard/icon.svg", fileOf("image/svg+xml", icon)],
    ["/dashboard/inter.woff2", fileOf("font/woff2", letters)],
  ]);
}

function fileOf(type: string, body: Buffer): PageFile {
  return { type, body, tag: `"${createHash("sha256").update(body).digest("hex").slice(0, 24)}"` };
}
