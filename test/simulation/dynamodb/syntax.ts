import { isReserved } from "./reserved-words.ts";
import { compareValues, refuse, typeOf, type Value } from "./values.ts";

/**
 * DynamoDB's expressions as trees. Strict: what is not understood, not given or not used is refused, never passed over.
 */

export type Path = readonly (string | number)[];
export type Operand = { kind: "path"; path: Path } | { kind: "value"; value: Value } | { kind: "size"; path: Path };
export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";
export type FunctionName = "attribute_exists" | "attribute_not_exists" | "attribute_type" | "begins_with" | "contains";
export type Condition =
  | { kind: "and" | "or"; left: Condition; right: Condition }
  | { kind: "not"; inner: Condition }
  | { kind: "compare"; comparator: Comparator; left: Operand; right: Operand }
  | { kind: "between"; operand: Operand; low: Operand; high: Operand }
  | { kind: "in"; operand: Operand; among: Operand[] }
  | { kind: "function"; name: FunctionName; operands: Operand[] };

export type SetTerm =
  | { kind: "operand"; operand: Operand }
  | { kind: "if_not_exists"; path: Path; otherwise: SetTerm }
  | { kind: "list_append"; first: SetTerm; second: SetTerm };
export type Update = {
  set: { path: Path; first: SetTerm; next?: { sign: 1 | -1; term: SetTerm } }[];
  remove: Path[];
  add: { path: Path; value: Value }[];
  delete: { path: Path; value: Value }[];
};

export type Names = Readonly<Record<string, string>> | undefined;
export type Values = Readonly<Record<string, Value>> | undefined;
/** What a request says of the names and values its expressions use. */
export type ExpressionPart = { ExpressionAttributeNames?: Names; ExpressionAttributeValues?: Values };

const token = /\s*(<=|>=|<>|[=<>(),.[\]+-]|[:#]?[A-Za-z0-9_]+)/y;
const arity: Readonly<Record<FunctionName, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};
const comparators: readonly string[] = ["=", "<>", "<", "<=", ">", ">="];

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) refuse(`Invalid expression: Syntax error near "${text.slice(at, at + 20)}"`);
    tokens.push(match![1]!);
  }
  if (tokens.length === 0) refuse("Invalid expression: The expression can not be empty;");
  return tokens;
}

/** Reads the expressions of one request; `finish` refuses names and values nobody used. */
export class ExpressionReader {
  readonly #names: Names;
  readonly #values: Values;
  readonly #used = new Set<string>();
  #tokens: string[] = [];
  #at = 0;

  constructor(names: Names, values: Values) {
    this.#names = names;
    this.#values = values;
  }

  condition(text: string): Condition {
    return this.#whole(text, () => this.#or());
  }

  projection(text: string): Path[] {
    return this.#whole(text, () => this.#list(() => this.#path()));
  }

  update(text: string): Update {
    return this.#whole(text, () => this.#clauses());
  }

  finish(): void {
    const given = [...Object.keys(this.#names ?? {}), ...Object.keys(this.#values ?? {})];
    const unused = given.filter((name) => !this.#used.has(name));
    if (unused.length > 0)
      refuse(`Value provided in ExpressionAttributeValues or Names unused in expressions: ${unused}`);
  }

  #whole<T>(text: string, read: () => T): T {
    this.#tokens = tokensOf(text);
    this.#at = 0;
    const result = read();
    if (this.#at < this.#tokens.length) refuse(`Invalid expression: Syntax error; token: "${this.#tokens[this.#at]}"`);
    return result;
  }

  #peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? "";
  }

  #take(): string {
    const found = this.#peek();
    if (found === "") refuse("Invalid expression: Syntax error; token: <EOF>");
    this.#at += 1;
    return found;
  }

  #expect(text: string): void {
    const found = this.#take();
    if (found !== text) refuse(`Invalid expression: Syntax error; token: "${found}", expected "${text}"`);
  }

  #isWord(word: string, ahead = 0): boolean {
    return this.#peek(ahead).toUpperCase() === word;
  }

  #list<T>(read: () => T): T[] {
    const found = [read()];
    while (this.#peek() === ",") {
      this.#take();
      found.push(read());
    }
    return found;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#isWord("OR")) {
      this.#take();
      left = { kind: "or", left, right: this.#and() };
    }
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#isWord("AND")) {
      this.#take();
      left = { kind: "and", left, right: this.#not() };
    }
    return left;
  }

  #not(): Condition {
    if (!this.#isWord("NOT")) return this.#term();
    this.#take();
    return { kind: "not", inner: this.#not() };
  }

  #term(): Condition {
    if (this.#peek() === "(") {
      this.#take();
      const redundant = this.#peek() === "(";
      const start = this.#at;
      const inner = this.#or();
      if (redundant && this.#closes(start)) refuse("Invalid expression: The expression has redundant parentheses;");
      this.#expect(")");
      return inner;
    }
    const name = this.#peek() as FunctionName;
    if (this.#peek(1) === "(" && this.#peek() !== "size") return this.#function(name);
    return this.#comparison();
  }

  /** Whether the bracket at `start` is closed by the token just read. */
  #closes(start: number): boolean {
    let depth = 0;
    for (let i = start; i < this.#at; i++) {
      if (this.#tokens[i] === "(") depth += 1;
      if (this.#tokens[i] === ")") depth -= 1;
      if (depth === 0) return i === this.#at - 1;
    }
    return false;
  }

  #function(name: FunctionName): Condition {
    this.#take();
    const count = Object.hasOwn(arity, name)
      ? arity[name]
      : refuse(`Invalid expression: Invalid function name; function: ${name}`);
    this.#expect("(");
    const operands = this.#list(() => this.#operand());
    this.#expect(")");
    if (operands.length !== count)
      refuse(
        `Invalid expression: Incorrect number of operands for operator or function; operator or function: ${name}`,
      );
    checkOperands(name, operands);
    return { kind: "function", name, operands };
  }

  #comparison(): Condition {
    const left = this.#operand();
    if (this.#isWord("BETWEEN")) {
      this.#take();
      const low = this.#operand();
      if (!this.#isWord("AND")) refuse("Invalid expression: BETWEEN needs AND");
      this.#take();
      const high = this.#operand();
      for (const operand of [left, low, high]) checkOrdered("BETWEEN", operand);
      if (low.kind === "value" && high.kind === "value") checkBounds(low.value, high.value);
      return { kind: "between", operand: left, low, high };
    }
    if (this.#isWord("IN")) {
      this.#take();
      this.#expect("(");
      const among = this.#list(() => this.#operand());
      this.#expect(")");
      if (among.length > 100) refuse("Invalid expression: IN takes at most 100 operands");
      return { kind: "in", operand: left, among };
    }
    const comparator = this.#take();
    if (!comparators.includes(comparator)) refuse(`Invalid expression: Syntax error; token: "${comparator}"`);
    const right = this.#operand();
    if (left.kind === "path" && right.kind === "path" && left.path.join("\n") === right.path.join("\n"))
      refuse("Invalid expression: The first operand must be distinct from the remaining operands for this operator");
    if (comparator !== "=" && comparator !== "<>")
      for (const operand of [left, right]) checkOrdered(comparator, operand);
    return { kind: "compare", comparator: comparator as Comparator, left, right };
  }

  #operand(): Operand {
    if (this.#peek().startsWith(":")) return { kind: "value", value: this.#value() };
    if (this.#peek() === "size" && this.#peek(1) === "(") {
      this.#at += 2;
      const path = this.#path();
      this.#expect(")");
      return { kind: "size", path };
    }
    return { kind: "path", path: this.#path() };
  }

  #value(): Value {
    const name = this.#take();
    this.#used.add(name);
    const value = this.#values?.[name];
    if (!name.startsWith(":") || value === undefined)
      refuse(
        `Invalid expression: An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    return value!;
  }

  #path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#peek() === ".") {
        this.#take();
        path.push(this.#name());
      } else if (this.#peek() === "[") {
        this.#take();
        const index = this.#take();
        if (!/^\d+$/.test(index)) refuse(`Invalid expression: Syntax error; token: "${index}"`);
        path.push(Number(index));
        this.#expect("]");
      } else return path;
    }
  }

  #name(): string {
    const name = this.#take();
    if (name.startsWith("#")) {
      this.#used.add(name);
      const meant = this.#names?.[name];
      return (
        meant ??
        refuse(
          `Invalid expression: An expression attribute name used in the document path is not defined; attribute name: ${name}`,
        )
      );
    }
    if (!/^[A-Za-z_]/.test(name)) refuse(`Invalid expression: Syntax error; token: "${name}"`);
    if (isReserved(name)) refuse(`Invalid expression: Attribute name is a reserved keyword; reserved keyword: ${name}`);
    return name;
  }

  #clauses(): Update {
    const update: Update = { set: [], remove: [], add: [], delete: [] };
    const seen = new Set<string>();
    while (this.#at < this.#tokens.length) {
      const clause = this.#take().toUpperCase();
      if (seen.has(clause)) refuse(`Invalid UpdateExpression: The "${clause}" section can only be used once;`);
      seen.add(clause);
      const delta = () => ({ path: this.#path(), value: this.#value() });
      if (clause === "SET") update.set = this.#list(() => this.#assignment());
      else if (clause === "REMOVE") update.remove = this.#list(() => this.#path());
      else if (clause === "ADD") update.add = this.#list(delta);
      else if (clause === "DELETE") update.delete = this.#list(delta);
      else refuse(`Invalid UpdateExpression: Syntax error; token: "${clause}"`);
    }
    checkDeltas(update);
    refuseOverlaps([...update.set, ...update.add, ...update.delete].map((part) => part.path).concat(update.remove));
    return update;
  }

  #assignment(): Update["set"][number] {
    const path = this.#path();
    this.#expect("=");
    const first = this.#setTerm();
    const sign = this.#peek();
    if (sign !== "+" && sign !== "-") return { path, first };
    this.#take();
    return { path, first, next: { sign: sign === "+" ? 1 : -1, term: this.#setTerm() } };
  }

  #setTerm(): SetTerm {
    if (this.#peek(1) !== "(") return { kind: "operand", operand: this.#plainOperand() };
    const name = this.#take();
    this.#expect("(");
    const first = this.#setTerm();
    this.#expect(",");
    const second = this.#setTerm();
    this.#expect(")");
    if (name === "list_append") return { kind: "list_append", first, second };
    if (name !== "if_not_exists") refuse(`Invalid UpdateExpression: Invalid function name; function: ${name}`);
    if (first.kind !== "operand" || first.operand.kind !== "path")
      return refuse(
        "Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists",
      );
    return { kind: "if_not_exists", path: first.operand.path, otherwise: second };
  }

  #plainOperand(): Operand {
    const operand = this.#operand();
    return operand.kind === "size" ? refuse("Invalid UpdateExpression: size is not allowed here") : operand;
  }
}

function checkDeltas(update: Update): void {
  const wrong = (operator: string) =>
    refuse(`Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${operator}`);
  const isSet = (value: Value) => ["SS", "NS", "BS"].includes(typeOf(value));
  if (update.add.some(({ value }) => !isSet(value) && value.N === undefined)) wrong("ADD");
  if (update.delete.some(({ value }) => !isSet(value))) wrong("DELETE");
}

function refuseOverlaps(paths: readonly Path[]): void {
  for (const [i, a] of paths.entries())
    for (const b of paths.slice(i + 1)) {
      const common = Math.min(a.length, b.length);
      if (a.slice(0, common).every((step, j) => step === b[j]))
        refuse("Invalid UpdateExpression: Two document paths overlap with each other;");
    }
}

/** Only strings, numbers and bytes have an order. */
function checkOrdered(operator: string, operand: Operand): void {
  if (operand.kind !== "value") return;
  const type = typeOf(operand.value);
  if (type !== "S" && type !== "N" && type !== "B")
    refuse(
      `Invalid expression: Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}`,
    );
}

function checkBounds(low: Value, high: Value): void {
  const order = compareValues(low, high);
  if (order === null)
    refuse("Invalid expression: The BETWEEN operator requires same data type for lower and upper bounds");
  if (order! > 0)
    refuse("Invalid expression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound");
}

function checkOperands(name: FunctionName, operands: readonly Operand[]): void {
  const wrong = (why: string) =>
    refuse(
      `Invalid expression: Incorrect operand type for operator or function; operator or function: ${name}, ${why}`,
    );
  if (name.startsWith("attribute_") && operands[0]!.kind !== "path") wrong("operand must be a document path");
  if (name === "attribute_type" && operands[1]!.kind !== "value") wrong("the type must be given as a value");
  if (name !== "begins_with") return;
  for (const operand of operands)
    if (operand.kind === "value" && operand.value.S === undefined && operand.value.B === undefined)
      wrong("operand type");
}
