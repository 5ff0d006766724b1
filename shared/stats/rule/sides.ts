/** PnL of both sides, oldest first. Paired: row i of both answers the same signal, and the columns are of one length. */
export type Sides = { champion: Float64Array; challenger: Float64Array };
