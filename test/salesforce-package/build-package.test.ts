import { describe, expect, test } from "@jest/globals";
import { messageChange } from "../../src/salesforce/message-change.ts";
import { recordSelection } from "../../src/salesforce/soql-records.ts";
import { REPORTABLE_OBJECTS } from "../../src/salesforce-package/package-plan.ts";
import { planPackage } from "../../src/salesforce-package/plan-package.ts";
import { metadataXml } from "../../src/salesforce-package/xml.ts";
import { AWKWARD_SECRET, aConnection, aPackage, aPlan, problemsOf } from "./acme-package.ts";
import { childOrder, elementsAt, type ReadElement, readXml, textsAt } from "./read-xml.ts";

const METADATA = "http://soap.sforce.com/2006/04/metadata";
const SOURCE = "force-app/main/default";

function textOf(path: string, files = aPackage()): string {
  const file = files.get(path);
  if (file === undefined) {
    throw new Error(`${path} is missing; there are ${[...files.keys()].join(", ")}`);
  }
  return file.text;
}

function xmlOf(path: string, files = aPackage()): ReadElement {
  return readXml(textOf(path, files));
}

function flowOf(name: string, files = aPackage()): ReadElement {
  return xmlOf(`${SOURCE}/flows/${name}.flow-meta.xml`, files);
}

function manifestOf(path: string, files = aPackage()): readonly string[] {
  return elementsAt(xmlOf(path, files), "types").flatMap((type) =>
    textsAt(type, "members").map((member) => `${textsAt(type, "name")[0]}:${member}`),
  );
}

function pathsUnder(dir: string): readonly string[] {
  return [...aPackage().keys()].filter((path) => path.startsWith(dir));
}

describe("every file", () => {
  const awkward = aPlan(aConnection({ name: "0-a--b", webhookSecrets: [AWKWARD_SECRET] }), {
    integrationUser: `o'brien+"<&>"@acme.example`,
  });

  test.each([
    ["a plain connection", aPlan()],
    ["awkward names and secrets", awkward],
    ["leads alone", aPlan(aConnection(), { objects: ["Lead"] })],
  ])("is well-formed XML in the metadata namespace, or JSON: %s", (_what, plan) => {
    const files = aPackage(plan);
    expect(files.size).toBeGreaterThan(15);
    for (const [path, { text }] of files) {
      if (path.endsWith(".json")) {
        JSON.parse(text);
      } else if (/\.(xml|flowDefinition)$/.test(path)) {
        expect({ path, namespace: readXml(text).namespace }).toEqual({ path, namespace: METADATA });
      }
    }
  });

  test("keeps names and secrets as they are through the escapes", () => {
    const workflow = xmlOf(`${SOURCE}/workflows/Lead.workflow-meta.xml`, aPackage(awkward));
    const [endpoint = ""] = textsAt(workflow, "outboundMessages/endpointUrl");
    expect(new URL(endpoint).origin).toBe("https://bridge.example.com");
    expect(new URL(endpoint).pathname.split("/").map(decodeURIComponent)).toEqual([
      ...["", "webhooks", "salesforce", "0-a--b"],
      AWKWARD_SECRET,
    ]);
    expect(textsAt(workflow, "outboundMessages/integrationUser")).toEqual([
      `o'brien+"<&>"@acme.example`,
    ]);
  });

  test("has the secret only where it says so", () => {
    const holding = [...aPackage()].filter(([, { text }]) => text.includes("s".repeat(32)));
    expect(holding.map(([path]) => path)).toEqual(
      REPORTABLE_OBJECTS.map((object) => `${SOURCE}/workflows/${object}.workflow-meta.xml`),
    );
    for (const { text, holdsSecret } of aPackage().values()) {
      expect(holdsSecret).toBe(text.includes("s".repeat(32)));
    }
  });

  test("has no character that XML cannot hold", () => {
    expect(readXml(metadataXml("Flow", [["label", "a\u0000b\ud800c\u{1F600}"]])).children).toEqual([
      expect.objectContaining({ text: "a\u{FFFD}b\u{FFFD}c\u{1F600}" }),
    ]);
  });
});

describe("outbound messages", () => {
  test.each(
    REPORTABLE_OBJECTS,
  )("of %s carry an id and stamps, in the order of the format", (object) => {
    const [message] = elementsAt(
      xmlOf(`${SOURCE}/workflows/${object}.workflow-meta.xml`),
      "outboundMessages",
    );
    expect(message === undefined ? [] : childOrder(message)).toEqual([
      ...["fullName", "apiVersion", "description", "endpointUrl", "fields", "includeSessionId"],
      ...["integrationUser", "name", "protected", "useDeadLetterQueue"],
    ]);
    expect(message === undefined ? [] : textsAt(message, "fields")).toEqual([
      ...["CreatedDate", "Id", "LastModifiedDate", "SystemModstamp"],
    ]);
    expect(message === undefined ? [] : textsAt(message, "includeSessionId")).toEqual(["false"]);
  });

  test.each([
    ["ServiceAppointment", ["SchedStartTime", "SchedEndTime", "StatusCategory"]],
    ["Event", ["StartDateTime", "EndDateTime", "IsAllDayEvent"]],
    ["Lead", ["Visit_Start__c", "Visit_End__c"]],
    ["Opportunity", ["acme__Demo_At__c", "IsClosed"]],
  ] as const)("of %s carry times and status, too, if asked to", (object, more) => {
    const files = aPackage(aPlan(aConnection(), { hasMoreFields: true }));
    const text = files.get(`${SOURCE}/workflows/${object}.workflow-meta.xml`)?.text ?? "";
    const fields = textsAt(readXml(text), "outboundMessages/fields");
    expect(fields).toEqual(
      ["CreatedDate", "Id", "LastModifiedDate", "SystemModstamp", ...more].toSorted(),
    );
    const values = { IsAllDayEvent: "false", IsClosed: "false", StatusCategory: "Scheduled" };
    const message = Object.fromEntries(fields.map((name) => [name, "2026-11-23T14:00:00.000Z"]));
    expect(messageChange(object, { ...message, ...values }, aConnection().mapping)).toMatchObject({
      kind: "moved",
    });
  });

  test("go to the newer of two secrets, below the path of PUBLIC_URL", () => {
    const connection = aConnection({ webhookSecrets: ["o".repeat(32), "n".repeat(32)] });
    expect(aPlan(connection, {}, new URL("https://example.com:8443/bridge//")).endpointUrl).toBe(
      `https://example.com:8443/bridge/webhooks/salesforce/acme/${"n".repeat(32)}`,
    );
  });
});

describe("flows", () => {
  test.each(REPORTABLE_OBJECTS)("send a message of %s that exists", (object) => {
    const flow = flowOf(`Siro_${object}_Changed`);
    const [fullName] = textsAt(
      xmlOf(`${SOURCE}/workflows/${object}.workflow-meta.xml`),
      "outboundMessages/fullName",
    );
    expect(textsAt(flow, "actionCalls/actionName")).toEqual([`${object}.${fullName}`]);
    expect(textsAt(flow, "actionCalls/nameSegment")).toEqual([`${object}.${fullName}`]);
    expect(textsAt(flow, "start/object")).toEqual([object]);
    expect(textsAt(flow, "start/connector/targetReference")).toEqual(
      textsAt(flow, "actionCalls/name"),
    );
    expect(childOrder(flow)).toEqual([
      ...["actionCalls", "apiVersion", "environments", "interviewLabel", "label", "processType"],
      ...["start", "status"],
    ]);
    expect(elementsAt(flow, "actionCalls").map(childOrder)).toEqual([
      [
        ...["name", "label", "locationX", "locationY", "actionName", "actionType"],
        ...["flowTransactionModel", "nameSegment"],
      ],
    ]);
    expect(elementsAt(flow, "start").map(childOrder)).toEqual([
      [
        ...["locationX", "locationY", "connector", "filterFormula", "object"],
        ...["recordTriggerType", "triggerType"],
      ],
    ]);
  });

  test.each([
    [
      "ServiceAppointment",
      "OR(ISNEW(), ISCHANGED({!$Record.SchedStartTime}), ISCHANGED({!$Record.SchedEndTime}), ISCHANGED({!$Record.Status}), ISCHANGED({!$Record.ContactId}), ISCHANGED({!$Record.Siro_Assignment_Changed__c}))",
    ],
    [
      "Event",
      "OR(ISNEW(), ISCHANGED({!$Record.StartDateTime}), ISCHANGED({!$Record.EndDateTime}), ISCHANGED({!$Record.OwnerId}), ISCHANGED({!$Record.WhoId}), ISCHANGED({!$Record.WhatId}))",
    ],
    [
      "Lead",
      "OR(ISCHANGED({!$Record.Visit_Start__c}), AND(NOT(ISBLANK({!$Record.Visit_Start__c})), OR(ISNEW(), ISCHANGED({!$Record.Visit_End__c}), ISCHANGED({!$Record.Closer__c}), ISCHANGED({!$Record.OwnerId}), ISCHANGED({!$Record.IsConverted}))))",
    ],
    [
      "Opportunity",
      "OR(ISCHANGED({!$Record.acme__Demo_At__c}), AND(NOT(ISBLANK({!$Record.acme__Demo_At__c})), OR(ISNEW(), ISCHANGED({!$Record.OwnerId}), ISCHANGED({!$Record.StageName}))))",
    ],
  ])("of %s start on what decides a visit", (object, formula) => {
    expect(textsAt(flowOf(`Siro_${object}_Changed`), "start/filterFormula")).toEqual([formula]);
  });

  test("watch no field that the bridge writes, so that a write-back starts nothing", () => {
    const formulas = REPORTABLE_OBJECTS.flatMap((object) =>
      textsAt(flowOf(`Siro_${object}_Changed`), "start/filterFormula"),
    ).join();
    const sets = xmlOf(`${SOURCE}/permissionsets/Siro_Bridge_Link_Fields.permissionset-meta.xml`);
    const written = textsAt(sets, "fieldPermissions/field").map((field) => field.split(".")[1]);
    expect(written).toHaveLength(6);
    expect(written.filter((field) => formulas.includes(field ?? ""))).toEqual([]);
  });

  test("watch fields that the bridge reads", () => {
    const { mapping } = aConnection();
    for (const object of REPORTABLE_OBJECTS) {
      const read = recordSelection(object, mapping).fields.map((field) => field.replace("?", ""));
      const formula = textsAt(flowOf(`Siro_${object}_Changed`), "start/filterFormula").join();
      // The stage decides whether the opportunity is closed.
      const watched = [...formula.matchAll(/Record\.(\w+)/g)].map(([, field]) =>
        field === "StageName" ? "IsClosed" : (field ?? ""),
      );
      expect(watched.filter((field) => !(read.includes(field) || /^Siro_/.test(field)))).toEqual(
        [],
      );
    }
  });

  test.each([
    ["Rep__r.User__c", "Rep__c"],
    ["Account.OwnerId", "AccountId"],
    ["OwnerId", "OwnerId"],
  ])("of a rep behind %s watch %s, the record's own field on the way there", (repField, own) => {
    const mapping = { opportunity: { startField: "Start__c", repField } };
    const files = aPackage(aPlan(aConnection({ mapping }), { objects: ["Opportunity"] }));
    const formula = textsAt(flowOf("Siro_Opportunity_Changed", files), "start/filterFormula")[0];
    const watched = [...(formula ?? "").matchAll(/ISCHANGED\(\{!\$Record\.(\w+)\}\)/g)];
    expect(watched.map(([, field]) => field)).toEqual([
      ...new Set(["Start__c", own, "OwnerId", "StageName"]),
    ]);
  });

  test.each([
    ["primary", ["ServiceResourceId", "IsPrimaryResource"]],
    ["required", ["ServiceResourceId", "IsRequiredResource"]],
    ["all", ["ServiceResourceId"]],
  ])("of an assignment look at what decides the rep: %s", (repPolicy, fields) => {
    const files = aPackage(
      aPlan(aConnection({ mapping: { repPolicy } }), { objects: ["ServiceAppointment"] }),
    );
    const [formula = ""] = textsAt(
      flowOf("Siro_AssignedResource_Changed", files),
      "start/filterFormula",
    );
    expect([...formula.matchAll(/ISCHANGED\(\{!\$Record\.(\w+)\}\)/g)].map(([, f]) => f)).toEqual(
      fields,
    );
    expect(formula).toMatch(/^OR\(ISNEW\(\), /);
  });

  test.each([
    ["Siro_AssignedResource_Changed", "CreateAndUpdate", "RecordAfterSave"],
    ["Siro_AssignedResource_Removed", "Delete", "RecordBeforeDelete"],
  ])("%s stamps the appointment and never holds up the dispatcher", (name, on, when) => {
    const flow = flowOf(name);
    expect(textsAt(flow, "start/recordTriggerType")).toEqual([on]);
    expect(textsAt(flow, "start/triggerType")).toEqual([when]);
    expect(textsAt(flow, "start/connector/targetReference")).toEqual(
      textsAt(flow, "recordUpdates/name"),
    );
    expect(textsAt(flow, "recordUpdates/faultConnector/targetReference")).toEqual(
      textsAt(flow, "assignments/name"),
    );
    expect(textsAt(flow, "assignments/assignmentItems/assignToReference")).toEqual(
      textsAt(flow, "variables/name"),
    );
    const [stamp = ""] = textsAt(flow, "recordUpdates/inputAssignments/field");
    expect(
      aPackage().has(`${SOURCE}/objects/ServiceAppointment/fields/${stamp}.field-meta.xml`),
    ).toBe(true);
    expect(
      textsAt(flowOf("Siro_ServiceAppointment_Changed"), "start/filterFormula").join(),
    ).toContain(`ISCHANGED({!$Record.${stamp}})`);
    expect(childOrder(flow)).toEqual(childOrder(flow).toSorted());
  });
});

describe("permissions", () => {
  test("let the integration user sign in, read and notify, and nothing else", () => {
    const set = xmlOf(`${SOURCE}/permissionsets/Siro_Bridge_Integration.permissionset-meta.xml`);
    expect(textsAt(set, "userPermissions/name")).toEqual([
      ...["ActivitiesAccess", "ApiEnabled", "SendCustomNotifications"],
    ]);
    expect(textsAt(set, "objectPermissions/object")).toEqual([
      ...["Account", "AssignedResource", "Contact", "Lead", "Opportunity", "ServiceAppointment"],
      ...["ServiceResource", "WorkOrder", "WorkOrderLineItem"],
    ]);
    for (const right of ["allowCreate", "allowDelete", "allowEdit", "modifyAllRecords"]) {
      expect(new Set(textsAt(set, `objectPermissions/${right}`))).toEqual(new Set(["false"]));
    }
    expect(new Set(textsAt(set, "fieldPermissions/editable"))).toEqual(new Set(["false"]));
    expect(textsAt(set, "fieldPermissions/field")).toEqual([
      ...["Lead.Closer__c", "Lead.Visit_End__c", "Lead.Visit_Start__c"],
      "Opportunity.acme__Demo_At__c",
    ]);
  });

  test("to write are a set of their own, on the fields of the package", () => {
    const set = xmlOf(`${SOURCE}/permissionsets/Siro_Bridge_Link_Fields.permissionset-meta.xml`);
    expect(textsAt(set, "objectPermissions/object")).toEqual(["ServiceAppointment"]);
    expect(textsAt(set, "objectPermissions/allowEdit")).toEqual(["true"]);
    expect(textsAt(set, "fieldPermissions/field")).toEqual([
      "ServiceAppointment.Siro_Prompt_Sent__c",
      "ServiceAppointment.Siro_Recording_Linked__c",
      "ServiceAppointment.Siro_Recording_Seen__c",
      "ServiceAppointment.Siro_Recording_Stopped__c",
      "ServiceAppointment.Siro_Start_Link__c",
      "ServiceAppointment.Siro_Stop_Link__c",
    ]);
    for (const field of textsAt(set, "fieldPermissions/field")) {
      const name = field.replace("ServiceAppointment.", "");
      expect(
        aPackage().has(`${SOURCE}/objects/ServiceAppointment/fields/${name}.field-meta.xml`),
      ).toBe(true);
    }
  });

  test("name the lookup from a work order to its opportunity", () => {
    const mapping = { workOrder: { opportunityPath: "Deal__c" } };
    const files = aPackage(aPlan(aConnection({ mapping }), { objects: ["ServiceAppointment"] }));
    const set = xmlOf(
      `${SOURCE}/permissionsets/Siro_Bridge_Integration.permissionset-meta.xml`,
      files,
    );
    expect(textsAt(set, "fieldPermissions/field")).toEqual(["WorkOrder.Deal__c"]);
  });
});

describe("the External Client App", () => {
  const auth = {
    kind: "jwt-bearer",
    clientId: "3MVG9",
    username: "siro@acme.example",
    privateKeyFile: "key.pem",
    loginUrl: "https://acme.my.salesforce.com",
  };
  const jwt = aPackage(
    aPlan(aConnection({ salesforce: { instanceUrl: "https://acme.my.salesforce.com", auth } })),
  );

  test("hangs together, and holds no key", () => {
    const parts = pathsUnder(`${SOURCE}/extlClntApp`).map((path) => xmlOf(path));
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      expect(textsAt(part, "externalClientApplication")).toEqual(["Siro_Bridge"]);
      expect(childOrder(part)).toEqual(childOrder(part).toSorted());
    }
    expect([...aPackage().values()].map(({ text }) => text).join()).not.toMatch(
      /consumerKey|consumerSecret>|certificate/i,
    );
  });

  test.each([
    [
      "client credentials",
      aPackage(),
      { scopes: ["Api"], isOn: ["true"], runAs: ["siro.bridge@acme.example"] },
    ],
    ["jwt bearer", jwt, { scopes: ["Api, RefreshToken"], isOn: ["false"], runAs: [] }],
  ])("is set up for %s", (_what, files, { scopes, isOn, runAs }) => {
    const settings = xmlOf(
      `${SOURCE}/extlClntAppOauthSettings/Siro_Bridge_oauth.ecaOauth-meta.xml`,
      files,
    );
    const global = xmlOf(
      `${SOURCE}/extlClntAppGlobalOauthSets/Siro_Bridge_glbl.ecaGlblOauth-meta.xml`,
      files,
    );
    const policies = xmlOf(
      `${SOURCE}/extlClntAppOauthPolicies/Siro_Bridge_plcy.ecaOauthPlcy-meta.xml`,
      files,
    );
    expect(textsAt(settings, "commaSeparatedOauthScopes")).toEqual(scopes);
    expect(textsAt(global, "callbackUrl")).toEqual([
      "https://bridge.example.com/rep/sign-in/callback",
    ]);
    expect(textsAt(global, "isClientCredentialsFlowEnabled")).toEqual(isOn);
    expect(textsAt(policies, "isClientCredentialsFlowEnabled")).toEqual(isOn);
    expect(textsAt(policies, "clientCredentialsFlowUser")).toEqual(runAs);
    const [set = ""] = textsAt(policies, "commaSeparatedPermissionSet");
    expect(files.has(`${SOURCE}/permissionsets/${set}.permissionset-meta.xml`)).toBe(true);
  });
});

describe("where reps sign in with Salesforce", () => {
  const salesforce = {
    instanceUrl: "https://acme.my.salesforce.com",
    auth: { kind: "client-credentials", clientId: "3MVG9", clientSecret: "secret" },
    repSignIn: { clientId: "3MVG9" },
  };
  const plan = aPlan(aConnection({ salesforce }), { objects: ["Event"] });
  const files = aPackage(plan);

  test("the app tells who they are, to those with the reps' permission set alone", () => {
    const settings = xmlOf(
      `${SOURCE}/extlClntAppOauthSettings/Siro_Bridge_oauth.ecaOauth-meta.xml`,
      files,
    );
    const policies = xmlOf(
      `${SOURCE}/extlClntAppOauthPolicies/Siro_Bridge_plcy.ecaOauthPlcy-meta.xml`,
      files,
    );
    const global = xmlOf(
      `${SOURCE}/extlClntAppGlobalOauthSets/Siro_Bridge_glbl.ecaGlblOauth-meta.xml`,
      files,
    );
    expect(textsAt(settings, "commaSeparatedOauthScopes")).toEqual(["Api, Basic, OpenID"]);
    expect(textsAt(policies, "commaSeparatedPermissionSet")).toEqual([
      "Siro_Bridge_Integration,Siro_Bridge_Rep",
    ]);
    expect(textsAt(policies, "permittedUsersPolicyType")).toEqual(["AdminApprovedPreAuthorized"]);
    expect(textsAt(global, "isPkceRequired")).toEqual(["true"]);
  });

  test("the reps' set is there without appointments, too, and grants nothing then", () => {
    const path = `${SOURCE}/permissionsets/Siro_Bridge_Rep.permissionset-meta.xml`;
    const set = xmlOf(path, files);
    expect(textsAt(set, "fieldPermissions/field")).toEqual([]);
    expect(textsAt(set, "userPermissions/name")).toEqual([]);
    expect(manifestOf("manifest/package.xml", files)).toContain("PermissionSet:Siro_Bridge_Rep");
    expect(aPackage(aPlan(aConnection(), { objects: ["Event"] })).has(path)).toBe(false);
  });
});

describe("buttons and app extensions", () => {
  test.each(["Start", "Stop"])("%s opens the link field", (name) => {
    const link = xmlOf(
      `${SOURCE}/objects/ServiceAppointment/webLinks/Siro_${name}_Recording.webLink-meta.xml`,
    );
    const field = xmlOf(
      `${SOURCE}/objects/ServiceAppointment/fields/Siro_${name}_Link__c.field-meta.xml`,
    );
    expect(textsAt(link, "url")).toEqual([
      `{!ServiceAppointment.${textsAt(field, "fullName")[0]}}`,
    ]);
    expect(textsAt(field, "type")).toEqual(["Url"]);
  });

  test("app extensions are records that open the same fields", () => {
    const { records } = JSON.parse(textOf("data/AppExtension.json"));
    expect(records).toHaveLength(4);
    expect(records[0]).toEqual({
      attributes: { type: "AppExtension", referenceId: "SiroStartiOS" },
      FieldServiceMobileSettingsId: "REPLACE_WITH_MOBILE_SETTINGS_ID",
      AppExtensionName: "Siro_Start_iOS",
      AppExtensionLabel: "Start Siro Recording",
      Type: "iOS",
      LaunchValue: "{!$Siro_Start_Link__c}",
      ScopedToObjectTypes: "ServiceAppointment",
    });
  });
});

describe("manifests", () => {
  const deployed = manifestOf("manifest/package.xml");

  test("deploy every file of the source folder, once", () => {
    const expected = [...aPackage().values()].flatMap(({ components }) =>
      components.map(({ type, fullName }) => `${type}:${fullName}`),
    );
    // A folder of a Lightning web component is one component: its metadata brings the other files along.
    const folders = new Set(
      deployed
        .filter((member) => member.startsWith("LightningComponentBundle:"))
        .map((member) => `${SOURCE}/lwc/${member.replace(/^.*:/, "")}`),
    );
    const brought = (path: string) =>
      folders.has(path.replace(/\/[^/]*$/, "")) && !path.endsWith("-meta.xml");
    const sources = [...aPackage()].filter(([, { components }]) => components.length > 0);
    expect(folders.size).toBe(2);
    expect(sources.map(([path]) => path)).toEqual(
      pathsUnder("force-app/").filter((path) => !brought(path)),
    );
    expect(deployed.toSorted()).toEqual(expected.toSorted());
    expect(new Set(deployed).size).toBe(deployed.length);
    expect(textsAt(xmlOf("manifest/package.xml"), "version")).toEqual(["66.0"]);
  });

  test("take out all of it again, flows before what they name", () => {
    const flows = deployed.filter((member) => member.startsWith("Flow:"));
    const steps = ["2-delete-flows", "3-delete-the-rest", "4-delete-the-app"].map((step) =>
      manifestOf(`removal/${step}/destructiveChanges.xml`),
    );
    expect(flows).toHaveLength(6);
    expect(steps[0]).toEqual(flows.map((flow) => `${flow}-1`));
    expect(steps.slice(1).flat().toSorted()).toEqual(
      deployed.filter((member) => !/^(Flow|Workflow):/.test(member)).toSorted(),
    );
    expect(manifestOf("removal/1-deactivate-flows/package.xml")).toEqual(
      flows.map((flow) => flow.replace("Flow:", "FlowDefinition:")),
    );
    for (const flow of flows) {
      const path = `removal/1-deactivate-flows/flowDefinitions/${flow.slice("Flow:".length)}.flowDefinition`;
      expect(textsAt(xmlOf(path), "activeVersionNumber")).toEqual(["0"]);
    }
  });

  test("name the workflow as well as its message, so that the Salesforce CLI deploys it", () => {
    const workflows = deployed.filter((member) => member.startsWith("Workflow:"));
    expect(workflows).toEqual([
      ...["Workflow:Event", "Workflow:Lead", "Workflow:Opportunity", "Workflow:ServiceAppointment"],
    ]);
  });

  test("never delete the workflow of an object, which holds the org's own rules", () => {
    const texts = pathsUnder("removal/").map((path) => textOf(path));
    expect(texts.join()).not.toContain("<name>Workflow</name>");
  });

  test("without appointments name nothing of Field Service", () => {
    const files = aPackage(aPlan(aConnection(), { objects: ["Lead", "Event"] }));
    const text = [...files.values()].map((file) => file.text).join();
    expect(text).not.toMatch(/ServiceAppointment|AssignedResource|ServiceResource|WorkOrder/);
    expect(manifestOf("manifest/package.xml", files)).toEqual(
      expect.arrayContaining([
        "Flow:Siro_Lead_Changed",
        "WorkflowOutboundMessage:Event.Siro_Event",
      ]),
    );
  });
});

describe("a package is refused", () => {
  test.each([
    ["http", new URL("http://bridge.example.com"), "must be https; set PUBLIC_URL="],
    ["a low port", new URL("https://bridge.example.com:444"), "ports from 1024"],
    ["a query", new URL("https://bridge.example.com/?a=b"), "no user, query or fragment"],
    ["a user", new URL("https://u:p@bridge.example.com/"), "no user, query or fragment"],
  ])("for PUBLIC_URL with %s", (_what, url, reason) => {
    expect(problemsOf(aConnection(), {}, url)).toEqual([expect.stringContaining(reason)]);
  });

  test("without a webhook secret", () => {
    const signingSecrets = [`whsec_${"A".repeat(44)}`];
    expect(problemsOf(aConnection({ webhookSecrets: [], signingSecrets }))).toEqual([
      expect.stringContaining("acme: has no webhookSecrets"),
    ]);
  });

  test("for leads and opportunities without a date field, with every reason at once", () => {
    expect(problemsOf(aConnection({ mapping: {} }))).toEqual([
      expect.stringContaining("mapping.lead"),
      expect.stringContaining("mapping.opportunity"),
    ]);
    expect(problemsOf(aConnection({ mapping: {} }), { objects: ["Event"] })).toEqual([]);
  });

  test("for a date field that is no API name, before it gets into a formula", () => {
    const lead = { startField: "Start__c}), ISCHANGED({!$Record.X", endField: "Visit__r.End__c" };
    expect(problemsOf(aConnection({ mapping: { lead } }), { objects: ["Lead"] })).toEqual([
      expect.stringContaining("is not a field's API name"),
      expect.stringContaining('"Visit__r.End__c" is not a field\'s API name'),
    ]);
  });
});

test("a rep behind another record is told of: only the lookup to that record is reported", () => {
  const mapping = { lead: { startField: "Start__c", repField: "Rep__r.User__c" } };
  const options = { integrationUser: "siro@acme.example", contactEmail: "siro@acme.example" };
  const planned = planPackage(aConnection({ mapping }), new URL("https://bridge.example.com"), {
    ...options,
    objects: ["Lead"],
    hasMoreFields: false,
  });
  expect(planned).toMatchObject({
    kind: "planned",
    warnings: expect.arrayContaining([
      "mapping.lead.repField: Lead reports changes of Rep__c; give the integration user Read on User__c of the record behind it, whose own changes are not reported",
    ]),
  });
});
