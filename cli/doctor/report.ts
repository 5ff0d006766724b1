import { plural } from "../terminal/figures.ts";
import { checklist, deployedSection } from "./checklist.ts";
import type { Findings } from "./checks.ts";
import { type State, unknown } from "./finding.ts";
import type { DeployedFindings } from "./stage-checks.ts";

/** The filled-in checklist, for people and for programs. */

export type DoctorReport = {
  at: string;
  by: string;
  stack: string;
  sections: {
    title: string;
    rows: { text: string; signed_by: "doctor" | "person"; state: State | "open"; figure: string }[];
  }[];
  passed: number;
  failed: number;
  unknown: number;
  open: number;
};

/** @param inAws  null: the stack is no deployed stage, and the rows of one are left out */
export function reportOf(
  findings: Findings,
  inAws: DeployedFindings | null,
  about: { at: string; by: string; stack: string },
): DoctorReport {
  const found: Partial<Findings & DeployedFindings> = { ...findings, ...inAws };
  const sections = (inAws ? [...checklist, deployedSection] : checklist).map(({ title, rows }) => ({
    title,
    rows: rows.map(({ text, check }) =>
      check === null
        ? { text, signed_by: "person" as const, state: "open" as const, figure: "" }
        : { text, signed_by: "doctor" as const, ...(found[check] ?? unknown("not looked at")) },
    ),
  }));
  const counted = (...states: (State | "open")[]) =>
    sections.flatMap((section) => section.rows).filter(({ state }) => states.includes(state)).length;
  return {
    ...about,
    sections,
    passed: counted("pass", "note"),
    failed: counted("fail"),
    unknown: counted("unknown"),
    open: counted("open"),
  };
}

const marks: Readonly<Record<State | "open", string>> = {
  pass: "[x]",
  note: "[x]",
  fail: "[ ] **FAILED**",
  unknown: "[ ]",
  open: "[ ]",
};

export function reportMarkdown(report: DoctorReport): string {
  const lines = [
    "# Deployment checklist",
    "",
    `Date: ${report.at} · Stack: ${report.stack} · Run by: ${report.by}`,
    "",
    `The doctor signs ${plural(report.passed, "row")}, ${report.failed} failed, ${report.unknown} could not be looked at; ${report.open} are for a person.`,
  ];
  for (const { title, rows } of report.sections) {
    lines.push("", `## ${title}`);
    for (const { text, state, figure, signed_by } of rows) {
      const found = figure === "" ? "" : `: ${figure}`;
      const why = state === "unknown" ? " (not looked at)" : state === "note" ? " (read this)" : "";
      lines.push(`- ${marks[state]} ${text}${found}${why}${signed_by === "person" ? "  — signed: ________" : ""}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
