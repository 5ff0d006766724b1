import { describe, expect, it } from "vitest";
import { makePlan, parsePlanOptions, planText } from "../../../cli/plan/command.ts";

// What is simulated has a test of its own.
const parse = (line: string) => parsePlanOptions(["--lives", "0", ...line.split(" ")]);
const mean = "--effect 10 --sd 120 --correlation 0.7";

describe("npm run plan", () => {
  it("puts the effect asked for among smaller and larger ones, paired beside unpaired", () => {
    const report = makePlan(parse(mean)!);
    const rows = report.meanPnl!.rows;
    expect(rows.map((row) => row.effect)).toEqual([5, 7.5, 10, 15, 20, 30]);
    const asked = rows.find((row) => row.asked)!;
    expect(asked.effect).toBe(10);
    expect(asked.paired.rule.n90!).toBeLessThan(asked.unpaired.rule.n90! / 3);
    expect(report.winRate).toBeNull();
    const text = planText(report);
    expect(text).toContain("10 is 0.108 standard deviations of the difference (93.0)");
    expect(text).toMatch(/\+10 +900 +1,400 +1,700 /);
  });

  it("tells promotions by the whole rule, the same figures every time, heavy tails beside normal ones", () => {
    const options = parse(`${mean.replace("--effect 10", "--effect 30")} --lives 8`)!;
    const { promotion, championMean } = makePlan(options);
    expect(championMean).toBeCloseTo(50, 9);
    expect(promotion.map((p) => p.tails)).toEqual(["normal", "t3"]);
    for (const p of promotion) {
      expect(p.n50).toBeGreaterThanOrEqual(500);
      expect(p.n90 ?? 5000).toBeGreaterThanOrEqual(p.n50!);
      expect(p.byHorizon).toMatchObject({ share: 1, of: 8 });
    }
    expect(makePlan(options).promotion).toEqual(promotion);
    expect(planText(makePlan(options))).toMatch(/Promoted by the whole rule, champion's mean 50 \(8 lives each/);
  });

  it("shows the measured rates of false promotion where rows hang together", () => {
    const { dependence } = makePlan(parse(mean)!);
    expect(dependence.length).toBeGreaterThan(5);
    for (const { promoted } of dependence) expect(promoted.se).toBeGreaterThan(0);
  });

  it("does not let anybody believe that 500 trades prove two points of win rate", () => {
    const report = makePlan(parse("--win-rate-points 2 --win-rate 0.56 --correlation 0.7")!);
    const asked = report.winRate!.rows.find((row) => row.asked)!;
    expect(asked.paired.byFirstLook).toBeLessThan(0.01);
    expect(asked.paired.rule.n50!).toBeGreaterThan(5000);
    expect(planText(report)).toMatch(
      /At 500 trades 0\.\d % of the challengers that win 2 points more would be proved; 90 % need 1\d,\d00\./,
    );
  });

  it("leaves out win rates above one, and says when no number would do", () => {
    const rows = makePlan(parse("--win-rate-points 5 --win-rate 0.9 --correlation 0")!).winRate!.rows;
    expect(rows.map((row) => Math.round(1000 * row.effect) / 10)).toEqual([2.5, 3.8, 5, 7.5]);
    const tiny = planText(makePlan(parse("--effect 0.2 --sd 120 --correlation 0")!));
    expect(tiny).toContain(">200k");
  });

  it.each([
    ["--effect 10 --correlation 0", "--effect and --sd belong together"],
    ["--correlation 0", "which difference?"],
    ["--effect 10 --sd 120", "--correlation is needed"],
    ["--effect 10 --sd 120 --correlation 1", "--correlation must be"],
    ["--effect -1 --sd 120 --correlation 0", "argument"],
    ["--effect ten --sd 120 --correlation 0", "--effect must be a positive number"],
    [`${mean} --slots 4`, "--slots must be"],
    [`${mean} --win-rate 1`, "--win-rate must be"],
    ["--win-rate-points 50 --win-rate 0.6 --correlation 0", "cannot be 50 points higher"],
    [`${mean} --colour`, "Unknown option"],
  ])("refuses %s", (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  it("shows help", () => {
    expect(parse("--help")).toBeNull();
  });
});
