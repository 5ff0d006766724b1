import { promote } from "../shared/api/promote.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/promote/{challenger} */
export const handler = apiHandler("promote", (input, environment) =>
  promote(input.path.challenger, input.body, environment, input),
);
