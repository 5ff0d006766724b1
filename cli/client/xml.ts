/** What AWS' query protocol answers in: elements and text. Attributes are dropped, since nothing asked for here stands in one. */
export class XmlElement {
  readonly name: string;
  readonly children: XmlElement[] = [];
  text = "";

  constructor(name: string) {
    this.name = name;
  }

  /** The first element of that name anywhere below, in document order. */
  find(name: string): XmlElement | undefined {
    for (const child of this.children) {
      const found = child.name === name ? child : child.find(name);
      if (found) return found;
    }
    return undefined;
  }

  /** Text of the child of that name; undefined: there is none. */
  textOf(name: string): string | undefined {
    return this.children.find((child) => child.name === name)?.text;
  }

  /** The members of the list that the child of that name is. */
  listOf(name: string): XmlElement[] {
    return this.children.find((child) => child.name === name)?.children ?? [];
  }
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** @returns an element without a name around the document's own; a closing tag too many is passed over */
export function parseXml(text: string): XmlElement {
  const root = new XmlElement("");
  const open = [root];
  for (const [, closing, name, empty, between] of text.matchAll(/<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const inside = open.at(-1)!;
    if (between !== undefined) inside.text += decoded(between);
    else if (closing) {
      if (open.length > 1) open.pop();
    } else {
      const element = new XmlElement(name!);
      inside.children.push(element);
      if (!empty) open.push(element);
    }
  }
  return root;
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return entities[name] ?? whole;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  });
}
