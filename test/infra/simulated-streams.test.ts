import { describe, expect, it } from "vitest";
import { mappings, recordAgeMsMax } from "../simulation/event-source.ts";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

/** The simulation delivers as the stack is deployed: what it says of the streams is what the templates say. */

type Mapping = {
  FunctionName: { Ref: string };
  BatchSize: number;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds: number;
  FilterCriteria?: { Filters: { Pattern: string }[] };
};

describe("the simulated event source mappings", () => {
  const { data, service } = templatesOf("local");

  it.each(Object.entries(mappings))(
    "of %s have the batch size and the filters of the deployed one",
    (name, simulated) => {
      const deployed = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(
        ([, r]) => r.Properties as unknown as Mapping,
      );
      const found = deployed.filter((m) => m.FunctionName.Ref.toLowerCase().startsWith(name));
      expect(found).toHaveLength(1);
      expect(found[0]!.BatchSize).toBe(simulated.batchSize);
      expect(found[0]!.MaximumRecordAgeInSeconds * 1000).toBe(recordAgeMsMax);
      expect(found[0]!.MaximumRetryAttempts).toBeUndefined();
      const patterns = (found[0]!.FilterCriteria?.Filters ?? []).map((f) => JSON.parse(f.Pattern));
      expect(patterns).toEqual(simulated.patterns);
    },
  );

  it("read tables that may spread a collection over several shards, as the lives assume", () => {
    const tables = resourcesOf(data, "AWS::DynamoDB::GlobalTable").map(([, r]) => r.Properties);
    expect(tables.map((t) => t.LocalSecondaryIndexes)).toEqual([undefined, undefined]);
  });
});
