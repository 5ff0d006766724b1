import { parseSettings, type Settings } from "../../shared/domain/settings.ts";

/** What all lives have in common. */

/** Models that trade from the beginning; others only come by request. */
export const seated = ["alpha", "bravo", "charlie"] as const;

/** As deployed by default, without the bootstrap: it is shown and decides nothing. */
export const settingsOfLives: Settings = { ...parseSettings({}), nBootstrap: 0 };
