const XSI_NS = "http://www.w3.org/2001/XMLSchema-instance";

/** The namespaces an outbound message is made of. */
export const NAMESPACE = {
  soap: "http://schemas.xmlsoap.org/soap/envelope/",
  outbound: "http://soap.sforce.com/2005/09/outbound",
  sObject: "urn:sobject.enterprise.soap.sforce.com",
} as const;

/** What the reading needs to know of an element: namespace, name, attributes and its prefixes. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  readonly attributes: Readonly<Record<string, XmlAttribute>>;
}

/** An attribute with its namespace. */
interface XmlAttribute {
  readonly uri: string;
  readonly local: string;
  readonly value: string;
}

/** Resolves a prefix where the element stands; undefined when it is not bound there. */
export type ResolvePrefix = (prefix: string) => string | undefined;

/** Says whether an element is marked as nil. */
export function isNil(element: XmlElement): boolean {
  const nil = attributeOf(element, "nil")?.trim();
  return nil === "true" || nil === "1";
}

/**
 * Returns the record type an sObject declares; null when it declares none of the org's own schema.
 *
 * A type name is a QName: its prefix means what is bound where it stands, the default namespace without one.
 */
export function recordTypeOf(element: XmlElement, resolvePrefix: ResolvePrefix): string | null {
  const name = attributeOf(element, "type")?.trim() ?? "";
  const colon = name.indexOf(":");
  const namespace = resolvePrefix(colon < 0 ? "" : name.slice(0, colon));
  const local = name.slice(colon + 1);
  return namespace === NAMESPACE.sObject && local !== "" ? local : null;
}

function attributeOf({ attributes }: XmlElement, local: string): string | undefined {
  for (const name in attributes) {
    const attribute = attributes[name];
    if (attribute?.local === local && attribute.uri === XSI_NS) {
      return attribute.value;
    }
  }
  return undefined;
}
