/**
 * Lambda's event filtering, as far as stream triggers need it: exact values, `prefix`, `exists`, `anything-but`.
 * Fields of a pattern are joined by AND, the alternatives of one field by OR.
 */

export type Matcher = (record: unknown) => boolean;

/**
 * @param pattern  as in FilterCriteria, parsed
 * @throws Error on an operator we do not know: ignoring it would let records through that AWS would hold back
 */
export function compilePattern(pattern: unknown): Matcher {
  if (!isObject(pattern)) throw new Error(`An event pattern must be an object: ${JSON.stringify(pattern)}`);
  const fields = Object.entries(pattern).map(([name, inner]): [string, Matcher] => [
    name,
    Array.isArray(inner) ? anyOf(inner.map(compileRule)) : compilePattern(inner),
  ]);
  return (value) => fields.every(([name, matches]) => matches(isObject(value) ? value[name] : undefined));
}

function anyOf(matchers: readonly Matcher[]): Matcher {
  return (value) => matchers.some((matches) => matches(value));
}

function compileRule(rule: unknown): Matcher {
  if (!isObject(rule)) return (value) => value === rule;
  const [[operator, operand] = [], ...others] = Object.entries(rule);
  if (others.length > 0) throw new Error(`One operator a rule: ${JSON.stringify(rule)}`);
  if (operator === "prefix" && typeof operand === "string") {
    return (value) => typeof value === "string" && value.startsWith(operand);
  }
  if (operator === "exists" && typeof operand === "boolean") return (value) => (value !== undefined) === operand;
  if (operator === "anything-but") {
    const refused = [operand].flat();
    return (value) => value !== undefined && !refused.includes(value);
  }
  throw new Error(`The local stack does not know the event pattern ${JSON.stringify(rule)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
