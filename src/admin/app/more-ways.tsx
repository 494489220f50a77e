import { useState } from "preact/hooks";
import { Dialog } from "./parts/dialog.tsx";
import { Icon } from "./parts/icon.tsx";
import type { IconName } from "./parts/icon-paths.ts";

/** On a phone, the way to the pages that the bar at the bottom has no room for. */
export function MoreWays({
  links,
  isHere,
}: {
  readonly links: readonly {
    readonly href: string;
    readonly word: string;
    readonly icon: IconName;
  }[];
  /** One of them is the page that is shown. */
  readonly isHere: boolean;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <button
        type="button"
        class={`more-ways ${isHere ? "here" : ""}`}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <Icon name="dots" />
        <span>More</span>
      </button>
      {isOpen ? (
        <Dialog title="More pages" close={close}>
          <ul class="ways">
            {links.map(({ href, word, icon }) => (
              <li key={href}>
                <a href={href} onClick={close}>
                  <Icon name={icon} />
                  {word}
                </a>
              </li>
            ))}
          </ul>
        </Dialog>
      ) : null}
    </>
  );
}
