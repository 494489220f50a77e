import { connectionSchema } from "../src/domain/connection.ts";
import { startStubOrg } from "../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../src/local-mode/stub-org/store/record.ts";
import { createReader } from "../src/salesforce/coalesce-reads.ts";
import { openOrg } from "../src/salesforce/open-org.ts";
import type { FigureBook } from "./figures.ts";

const APPOINTMENTS = 1000;

/** Counts the data calls that a burst of a thousand appointments costs, against the stub org over HTTP. */
export async function measureSalesforce(figures: FigureBook): Promise<void> {
  const stub = await startStubOrg();
  try {
    const recordIds = Array.from({ length: APPOINTMENTS }, (_, at) =>
      idOf(
        stub.store.insert("ServiceAppointment", { Subject: `Visit ${at}`, Status: "Scheduled" }),
      ),
    );
    const { clientId, clientSecret } = stub.app;
    const connection = connectionSchema.parse({
      name: "bench",
      organizationId: stub.organizationId,
      webhookSecrets: ["x".repeat(32)],
      salesforce: {
        instanceUrl: stub.url,
        auth: { kind: "client-credentials", clientId, clientSecret },
      },
    });
    const reader = createReader(openOrg(connection));
    const startedMs = performance.now();
    await Promise.all(
      recordIds.map((recordId) => reader.read({ recordType: "ServiceAppointment", recordId })),
    );
    figures.add({
      figure: "salesforce.calls-per-1000-appointments",
      of: { appointments: APPOINTMENTS },
      values: {
        calls: stub.calls.count("composite"),
        describes: stub.calls.count("describe"),
        tookMs: Math.round(performance.now() - startedMs),
      },
    });
  } finally {
    await stub.stop();
  }
}
