// Styles: colour, dashes and shape of each scenario; its letter stands at the end of its line.
// Contrast with white is at least 4.5 to 1; no two styles share colour, dashes or shape.

const LOOKS = [
  { colour: "#1f4e79", dash: [], shape: "circle" },
  { colour: "#b3470f", dash: [8, 4], shape: "rect" },
  { colour: "#117733", dash: [2, 3], shape: "triangle" },
  { colour: "#882255", dash: [12, 3, 2, 3], shape: "diamond" },
  { colour: "#0b7285", dash: [5, 2], shape: "roundRect" },
  { colour: "#6b5b00", dash: [14, 5], shape: "star" },
  { colour: "#5f3dc4", dash: [4, 2, 1, 2, 1, 2], shape: "cross" },
  { colour: "#222222", dash: [1, 2], shape: "emptyCircle" },
  { colour: "#c2255c", dash: [9, 2, 4, 2], shape: "emptyRect" },
  { colour: "#5a6673", dash: [3, 6], shape: "emptyTriangle" },
];
const INK = "#1a1a1a";
const SOFT = "#4a4a4a";
const PALE = "#dddddd";
const FONT = '"Open Sans", Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
const SVG = "http://www.w3.org/2000/svg";
const OUTLINES = {
  circle: "M23 5a5 5 0 1 0 .01 0z",
  rect: "M18 5h10v10h-10z",
  triangle: "M23 4l6 11h-12z",
  diamond: "M23 3l6 7l-6 7l-6 -7z",
  roundRect: "M20 5h6q2 0 2 2v6q0 2 -2 2h-6q-2 0 -2 -2v-6q0 -2 2 -2z",
  star: "M23 3l1.8 4.6l4.9 .3l-3.8 3.1l1.3 4.8l-4.2 -2.7l-4.2 2.7l1.3 -4.8l-3.8 -3.1l4.9 -.3z",
  cross: "M21 4h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
  emptyCircle: "M23 5a5 5 0 1 0 .01 0z",
  emptyRect: "M18 5h10v10h-10z",
  emptyTriangle: "M23 4l6 11h-12z",
};

/** Whether a shape is only an outline. */
function isOpen(shape) {
  return shape.startsWith("empty");
}

/** The look of a run. */
function lookOf(run) {
  return LOOKS[run.place];
}

function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** A small picture of a look, for the list of scenarios. */
function swatch(run) {
  const { colour, dash, shape } = lookOf(run);
  const image = drawn("svg", { class: "swatch", viewBox: "0 0 46 20", "aria-hidden": "true", focusable: "false" });
  image.append(
    drawn("line", { x1: 1, x2: 45, y1: 10, y2: 10, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash.join(" ") || "none" }),
    drawn("path", { d: OUTLINES[shape], fill: isOpen(shape) ? "#ffffff" : colour, stroke: colour, "stroke-width": 1.5 }),
  );
  return image;
}
