import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

/** The project's files as text: what `tidy.test.ts` looks at. */

export const root = join(import.meta.dirname, "..", "..");

/** What is made by tools, or is not ours. */
const foreign = new Set(["node_modules", "cdk.out", ".understudy", "coverage", "reports", ".git", "bundle"]);
const textual = new Set([
  ".ts",
  ".tsx",
  ".json",
  ".md",
  ".py",
  ".java",
  ".cpp",
  ".sh",
  ".html",
  ".css",
  ".js",
  ".yml",
  "",
]);

export type SourceFile = {
  /** from the project's root, with forward slashes */
  path: string;
  lines: readonly string[];
  /** the same lines without comments; numbers stay */
  code: readonly string[];
};

/** Every file of ours that can be read as text. */
export function textFiles(): SourceFile[] {
  return below(root)
    .filter((path) => textual.has(extname(path)))
    .map((path) => {
      const lines = readFileSync(join(root, path), "utf8").split(/\r?\n/);
      return { path, lines, code: withoutComments(lines) };
    });
}

export function isCode(file: SourceFile): boolean {
  return /\.tsx?$/.test(file.path);
}

function below(directory: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (foreign.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...below(path));
    else if (entry.isFile()) found.push(relative(root, path).split(sep).join("/"));
  }
  return found.sort();
}

function withoutComments(lines: readonly string[]): string[] {
  let inside = false;
  return lines.map((line) => {
    const begins = /^\s*\/\*/.test(line);
    const isComment = inside || begins;
    if (isComment) inside = !line.includes("*/");
    // A comment after code; the blank before it tells it from the slashes of an address.
    return isComment ? "" : line.replace(/(^|\s)\/\/.*$/, "");
  });
}
