import type { SignatureV4 } from "@smithy/signature-v4";
import { CommandError } from "../terminal/command-line.ts";

/** Signing for a deployed API: its routes answer to AWS credentials only (IAM), a local one needs none. */

/** The region of an API Gateway address; null for any other host. */
export function gatewayRegion(url: string): string | null {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(new URL(url).hostname)?.[1] ?? null;
}

export type Signer = (request: {
  method: string;
  url: string;
  body: string | undefined;
}) => Promise<Record<string, string>>;

/**
 * Headers with the caller's signature, credentials from where the AWS CLI has them.
 * @param region  of the API
 * @param service  whose requests they are
 */
export function makeSigner(region: string, service = "execute-api"): Signer {
  let signer: Promise<SignatureV4> | null = null;
  return async ({ method, url, body }) => {
    const { hostname, pathname, protocol, searchParams } = new URL(url);
    signer ??= open(region, service);
    const signed = await (await signer)
      .sign({
        method,
        hostname,
        // API Gateway checks the path as it was sent.
        path: pathname,
        protocol,
        query: Object.fromEntries(searchParams),
        headers: { host: hostname, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body }),
      })
      .catch((error: Error) => {
        if (error.name !== "CredentialsProviderError") throw error;
        throw new CommandError(
          `a deployed API needs AWS credentials, and none were found (aws configure, AWS_PROFILE, …)`,
        );
      });
    // fetch sets the host itself.
    const { host: _host, ...headers } = signed.headers;
    return headers;
  };
}

async function open(region: string, service: string): Promise<SignatureV4> {
  const [{ SignatureV4 }, { Sha256 }, { defaultProvider }] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@smithy/core/checksum"),
    import("@aws-sdk/credential-provider-node"),
  ]);
  return new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 });
}
