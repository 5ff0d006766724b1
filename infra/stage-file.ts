import * as z from "zod";

/**
 * One file per ensemble and stage, infra/ensembles/ENSEMBLE/STAGE.json: everything in which deployments differ.
 * Nothing secret stands in it: an address with a token in it is named by where it is kept.
 */

const mail = z.string().regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, { error: "must be a mail address" });
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, { error: "must be a number such as +4915112345678" });
const queue = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "must be a short name in lower case" });
const reference = z.string().regex(/^(ssm|secretsmanager):[\w/.-]+$/, {
  error: "must name where the address is kept, ssm:/path or secretsmanager:name: an address may hold a token",
});
const slackId = (kind: string) =>
  z.string().regex(/^[A-Z0-9]{8,}$/, { error: `must be a ${kind}'s id as Slack has it` });

/** Who gets messages: one way each, all of them or those of some priorities. */
const SubscriberSchema = z
  .strictObject({
    mail: mail.optional(),
    /** short texts, for what may wake somebody */
    sms: phone.optional(),
    /** for machines: a queue of that name is made, and gets the whole event as JSON */
    queue: queue.optional(),
    /** for machines: an end point, which must confirm its subscription once */
    https: reference.optional(),
    /** left out: every message */
    priorities: z
      .array(z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]))
      .min(1)
      .optional(),
  })
  .refine(({ mail, sms, queue, https }) => [mail, sms, queue, https].filter((way) => way !== undefined).length === 1, {
    error: "must be one of mail, sms, queue, https",
  });

export type Subscriber = z.output<typeof SubscriberSchema>;

const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

export const StageFileSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Where it lives. May be left out of an unattended stage: the credentials in use decide. */
  account: z
    .string()
    .regex(/^\d{12}$/, { error: "must be twelve digits" })
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: "must be a region such as eu-central-1" })
    .optional(),
  /** true: nobody stands behind it, so nobody need hear of it. */
  unattended: z.boolean().default(false),
  /** true: tables survive the stack, refuse deletion and can be restored to a second; both stacks refuse to be destroyed. */
  protectData: z.boolean().default(true),
  /** true: a key of your own encrypts tables, topics, queues and logs (a dollar a month). */
  customerKey: z.boolean().default(false),
  logRetentionDays: z.literal(retentions, { error: `must be one of ${retentions.join(", ")}` }).default(90),
  /** Most reads and writes a second of each table: no mistake can cost more. What is beyond is refused and tried again. */
  tableLimits: z
    .strictObject({ reads: z.int().min(100).max(40_000), writes: z.int().min(100).max(40_000) })
    .default({ reads: 8_000, writes: 4_000 }),
  /** An alarm tells before a month costs more; the tag `stage` must be a cost allocation tag of the account. */
  monthlyBudgetUsd: z.number().min(1).optional(),
  /** An alarm tells when no trade came for so long. */
  quietMinutes: z.int().min(1).max(1440).optional(),
  /** true: a new version of the API's functions gets a tenth of the requests first. Left out: as protectData. */
  canary: z.boolean().optional(),
  /** A second API for people who sign in: their provider's tokens are checked by API Gateway. */
  identityProvider: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/ }),
      audience: z.array(z.string().min(1)).min(1),
      /** scopes a token must have one of: to look, and to change */
      readScopes: z.array(z.string().min(1)).default([]),
      changeScopes: z.array(z.string().min(1)).default([]),
    })
    .optional(),
  /** Who writes trades: models whose names match alone (left out: all), and other accounts whose roles may be let in. */
  ensemble: z
    .strictObject({
      models: z.array(z.string().min(1)).min(1).optional(),
      accounts: z.array(z.string().regex(/^\d{12}$/, { error: "must be twelve digits" })).default([]),
    })
    .default({ accounts: [] }),
  /** Requests per second and burst the API lets through to the functions. */
  throttle: z
    .strictObject({ ratePerSecond: z.int().min(1).max(10_000), burst: z.int().min(1).max(5_000) })
    .default({ ratePerSecond: 50, burst: 100 }),
  /** Who hears of the models: promotions, rollbacks, degradations. */
  alerts: z.array(SubscriberSchema).default([]),
  /** Who hears of the machine: failures, lag, costs. */
  alarms: z
    .array(SubscriberSchema.refine((s) => s.priorities === undefined, { error: "alarms have no priorities" }))
    .default([]),
  /** Slack through Amazon Q Developer; the workspace is authorised once, by hand, in its console. */
  slack: z
    .strictObject({
      workspaceId: slackId("workspace"),
      alertsChannelId: slackId("channel").optional(),
      /** may be the same channel */
      alarmsChannelId: slackId("channel").optional(),
    })
    .optional(),
  /** Settings of shared/domain/settings.ts; what is left out has the documented default. */
  settings: z.record(z.string(), z.string()).default({}),
});

export type StageFile = z.output<typeof StageFileSchema>;
