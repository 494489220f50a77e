/** How much of one thing each owner has in hand, so that none has all of it. */
export interface Shares {
  /** Takes one more in hand, and returns what lets it go; undefined where the owner has its share already. */
  enter(owner: string): (() => void) | undefined;
}

/** Makes shares of so much for one owner. */
export function createShares(mostOfOne: number): Shares {
  const inHand = new Map<string, number>();
  return {
    enter: (owner) => {
      const count = inHand.get(owner) ?? 0;
      if (count >= mostOfOne) {
        return undefined;
      }
      inHand.set(owner, count + 1);
      return () => void inHand.set(owner, (inHand.get(owner) ?? 1) - 1);
    },
  };
}
