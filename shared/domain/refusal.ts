/** Why a command cannot be carried out. */

export type RefusalCode =
  | "MODEL_EXISTS"
  | "VERSION_USED"
  | "QUEUE_FULL"
  | "NOT_A_CHALLENGER"
  | "NOTHING_TO_RESTORE"
  | "LOOK_OUT_OF_DATE"
  | "NO_CHAMPION"
  | "NOT_WAITING"
  | "ALREADY_PAUSED"
  | "NOT_PAUSED";

export type Refusal = { ok: false; code: RefusalCode; message: string };

export function refuse(code: RefusalCode, message: string): Refusal {
  return { ok: false, code, message };
}
