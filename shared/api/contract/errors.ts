/** Every error of the HTTP interface: the code programs read, its status, and when it is given. */

type ErrorRow = { status: 400 | 404 | 409 | 413 | 500 | 503; when: string };

export const errors = {
  INVALID_REQUEST: { status: 400, when: "The request is not valid; `details` says where." },
  INVALID_JSON: { status: 400, when: "The body is not JSON." },
  BODY_TOO_LARGE: { status: 413, when: "The body is larger than 16 KB." },
  UNKNOWN_MODEL: { status: 404, when: "No such model is deployed." },
  NO_COMPARISON: { status: 404, when: "No look ever compared this model with a champion." },
  NO_CHAMPION: { status: 409, when: "No model is deployed yet." },
  EXPECTED_CHAMPION: { status: 409, when: "Another model is champion than was expected; `details` says which." },
  REGISTRY_CHANGED: {
    status: 409,
    when: "The registry is at another version than If-Match says; `details` says at which, and who is champion.",
  },
  MODEL_EXISTS: { status: 409, when: "The model is deployed already." },
  VERSION_USED: { status: 409, when: "This version was deployed before: each enters once." },
  QUEUE_FULL: { status: 409, when: "Too many models wait already." },
  NOT_A_CHALLENGER: { status: 409, when: "The model is no active challenger (nor queued, where that would do)." },
  NOT_APPROVED: { status: 409, when: "The criteria do not hold; `details` holds the decision." },
  NOTHING_TO_RESTORE: { status: 409, when: "There is no such former champion to restore." },
  LOOK_OUT_OF_DATE: { status: 409, when: "The look is no longer due." },
  ALREADY_PAUSED: { status: 409, when: "Automatic action is paused already." },
  NOT_WAITING: { status: 409, when: "The rollback was judged already." },
  NOT_PAUSED: { status: 409, when: "Automatic action is not paused." },
  IDEMPOTENCY_KEY_REUSED: { status: 409, when: "The Idempotency-Key was used for another request." },
  BUSY: { status: 503, when: "The registry kept changing; nothing was done. Try again." },
  DISABLED: { status: 503, when: "Shadow models are switched off." },
  INTERNAL: { status: 500, when: "Something failed inside; the log has the details." },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;
