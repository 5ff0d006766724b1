/**
 * SNS' MessageStructure "json": one message that holds a text per protocol, with "default" for the rest.
 * SNS delivers to each subscriber the text of its protocol; fauxqs passes the whole object on. It delivers to queues
 * only, so the repair is to reduce the request to what a queue would get before fauxqs sees it.
 */

/**
 * Changes a Publish or PublishBatch request in place.
 * @param body  the parsed form; anything else is left alone
 * @returns the error document SNS would answer with, or undefined
 */
export function selectSqsVariant(body: unknown): string | undefined {
  if (!isForm(body) || (body.Action !== "Publish" && body.Action !== "PublishBatch")) return undefined;
  for (const name of Object.keys(body)) {
    if (!name.endsWith("MessageStructure") || body[name] !== "json") continue;
    const messageName = name.replace(/MessageStructure$/, "Message");
    const variants = parseVariants(body[messageName]);
    if (typeof variants === "string") return errorDocument(variants);
    body[messageName] = variants.sqs ?? variants.default ?? "";
    delete body[name];
  }
  return undefined;
}

/** The texts per protocol of each message of a Publish or PublishBatch request that has them. */
export function variantsOf(body: unknown): Record<string, string>[] {
  if (!isForm(body) || (body.Action !== "Publish" && body.Action !== "PublishBatch")) return [];
  const structured = Object.keys(body).filter((name) => name.endsWith("MessageStructure") && body[name] === "json");
  return structured
    .map((name) => parseVariants(body[name.replace(/MessageStructure$/, "Message")]))
    .filter((variants) => typeof variants !== "string");
}

function parseVariants(message: string | undefined): Record<string, string> | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message ?? "");
  } catch {
    return "Message Structure - JSON message body failed to parse";
  }
  if (typeof parsed !== "object" || parsed === null) return "Message Structure - JSON message body failed to parse";
  const variants = Object.fromEntries(Object.entries(parsed).filter(([, text]) => typeof text === "string"));
  return variants.default === undefined ? "Message Structure - No default entry in JSON message body" : variants;
}

function errorDocument(message: string): string {
  return (
    '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>' +
    `<Code>InvalidParameter</Code><Message>Invalid parameter: ${message}</Message></Error>` +
    "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
  );
}

function isForm(body: unknown): body is Record<string, string> {
  return typeof body === "object" && body !== null && !Buffer.isBuffer(body);
}
