/** A failure the person at the keyboard can act on: its message is one line saying what to do; show no stack trace. */
export class StackError extends Error {
  override name = "StackError";
}
