// Draws every <div data-chart="id"> from the JSON in the <script id="id"> beside it.
//
//   {kind: "stacked-bars" | "bars" | "lines", categories, series: [{name, values}], unit, horizontal}
//   {kind: "flow", nodes: [{name}], links: [{source, target, value}], unit}
//
// Amounts are decimal strings. A picture may round them to a pixel; every number that is read is written from the
// string itself.
"use strict";

(() => {
  const language = document.documentElement.lang || "en";
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const small = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const shapes = ["circle", "rect", "diamond", "triangle", "roundRect", "pin"];
  const patterns = [
    { symbolSize: 0 },
    { dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
    { symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [4, 2], symbolSize: 0.7 },
    { dashArrayX: [1, 0], dashArrayY: [2, 5] },
    { dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
    { symbol: "rect", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 1], symbolSize: 0.5 },
    { dashArrayX: [2, 5], dashArrayY: [1, 0] },
    { symbol: "triangle", dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [6, 2], symbolSize: 0.7 },
  ];

  // A custom property with light-dark() has no colour of its own: only a property that uses it has.
  function readColours() {
    const probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
    const colour = (name) => {
      probe.style.color = `var(--sd-${name})`;
      return getComputedStyle(probe).color;
    };
    const colours = {
      series: patterns.map((_, index) => colour(`series-${index + 1}`)),
      text: colour("text"),
      muted: colour("muted"),
      line: colour("line"),
      surface: colour("surface"),
    };
    probe.remove();
    colours.pattern = colours.surface.replace("rgb(", "rgba(").replace(")", ", 0.55)");
    return colours;
  }

  function monthName(category, index) {
    const month = /^(\d{4})-(\d{2})$/.exec(category);
    if (!month) {
      return category;
    }
    const [, year, number] = month;
    const name = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" }).format(
      new Date(Date.UTC(Number(year), Number(number) - 1, 1)),
    );
    return index === 0 || number === "01" ? `${name}\n${year}` : name;
  }

  const minus = (text) => text.replace("-", "\u2212");
  // Below one unit a single decimal would make nothing of what is there: 0.01 stays 0.01.
  const short = (value) => minus((Math.abs(value) < 1 ? small : compact).format(value));

  // With as many decimals as the string has: 10.50 stays 10.50.
  const formatOf = (places) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places });

  function amount(value, unit) {
    if (value === null || value === undefined || value === "") {
      return "–";
    }
    const number = minus(formatOf(String(value).split(".")[1]?.length ?? 0).format(value));
    return unit ? `${number}\u00a0${unit}` : number;
  }

  // The sum of decimal strings without a rounding error: in the smallest unit any of them uses.
  function sum(values) {
    const given = values.filter((value) => value !== null && value !== "").map(String);
    const places = Math.max(0, ...given.map((value) => (value.split(".")[1] ?? "").length));
    const total = given.reduce((left, value) => {
      const [whole, part = ""] = value.split(".");
      return left + BigInt(whole + part.padEnd(places, "0"));
    }, 0n);
    const digits = String(total < 0n ? -total : total).padStart(places + 1, "0");
    const cut = digits.length - places;
    return (total < 0n ? "-" : "") + digits.slice(0, cut) + (places ? `.${digits.slice(cut)}` : "");
  }

  function base(colours, font) {
    return {
      animation: false,
      color: colours.series,
      textStyle: { fontFamily: font, color: colours.text },
      aria: {
        enabled: true,
        label: { enabled: false },
        decal: { show: true, decals: patterns.map((pattern) => ({ color: colours.pattern, ...pattern })) },
      },
      tooltip: {
        renderMode: "richText",
        confine: true,
        backgroundColor: colours.surface,
        borderColor: colours.muted,
        textStyle: { color: colours.text, fontFamily: "system-ui, sans-serif", fontSize: 13 },
        axisPointer: { type: "shadow", shadowStyle: { color: colours.muted, opacity: 0.12 } },
      },
    };
  }

  function legend(names, colours, width) {
    const rows = Math.ceil(names.reduce((sofar, name) => sofar + name.length * 7 + 40, 0) / Math.max(width, 1));
    return {
      height: names.length > 1 ? rows * 24 + 6 : 0,
      option: {
        show: names.length > 1,
        left: 0,
        top: 0,
        itemWidth: 18,
        itemHeight: 12,
        itemGap: 12,
        textStyle: { color: colours.text, fontSize: 13 },
        data: names,
      },
    };
  }

  function axes(chart, colours, horizontal, width, extra = {}) {
    const categories = {
      type: "category",
      data: chart.categories.map(horizontal ? (category) => category : monthName),
      inverse: horizontal,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.muted } },
      axisLabel: {
        color: colours.text,
        fontSize: 12,
        lineHeight: 16,
        ...(horizontal
          ? { interval: 0, width: Math.min(200, width * 0.4), overflow: "truncate" }
          : { hideOverlap: true }),
      },
    };
    const values = {
      type: "value",
      axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true, formatter: short },
      splitLine: { lineStyle: { color: colours.line } },
      splitNumber: 4,
      ...extra,
    };
    return horizontal ? { xAxis: values, yAxis: categories } : { xAxis: categories, yAxis: values };
  }

  function grid(top, right = 4) {
    return { left: 0, right, top, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
  }

  function axisTooltip(chart) {
    return (items) => {
      const index = items[0].dataIndex;
      const lines = items
        .filter((item) => item.seriesName in namesOf(chart))
        .map((item) => `${item.seriesName}: ${amount(chart.series[item.seriesIndex].values[index], chart.unit)}`);
      if (chart.kind === "stacked-bars" && chart.series.length > 1) {
        lines.push(`= ${amount(sum(chart.series.map((one) => one.values[index])), chart.unit)}`);
      }
      return [chart.categories[index], ...lines].join("\n");
    };
  }

  function namesOf(chart) {
    return Object.fromEntries(chart.series.map((one) => [one.name, true]));
  }

  function drawBars(chart, colours, width) {
    const names = chart.series.map((one) => one.name);
    const head = legend(names, colours, width);
    const horizontal = Boolean(chart.horizontal);
    const lines = chart.kind === "lines";
    const single = names.length === 1 && horizontal;
    return {
      legend: head.option,
      grid: grid(head.height + 10, single ? 56 : 8),
      ...axes(chart, colours, horizontal, width, { scale: lines }),
      tooltip: { trigger: "axis", formatter: axisTooltip(chart) },
      series: chart.series.map((one, index) => ({
        name: one.name,
        type: lines ? "line" : "bar",
        stack: chart.kind === "stacked-bars" ? "all" : undefined,
        barMaxWidth: 34,
        symbol: shapes[index % shapes.length],
        symbolSize: 7,
        lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][index % 3] },
        itemStyle: chart.kind === "stacked-bars" ? { borderColor: colours.surface, borderWidth: 0.5 } : {},
        label: {
          show: single,
          position: "right",
          color: colours.text,
          formatter: (item) => short(item.value),
        },
        data: one.values.map((value) => (value === null ? null : Number(value))),
      })),
    };
  }

  // How many links lead to each node at most, so that what stands in one column has one colour.
  function depthsOf(chart) {
    const depths = new Map(chart.nodes.map((node) => [node.name, 0]));
    for (let round = 0; round < chart.nodes.length; round += 1) {
      for (const { source, target } of chart.links) {
        depths.set(target, Math.max(depths.get(target), Math.min(depths.get(source) + 1, chart.nodes.length)));
      }
    }
    return depths;
  }

  function drawFlow(chart, colours) {
    const depths = depthsOf(chart);
    const sources = new Set(chart.links.map((link) => link.source));
    const ends = new Set(chart.nodes.map((node) => node.name).filter((name) => !sources.has(name)));
    return {
      tooltip: {
        formatter: (item) =>
          item.dataType === "edge"
            ? `${item.data.source} → ${item.data.target}\n${amount(item.data.text, chart.unit)}`
            : item.name,
      },
      aria: { enabled: true, label: { enabled: false }, decal: { show: false } },
      series: [
        {
          type: "sankey",
          left: 0,
          right: 0,
          top: 8,
          bottom: 8,
          nodeGap: 10,
          draggable: false,
          label: { color: colours.text, fontSize: 13 },
          lineStyle: { color: "source", opacity: 0.3 },
          data: chart.nodes.map((node) => ({
            ...node,
            itemStyle: { color: colours.series[depths.get(node.name) % colours.series.length] },
            label: { position: ends.has(node.name) ? "left" : "right" },
          })),
          links: chart.links.map((link) => ({ ...link, value: Number(link.value), text: link.value })),
        },
      ],
    };
  }

  const draw = {
    "stacked-bars": drawBars,
    bars: drawBars,
    lines: drawBars,
    flow: drawFlow,
  };

  function render(element) {
    const chart = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const colours = readColours();
    const plain = base(colours, getComputedStyle(element).fontFamily);
    const own = draw[chart.kind](chart, colours, element.clientWidth);
    const picture =
      window.echarts.getInstanceByDom(element) ?? window.echarts.init(element, null, { renderer: "svg" });
    picture.resize();
    picture.setOption({ ...plain, ...own, tooltip: { ...plain.tooltip, ...own.tooltip } }, true);
    element.dataset.drawn = "";
  }

  const elements = [...document.querySelectorAll("[data-chart]")];
  const widths = new Map();
  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.clientWidth > 0 && widths.get(target) !== target.clientWidth) {
        widths.set(target, target.clientWidth);
        render(target);
      }
    }
  });
  elements.forEach((element) => watcher.observe(element));
  for (const media of ["(prefers-color-scheme: dark)", "print"]) {
    window.matchMedia(media).addEventListener("change", () => elements.forEach(render));
  }
})();
