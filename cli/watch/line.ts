/** plain: a fact or "not yet"; red is kept for what failed. */
export type Tone = "plain" | "faint" | "strong" | "good" | "attention" | "bad";
export type Segment = { text: string; tone: Tone };
export type Line = Segment[];
