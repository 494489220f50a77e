/** Gives the moment of a write, as ISO text. */
export type RecordStamps = () => string;

/** Salesforce stamps whole seconds; a clock that steps back never makes a later write look earlier. */
export function createRecordStamps(nowMs: () => number): RecordStamps {
  let lastMs = 0;
  return () => {
    lastMs = Math.max(lastMs, Math.floor(nowMs() / 1000) * 1000);
    return new Date(lastMs).toISOString();
  };
}
