import type { Shown } from "../words.ts";
import { Icon } from "./icon.tsx";

/** A state: icon, word and colour. */
export function Chip({ shown }: { readonly shown: Shown }) {
  return (
    <span class={`chip ${shown.tone}`}>
      <Icon name={shown.icon} />
      {shown.word}
    </span>
  );
}
