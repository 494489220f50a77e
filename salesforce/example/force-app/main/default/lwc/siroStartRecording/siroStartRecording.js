import LINK from "@salesforce/schema/ServiceAppointment.Siro_Start_Link__c";
import { NavigationMixin } from "lightning/navigation";
import { getFieldValue, getRecord } from "lightning/uiRecordApi";
import { api, LightningElement, wire } from "lwc";
import { LOOKING, screenOf, UNREADABLE } from "./linkScreen";

/** Opens the link of the record: by itself as soon as it is known, and again at a press of the button. */
export default class SiroStartRecording extends NavigationMixin(LightningElement) {
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
