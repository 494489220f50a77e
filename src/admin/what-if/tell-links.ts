import type { TriedLink } from "./ruled-visit.ts";

/** The links of one visit, by what they ask for. */
export type TriedLinks = ReadonlyMap<string, TriedLink>;

/** Says in plain sentences how the links differ that both sets of rules would send. */
export function tellLinks(before: TriedLinks, after: TriedLinks): readonly string[] {
  const both = [...after].flatMap(([action, is]) => {
    const was = before.get(action);
    return was === undefined ? [] : [{ action, was, is }];
  });
  const [first] = both;
  return [
    ...both.flatMap(({ action, was, is }) => {
      const changes = tellLink(was, is);
      return changes.length === 0 ? [] : [`Link to ${action}: ${changes.join("; ")}`];
    }),
    ...(first === undefined || first.was.returnsTo === first.is.returnsTo
      ? []
      : [`After Siro: ${first.was.returnsTo ?? "nowhere"} → ${first.is.returnsTo ?? "nowhere"}`]),
  ];
}

function tellLink(was: TriedLink, is: TriedLink): readonly string[] {
  if (was.url === is.url) {
    return [];
  }
  if (was.url === null || is.url === null) {
    return is.url === null ? [`would be refused (${is.reasons})`] : ["would be built again"];
  }
  const [hostBefore, hostAfter] = [new URL(was.url).host, new URL(is.url).host];
  return [
    ...(hostBefore === hostAfter ? [] : [`host ${hostBefore} → ${hostAfter}`]),
    ...tellParts(was.parts, is.parts),
  ];
}

type Parts = TriedLink["parts"];

function tellParts(before: Parts, after: Parts): readonly string[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name) => {
    const was = valuesOf(before, name);
    const is = valuesOf(after, name);
    const [out, come] = [
      was.filter((one) => !is.includes(one)),
      is.filter((one) => !was.includes(one)),
    ];
    if (out.length === 1 && come.length === 1) {
      return [`${name} ${out[0]} → ${come[0]}`];
    }
    return [
      ...come.map((value) => `+ ${name} ${value}`),
      ...out.map((value) => `− ${name} ${value}`),
    ];
  });
}

function valuesOf(parts: Parts, name: string): readonly string[] {
  return parts.filter((part) => part.name === name).map(({ value }) => value);
}
