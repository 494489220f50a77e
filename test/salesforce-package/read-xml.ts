import { SaxesParser } from "saxes";

/** An element as it was read: its name, its text, its attributes, and what is inside. */
export interface ReadElement {
  readonly name: string;
  readonly namespace: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
}

interface OpenElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: ReadElement[];
}

/** Reads one document with namespaces on. Throws at the first fault. */
export function readXml(document: string): ReadElement {
  const top: OpenElement = { name: "", namespace: "", text: "", attributes: {}, children: [] };
  const open = [top];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ local, uri, attributes: given }) => {
    const attributes = Object.fromEntries(
      Object.values(given).map(({ name, value }) => [name, value]),
    );
    const element: OpenElement = {
      name: local,
      namespace: uri,
      text: "",
      attributes,
      children: [],
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const element = open.at(-1);
    if (element !== undefined) {
      element.text += text;
    }
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(document).close();
  const [root] = top.children;
  if (root === undefined) {
    throw new Error("no root element");
  }
  return root;
}

/** The texts of all elements that this path of names leads to. */
export function textsAt(element: ReadElement, path: string): readonly string[] {
  return elementsAt(element, path).map(({ text }) => text);
}

/** All elements that this path of names leads to. */
export function elementsAt(element: ReadElement, path: string): readonly ReadElement[] {
  return path
    .split("/")
    .reduce<readonly ReadElement[]>(
      (found, name) =>
        found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      [element],
    );
}

/** The names of an element's children, in order, without immediate repeats. */
export function childOrder({ children }: ReadElement): readonly string[] {
  return children.map(({ name }) => name).filter((name, at, all) => name !== all[at - 1]);
}
