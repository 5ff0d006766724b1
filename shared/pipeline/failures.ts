/** The failure store: batches of stream records that were given up, each whole in an object of its own. */
export interface FailuresPort {
  /** How many batches it holds; counting ends at a thousand. */
  count(): Promise<number>;
}
