// What a marker looks like and is called. A state is told by a sign as well as by a colour, here and in the legend.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});

  // Pixels, where text has its usual size: a marker grows with it.
  const TARGET = 44;
  const SMALLEST = 36;
  const LARGEST = 52;
  // From here on a group is as large as it gets.
  const MANY = 400;

  maps.scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;

  // So far apart that two markers overlap nowhere, the largest and a usual one.
  maps.LEAST = (LARGEST + TARGET) / 2;

  maps.element = (tag, className, text = "") => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };

  maps.symbol = (id) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
    svg.firstChild.setAttribute("href", "#i-" + id);
    return svg;
  };

  // `shape`: a round one stands where an offer is, a square one somewhere in its zone. `state`: "" where there is none.
  maps.face = (shape, state, content) => {
    const face = maps.element("span", `marker marker-${shape} marker-${state || "plain"}`);
    face.append(content);
    if (state) {
      const sign = maps.element("span", "marker-sign");
      sign.append(maps.symbol(state));
      face.append(sign);
    }
    return face;
  };

  maps.icon = (group, wanted) => {
    const scale = maps.scale();
    const { shape, state } = look(group);
    const face = maps.face(shape, state, group.count > 1 ? shortened(group.count) : maps.symbol(kindIcon(group, wanted)));
    const side = shape === "cluster" ? diameter(group.count) * scale : 0;
    if (side) Object.assign(face.style, { width: side + "px", height: side + "px" });
    const target = Math.max(TARGET * scale, side);
    return window.L.divIcon({ className: "marker-target", html: face, iconSize: [target, target] });
  };

  // A group at one place is as good as the best of it; of one that spreads, or that the engine counted, its size alone
  // is told.
  function look(group) {
    if (group.unknown ? group.count > 1 : !maps.isOnePlace(group)) return { shape: "cluster", state: "" };
    if (group.unknown) return { shape: "address", state: "" };
    const shape = group.offers.every((offer) => offer.precision === "zone") ? "zone" : "address";
    return { shape, state: best(group.offers) };
  }

  function best(offers) {
    const found = offers.map((offer) => offer.availability);
    if (found.length === 1) return found[0] || "";
    return found.includes("free") ? "free" : "";
  }

  function kindIcon({ offers, kinds }, wanted) {
    const [first] = offers;
    if (first && first.icon) return first.icon;
    const known = Object.keys(kinds);
    return (known.length === 1 && wanted.icons[known[0]]) || wanted.icons.other;
  }

  function diameter(count) {
    const share = Math.min(1, (Math.sqrt(count) - 1) / (Math.sqrt(MANY) - 1));
    return Math.round(SMALLEST + (LARGEST - SMALLEST) * share);
  }

  // The name of its button.
  maps.named = (group, texts) => {
    if (group.count === 1 && group.offers.length) return one(group.offers[0], texts);
    if (group.count === 1) return texts.here_one;
    if (group.unknown || !maps.isOnePlace(group)) return texts.cluster.replace("{count}", group.count);
    return maps.together(group, texts);
  };

  function one(offer, texts) {
    const status = texts.status[offer.availability];
    const name = status ? texts.with_status.replace("{name}", offer.name).replace("{status}", status.toLowerCase()) : offer.name;
    return name + (offer.fictitious ? ", " + texts.fictitious.toLowerCase() : "");
  }

  // « 16 assistantes maternelles dans le même secteur, dont 5 avec une place libre »; of what the engine counted, or of
  // what stands near each other, the number alone.
  maps.together = (group, texts) => {
    if (group.unknown || !maps.isOnePlace(group)) return texts.here.replace("{count}", group.count);
    const minders = Object.keys(group.kinds).join() === "assistant_maternel" ? "minders_" : "same_";
    const zone = group.offers.every((offer) => offer.precision === "zone") ? "zone" : "address";
    const text = texts[minders + zone].replace("{count}", group.count);
    const free = group.offers.filter((offer) => offer.availability === "free").length;
    const told = free === group.count ? texts.with_all_free : texts.with_free;
    return free ? told.replace("{text}", text).replace("{count}", free) : text;
  };

  function shortened(count) {
    return count < 1000 ? String(count) : Math.floor(count / 1000) + "\u00a0k";
  }

  maps.legend = (texts, wanted) => {
    const list = maps.element("ul", "map-legend-list");
    list.tabIndex = 0; // it may have to be scrolled
    list.setAttribute("aria-label", texts.legend);
    const minder = wanted.icons.assistant_maternel;
    const line = (face, text) => {
      const item = maps.element("li", "");
      face.setAttribute("aria-hidden", "true");
      item.append(face, maps.element("span", "", text));
      list.append(item);
    };
    for (const state of texts.legend_states) line(maps.face("address", state, maps.symbol(minder)), texts.status[state]);
    line(maps.face("zone", "", maps.symbol(minder)), texts.legend_zone);
    line(maps.face("address", "", "2"), texts.legend_same);
    line(maps.face("cluster", "", "12"), texts.legend_many);
    return list;
  };
})();
