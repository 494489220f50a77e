/** More than any overlap of two looks holds; the oldest are forgotten, which costs a second look at them. */
const KEPT_PER_CONNECTION = 50_000;

/** The events that this process has taken in already. */
export interface SeenEvents {
  isNew(connection: string, eventId: string): boolean;
  note(connection: string, eventIds: readonly string[]): void;
}

/** Makes an empty memory. Looks overlap; taking the same events in again is harmless, but work. */
export function createSeenEvents(): SeenEvents {
  const seen = new Map<string, Set<string>>();
  const of = (connection: string) => {
    const known = seen.get(connection) ?? new Set();
    seen.set(connection, known);
    return known;
  };
  return {
    isNew: (connection, eventId) => !of(connection).has(eventId),
    note: (connection, eventIds) => {
      const known = of(connection);
      for (const eventId of eventIds) {
        known.add(eventId);
      }
      for (const oldest of known) {
        if (known.size <= KEPT_PER_CONNECTION) {
          break;
        }
        known.delete(oldest);
      }
    },
  };
}
