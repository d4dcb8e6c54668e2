// What the stub of every component imports: the component's own module and its style, then the button below it.

import { takeaway } from "../takeaway/takeaway.js";
import { arriving } from "./arriving.js";

const sheets = new Map();

/** A style sheet beside these modules, in the page's head; resolves once it rules. */
function style(path) {
  const address = new URL(path, import.meta.url).href;
  if (!sheets.has(address)) {
    sheets.set(
      address,
      new Promise((resolve, reject) => {
        const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
        link.addEventListener("load", resolve);
        link.addEventListener("error", () => {
          sheets.delete(address);
          link.remove();
          reject(new Error("The app’s server does not answer. Reload the page."));
        });
        document.head.append(link);
      }),
    );
  }
  return sheets.get(address);
}

/** The function that Streamlit calls at every run. source: see assets.component. */
export async function component(source) {
  const { name, taken } = source;
  const own = import(`../${name}/${name}.js`);
  await Promise.all([style(`../${name}/${name}.css`), style("../takeaway/takeaway.css")]);
  const { default: shown } = await own;
  return taken === "never" ? shown : arriving(takeaway(shown, source));
}
