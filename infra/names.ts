import { RemovalPolicy } from "aws-cdk-lib";
import type { Stage } from "./stages.ts";

/** Names of the stage's resources: the stage's id stands in every one, so stages never meet. */
export const nameIn = (stage: Stage, name: string): string => `understudy-${stage.id}-${name}`;

/**
 * What holds data of a protected stage outlives its stack, except one whose creation failed: a table left behind by a failed first
 * deployment would hold its name and make every further one fail.
 */
export const keptWith = (stage: Stage): RemovalPolicy =>
  stage.protectData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/** A function's name as the beginning of a construct's id. */
export const logicalId = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;
