const MARK = /(`[^`]+`|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/;

/** One paragraph of the documentation: code and stress are shown, a link is told by its words. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <p>
      {text.split(MARK).map((piece, at) => (
        <Piece key={at} text={piece} />
      ))}
    </p>
  );
}

function Piece({ text }: { readonly text: string }) {
  if (text.startsWith("`")) {
    return <code>{text.slice(1, -1)}</code>;
  }
  if (text.startsWith("*")) {
    return <em>{text.slice(1, -1)}</em>;
  }
  const link = /^\[([^\]]+)\]\((?:[^)]+)\)$/.exec(text)?.[1];
  return <>{link ?? text}</>;
}
