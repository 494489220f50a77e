/** One element: its name, and its text or what is inside it. */
export type XmlElement = readonly [name: string, content: string | readonly XmlElement[]];

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

function elementLines([name, content]: XmlElement, indent: string): readonly string[] {
  if (typeof content === "string") {
    return [`${indent}<${name}>${escapeXml(content)}</${name}>`];
  }
  return [
    `${indent}<${name}>`,
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
