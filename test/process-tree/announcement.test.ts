import { describe, expect, test } from "@jest/globals";
import { type Announced, announcement } from "../../src/process-tree/announcement.ts";

function announced(own: Partial<Announced> = {}): Announced {
  return {
    publicUrl: new URL("https://bridge.example.com/"),
    roles: new Set(["web", "worker"] as const),
    isLocalMode: false,
    adminPassword: "correct horse battery",
    connectionNames: ["acme"],
    vapid: { publicKey: "p", privateKey: "a private key", subject: "mailto:ops@acme-roofing.com" },
    ...own,
  };
}

describe("announcement", () => {
  test("names the pages and the doors for events", () => {
    const text = announcement(announced());

    expect(text).not.toContain("https://bridge.example.com/\n");
    expect(text).toContain("https://bridge.example.com/admin\n");
    expect(text).toContain("https://bridge.example.com/webhooks/events/acme\n");
    expect(text).toContain("https://bridge.example.com/webhooks/salesforce/acme/<secret>");
  });

  test("shows a configured operator password to nobody", () => {
    expect(announcement(announced())).not.toContain("correct horse battery");
  });

  test("is loud about local mode and shows its operator password", () => {
    const text = announcement(announced({ isLocalMode: true }));

    expect(text).toContain("LOCAL MODE");
    expect(text).toContain("operator password  correct horse battery");
    const chosen = announcement(announced({ isLocalMode: true, adminPassword: undefined }));
    expect(chosen).toContain("operator password  (ADMIN_PASSWORD)");
  });

  test("says that web push is off, and nothing of its keys", () => {
    expect(announcement(announced())).not.toMatch(/push|private key/);
    expect(announcement(announced({ vapid: undefined }))).toContain("set VAPID_SUBJECT");
  });

  test("promises no page where none is served", () => {
    const text = announcement(announced({ roles: new Set(["worker"] as const) }));

    expect(text).toContain("worker only");
    expect(text).not.toContain("https://");
  });
});
