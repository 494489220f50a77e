const EVERY = 500;

/** Tells on stderr how far a long command is, where somebody watches. */
export function tellProgress(verb: string) {
  const isWatched = process.stderr.isTTY === true;
  let count = 0;
  return {
    step: () => {
      count += 1;
      if (isWatched && count % EVERY === 0) {
        process.stderr.write(`\r${count} ${verb}`);
      }
    },
    end: () => {
      if (isWatched && count >= EVERY) {
        process.stderr.write("\r\u001B[K");
      }
    },
  };
}

/** Tells on stderr which share of a long command is done, where somebody watches. */
export function tellShare(verb: string) {
  const isWatched = process.stderr.isTTY === true;
  return {
    at: (done: number, total: number) => {
      if (isWatched) {
        const bar = "█".repeat(Math.round((20 * done) / Math.max(1, total))).padEnd(20, "░");
        process.stderr.write(`\r${bar} ${done} of ${total} ${verb}`);
      }
    },
    end: () => {
      if (isWatched) {
        process.stderr.write("\r\u001B[K");
      }
    },
  };
}
