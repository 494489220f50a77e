const MARK = /(`[^`]+`|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/;

/** One paragraph of the documentation: code and stress are shown, a link leads to the served page. */
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
  const [, words, address = ""] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(text) ?? [];
  const page = /^(?:([\w-]+)\.md)?(#[\w-]+)?$/.exec(address);
  if (words === undefined || page === null) {
    return <>{words ?? text}</>;
  }
  const [, file = "failures", anchor = ""] = page;
  return <a href={`/docs/${file}${anchor}`}>{words}</a>;
}
