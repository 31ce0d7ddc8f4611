// The end of the script that vl-convert makes of Vega, Vega-Lite and Vega-Embed: draws one chart into a place of the page.
// `ast`: expressions are walked through, not compiled, and styles are ours, so that the page's strict policy holds.
window.upbeatChart = async (place, spec, words) => {
  const font = getComputedStyle(document.body).fontFamily;
  await vegaEmbed(place, { ...spec, config: { ...spec.config, font } }, {
    ast: true, actions: false, renderer: "canvas", defaultStyle: false, tooltip: { disableDefaultStyle: true },
  });
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", words);
};
