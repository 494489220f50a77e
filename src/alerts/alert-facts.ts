/** What one look found of one connection. */
export interface ConnectionFacts {
  readonly name: string;
  /** `connected`, or the code of what is wrong; undefined when nobody asked yet. */
  readonly salesforceState: string | undefined;
  /** The used share of the day's API calls, 0 to 1. */
  readonly apiShare: number | undefined;
  readonly siroState: string | undefined;
  readonly parked: number;
  /** What parked within the last quarter of an hour. */
  readonly parkedLately: number;
  /** The due moment of the oldest prompt that should have reached a device by now. */
  readonly overdueSinceMs: number | undefined;
  /** How late the prompts were that devices accepted within the last five minutes. */
  readonly latelyLateMs: readonly number[];
  /** Starts and restarts that were found within the last half hour not to be confirmed. */
  readonly notConfirmedLately: number;
  /** Reps that have devices, none of which works any more. */
  readonly repsWithoutDevice: readonly string[];
  readonly workingDevices: number;
  /** The most devices that worked at a time within the last hour. */
  readonly devicesWithinHour: number;
}

/** What one look found. */
export interface AlertFacts {
  readonly nowMs: number;
  readonly connections: readonly ConnectionFacts[];
  /** Why the store may lose what it confirmed; empty when it keeps everything. */
  readonly storeRisks: readonly string[];
}

/** From when on something is worth an alert. */
export interface AlertThresholds {
  readonly lateSeconds: number;
  readonly parkedCount: number;
  readonly notConfirmedCount: number;
  readonly apiPercent: number;
  readonly deviceLossPercent: number;
}
