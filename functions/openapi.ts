import { openapiDocument } from "../shared/api/openapi.ts";

const body = JSON.stringify(openapiDocument());

/** GET /openapi.json: needs no tables and no settings. */
export const handler = async () => ({ statusCode: 200, headers: { "content-type": "application/json" }, body });
