// An operator's vector tiles (docs/map.md) in the colours of the site, light and dark: only the pages of a site that has
// some load this and the library. The names of layers and kinds are those of Protomaps' basemaps. What a file lacks, and a
// part that does not come, is not drawn: the contours that lie under it are seen there.
(() => {
  "use strict";
  const P = window.protomapsL;
  const L = window.L;
  const maps = (window.RibambelleMaps ||= {});
  if (!P || !L) return;

  const GREEN = ["park", "forest", "wood", "nature_reserve", "garden", "grass", "meadow", "grassland", "scrub", "cemetery", "golf_course", "playground", "village_green", "allotments", "recreation_ground", "national_park", "protected_area"];
  const BUILT = ["residential", "urban_area", "industrial", "commercial", "retail", "school", "college", "university", "hospital"];
  const STATIONS = ["station", "train_station", "halt", "tram_stop", "subway_entrance"];
  const NAMES = ["name:fr", "name"];
  const HALO_PX = 3;

  maps.vectorGround = (map, { url, zoom }, attribution) => {
    let layer = null;
    const draw = () => {
      if (layer) layer.remove();
      const colours = coloursOf(map.getContainer());
      layer = P.leafletLayer({
        url,
        maxDataZoom: zoom,
        maxZoom: map.getMaxZoom(),
        attribution,
        lang: "fr",
        noWrap: true,
        paintRules: painted(colours),
        labelRules: named(colours),
      });
      layer.addTo(map);
    };
    draw();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  };

  // The tokens --map-… of the page's style, so that the ground has one palette wherever it comes from.
  function coloursOf(element) {
    const style = getComputedStyle(element);
    const token = (name) => style.getPropertyValue("--map-" + name).trim();
    return {
      ...Object.fromEntries(["land", "water", "green", "built", "house", "road", "edge", "rail", "border", "name"].map((name) => [name, token(name)])),
      font: style.fontFamily,
    };
  }

  const ofKinds = (...kinds) => (zoom, { props }) => kinds.includes(props.kind);

  function painted(c) {
    const area = (dataLayer, fill, filter) => ({ dataLayer, symbolizer: new P.PolygonSymbolizer({ fill }), filter });
    const line = (dataLayer, color, widths, filter, minzoom) => ({ dataLayer, minzoom, filter, symbolizer: new P.LineSymbolizer({ color, width: (zoom) => P.exp(1.6, widths)(zoom) }) });
    const polygons = (zoom, { geomType }) => geomType === 3;
    const street = (kinds, widths, minzoom) => [
      line("roads", c.edge, widths.map(([zoom, px]) => [zoom, px && px + 1.5]), ofKinds(...kinds), minzoom),
      line("roads", c.road, widths, ofKinds(...kinds), minzoom),
    ];
    return [
      area("earth", c.land),
      area("landuse", c.built, ofKinds(...BUILT)),
      area("landcover", c.green, ofKinds("forest", "grassland", "scrub")),
      area("landuse", c.green, ofKinds(...GREEN)),
      area("water", c.water, polygons),
      line("water", c.water, [[9, 0.5], [13, 1.5], [18, 10]], ofKinds("river", "canal"), 9),
      line("water", c.water, [[13, 0.5], [18, 3]], ofKinds("stream", "ditch", "drain"), 13),
      area("buildings", c.house),
      line("roads", c.edge, [[14, 0.5], [18, 2.5]], ofKinds("path", "other"), 14),
      ...street(["minor_road"], [[12, 0.5], [14, 1.5], [16, 5], [18, 12]], 12),
      ...street(["major_road"], [[8, 0.5], [12, 1.75], [15, 4], [18, 15]], 8),
      ...street(["highway"], [[6, 0.75], [12, 2.5], [15, 5], [18, 16]], 6),
      { dataLayer: "roads", minzoom: 9, filter: ofKinds("rail"), symbolizer: new P.LineSymbolizer({ color: c.rail, width: 1.25, dash: [4, 2] }) },
      line("boundaries", c.border, [[5, 0.75], [18, 1.5]]),
    ];
  }

  function named(c) {
    const font = (weight, px) => `${weight} ${px}px ${c.font}`;
    const text = (px, weight) => ({ labelProps: NAMES, fill: c.name, stroke: c.land, width: HALO_PX, font: font(weight, px), lineHeight: 1.25 });
    const places = (kinds, px, weight, minzoom) => ({
      dataLayer: "places",
      minzoom,
      filter: ofKinds(...kinds),
      sort: (one, other) => (other.population_rank || other.population || 0) - (one.population_rank || one.population || 0),
      symbolizer: new P.CenteredTextSymbolizer(text(px, weight)),
    });
    const streets = (kinds, minzoom) => ({ dataLayer: "roads", minzoom, filter: ofKinds(...kinds), symbolizer: new P.LineLabelSymbolizer(text(12, 400)) });
    return [
      places(["country", "region", "county"], 13, 600),
      places(["locality"], 14, 600, 7),
      places(["macrohood", "neighbourhood"], 12, 500, 13),
      { dataLayer: "pois", minzoom: 13, filter: ofKinds(...STATIONS), symbolizer: new P.GroupSymbolizer([new P.CircleSymbolizer({ radius: 3, fill: c.name, stroke: c.land, width: 1.5 }), new P.OffsetTextSymbolizer({ ...text(12, 600), offsetY: 6 })]) },
      streets(["highway", "major_road"], 13),
      streets(["minor_road"], 15),
      { dataLayer: "water", filter: (zoom, { geomType }) => geomType === 1, symbolizer: new P.CenteredTextSymbolizer({ ...text(12, 400), stroke: c.water }) },
    ];
  }
})();
