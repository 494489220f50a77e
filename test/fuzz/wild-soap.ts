import fc from "fast-check";
import { anOutboundMessage, notificationId, recordId } from "../support/outbound-message.ts";
import { spoiledBytes } from "./wild-bytes.ts";
import { wildText } from "./wild-text.ts";

/** XML that is put where fields stand: some of it well-formed, none of it from Salesforce. */
const LOADED_XML: readonly (() => string)[] = [
  () => "<a>".repeat(20_000),
  () => "<a>".repeat(7) + "</a>".repeat(7),
  () => `<sf:X ${Array.from({ length: 5_000 }, (_, at) => `a${at}="1"`).join(" ")}/>`,
  () => `<sf:X ${Array.from({ length: 3_000 }, (_, at) => `xmlns:p${at}="urn:${at}"`).join(" ")}/>`,
  () => `<sf:X a="${"v".repeat(1_000_000)}"/>`,
  () => `<sf:X>${"v".repeat(2_000_000)}</sf:X>`,
  () => `<sf:X>${"&amp;".repeat(100_000)}</sf:X>`,
  () => `<sf:X>${"&#x1F3E0;".repeat(50_000)}</sf:X>`,
  () => `<sf:X><![CDATA[${"]]".repeat(200_000)}]]></sf:X>`,
  () => `<!--${"-".repeat(500_000)}-->`,
  () => `<!--${" -".repeat(500_000)}`,
  () => `<sf:${"n".repeat(500_000)}/>`,
  () => "<sf:X/>".repeat(70_000),
  () => `<sf:X ${" ".repeat(1_000_000)}/>`,
  () => `&${"n".repeat(500_000)};`,
  () => '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>',
  () => "<?xml-stylesheet href='x'?>",
  () => "<sf:X>&undefined;&#0;&#xD800;&#x110000;</sf:X>",
  () => '<sf:X xmlns:sf=""/>',
  () => '<sf:X xmlns:xml="urn:x" xmlns:xmlns="urn:y"/>',
  () => "<sf:__proto__>1</sf:__proto__><sf:constructor>2</sf:constructor>",
  () => '<sf:X __proto__="1" constructor="2" xsi:nil="true"/>',
  () => "<__proto__:X xmlns:__proto__='urn:sobject.enterprise.soap.sforce.com'>1</__proto__:X>",
  () => "<sf:Id>1</sf:Id><sf:Id>2</sf:Id>",
  () => "</sObject></Notification><Notification><Id>x</Id><sObject>",
  () => "<SystemModstamp>9999-12-31T23:59:59-23:59</SystemModstamp>",
  () => "<a:b:c/>",
  () => "< sf:X/>",
  () => "<sf:X",
  () => "]]>",
  () => "\u0000\ufffe",
];
const HEAVY = 15;

const loadedXml = fc
  .oneof(
    { weight: 1, arbitrary: fc.nat(HEAVY - 1) },
    { weight: 3, arbitrary: fc.integer({ min: HEAVY, max: LOADED_XML.length - 1 }) },
  )
  .map((at) => LOADED_XML[at]?.() ?? "");

const fieldName = fc.oneof(
  fc.constantFrom(
    "Id",
    "SystemModstamp",
    "LastModifiedDate",
    "__proto__",
    "constructor",
    "toString",
  ),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/),
);

const notification = fc.record(
  {
    id: fc.oneof(fc.nat(200).map(notificationId), wildText),
    objectType: fc.oneof(
      fc.constantFrom("ServiceAppointment", "Event", "Lead", "Opportunity", "__proto__"),
      fc.constant(null),
    ),
    fields: fc
      .dictionary(fieldName, fc.option(wildText), { maxKeys: 5 })
      .map((fields) => ({ Id: recordId("08p", 1), ...fields })),
    hasRecord: fc.boolean(),
  },
  { requiredKeys: ["fields"] },
);

/** Outbound messages as Salesforce writes them, with any values. */
const goodSoap = fc
  .record(
    {
      notifications: fc.oneof(
        { weight: 9, arbitrary: fc.array(notification, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant(Array.from({ length: 101 }, () => ({}))) },
      ),
      prefixes: fc.record(
        {
          soap: fc.constantFrom("S", "soapenv", "_"),
          field: fc.constantFrom("sf", "x", "__proto__"),
          xsi: fc.constantFrom("xsi", "i"),
        },
        { requiredKeys: [] },
      ),
      organizationId: fc.option(fc.constantFrom("00D5f000004XyZaEAK", "", "__proto__")),
    },
    { requiredKeys: ["notifications"] },
  )
  .map((input) => anOutboundMessage(input));

/** The same with foreign XML in front of, inside of, or behind the message. */
const loadedSoap = fc
  .tuple(
    goodSoap,
    loadedXml,
    fc.constantFrom("</sObject>", "<sObject", "<Id>", "<soapenv:Body>", "<?xml"),
  )
  .map(([soap, xml, where]) => soap.replace(where, () => `${xml}${where}`));

/** Bodies for the door of outbound messages, good and spoiled. */
export const wildSoap: fc.Arbitrary<Buffer> = spoiledBytes(
  fc.oneof({ weight: 1, arbitrary: goodSoap }, { weight: 1, arbitrary: loadedSoap }),
);
