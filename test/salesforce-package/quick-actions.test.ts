import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { build, type Plugin } from "esbuild";
import { aConnection, aPackage, aPlan } from "./acme-package.ts";
import { childOrder, elementsAt, readXml, textsAt } from "./read-xml.ts";

const SOURCE = "force-app/main/default";
const GO = "https://bridge.example.com/go/AbCdEfGhIjKlMnOpQrStUv";
/** The one that is run; the other differs from it by its field alone. */
const COMPONENT = "siroStartRecording";
const files = aPackage();

function textOf(path: string): string {
  const text = files.get(`${SOURCE}/${path}`)?.text;
  if (text === undefined) {
    throw new Error(`${path} is missing`);
  }
  return text;
}

describe.each(["Start", "Stop"])("the quick action %s", (name) => {
  const action = readXml(
    textOf(`quickActions/ServiceAppointment.Siro_${name}_Action.quickAction-meta.xml`),
  );
  const [component = ""] = textsAt(action, "lightningWebComponent");
  const meta = readXml(textOf(`lwc/${component}/${component}.js-meta.xml`));

  test("opens a component that says it may be one, as the same kind of action", () => {
    expect(childOrder(action)).toEqual([
      ...["actionSubtype", "description", "label", "lightningWebComponent"],
      ...["optionsCreateFeedItem", "type"],
    ]);
    expect(textsAt(action, "label")).toEqual([`${name} Siro Recording`]);
    expect(textsAt(action, "type")).toEqual(["LightningWebComponent"]);
    expect(textsAt(meta, "isExposed")).toEqual(["true"]);
    expect(textsAt(meta, "targets/target")).toEqual(["lightning__RecordAction"]);
    expect(
      elementsAt(meta, "targetConfigs/targetConfig").map(({ attributes }) => attributes),
    ).toEqual([{ targets: "lightning__RecordAction" }]);
    // The Field Service app runs screen actions alone.
    expect(textsAt(action, "actionSubtype")).toEqual(["ScreenAction"]);
    expect(textsAt(meta, "targetConfigs/targetConfig/actionType")).toEqual(["ScreenAction"]);
  });

  test("reads the field that the button of the same name opens, which a rep may see", () => {
    const button = readXml(
      textOf(`objects/ServiceAppointment/webLinks/Siro_${name}_Recording.webLink-meta.xml`),
    );
    const [, field = ""] =
      /"@salesforce\/schema\/([\w.]+)"/.exec(textOf(`lwc/${component}/${component}.js`)) ?? [];
    expect(textsAt(button, "url")).toEqual([`{!${field}}`]);
    const rep = readXml(textOf("permissionsets/Siro_Bridge_Rep.permissionset-meta.xml"));
    expect(textsAt(rep, "fieldPermissions/field")).toContain(field);
  });

  test("has a folder whose files are named as Salesforce wants them", () => {
    const folder = `${SOURCE}/lwc/${component}/`;
    const inside = [...files.keys()].filter((path) => path.startsWith(folder));
    expect(new Set(inside.map((path) => path.slice(folder.length)))).toEqual(
      new Set([
        "linkScreen.js",
        ...[`${component}.html`, `${component}.js`, `${component}.js-meta.xml`],
      ]),
    );
  });
});

test("without service appointments there are no quick actions", () => {
  const paths = [...aPackage(aPlan(aConnection(), { objects: ["Event", "Lead"] })).keys()];
  expect(paths.filter((path) => /\/(lwc|quickActions)\//.test(path))).toEqual([]);
});

/** What Salesforce's page does for the component, as far as the component uses it. */
const PLATFORM: Readonly<Record<string, string>> = {
  lwc: `
    export class LightningElement {}
    export const api = () => undefined;
    export const wire = (adapter, config) => (method, context) => {
      context.addInitializer(function () {
        this.wired = { adapter, config, push: (value) => method.call(this, value) };
      });
    };`,
  "lightning/navigation": `
    const Navigate = Symbol("Navigate");
    export const NavigationMixin = (Base) =>
      class extends Base {
        visited = [];
        [Navigate](page) { this.visited.push(page); }
      };
    NavigationMixin.Navigate = Navigate;`,
  "lightning/uiRecordApi": `
    export const getRecord = "getRecord";
    export const getFieldValue = (record, field) =>
      record.fields[field.fieldApiName]?.value;`,
};

/** The component's own files as they are written; everything else that it imports is the platform's. */
const platform: Plugin = {
  name: "platform",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(lwc$|lightning\/|@salesforce\/)/ }, ({ path }) => ({
      path,
      namespace: "platform",
    }));
    onResolve({ filter: /^\.\// }, ({ path }) => ({
      path: `${path.slice(2)}.js`,
      namespace: "own",
    }));
    onLoad({ filter: /./, namespace: "own" }, ({ path }) => ({
      contents: textOf(`lwc/${COMPONENT}/${path}`),
    }));
    onLoad({ filter: /./, namespace: "platform" }, ({ path }) => {
      const [, objectApiName, fieldApiName] =
        /^@salesforce\/schema\/(\w+)\.(\w+)$/.exec(path) ?? [];
      return {
        contents:
          PLATFORM[path] ?? `export default ${JSON.stringify({ objectApiName, fieldApiName })};`,
      };
    });
  },
};

interface Screen {
  readonly screen: { readonly link: string; readonly notice: string };
  readonly visited: readonly unknown[];
  readonly wired: {
    readonly adapter: string;
    readonly config: { readonly recordId: string; readonly fields: readonly unknown[] };
    readonly push: (value: { readonly data?: object; readonly error?: object }) => void;
  };
  renderedCallback(): void;
  openLink(): void;
}

describe("the component, run as it is written", () => {
  let Component: new () => Screen;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: textOf(`lwc/${COMPONENT}/${COMPONENT}.js`), loader: "js" },
      bundle: true,
      write: false,
      format: "cjs",
      target: "es2022",
      plugins: [platform],
    });
    const module: { exports: { default?: new () => Screen } } = { exports: {} };
    runInNewContext(outputFiles[0]?.text ?? "", { module });
    const { default: found } = module.exports;
    if (found === undefined) {
      throw new Error("the component exports nothing");
    }
    Component = found;
  });

  function aScreen(value?: unknown): Screen {
    const screen = new Component();
    screen.renderedCallback();
    if (value !== undefined) {
      screen.wired.push({ data: { fields: { Siro_Start_Link__c: { value } } } });
      screen.renderedCallback();
    }
    return screen;
  }
  const pageOf = (url: string) => ({ type: "standard__webPage", attributes: { url } });

  test("asks for the record it stands on, and shows that it is looking", () => {
    const { wired, visited, screen } = aScreen();
    expect(wired.adapter).toBe("getRecord");
    expect(wired.config.recordId).toBe("$recordId");
    expect(wired.config.fields).toEqual([
      { objectApiName: "ServiceAppointment", fieldApiName: "Siro_Start_Link__c" },
    ]);
    expect(visited).toEqual([]);
    expect(screen.notice).toContain("Looking");
  });

  test("opens the link once by itself, and again at every press", () => {
    const screen = aScreen(GO);
    screen.renderedCallback();
    expect(screen.visited).toEqual([pageOf(GO)]);
    screen.openLink();
    expect(screen.visited).toEqual([pageOf(GO), pageOf(GO)]);
  });

  test("opens the newest link at a press, when the record changed under it", () => {
    const screen = aScreen(GO);
    const next = GO.replace("AbC", "XyZ");
    screen.wired.push({ data: { fields: { Siro_Start_Link__c: { value: next } } } });
    screen.renderedCallback();
    screen.openLink();
    expect(screen.visited).toEqual([pageOf(GO), pageOf(next)]);
  });

  test.each([
    ["nothing", null],
    ["an empty text", ""],
    ["a script", "javascript:alert(1)"],
    ["a plain http address", "http://bridge.example.com/go/x"],
    ["an address in a text", `see ${GO}`],
    ["an address without a host", "https:///go"],
  ])("opens nothing where the field holds %s, and says so", (_what, value) => {
    const screen = aScreen(value);
    expect(screen.visited).toEqual([]);
    expect(screen.screen).toMatchObject({
      link: "",
      notice: expect.stringContaining("no Siro link"),
    });
  });

  test("says that the link cannot be read, and opens it once it can be", () => {
    const screen = aScreen();
    screen.wired.push({ error: { body: "no access" } });
    screen.renderedCallback();
    expect(screen.visited).toEqual([]);
    expect(screen.screen.notice).toContain("Siro Bridge Rep");
    screen.wired.push({ data: { fields: { Siro_Start_Link__c: { value: GO } } } });
    screen.renderedCallback();
    expect(screen.visited).toEqual([pageOf(GO)]);
  });

  test("has what its template names", () => {
    const template = textOf(`lwc/${COMPONENT}/${COMPONENT}.html`);
    const names = [...template.matchAll(/\{([\w.]+)\}/g)].map(([, name]) => name ?? "");
    expect(new Set(names)).toEqual(new Set(["screen.notice", "screen.link", "openLink"]));
    const screen = aScreen(GO);
    expect(typeof screen.openLink).toBe("function");
    expect(Object.keys(screen.screen)).toEqual(["link", "notice"]);
  });
});
