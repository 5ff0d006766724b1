import * as z from "zod";
import { blockingNames, gateNames } from "../../domain/gates/gate-names.ts";

/** A criterion's name; those of earlier rules too, whose looks stay readable. */
export const GateName = z.enum(gateNames);
/** What stops approval. */
export const Blocking = z.enum(blockingNames);
