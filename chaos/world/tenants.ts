/** One Salesforce org of the drill, with its secrets; all invented. */
export interface Tenant {
  readonly name: string;
  readonly organizationId: string;
  readonly webhookSecret: string;
  readonly signingSecret: string;
}

/** The tenant that faults are made for. */
export const ACME: Tenant = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecret: "an-invented-webhook-secret-of-40-letters!",
  signingSecret: `whsec_${Buffer.alloc(24, "signing").toString("base64")}`,
};

/** The tenant that must not feel them. */
export const BRAVO: Tenant = {
  name: "bravo",
  organizationId: "00D5f000004XyZbEAK",
  webhookSecret: "another-invented-secret-of-forty-letters!",
  signingSecret: `whsec_${Buffer.alloc(24, "bravo").toString("base64")}`,
};

/** Both. */
export const TENANTS = [ACME, BRAVO] as const;

/** The bearer of the operators' calls. */
export const ADMIN_TOKEN = "an-invented-admin-token";

/** How both connections plan: a start is due this long before its visit. */
export const START_LEAD_MS = 1_000;
/** How long after a visit its stop is due. */
export const STOP_GRACE_MS = 0;
/** How long a stop is of use. */
export const STOP_EXPIRY_MS = 1_800_000;
