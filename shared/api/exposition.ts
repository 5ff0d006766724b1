/**
 * Prometheus' text format, version 0.0.4: families of samples, each with its help and type once.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A value that stands still between two readings is a gauge, and here all are. */
export type Family = { name: string; help: string; samples: readonly Sample[] };
export type Sample = { labels?: Readonly<Record<string, string>>; value: number };

/** A family without samples is left out: what is not known has no value. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) =>
      [
        `# HELP ${name} ${escaped(help)}\n`,
        `# TYPE ${name} gauge\n`,
        ...samples.map(({ labels = {}, value }) => `${name}${labelled(labels)} ${value}\n`),
      ].join(""),
    )
    .join("");
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
