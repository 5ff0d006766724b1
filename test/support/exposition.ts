/**
 * A strict reader of Prometheus' text format, with the rules of its scraper and of `promtool check metrics`.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export type ReadFamily = { name: string; help: string; type: string; samples: ReadSample[] };
export type ReadSample = { labels: Record<string, string>; value: number };

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);

/** @throws Error at the first line that breaks a rule */
export function readExposition(text: string): ReadFamily[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families: ReadFamily[] = [];
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, helped, words] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (helped && words) {
      if (families.some(({ name }) => name === helped)) throw new Error(`${helped} comes twice`);
      help = { name: helped, text: words };
    } else if (typed && type) {
      if (help?.name !== typed) throw new Error(`the type of ${typed} does not follow its help`);
      families.push({ name: typed, help: help.text, type, samples: [] });
    } else addSample(families.at(-1), line);
  }
  const empty = families.find(({ samples }) => samples.length === 0);
  if (empty) throw new Error(`${empty.name} has no sample`);
  return families;
}

function addSample(family: ReadFamily | undefined, line: string): void {
  const [, name, labelText, valueText] = SAMPLE.exec(line) ?? [];
  if (!name || !valueText) throw new Error(`no line of the format: ${line}`);
  if (name !== family?.name) throw new Error(`${name} does not stand under its own type`);
  const value = Number(valueText);
  if (!Number.isFinite(value)) throw new Error(`${name} has the value ${valueText}`);
  const labels = labelsOf(labelText ?? "");
  const key = (of: Record<string, string>) => JSON.stringify(Object.entries(of).sort());
  if (family.samples.some((sample) => key(sample.labels) === key(labels))) throw new Error(`twice the same: ${line}`);
  family.samples.push({ labels, value });
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    if (name! in labels) throw new Error(`the label ${name} comes twice`);
    labels[name!] = value!.replaceAll(/\\(.)/g, (_all, c: string) => (c === "n" ? "\n" : c));
  }
  return labels;
}

/** What promtool complains of, about names and help. */
export function lintOf({ name, help, type }: ReadFamily): string[] {
  const faults: string[] = [];
  if (!help.trim()) faults.push("no help");
  if (type !== "counter" && name.endsWith("_total")) faults.push("_total is for counters");
  if (/_(count|sum|bucket)$/.test(name)) faults.push("ends like a part of a histogram");
  if (/[A-Z]/.test(name)) faults.push("camelCase");
  if (new RegExp(`(^|_)${type}(_|$)`).test(name)) faults.push("the type is in the name");
  if (/_(milliseconds|ms|minutes|hours|percent|percentage|kb|mb|rate)$/.test(name)) faults.push("no base unit");
  return faults.map((fault) => `${name}: ${fault}`);
}
