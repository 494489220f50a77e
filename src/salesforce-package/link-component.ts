/** What one component opens. */
export interface LinkComponent {
  /** The component's name, which is also that of its folder: `siroStartRecording`. */
  readonly name: string;
  /** The link field: `ServiceAppointment.Siro_Start_Link__c`. */
  readonly field: string;
}

/** What the screen says, by what is known of the link; no part of Salesforce is needed to run it. */
const SCREEN_SOURCE = `// Only an address that a phone can open safely is one: whoever may edit the record may write into its field.
const HTTPS = /^https:\\/\\/[^\\s/]/i;

/** While the record is being read. */
export const LOOKING = { link: "", notice: "Looking for the link…" };

/** The record, or its field, is not ours to see. */
export const UNREADABLE = {
  link: "",
  notice:
    "The link cannot be read. Try again with a network; if it stays so, ask for the permission set Siro Bridge Rep.",
};

const NONE = {
  link: "",
  notice: "This appointment has no Siro link now. It gets one when it has a time and you are assigned to it.",
};

/** What to show for what stands in the field. */
export function screenOf(value) {
  return typeof value === "string" && HTTPS.test(value)
    ? { link: value, notice: "Siro opens. If it does not, press the button." }
    : NONE;
}
`;

const TEMPLATE = `<template>
  <div class="slds-p-around_medium">
    <p role="status">{screen.notice}</p>
    <template if:true={screen.link}>
      <lightning-button
        class="slds-m-top_medium"
        label="Open Siro"
        variant="brand"
        onclick={openLink}
      ></lightning-button>
    </template>
  </div>
</template>
`;

function componentSource({ name, field }: LinkComponent): string {
  const className = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return `import LINK from "@salesforce/schema/${field}";
import { NavigationMixin } from "lightning/navigation";
import { getFieldValue, getRecord } from "lightning/uiRecordApi";
import { api, LightningElement, wire } from "lwc";
import { LOOKING, screenOf, UNREADABLE } from "./linkScreen";

/** Opens the link of the record: by itself as soon as it is known, and again at a press of the button. */
export default class ${className} extends NavigationMixin(LightningElement) {
  @api recordId;
  screen = LOOKING;
  isOpened = false;

  @wire(getRecord, { recordId: "$recordId", fields: [LINK] })
  takeRecord({ data, error }) {
    if (data) {
      this.screen = screenOf(getFieldValue(data, LINK));
    } else if (error) {
      this.screen = UNREADABLE;
    }
  }

  // Not before the component stands on the page: until then nobody hears where it wants to go.
  renderedCallback() {
    if (this.screen.link && !this.isOpened) {
      this.isOpened = true;
      this.openLink();
    }
  }

  openLink() {
    this[NavigationMixin.Navigate]({
      type: "standard__webPage",
      attributes: { url: this.screen.link },
    });
  }
}
`;
}

/**
 * The files of a component that opens a link field, by name; its metadata is not among them.
 *
 * It does only what Salesforce documents for its Field Service app as well: `getRecord` with a list of fields, and
 * `standard__webPage`, the one kind of page that can be gone to from there.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.mobile_offline.meta/mobile_offline/navigation_programmatic_actions_common.htm
 */
export function linkComponentSources(component: LinkComponent): ReadonlyMap<string, string> {
  return new Map([
    [`${component.name}.js`, componentSource(component)],
    [`${component.name}.html`, TEMPLATE],
    ["linkScreen.js", SCREEN_SOURCE],
  ]);
}
