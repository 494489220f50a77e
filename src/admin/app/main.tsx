import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./place.ts";

const root = document.querySelector("#app");
if (root !== null) {
  followLinks();
  root.replaceChildren();
  render(<App />, root);
}
