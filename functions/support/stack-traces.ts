import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

let map: SourceMap | undefined;

/**
 * Bundles are minified; their maps lead a stack trace back to files that a person knows. Node does it when started with
 * --enable-source-maps, but then reads the map as it loads the module, a sixth of a cold start, for traces that most starts
 * never write. Here the first trace reads it.
 */
export function mapStackTraces(): void {
  const bundle = import.meta.url;
  // Outside a bundle (infra/bundle.ts) a line is its own.
  if (!bundle.endsWith("/index.mjs")) return;
  Error.prepareStackTrace = (error, sites) => {
    map ??= new SourceMap(JSON.parse(readFileSync(new URL(`${bundle}.map`), "utf8")));
    const lines = sites.map((site) => `\n    at ${placed(site, bundle, map!)}`);
    return Error.prototype.toString.call(error) + lines.join("");
  };
}

function placed(site: NodeJS.CallSite, bundle: string, from: SourceMap): string {
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (site.getFileName() !== bundle || line === null || column === null) return String(site);
  const origin = from.findOrigin(line, column);
  if (!("fileName" in origin)) return String(site);
  const file = origin.fileName.replace(/^(\.\.\/)+/, "");
  return String(site).replace(`${bundle}:${line}:${column}`, `${file}:${origin.lineNumber}:${origin.columnNumber}`);
}
