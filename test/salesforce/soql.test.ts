import { describe, expect, test } from "@jest/globals";
import { parseQuery } from "@jetstreamapp/soql-parser-js";
import { recordTypeSchema } from "../../src/domain/appointment.ts";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import type { DescribedObject } from "../../src/salesforce/describe-object.ts";
import { createOrgShape, type OrgShape } from "../../src/salesforce/org-shape.ts";
import { readDenial } from "../../src/salesforce/read-denial.ts";
import { fitSelection } from "../../src/salesforce/soql-fit.ts";
import { recordSelection } from "../../src/salesforce/soql-records.ts";
import { idIn, isFieldPath, soqlInstant, soqlOf } from "../../src/salesforce/soql-text.ts";

const ID = "08pB0000000aJKhIAM";

describe("what is written", () => {
  test.each(recordTypeSchema.options)("parses as SOQL: %s", async (recordType) => {
    const soql = await written(anAllKnowingShape(), recordType);
    expect(() => parseQuery(soql)).not.toThrow();
    expect(parseQuery(soql).sObject).toBe(recordType);
    expect(soql.length).toBeLessThan(4_000);
  });

  test("selects no relationship in two ways: TYPEOF forbids dots beside it", async () => {
    for (const recordType of recordTypeSchema.options) {
      const soql = await written(anAllKnowingShape(), recordType);
      const walked = [...soql.matchAll(/TYPEOF (\w+)/g)].map(([, name]) => name);
      const head = soql.replace(/TYPEOF .*? END/g, "");
      for (const name of walked) {
        expect(head).not.toContain(`${name}.`);
      }
    }
  });

  test("names only the types a lookup can lead to in this org", async () => {
    const shape = shapeOf({
      ServiceAppointment: object("ServiceAppointment", {
        ParentRecord: ["Account", "Lead", "Ticket__c"],
      }),
    });
    const soql = await written(shape, "ServiceAppointment");
    expect([...soql.matchAll(/WHEN (\w+)/g)].map(([, type]) => type)).toEqual(["Account", "Lead"]);
  });

  test("writes plain paths for a lookup that leads to one type only", async () => {
    const shape = shapeOf({ Lead: object("Lead", { Owner: ["User"] }) });
    const soql = await written(shape, "Lead");
    expect(soql).toContain("Owner.Email");
    expect(soql).not.toContain("TYPEOF");
  });

  test("sorts by no field that is hidden", async () => {
    const shape = shapeOf({
      ServiceAppointment: object("ServiceAppointment", {}),
      AssignedResource: { ...object("AssignedResource", {}), fields: new Set(["Id"]) },
    });
    expect(await written(shape, "ServiceAppointment")).toContain(
      "(SELECT Id FROM ServiceResources WHERE IsDeleted = false ORDER BY Id ASC)",
    );
  });
});

describe("what may enter", () => {
  test.each(["A", "Start__c", "Project__r.Start__c", "A.B.C"])("as a field: %s", (text) => {
    expect(isFieldPath(text)).toBe(true);
  });

  test.each([
    "",
    "1A",
    ".A",
    "A.",
    "A..B",
    "A B",
    "A'",
    "A,B",
    "A)--",
    "Ä",
    "A\nB",
    "A\n",
  ])("not as a field: %j", (text) => {
    expect(isFieldPath(text)).toBe(false);
  });

  test("as ids: ids", () => {
    expect(idIn("Id", [ID, ID.slice(0, 15)])).toBe(`Id IN ('${ID}','${ID.slice(0, 15)}')`);
  });

  test.each([
    "x' OR Name != '",
    "",
    `${ID}A`,
    `${ID}\n`,
    "08pB0000000aJK\\",
  ])("not as an id: %j", (text) => {
    expect(() => idIn("Id", [ID, text])).toThrow("MALFORMED_ID");
  });

  test("as a moment: UTC without a plus sign", () => {
    expect(soqlInstant(Date.parse("2026-03-08T09:30:00+02:00"))).toBe("2026-03-08T07:30:00.000Z");
  });
});

describe("what a refusal teaches", () => {
  test.each([
    [
      "\nSELECT Foo\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Lead'. If you …",
      "column Lead.Foo",
    ],
    ["Didn't understand relationship 'Deal__r' in field path. If you …", "relationship Deal__r"],
    ["sObject type 'ServiceAppointment' is not supported. If you …", "type ServiceAppointment"],
    ["unexpected token: 'FROM'", undefined],
  ])("%j", (message, key) => {
    expect(readDenial({ message })?.key).toBe(key);
  });

  test("takes a column from where it can stand, and from nowhere else", async () => {
    const shape = anAllKnowingShape();
    learn(shape, "No such column 'Name' on entity 'Contact'");
    const soql = await written(shape, "ServiceAppointment");
    expect(soql).toContain("Account.Name");
    expect(soql).not.toContain("Contact.Name");
    expect(soql).toContain("WHEN Account THEN Id, Name");
  });

  test.each([
    ["UserRole", ["RelatedRecord.UserRole.Name"]],
    ["User", ["RelatedRecord.Name"]],
  ])("takes a name denied on %s from that alone, not a rep's name with the team's", async (type, gone) => {
    const shape = anAllKnowingShape();
    learn(shape, `No such column 'Name' on entity '${type}'`);
    const soql = await written(shape, "ServiceAppointment");
    const names = ["RelatedRecord.Name", "RelatedRecord.UserRole.Name"];
    expect(names.filter((name) => !soql.includes(name))).toEqual(gone);
  });

  test("follows no more lookups in one path than Salesforce does", async () => {
    const repField = (path: string) => ({ lead: { startField: "Start__c", repField: path } });
    const fieldsOf = (path: string) =>
      recordSelection("Lead", connectionSchema.shape.mapping.parse(repField(path))).fields;
    expect(fieldsOf("A__r.B__r.C__r.D__c")).toContain("A__r.B__r.C__r.D__r.UserRole.Name");
    const deepest = fieldsOf("A__r.B__r.C__r.D__r.E__c").filter((field) => field.includes("E__r."));
    expect(deepest.length).toBeGreaterThan(3);
    expect(deepest.join()).not.toContain("UserRole");
  });

  test("takes a relationship with all that is behind it", async () => {
    const shape = anAllKnowingShape();
    learn(shape, "Didn't understand relationship 'RelatedRecord' in field path.");
    const soql = await written(shape, "ServiceAppointment");
    expect(soql).toContain("ServiceResource.RelatedRecordId");
    expect(soql).not.toContain("RelatedRecord.Email");
  });

  test("takes the assignments, and says so, when they cannot be listed", async () => {
    const shape = anAllKnowingShape();
    learn(shape, "Didn't understand relationship 'ServiceResources' in FROM part of query call.");
    expect(await written(shape, "ServiceAppointment")).not.toContain("FROM ServiceResources");
    expect(shape.warnings()).toEqual([expect.stringContaining("AssignedResource")]);
  });

  test("is learned once: the same refusal again teaches nothing", () => {
    const shape = anAllKnowingShape();
    expect(learn(shape, "No such column 'A' on entity 'Lead'")).toBe(true);
    expect(learn(shape, "No such column 'A' on entity 'Lead'")).toBe(false);
    expect(learn(shape, "no idea")).toBe(false);
  });
});

function learn(shape: OrgShape, message: string): boolean {
  return shape.learn({ status: 400, code: "INVALID_FIELD", message });
}

async function written(shape: OrgShape, recordType: keyof typeof RELATIONSHIPS): Promise<string> {
  const selection = await fitSelection(shape, recordSelection(recordType, mapping()));
  if (selection === undefined) {
    throw new Error(`nothing is left of ${recordType}`);
  }
  return soqlOf(selection, { where: idIn("Id", [ID]) });
}

function mapping(): Connection["mapping"] {
  const dated = { startField: "Start__c", endField: "End__c", repField: "Closer__c" };
  return connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    mapping: {
      lead: dated,
      opportunity: dated,
      workOrder: { opportunityPath: "Project__r.Deal__c" },
    },
  }).mapping;
}

const WALKED = [
  "Account",
  "Asset",
  "Case",
  "Lead",
  "Opportunity",
  "WorkOrder",
  "WorkOrderLineItem",
];
const RELATIONSHIPS = {
  ServiceAppointment: { Account: ["Account"], Contact: ["Contact"], ParentRecord: WALKED },
  Event: {
    Account: ["Account"],
    Who: ["Contact", "Lead"],
    What: WALKED,
    Owner: ["Calendar", "User"],
  },
  Lead: { Owner: ["Group", "User"], Closer__r: ["User"] },
  Opportunity: { Account: ["Account"], Owner: ["User"], Closer__r: ["User"] },
} as const;

function anAllKnowingShape(): OrgShape {
  return shapeOf({
    ...Object.fromEntries(
      Object.entries(RELATIONSHIPS).map(([name, own]) => [name, object(name, own)]),
    ),
    AssignedResource: object("AssignedResource", { ServiceResource: ["ServiceResource"] }),
    OpportunityContactRole: object("OpportunityContactRole", { Contact: ["Contact"] }),
  });
}

function shapeOf(objects: Readonly<Record<string, DescribedObject>>): OrgShape {
  return createOrgShape({ nowMs: () => 0, describe: async (type) => objects[type] });
}

/** An object that has every field one can ask for. */
function object(
  name: string,
  relationships: Readonly<Record<string, readonly string[]>>,
): DescribedObject {
  const fields = new Set<string>();
  fields.has = () => true;
  return {
    name,
    fields,
    dayFields: new Set(),
    relationships: new Map(Object.entries(relationships)),
  };
}
