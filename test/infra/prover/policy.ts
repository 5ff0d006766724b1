/**
 * Who may do what, as IAM decides it within one account: an explicit deny wins; a service needs the resource's policy; a role needs its
 * own policies or the resource's, and for a key both, unless the key's policy names it.
 */

export type Statement = {
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
  NotAction?: unknown;
  NotPrincipal?: unknown;
  NotResource?: unknown;
};

export type Caller = { service: string } | { role: string };

export type Ask = {
  caller: Caller;
  action: string;
  resource: string;
  context: Readonly<Record<string, string>>;
};

export type Policies = {
  /** the role's own */
  identity?: readonly Statement[];
  /** the resource's; undefined: it has none, and the service's default counts */
  resource: readonly Statement[] | undefined;
  account: string;
};

export function isAllowed(ask: Ask, policies: Policies): boolean {
  const identity = (policies.identity ?? []).filter((s) => speaksOf(s, ask));
  const resource = (policies.resource ?? []).filter((s) => speaksOf(s, ask));
  const direct = resource.filter((s) => names(s.Principal, ask, policies.account) === "itself");
  if ([...identity, ...direct].some((s) => s.Effect === "Deny")) return false;
  if (direct.some((s) => s.Effect === "Allow")) return true;
  if ("service" in ask.caller) return policies.resource === undefined && bornWith(ask);
  if (!identity.some((s) => s.Effect === "Allow")) return false;
  if (!ask.action.startsWith("kms:")) return true;
  // A key whose policy does not hand the decision to the account knows no identity policies.
  return resource.some((s) => s.Effect === "Allow" && names(s.Principal, ask, policies.account) === "its account");
}

/** A topic without a policy of its own lets its account publish, and AWS in the account's name; queues and keys let no service in. */
function bornWith(ask: Ask): boolean {
  return ask.action === "sns:Publish";
}

function speaksOf(statement: Statement, ask: Ask): boolean {
  if (statement.NotAction ?? statement.NotPrincipal ?? statement.NotResource)
    throw new Error("The prover does not understand NotAction, NotPrincipal, NotResource");
  return (
    listOf(statement.Action).some((pattern) => like(pattern, ask.action, "i")) &&
    listOf(statement.Resource ?? "*").some((pattern) => like(pattern, ask.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, contextValue(ask, key), listOf(wanted))),
    )
  );
}

function contextValue(ask: Ask, key: string): string | undefined {
  const entry = Object.entries(ask.context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return entry?.[1];
}

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  switch (operator) {
    case "StringEquals":
    case "Bool":
      return value !== undefined && wanted.includes(value);
    case "StringNotEquals":
      return value === undefined || !wanted.includes(value);
    case "NumericLessThan":
      return value !== undefined && wanted.some((bound) => Number(value) < Number(bound));
    case "StringLike":
    case "ArnLike":
    case "ArnEquals":
      return value !== undefined && wanted.some((pattern) => like(pattern, value));
    default:
      throw new Error(`The prover does not understand the condition ${operator}`);
  }
}

function names(principal: unknown, { caller }: Ask, account: string): "itself" | "its account" | null {
  if (principal === undefined) return null;
  if (principal === "*") return "itself";
  const { AWS, Service } = principal as { AWS?: string | string[]; Service?: string | string[] };
  if ("service" in caller)
    return listOf(Service).includes(caller.service) || listOf(AWS).includes("*") ? "itself" : null;
  if (listOf(AWS).some((arn) => arn === "*" || arn === caller.role)) return "itself";
  return listOf(AWS).some((arn) => arn === account || arn === `arn:aws:iam::${account}:root`) ? "its account" : null;
}

function like(pattern: string, text: string, flags = ""): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `s${flags}`).test(text);
}

export function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}
