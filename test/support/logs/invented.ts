/**
 * The people, customers, places and secrets that tests and the stub org invent. None may stand in a log; fixtures
 * draw from here, and what a test makes up for itself alone is added here when a log could show it.
 */
export const INVENTED = {
  "rep's name": [
    ...["Dana Reed", "Lee Park", "Milo Hart", "Dana Field", "Rita Rep", "Omar Rep", "Sam Setter"],
    ...["Rita Signal", "Otto Other", "Max Second", "Many Rep", "Lou Live", "Lee Nodevice"],
    ...["Late Rep", "Dana Doe", "Ann Ames"],
  ],
  "customer's name": [
    ...["Ines Calder", "Calder household", "Theo Winslow", "Winslow residence", "Jane Doe"],
    ...["Max Hale", "Ada Lovelace", "Hendorson", "Müller"],
  ],
  "visit's title": [
    ...["Roof inspection", "Gutter quote", "Roof repair", "Gutters", "Smith & Sons", "Roof & co"],
  ],
  "place of a visit": ["Springfield", "Elm Street", "Oak Lane", "Maple Avenue"],
  secret: [
    "an-invented-webhook-secret-of-40-letters!",
    Buffer.alloc(24, "signing").toString("base64"),
    "an-invented-admin-token",
    "an-invented-admin-api-token-of-40-letters",
    "an-invented-password",
    "another-invented-password",
    "an-invented-client-secret",
    "an-invented-consumer-secret",
    "an-invented-siro-token",
    "an-invented-metrics-token",
    "an-smtp-password",
    "a-secret-of-at-least-thirty-two-characters",
    "a-secret-token",
    "a-wrong-password",
    "a-token-that-is-wrong",
    "a-wrong-invented-secret-of-40-letters!!!",
    "not-for-any-log",
    "hush-hush",
    "tk_ofthephone",
    "correct horse battery",
    "an invented passphrase",
    "another invented passphrase",
    Buffer.alloc(32, "an invented key").toString("base64"),
    Buffer.alloc(32, 9).toString("base64"),
    Buffer.alloc(32, 7).toString("base64"),
  ],
} as const;
