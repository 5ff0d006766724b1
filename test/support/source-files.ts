import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";

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

export type Import = { file: string; line: number; target: string; isLocal: boolean };

/** What a file imports: packages by name, files of ours by path from the root. */
export function importsOf(file: SourceFile): Import[] {
  return file.code.flatMap((text, i) => {
    const found =
      /\bfrom\s+["']([^"']+)["'];?\s*$/.exec(text) ??
      /^\s*import\s+["']([^"']+)["'];?\s*$/.exec(text) ??
      /\bimport\(\s*["'`]([^"'`]+)["'`]/.exec(text);
    if (!found) return [];
    const isLocal = found[1]!.startsWith(".");
    const target = isLocal ? join(dirname(file.path), found[1]!).split(sep).join("/") : found[1]!;
    return [{ file: file.path, line: i + 1, target, isLocal }];
  });
}

/** Longest stretch of lines between a function's first line and its closing brace, told by indentation. */
export function functionsOf(file: SourceFile): { line: number; length: number }[] {
  return file.code.flatMap((text, start) => {
    if (!opensFunction(text)) return [];
    const indent = /^\s*/.exec(text)![0];
    // A brace that only closes the parameters is followed by the body's opening one.
    const closing = new RegExp(`^${indent}\\}.*(?<![{(])$`);
    const end = file.code.findIndex((line, i) => i > start && (closing.test(line) || line === `${indent}}`));
    return end < 0 ? [] : [{ line: start + 1, length: end - start + 1 }];
  });
}

function opensFunction(text: string): boolean {
  // A group of tests is a chapter, not a function.
  if (/^\s*(describe\b|\]\)\(|\)\()/.test(text)) return false;
  if (/^\s*(if|for|while|switch|catch|else|do|try)\b/.test(text)) return false;
  if (/^\s*(export\s+)?(default\s+)?(async\s+)?function\b/.test(text)) return true;
  if (/=>\s*\{$/.test(text)) return true;
  // A method, on one line or with its parameters on several.
  return (
    /^\s*((static|async|override|get|set)\s+)*\*?#?\w+(<[^>]*>)?\(.*\)(:[^=]*)?\s\{$/.test(text) ||
    /^\s*\}?\)(:[^=]*)?\s\{$/.test(text)
  );
}
