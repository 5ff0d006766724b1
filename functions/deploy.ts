import { deploy } from "../shared/api/deploy.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/deploy */
export const handler = apiHandler("deploy", (input, environment) => deploy(input.body, environment, input));
