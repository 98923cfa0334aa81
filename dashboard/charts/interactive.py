"""The script that makes charts answer to a pointer: Vega, from vl-convert's own bundle.

It runs under a content security policy without `unsafe-eval` and without inline styles: Vega's
expressions are interpreted rather than compiled, and its tooltip's style is the page's affair
(`#vg-tooltip-element`). No data leave the page, and none come from another host.
"""

import gzip
from functools import cache

import vl_convert

_SNIPPET = """
const embed = async (element) => {
  const address = element.dataset.spec;
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  await vegaEmbed(element, await answer.json(), {
    mode: "vega-lite",
    ast: true,
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
  // It is one picture, and its table stands below: nobody has to hear each of its marks.
  element.querySelector("svg").setAttribute("aria-hidden", "true");
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", element.dataset.label);
};
for (const element of document.querySelectorAll(".chart-interactive[data-spec]")) {
  embed(element).catch((error) => console.error(error));
}
"""


@cache
def bundle() -> bytes:
    """The script, UTF-8: it draws in each `.chart-interactive` what its `data-spec` points to.

    `data-spec` is the address of a `Chart.spec`, and `data-label` says what it is a chart of.
    Making the bundle takes a second or so; afterwards it is kept.
    """
    return vl_convert.javascript_bundle(_SNIPPET).encode()


@cache
def compressed_bundle() -> bytes:
    """The same as gzip; it takes too long to be made for each request."""
    return gzip.compress(bundle())
