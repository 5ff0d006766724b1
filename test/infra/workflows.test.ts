import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

/** What GitHub would run, read as it reads it: nobody notices a workflow that is wrong before the day it is needed. */

type Step = { uses?: string; run?: string; shell?: string; with?: Record<string, unknown> };
type Job = {
  "runs-on"?: string;
  "timeout-minutes"?: number;
  needs?: string | string[];
  uses?: string;
  with?: Record<string, string>;
  environment?: string;
  permissions?: Record<string, string>;
  steps?: Step[];
};
type Workflow = {
  on: Record<string, { inputs?: Record<string, { required?: boolean; default?: string }> } | null>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
};

const root = join(import.meta.dirname, "..", "..");
const directory = join(root, ".github", "workflows");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const names = readdirSync(directory);
const textOf = (name: string) => readFileSync(join(directory, name), "utf8");
const read = (text: string) => parse(text, { strict: true, uniqueKeys: true }) as Workflow;
const workflows = new Map(names.map((name) => [name, read(textOf(name))]));

const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps ?? []);
const runsOf = (job: Job) => (job.steps ?? []).flatMap(({ run }) => (run ? [run] : []));
const needsOf = (job: Job) => [job.needs ?? []].flat();

describe.each([...workflows])("the workflow %s", (name, workflow) => {
  it("names no command of package.json that is not there", () => {
    const called = stepsOf(workflow).flatMap(({ run = "" }) =>
      [...run.matchAll(/npm run ([\w:-]+)/g)].map((m) => m[1]!),
    );
    expect(called.filter((script) => !(script in scripts))).toEqual([]);
  });

  it("uses actions of a fixed release, and workflows of this repository that are there", () => {
    const used = [...stepsOf(workflow), ...Object.values(workflow.jobs)].flatMap(({ uses }) => (uses ? [uses] : []));
    const own = used.filter((uses) => uses.startsWith("./"));
    expect(own.filter((uses) => !names.includes(uses.replace("./.github/workflows/", "")))).toEqual([]);
    const foreign = used.filter((uses) => !own.includes(uses));
    expect(foreign.filter((uses) => !/^(actions|aws-actions)\/[\w-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$/.test(uses))).toEqual(
      [],
    );
  });

  it("has no key of AWS, stored or written down, and no secret at all", () => {
    expect(textOf(name)).not.toMatch(/secrets\.|AKIA|aws-(access-key-id|secret-access-key)|AWS_(ACCESS|SECRET)/i);
  });

  it("may change nothing in the repository, and asks for GitHub's token where it becomes a role alone", () => {
    const becomesRole = (one: Workflow): boolean =>
      stepsOf(one).some(({ uses = "" }) => uses.startsWith("aws-actions/configure-aws-credentials@")) ||
      Object.values(one.jobs).some(({ uses }) => {
        const called = uses && workflows.get(uses.replace("./.github/workflows/", ""));
        return called ? becomesRole(called) : false;
      });
    expect(workflow.permissions).toEqual({
      contents: "read",
      ...(becomesRole(workflow) && { "id-token": "write" }),
    });
  });

  it("ends by itself: every job that runs has a limit, on a named system", () => {
    const running = Object.values(workflow.jobs).filter(({ uses }) => uses === undefined);
    expect(running.filter((job) => !job["timeout-minutes"] || !/^ubuntu-\d/.test(job["runs-on"] ?? ""))).toEqual([]);
  });

  it("waits only for jobs it has, and gives called workflows what they ask for", () => {
    for (const job of Object.values(workflow.jobs)) {
      expect(needsOf(job).filter((needed) => !(needed in workflow.jobs))).toEqual([]);
      const called = job.uses && workflows.get(job.uses.replace("./.github/workflows/", ""));
      const inputs = called ? (called.on.workflow_call?.inputs ?? {}) : {};
      expect(Object.keys(job.with ?? {}).sort()).toEqual(Object.keys(inputs).sort());
    }
  });

  it("puts no input into a shell but by the environment: a name could be a command", () => {
    expect(stepsOf(workflow).filter(({ run = "" }) => run.includes("${{"))).toEqual([]);
  });

  // GitHub gives pipefail to a step that names bash, and to no other.
  it("shows a failure behind a pipe", () => {
    const piped = stepsOf(workflow).filter(({ run = "" }) => /[^|]\|[^|]/.test(run));
    expect(piped.filter(({ shell }) => shell !== "bash")).toEqual([]);
  });
});

describe("a deployment from GitHub", () => {
  const deploy = workflows.get("deploy.yml")!;
  const stage = workflows.get("deploy-stage.yml")!;

  it("tests and synthesises, then staging, then prod", () => {
    const [check, staging, prod] = [deploy.jobs.check!, deploy.jobs.staging!, deploy.jobs.prod!];
    expect(check.uses).toBe("./.github/workflows/check.yml");
    expect([needsOf(staging), needsOf(prod)]).toEqual([["check"], ["staging"]]);
    expect([staging.with?.environment, prod.with?.environment]).toEqual(["staging", "prod"]);
    const checked = Object.values(workflows.get("check.yml")!.jobs).flatMap(runsOf);
    const order = ["npm ci", "npm test", "npx cdk synth"].map((text) =>
      checked.findIndex((run) => run.startsWith(text)),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
  });

  it("shows what a stage would become, asks for approval, deploys, and lets the doctor look", () => {
    const { diff, deploy: deployed } = stage.jobs as { diff: Job; deploy: Job };
    expect(runsOf(diff).at(-1)).toMatch(/^npm run diff -- --stage "\$STAGE"/);
    expect(needsOf(deployed)).toEqual(["diff"]);
    // The environment of the deployment is the one with reviewers; the diff's has none.
    const named = [diff, deployed].map(({ environment = "" }) => environment.replace(/\$\{\{ (.*) \}\}/, "<$1>"));
    expect(named).toEqual(["<inputs.environment>-diff", "<inputs.environment>"]);
    const [deploying, looking] = runsOf(deployed).slice(-2);
    expect(deploying).toMatch(/^npm run deploy -- --stage "\$STAGE"/);
    expect(looking).toMatch(/^npm run doctor -- --stage "\$STAGE"/);
  });
});

describe("a workflow file that is wrong", () => {
  it("is refused as YAML: a key written twice, a tab, a missing end", () => {
    for (const text of ["on:\n  push:\non: 1\n", "jobs:\n\tcheck: 1\n", 'name: "check\n'])
      expect(() => read(text)).toThrow();
  });
});
