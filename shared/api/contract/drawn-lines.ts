/** Bounds of what is drawn. Apart from the schemas, so that a function can keep to them without building any. */

/** Most rows a line keeps; peaks and troughs are among them. */
export const POINTS_MAX = 1000;
/** Most looks listed, newest last. */
export const LOOKS_MAX = 200;
