import { setImmediate as nextTurn } from "node:timers/promises";
import { SaxesParser } from "saxes";
import { decodeXml, isReadableCharset } from "./decode-xml.ts";
import { NotificationUnreadableError } from "./intake-errors.ts";
import { finishReading, type MessageReading, startReading } from "./message-reading.ts";
import type { OutboundMessage } from "./outbound-message.ts";
import { addText, closeElement, openElement } from "./read-element.ts";
import { XML_LIMITS, type XmlLimits } from "./xml-limits.ts";

type Parser = SaxesParser<typeof PARSER_OPTIONS>;

const PARSER_OPTIONS = { xmlns: true, position: false } as const;

/**
 * Reads a Salesforce outbound message from the bytes of a SOAP body.
 *
 * Elements count by namespace and name, never by prefix. Values stay the text that was sent: nothing is trimmed
 * or made a number, an absent field stays absent, an empty one is "", nil is null. A repeated field keeps its
 * first value; a field that holds elements, and fields of other namespaces, are left out. Long bodies are parsed
 * in slices, between which other requests get their turn.
 *
 * @throws {NotificationUnreadableError} when the body is not one well-formed outbound message within the limits.
 */
export async function parseOutboundMessage(
  bytes: Buffer,
  limits: XmlLimits = XML_LIMITS,
): Promise<OutboundMessage> {
  const text = decodeXml(bytes);
  const reading = startReading();
  const parser = createParser(reading, limits);
  if (text.length <= limits.sliceLength) {
    parser.write(text).close();
  } else {
    await parseInSlices(parser, text, limits);
  }
  return finishReading(reading);
}

/** Only the time spent parsing counts: under load a good message waits long for its turns. */
async function parseInSlices(parser: Parser, text: string, limits: XmlLimits): Promise<void> {
  let spentMs = 0;
  for (let at = 0; at < text.length; at += limits.sliceLength) {
    const startedMs = processorMs();
    parser.write(text.slice(at, at + limits.sliceLength));
    spentMs += processorMs() - startedMs;
    if (spentMs > limits.parseBudgetMs) {
      throw new NotificationUnreadableError("TOO_SLOW");
    }
    await nextTurn();
  }
  parser.close();
}

/** Processor time, not the clock: a busy machine must not make a good message too slow. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function createParser(reading: MessageReading, limits: XmlLimits): Parser {
  const parser: Parser = new SaxesParser(PARSER_OPTIONS);
  const resolvePrefix = (prefix: string) => parser.resolve(prefix);
  let elements = 0;
  let attributes = 0;
  // The parser's own error quotes the body, so it goes no further.
  parser.on("error", () => refuse("NOT_WELL_FORMED"));
  parser.on("doctype", () => refuse("FORBIDDEN_XML"));
  parser.on("processinginstruction", () => refuse("FORBIDDEN_XML"));
  parser.on("xmldecl", ({ version, encoding }) => {
    if (version !== "1.0" || !isReadableCharset(encoding ?? "utf-8")) {
      refuse("ENCODING");
    }
  });
  parser.on("opentagstart", () => {
    attributes = 0;
    elements += 1;
    reading.depth += 1;
    if (elements > limits.maxElements || reading.depth > limits.maxDepth) {
      refuse("LIMIT");
    }
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > limits.maxAttributes) {
      refuse("LIMIT");
    }
  });
  parser.on("opentag", (tag) => {
    openElement(reading, tag, resolvePrefix);
    if (reading.notifications.length > limits.maxNotifications) {
      refuse("LIMIT");
    }
  });
  parser.on("closetag", () => {
    closeElement(reading);
    reading.depth -= 1;
  });
  parser.on("text", (piece) => addText(reading, piece, limits));
  parser.on("cdata", (piece) => addText(reading, piece, limits));
  return parser;
}

function refuse(reason: "NOT_WELL_FORMED" | "FORBIDDEN_XML" | "ENCODING" | "LIMIT"): never {
  throw new NotificationUnreadableError(reason);
}
