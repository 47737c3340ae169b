// Which results one marker stands for: those that would stand closer than their markers are wide. No map, no page.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});

  // Degrees: positions come rounded, and those of the engine's groups rounded otherwise.
  const SLACK = 0.00002;

  // What a view's features say, as items with a place of their own: offers of one place are one item. `unlocated` counts
  // those whose commune alone is known, which have no place; `everyone` (the map of one offer) draws these too.
  maps.items = (features, everyone = false) => {
    const items = new Map();
    let unlocated = 0;
    for (const { geometry, properties, bbox } of features) {
      const [lon, lat] = geometry.coordinates;
      const place = lat.toFixed(5) + "," + lon.toFixed(5);
      if (properties.cluster) {
        const apart = properties.unlocated || 0;
        const count = properties.count - apart;
        unlocated += apart;
        if (count) items.set("group " + place, { lat, lon, count, unknown: count, offers: [], kinds: properties.kinds, box: bbox || [lon, lat, lon, lat] });
      } else if (properties.precision === "commune" && !everyone) unlocated += 1;
      else {
        if (!items.has(place)) items.set(place, { lat, lon, count: 0, unknown: 0, offers: [], kinds: {}, box: [lon, lat, lon, lat] });
        const item = items.get(place);
        item.offers.push({ ...properties, lat, lon });
        item.kinds[properties.kind] = (item.kinds[properties.kind] || 0) + 1;
        item.count += 1;
      }
    }
    return { items: [...items.values()], unlocated };
  };

  // Items put together until no two stand closer than `least` pixels. `project` takes latitude and longitude to pixels
  // that do not change while the map is moved, so that groups do not change either; `back` is its inverse.
  maps.grouped = (items, project, back, least) => {
    let groups = items.map((item) => ({ ...item, offers: [...item.offers], kinds: { ...item.kinds }, ...project(item.lat, item.lon) }));
    for (let before = Infinity; groups.length < before; ) {
      before = groups.length;
      groups = groups.reduce((kept, group) => {
        const near = nearest(kept, group, least);
        if (near) join(near, group, back);
        else kept.push(group);
        return kept;
      }, []);
    }
    for (const group of groups) group.key = key(group);
    return groups;
  };

  function nearest(groups, { x, y }, least) {
    let found = null;
    let closest = least;
    for (const group of groups) {
      const away = Math.hypot(group.x - x, group.y - y);
      if (away < closest) [found, closest] = [group, away];
    }
    return found;
  }

  // In the middle of all that it holds.
  function join(group, other, back) {
    const count = group.count + other.count;
    group.x = (group.x * group.count + other.x * other.count) / count;
    group.y = (group.y * group.count + other.y * other.count) / count;
    Object.assign(group, back(group.x, group.y));
    group.count = count;
    group.unknown += other.unknown;
    group.offers.push(...other.offers);
    for (const [kind, of] of Object.entries(other.kinds)) group.kinds[kind] = (group.kinds[kind] || 0) + of;
    const [west, south, east, north] = other.box;
    group.box = [Math.min(group.box[0], west), Math.min(group.box[1], south), Math.max(group.box[2], east), Math.max(group.box[3], north)];
  }

  // Whatever a marker shows: who has the same key may keep its marker, the focus and the popup in it.
  function key(group) {
    const known = group.offers.map((offer) => offer.id + " " + offer.availability).join();
    return `${group.lat.toFixed(5)},${group.lon.toFixed(5)} ${group.count} ${known}`;
  }

  // Or of one fiche. The query of a search of a part of the map, without filters, is an empty text.
  maps.isOfSearch = ({ query }) => query !== undefined;

  // What a map asks its servers for: its view, and a little beside.
  maps.view = (map) => {
    const bounds = map.getBounds().pad(0.05);
    const box = [Math.max(-180, bounds.getWest()), Math.max(-90, bounds.getSouth()), Math.min(180, bounds.getEast()), Math.min(90, bounds.getNorth())];
    return { bbox: maps.written(box), zoom: Math.round(map.getZoom()) };
  };

  maps.isOnePlace = ({ box: [west, south, east, north] }) => east - west < SLACK && north - south < SLACK;

  // A box for who asks for the results of a group, in the four decimals of an address, some ten metres: never a mere
  // point, and nobody on its edge is left out.
  maps.around = ([west, south, east, north]) => [
    Math.max(-180, Math.floor((west - SLACK) * 1e4) / 1e4),
    Math.max(-90, Math.floor((south - SLACK) * 1e4) / 1e4),
    Math.min(180, Math.ceil((east + SLACK) * 1e4) / 1e4),
    Math.min(90, Math.ceil((north + SLACK) * 1e4) / 1e4),
  ];

  maps.written = (box) => box.map((degrees) => degrees.toFixed(4)).join(",");

  maps.holds = ({ box: [west, south, east, north] }, lat, lon) =>
    west - SLACK <= lon && lon <= east + SLACK && south - SLACK <= lat && lat <= north + SLACK;
})();
