import type { LookDossier } from "../../shared/domain/look.ts";
import type { RegistryCommit, Written } from "../../shared/pipeline/ports.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { currentCause } from "./invocation.ts";
import { measure } from "./metrics.ts";

/** Counts looks and changes of roles where all of them pass, automatic or by hand, and only those that were committed. */
export class MeasuredState extends DynamoState {
  override async commit(change: RegistryCommit): Promise<Written> {
    const written = await super.commit(change);
    if (written !== "written") return written;
    for (const look of change.looks ?? []) measureLook(look);
    for (const event of change.events) {
      if (event.type === "promotion") measure("Promotions", 1);
      if (event.type !== "rollback") continue;
      measure("Rollbacks", 1);
      const { arrivedAt } = currentCause();
      // Clocks differ and streams give whole seconds; a rollback is never earlier than its cause.
      if (arrivedAt !== undefined) measure("RollbackLatency", Math.max(0, event.at - arrivedAt));
    }
    return written;
  }
}

function measureLook({ decision, evaluation }: LookDossier): void {
  const { champion, challenger } = evaluation;
  measure("LookScore", decision.score);
  if (champion.winRate !== null) measure("ChampionWinRate", 100 * champion.winRate);
  if (challenger.winRate !== null) measure("ChallengerWinRate", 100 * challenger.winRate);
  measure("ChampionDrawdown", champion.maxDrawdown);
  measure("ChallengerDrawdown", challenger.maxDrawdown);
}
