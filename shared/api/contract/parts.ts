import * as z from "zod";

/** What several answers are made of. */

export const Time = z.iso.datetime();
export const NullableTime = Time.nullable();
export const NullableNumber = z.number().nullable();
export const Count = z.number().int().min(0);

/** A statistic that does not exist for the data at hand, and why. */
export const UndefinedStatistic = z
  .strictObject({
    kind: z.literal("undefined"),
    code: z.enum([
      "INSUFFICIENT_DATA",
      "DEGENERATE_VARIANCE",
      "NO_DOWNSIDE",
      "NO_DISAGREEMENT",
      "NO_DRAWDOWN",
      "NOT_FINITE",
      "NOT_COMPUTED",
      "NOT_MEASURED",
    ]),
    reason: z.string(),
  })
  .meta({ id: "Undefined" });

export const Verdict = z.enum(["approve", "manual-review", "reject", "not-yet", "no-data", "retire"]);
export const RegistryVersion = Count.describe("Grows by one with every change of roles.");

/** A value of a setting. */
export const SettingValue = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.number())])
  .nullable()
  .meta({ id: "SettingValue" });
