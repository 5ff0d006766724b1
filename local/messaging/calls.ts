/** SNS, SQS and S3 as the local stack itself calls them: their plain HTTP, without the SDK, which takes a second to load. */

export async function callSqs(
  endpoint: string,
  operation: string,
  input: object,
  signal?: AbortSignal,
): Promise<unknown> {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` };
  const text = await post(endpoint, JSON.stringify(input), { headers, signal });
  return text === "" ? {} : JSON.parse(text);
}

export async function callSns(endpoint: string, parameters: Record<string, string>): Promise<void> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await post(endpoint, new URLSearchParams(parameters).toString(), { headers });
}

/** @param path  a bucket alone is made unless it is there */
export async function putToS3(endpoint: string, path: string, body: string): Promise<void> {
  const response = await fetch(`${endpoint}/${path}`, {
    method: "PUT",
    ...(body !== "" && { body, headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`S3 answered ${response.status}: ${text.slice(0, 300)}`);
}

async function post(
  endpoint: string,
  body: string,
  { headers, signal }: { headers: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<string> {
  const response = await fetch(endpoint, { method: "POST", headers, body, signal: signal ?? null });
  const text = await response.text();
  if (!response.ok) throw new Error(`SNS/SQS answered ${response.status}: ${text.slice(0, 300)}`);
  return text;
}
