import { readWatch } from "../shared/api/watch.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/watch */
export const handler = apiHandler("watch", (input, environment) => readWatch({ known: input.known }, environment));
