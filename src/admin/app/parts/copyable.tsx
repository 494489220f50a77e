import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

const THANKS_MS = 2_500;

/** A text to be carried elsewhere, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(""), THANKS_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Without https a browser lets no page write to the clipboard.
      setSaid("Press Ctrl+C");
    }
  };
  return (
    <div class="copyable">
      <input ref={field} class="code" readOnly value={text} aria-label={label} />
      <button type="button" class="small" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        <Icon name="copy" />
        {said || "Copy"}
      </button>
      <span class="unseen" role="status">
        {said}
      </span>
    </div>
  );
}
