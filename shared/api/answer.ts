import { type ErrorCode, errors } from "./contract/errors.ts";

/** Answers of the HTTP interface: one shape for success, one for errors. */

export type Answer<Data> = {
  status: number;
  body: { status: "success"; data: Data };
  /** of what the answer was made from; a route that revalidates sends it as ETag */
  tag?: string;
};
/** An answer that is not for JSON. */
export type TextAnswer = { status: number; mediaType: string; text: string };
/** The caller has the answer already. */
export type Unchanged = { status: 304; tag: string };
export type ErrorAnswer = {
  status: number;
  body: { status: "error"; code: ErrorCode; message: string; details?: unknown[] };
};

export type Outcome<Data> = Answer<Data> | ErrorAnswer;

export function success<Data>(data: Data, status = 200): Answer<Data> {
  return { status, body: { status: "success", data } };
}

/** A request that is not carried out, with the words for the caller. */
export class Refused extends Error {
  override name = "Refused";
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: unknown[] | undefined;

  constructor(code: ErrorCode, message: string, details?: unknown[]) {
    super(message);
    this.status = errors[code].status;
    this.code = code;
    this.details = details;
  }

  answer(): ErrorAnswer {
    const { status, code, message, details } = this;
    return { status, body: { status: "error", code, message, ...(details ? { details } : {}) } };
  }
}
