import { readPaths } from "../shared/api/paths.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/paths/{challenger} */
export const handler = apiHandler("paths", (input, environment) =>
  readPaths({ challenger: input.path.challenger, known: input.known }, environment),
);
