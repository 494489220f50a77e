import { ago } from "../moments.ts";

/** A way on which alerts leave, and how the last try went. */
interface AlertRoad {
  readonly road: string;
  readonly at: string | null;
  readonly isDelivered: boolean | null;
  readonly answer: string | null;
}

/** Says in a sentence whether alerts reach anybody. */
export function roadsLine(
  roads: readonly AlertRoad[],
  nowMs: number,
): { readonly text: string; readonly isTrouble: boolean } {
  if (roads.length === 0) {
    const text = "Nobody is told of alerts: set ALERT_WEBHOOK_URL or ALERT_EMAIL_TO.";
    return { text, isTrouble: false };
  }
  const failed = roads.find(({ isDelivered }) => isDelivered === false);
  if (failed !== undefined) {
    const text = `The last alert by ${nameOf(failed)} did not arrive (${failed.answer ?? "no answer"}); it is tried again.`;
    return { text, isTrouble: true };
  }
  const names = [...new Set(roads.map(nameOf))].join(" and ");
  const [last] = roads.flatMap(({ at }) => at ?? []).toSorted((a, b) => b.localeCompare(a));
  const text =
    last === undefined
      ? `Told by ${names}. None was sent yet.`
      : `Told by ${names}. The last one arrived ${ago(last, nowMs)}.`;
  return { text, isTrouble: false };
}

function nameOf({ road }: AlertRoad): string {
  return road === "webhook" ? "webhook" : "e-mail";
}
