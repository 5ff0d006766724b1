import { retire } from "../shared/api/retire.ts";
import { apiHandler } from "./support/api.ts";

/** DELETE /shadow/challengers/{name} */
export const handler = apiHandler("retire", (input, environment) =>
  retire(input.path.name, environment, { ...input, reason: input.body.reason }),
);
