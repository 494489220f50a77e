/** The API version that everything is written for. */
export const API_VERSION = "66.0";

/** The External Client App that the bridge signs in with. */
export const APP = "Siro_Bridge";

/** Fields of ServiceAppointment that the package adds. */
export const FIELDS = {
  assignmentChanged: "Siro_Assignment_Changed__c",
  startLink: "Siro_Start_Link__c",
  stopLink: "Siro_Stop_Link__c",
  promptSent: "Siro_Prompt_Sent__c",
  recordingSeen: "Siro_Recording_Seen__c",
  recordingStopped: "Siro_Recording_Stopped__c",
  recordingLinked: "Siro_Recording_Linked__c",
} as const;

/** The type of the notifications that the bridge sends through Salesforce. */
export const NOTIFICATION_TYPE = "Siro_Prompt";

/** Permission sets: what the bridge reads, what it may write, and what a rep sees. */
export const PERMISSION_SETS = {
  integration: "Siro_Bridge_Integration",
  linkFields: "Siro_Bridge_Link_Fields",
  rep: "Siro_Bridge_Rep",
} as const;
