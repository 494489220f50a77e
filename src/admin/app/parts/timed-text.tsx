import { clockSeconds, day } from "../moments.ts";

const INSTANT = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A text of the bridge; its instants are shown in the viewer's zone, with the day where it is another one. */
export function TimedText({ text, at }: { readonly text: string; readonly at: string }) {
  return (
    <>
      {text.split(INSTANT).map((piece, place) =>
        // The pieces between are the instants.
        place % 2 === 1 ? <Instant key={place} iso={piece} at={at} /> : piece,
      )}
    </>
  );
}

function Instant({ iso, at }: { readonly iso: string; readonly at: string }) {
  const time = clockSeconds(iso);
  return <time dateTime={iso}>{day(iso) === day(at) ? time : `${day(iso)}, ${time}`}</time>;
}
