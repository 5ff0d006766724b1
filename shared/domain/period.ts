/** A period by the wall clock: when things were committed. Epoch ms; null: from the beginning, until now. */
export type Period = { from: number | null; to: number | null };
