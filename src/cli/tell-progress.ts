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
