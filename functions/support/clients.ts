/**
 * How long a call of the AWS SDK may take. Without limits a connection that nobody answers holds a function until Lambda ends it,
 * which leaves no word in the log and no retry. A call that answers takes milliseconds; all attempts together end before the
 * shortest time a function has (infra/functions.ts).
 */
export const impatient = {
  /** the first one included */
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    /** between two parts of an answer */
    socketTimeout: 3_000,
    // Otherwise the SDK only writes a warning.
    throwOnRequestTimeout: true,
  },
};
