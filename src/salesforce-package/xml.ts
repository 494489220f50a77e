/** One element: its name, its text or what is inside it, and its attributes. */
export type XmlElement = readonly [
  name: string,
  content: string | readonly XmlElement[],
  attributes?: Readonly<Record<string, string>>,
];

const NAMESPACE = "http://soap.sforce.com/2006/04/metadata";
const INDENT = "    ";
const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&apos;"],
]);

/** Writes one metadata file: the declaration, and the root in Salesforce's metadata namespace. */
export function metadataXml(root: string, children: readonly XmlElement[]): string {
  const lines = children.flatMap((child) => elementLines(child, INDENT));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<${root} xmlns="${NAMESPACE}">`,
    ...lines,
    `</${root}>`,
    "",
  ].join("\n");
}

function elementLines(
  [name, content, attributes = {}]: XmlElement,
  indent: string,
): readonly string[] {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const opening = `${indent}<${name}${written.join("")}>`;
  if (typeof content === "string") {
    return [`${opening}${escapeXml(content)}</${name}>`];
  }
  return [
    opening,
    ...content.flatMap((child) => elementLines(child, indent + INDENT)),
    `${indent}</${name}>`,
  ];
}

// What XML 1.0 cannot hold at all, not even escaped, becomes the replacement character.
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll(/[&<>"']/g, (char) => ENTITIES.get(char) ?? char);
}
