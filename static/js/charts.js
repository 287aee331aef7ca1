/* Draws the charts of a page from its <script type="application/json" id="chart-data">:

   {
     "lang": "fi",
     "donuts": [{
       "id": "donut-status",            names the canvas: data-chart="donut-status"
       "centre": "toimenpidettä",       words under the total in the middle
       "labels": ["suunnitellaan", …],  one a slice
       "data": [5, …],                  number a slice
       "colours": [1, …],               index of the colour token, --c0 to --c6
       "hrefs": ["/?status=planned", …] where a click on the slice leads
     }],
     "matrix": {                        drawn where the page has a canvas for it
       "id": "matrix",
       "x": "Kustannusluokka", "y": "Vaikuttavuus", "unit": "Toimenpiteet",
       "sizes": ["S", "M", "L"],
       "cells": [{"x": 0, "y": 0, "n": 4, "href": "…"}, …]   x and y are indices into sizes
     }
   }

   Everything a chart shows also stands in the table beside it, which works by keyboard and
   without script. This is a module, loaded after Chart.js.

   A canvas is named by data-chart and has no id: htmx copies the style attribute of an old element
   to the new one with the same id, Chart.js sizes a canvas by its style, and the content security
   policy allows no style attributes. */

const { Chart } = window;
const root = document.documentElement;
const charts = [];

/** The colours and fonts of the moment, read from the tokens. */
function readTheme() {
  const style = getComputedStyle(root);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"),
    quiet: token("--ink-2"),
    line: token("--line"),
    surface: token("--surface"),
    act: token("--act"),
    colours: [0, 1, 2, 3, 4, 5, 6].map((index) => token(`--c${index}`)),
    family: getComputedStyle(document.body).fontFamily,
  };
}

/** Black or white, whichever reads better on a colour. */
function readableOn(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data]
    .map((value) => value / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#111" : "#fff";
}

/** Write a text centred on a point of the canvas. */
function write(context, text, { x, y }, font, colour) {
  context.save();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = font;
  context.fillStyle = colour;
  context.fillText(text, x, y);
  context.restore();
}

/** Options that make what is under the pointer lead to its address. */
function linked(hrefOf) {
  return {
    onClick: (event, [hit]) => {
      if (hit && hrefOf(hit.index)) location.assign(hrefOf(hit.index));
    },
    onHover: (event, [hit]) => {
      event.native.target.style.cursor = hit && hrefOf(hit.index) ? "pointer" : "";
    },
  };
}

/** A donut: its number on each slice, the total in the middle. */
function drawDonut(canvas, donut, theme, format) {
  const total = donut.data.reduce((sum, n) => sum + n, 0);
  const numbers = {
    id: "numbers",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      chart.getDatasetMeta(0).data.forEach((arc, index) => {
        const { startAngle, endAngle, innerRadius, outerRadius } = arc;
        const width = ((endAngle - startAngle) * (innerRadius + outerRadius)) / 2;
        const text = format(donut.data[index]);
        if (width < 8 + 8 * text.length) return;
        const colour = readableOn(theme.colours[donut.colours[index]]);
        write(ctx, text, arc.getCenterPoint(), `600 15px ${theme.family}`, colour);
      });
      const x = (chartArea.left + chartArea.right) / 2;
      const y = (chartArea.top + chartArea.bottom) / 2;
      write(ctx, format(total), { x, y: y - 10 }, `650 32px ${theme.family}`, theme.ink);
      write(ctx, donut.centre, { x, y: y + 17 }, `400 14px ${theme.family}`, theme.quiet);
    },
  };
  return new Chart(canvas, {
    type: "doughnut",
    plugins: [numbers],
    data: {
      labels: donut.labels,
      datasets: [
        {
          data: donut.data,
          backgroundColor: donut.colours.map((index) => theme.colours[index]),
          hoverBackgroundColor: donut.colours.map((index) => theme.colours[index]),
          borderColor: theme.surface,
          hoverBorderColor: theme.surface,
          borderWidth: 3,
          hoverOffset: 4,
        },
      ],
    },
    options: {
      maintainAspectRatio: false,
      cutout: "60%",
      layout: { padding: 4 },
      plugins: {
        tooltip: { displayColors: false, callbacks: { label: ({ raw }) => format(raw) } },
      },
      ...linked((index) => donut.hrefs[index]),
    },
  });
}

/** One axis of the matrix: three sizes, with lines between them and not through them. */
function matrixAxis(title, sizes, theme) {
  return {
    type: "linear",
    min: -0.5,
    max: sizes.length - 0.5,
    title: { display: true, text: title, color: theme.quiet },
    border: { color: theme.line },
    grid: {
      drawTicks: false,
      color: ({ tick }) => (tick && Number.isInteger(tick.value) ? "transparent" : theme.line),
    },
    afterBuildTicks: (axis) => {
      axis.ticks = Array.from({ length: 2 * sizes.length + 1 }, (_, i) => ({ value: i / 2 - 0.5 }));
    },
    ticks: {
      autoSkip: false,
      padding: 8,
      font: { size: 15, weight: 600 },
      callback: (value) => sizes[value] ?? "",
    },
  };
}

/** Impact against cost: one bubble a cell, its area in proportion to its number. */
function drawMatrix(canvas, matrix, theme, format) {
  const points = matrix.cells.map((cell) => ({ ...cell, r: 0 }));
  const most = Math.max(1, ...points.map(({ n }) => n));
  // Chart.js reads r while it parses, before the layout: hence set here and again in onResize.
  const resize = ({ width, height }) => {
    const cell = Math.min(width - 90, height - 70) / matrix.sizes.length;
    for (const point of points) {
      point.r = point.n ? Math.max(13, (cell / 2 - 6) * Math.sqrt(point.n / most)) : 0;
    }
  };
  resize({ width: canvas.parentNode.clientWidth, height: canvas.parentNode.clientHeight });
  const numbers = {
    id: "numbers",
    afterDatasetsDraw(chart) {
      chart.getDatasetMeta(0).data.forEach((bubble, index) => {
        const { n } = points[index];
        const colour = n ? readableOn(theme.act) : theme.quiet;
        write(chart.ctx, format(n), bubble, `650 16px ${theme.family}`, colour);
      });
    },
  };
  return new Chart(canvas, {
    type: "bubble",
    plugins: [numbers],
    data: {
      datasets: [
        {
          data: points,
          backgroundColor: ({ raw }) => (raw?.n ? theme.act : "transparent"),
          hoverBackgroundColor: ({ raw }) => (raw?.n ? theme.act : "transparent"),
          borderWidth: 0,
          hoverBorderWidth: 0,
          hoverRadius: 0,
        },
      ],
    },
    options: {
      maintainAspectRatio: false,
      onResize: (chart, size) => resize(size),
      layout: { autoPadding: false, padding: { top: 8, right: 8 } },
      scales: {
        x: matrixAxis(matrix.x, matrix.sizes, theme),
        y: matrixAxis(matrix.y, matrix.sizes, theme),
      },
      plugins: {
        tooltip: {
          displayColors: false,
          filter: ({ raw }) => raw.n > 0,
          callbacks: {
            label: ({ raw }) => [
              `${matrix.y} ${matrix.sizes[raw.y]}, ${matrix.x} ${matrix.sizes[raw.x]}`,
              `${matrix.unit}: ${format(raw.n)}`,
            ],
          },
        },
      },
      ...linked((index) => points[index].href),
    },
  });
}

/** The canvas of a chart. */
function canvasOf({ id }) {
  return document.querySelector(`canvas[data-chart="${id}"]`);
}

/** Draw every chart of the page anew; a page without data has none. */
function draw() {
  charts.splice(0).forEach((chart) => chart.destroy());
  const source = document.getElementById("chart-data");
  if (!source) return;
  const { lang, donuts, matrix } = JSON.parse(source.textContent);
  const locale = `${lang}-FI`;
  const numbers = new Intl.NumberFormat(locale);
  const format = (n) => numbers.format(n);
  const theme = readTheme();
  Chart.defaults.locale = locale;
  Chart.defaults.animation = false;
  Chart.defaults.color = theme.ink;
  Chart.defaults.font.family = theme.family;
  Chart.defaults.font.size = 14;
  Chart.defaults.plugins.legend.display = false;
  for (const donut of donuts) {
    charts.push(drawDonut(canvasOf(donut), donut, theme, format));
  }
  const bubbles = canvasOf(matrix);
  if (bubbles) charts.push(drawMatrix(bubbles, matrix, theme, format));
}

// The canvas measures its text, so the font has to be there first, if it comes at all.
await Promise.allSettled([document.fonts.load(`600 15px ${readTheme().family}`)]);
draw();

// A swap brings a new #chart-data and new canvases together, or neither.
let drawn = document.getElementById("chart-data");
document.addEventListener("htmx:after:swap", () => {
  const source = document.getElementById("chart-data");
  if (source === drawn) return;
  drawn = source;
  draw();
});

for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", draw);
}

// A canvas keeps the pixels of the screen, so paper gets the light theme for a moment.
addEventListener("beforeprint", () => {
  root.setAttribute("data-print", "");
  draw();
});
addEventListener("afterprint", () => {
  root.removeAttribute("data-print");
  draw();
});
