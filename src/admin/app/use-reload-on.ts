import { useEffect, useRef } from "preact/hooks";

/** Reads anew whenever something else changed or came back, but not for its first appearance. */
export function useReloadOn(sign: unknown, reload: () => void): void {
  const text = JSON.stringify(sign);
  const seen = useRef(text);
  const wasKnown = useRef(text !== undefined);
  useEffect(() => {
    if (seen.current !== text) {
      seen.current = text;
      if (wasKnown.current && text !== undefined) {
        reload();
      }
      wasKnown.current = true;
    }
  }, [text, reload]);
}
