/** Answers of the HTTP interface: one shape for success, one for errors. */

export type Answer = { status: number; body: unknown };

export function success(data: unknown, status = 200): Answer {
  return { status, body: { status: "success", data } };
}

/** A request that is not carried out, with the status code and the words for the caller. */
export class Refused extends Error {
  override name = "Refused";
  readonly status: number;
  readonly code: string;
  readonly details: unknown[] | undefined;

  constructor(status: number, code: string, message: string, details?: unknown[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  answer(): Answer {
    const { status, code, message, details } = this;
    return { status, body: { status: "error", code, message, ...(details ? { details } : {}) } };
  }
}
