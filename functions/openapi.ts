import { openapiDocument } from "../shared/api/openapi.ts";

let body: string | undefined;

/** GET /openapi.json: needs no tables and no settings. */
export const handler = async () => {
  body ??= JSON.stringify(openapiDocument());
  return { statusCode: 200, headers: { "content-type": "application/json" }, body };
};
