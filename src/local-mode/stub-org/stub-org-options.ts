import type { ExtraField } from "./schema/org-schema.ts";
import type { ClientApp } from "./wire/token-endpoint.ts";

/** How an org differs from the usual one; everything has a default. */
export interface StubOrgOptions {
  /** 0, the default, takes a free port; always on 127.0.0.1. */
  readonly port?: number;
  /** Under which the org is reached when something stands in front of it; its own address by default. */
  readonly publicUrl?: string;
  /** Ids count up from this number: an org that forgets everything must not give the same ids again. */
  readonly idsAfter?: number;
  readonly organizationId?: string;
  /** The External Client App: see `StubOrg.app` for what the defaults are. */
  readonly app?: Partial<ClientApp>;
  /** Custom fields by object: `{ Lead: [{ name: "Appointment_Start__c", type: "datetime" }] }`. */
  readonly extraFields?: Readonly<Record<string, readonly ExtraField[]>>;
  /** Fields that field security hides from the integration user, by object. */
  readonly hiddenFields?: Readonly<Record<string, readonly string[]>>;
  /** Objects the org does not have. */
  readonly missingObjects?: readonly string[];
  /** Off: no service appointments, resources and work orders. */
  readonly hasFieldService?: boolean;
  /** On: Account has IsPersonAccount and PersonContactId. */
  readonly hasPersonAccounts?: boolean;
  /** Off: custom notifications are refused. */
  readonly canSendNotifications?: boolean;
  /** Rows of one answer to a query; 2,000 as in Salesforce. */
  readonly pageSize?: number;
  /** API calls a day. */
  readonly dailyLimit?: number;
  /** The clock that stamps records and that date literals count from. */
  readonly nowMs?: () => number;
  /** The clock that assertions are checked against. */
  readonly tokenNowMs?: () => number;
}

/** The app an org has unless the options say otherwise. */
export const DEFAULT_APP: ClientApp = {
  clientId: "3MVG9.stub.consumer.key",
  clientSecret: "stub-consumer-secret",
  username: "siro.bridge@example.com",
  publicKey: undefined,
  audiences: ["https://login.salesforce.com", "https://test.salesforce.com"],
  hasClientCredentialsUser: true,
  isUserApproved: true,
  callbackUrls: [],
  isSecretRequired: true,
};
