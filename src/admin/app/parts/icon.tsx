import { ICON_PATHS, type IconName } from "./icon-paths.ts";

/** A drawing beside a word; for screen readers the word alone counts. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
